import { describe, expect, it } from 'vitest';
import {
  environment,
  noticesOf,
  shop,
  stateOf,
  store,
  type Scenario,
} from '../support/model-make.ts';

/** The CRD of `shops`, whose spec has these fields of type string. */
function shops(...fields: readonly string[]): string {
  const properties = fields.map((name) => `${name}: {type: string}`).join(', ');
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shops.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: shops, kind: Shop}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {${properties}}}
`;
}

const both = [environment('shop', { a: [store()], b: [store('', '1.1.0')] })];

/** Two deployed versions, of which the newer one is active. */
function scenario(old: string, now: string, platform?: string): Scenario {
  const archives = [{ crds: [old] }, { version: '1.1.0', crds: [now] }];
  const active = { store: '1.1.0' };
  return { archives, active, environments: both, ...(platform === undefined ? {} : { platform }) };
}

/** `<archive> <compatible or not> <rules>` of each use of a CRD that is another's. */
function usesOf(scene: Scenario): string[] {
  return stateOf(scene).crdUses.map(({ archive, changes, isCompatible }) =>
    [archive.id, isCompatible, ...changes.map(({ rule, waiver }) => `${rule} ${waiver}`)].join(' '),
  );
}

function notices(scene: Scenario) {
  return noticesOf(scene, 'no-roles');
}

describe('a deployed version whose CRD another version renders', () => {
  it('is compatible where the rendered one only adds', () => {
    const scene = scenario(shops('size'), shops('size', 'colour'));
    expect(usesOf(scene)).toEqual(['store-1.0.0 true field-added undefined']);
    expect(notices(scene)).toEqual([]);
  });

  it('is compatible where the two are the same', () => {
    expect(usesOf(scenario(shops('size'), shops('size')))).toEqual(['store-1.0.0 true']);
  });

  it('is named where the rendered one lacks what it has, with the place of the rendered one', () => {
    const scene = scenario(shops('size', 'colour'), shops('size'));
    expect(usesOf(scene)).toEqual(['store-1.0.0 false field-removed undefined']);
    expect(notices(scene)).toEqual([
      {
        code: 'crd-incompatible',
        message:
          'the CRD `shops.example.com` is that of store-1.1.0, which breaks store-1.0.0: see `v1: spec.colour`',
        hint: expect.stringContaining('`solutions plan`'),
        place: 'metadata/store-1.1.0/operator/deploy/crds/0_crd.yaml:1:1',
      },
    ]);
  });

  it('is named where it is newer than the active one', () => {
    const archives = [
      { crds: [shops('size')] },
      { version: '1.1.0', crds: [shops('size', 'colour')] },
    ];
    const scene = { archives, active: { store: '1.0.0' }, environments: shop(store('', '1.1.0')) };
    expect(notices(scene).map(({ code }) => code)).toContain('crd-incompatible');
  });

  it('is not looked at where it is not deployed', () => {
    const scene = scenario(shops('size', 'colour'), shops('size'));
    const environments = shop(store('', '1.1.0'));
    expect(usesOf({ ...scene, environments })).toEqual([]);
  });
});

/** platform.yaml with one waiver. */
function waive(name: string, rules = ''): string {
  return `  crdWaivers: [{name: ${name}, reason: no shop has a colour${rules}}]\n`;
}

describe('a waiver', () => {
  const [old, now] = [shops('size', 'colour'), shops('size')];

  it.each([
    ['of everything', ''],
    ['of the rule', ', rules: [enum-added, field-removed]'],
  ])('%s makes a version compatible, and its reason goes with the change', (_, rules) => {
    const scene = scenario(old, now, waive('shops.example.com', rules));
    expect(usesOf(scene)).toEqual(['store-1.0.0 true field-removed no shop has a colour']);
    expect(notices(scene)).toEqual([]);
  });

  it('of another rule changes nothing', () => {
    const scene = scenario(old, now, waive('shops.example.com', ', rules: [enum-added]'));
    expect(usesOf(scene)).toEqual(['store-1.0.0 false field-removed undefined']);
  });

  it('of a CRD that is not rendered is stale', () => {
    expect(notices(scenario(now, now, waive('shop.example.com')))).toEqual([
      {
        code: 'stale-crd-waiver',
        message: 'no CRD `shop.example.com` is rendered that could be waived',
        hint: 'did you mean `shops.example.com`?',
        place: 'platform.yaml:4:16',
      },
    ]);
  });
});
