import { describe, expect, it } from 'vitest';
import { crd, environment, noticesOf, role, shop, stateOf, store } from '../support/model-make.ts';

const things = { crds: [crd('things')], roles: role() };
const many = Array.from({ length: 50 }, (_, index) => `n${String(index).padStart(2, '0')}`);

/** The Environment `shop` with fifty Namespaces of the same content. */
function everywhere(...solutions: readonly string[]): string[] {
  return [environment('shop', Object.fromEntries(many.map((name) => [name, solutions])))];
}

describe('a warning is given once, however many Namespaces have the reason', () => {
  it('of an Operator that is newer than the active CRDs', () => {
    const archives = [things, { version: '1.10.0', ...things }, { version: '1.9.0', ...things }];
    const environments = everywhere(store('', '1.10.0'));
    expect(noticesOf({ archives, active: { store: '1.9.0' }, environments })).toEqual([
      {
        code: 'newer-than-active',
        message: 'the Operator of store-1.10.0 is newer than the active CRDs, those of 1.9.0',
        hint: 'activate 1.10.0 in solutions.yaml unless its release notes say that it runs with the CRDs of 1.9.0',
        place: 'environments.yaml:7:17',
      },
    ]);
    expect(noticesOf({ archives, active: { store: 'latest' }, environments })).toEqual([]);
    expect(
      noticesOf({ archives, active: { store: '1.9.0' }, environments: shop(store()) }),
    ).toEqual([]);
  });

  it('of a Solution without an Operator', () => {
    const archives = [{ operator: 'none' } as const];
    const environments = everywhere(store());
    expect(noticesOf({ archives, environments })).toEqual([
      {
        code: 'no-operator',
        message: 'store-1.0.0 has no Operator: nothing of it runs in an Environment',
        hint: 'its images are for other Solutions to use',
        place: 'environments.yaml:7:17',
      },
    ]);
  });

  it('of an Operator without any role', () => {
    const warning = {
      code: 'no-roles',
      message: 'store-1.0.0 has an Operator and no role in operator/deploy/role.yaml',
      hint: 'its ServiceAccount `store-operator` may do nothing: bind a role to it, or ask the vendor which it needs',
      place: 'environments.yaml:7:17',
    };
    const environments = everywhere(store());
    expect(noticesOf({ environments })).toEqual([warning]);
    expect(noticesOf({ archives: [{ roles: '---\n' }], environments })).toEqual([warning]);
    expect(noticesOf({ archives: [{ roles: role() }], environments })).toEqual([]);
    expect(noticesOf({ archives: [{ operator: 'none' }], environments }, 'no-operator')).toEqual(
      [],
    );
  });

  it('of a ClusterRole that adds its rules to those of others', () => {
    const labels = `{${['admin', 'edit', 'view']
      .map((name) => `rbac.authorization.k8s.io/aggregate-to-${name}: "${name !== 'view'}"`)
      .join(', ')}, app: store}`;
    const environments = everywhere(store());
    expect(noticesOf({ archives: [{ roles: role({ labels }) }], environments })).toEqual([
      {
        code: 'role-aggregated',
        message:
          'the ClusterRole `manager-role` of store-1.0.0 adds its rules to `admin` and `edit`, in every Namespace, for everybody who has that role',
        hint: 'read its rules before you apply it; the vendor can remove its `aggregate-to-` labels',
        place: 'metadata/store-1.0.0/operator/deploy/role.yaml:2:1',
      },
    ]);
    const roles = role({ kind: 'Role', labels });
    expect(noticesOf({ archives: [{ roles }], environments })).toEqual([]);
  });

  it('of settings of a Solution that has no Operator', () => {
    const archives = [{ operator: 'none' } as const];
    const environments = everywhere(store('webhook: true, replicas: 2, runAsUser: 0'));
    expect(noticesOf({ archives, environments }, 'no-operator')).toEqual([
      {
        code: 'ignored-setting',
        message:
          '`webhook`, `runAsUser` and `replicas` of store-1.0.0 has no effect: it has no Operator',
        hint: 'only `name` and `version` are of use here: remove the others',
        place: 'environments.yaml:7:17',
      },
    ]);
  });
});

describe('an Environment without a Namespace', () => {
  it('is not rendered, and a warning says so', () => {
    const empty = 'metadata: {name: shop}\nspec: {namespaces: []}\n';
    expect(noticesOf({ environments: [empty] })).toEqual([
      {
        code: 'empty-environment',
        message: 'the Environment `shop` has no Namespace: nothing of it is rendered',
        hint: 'remove `namespaces` for one Namespace that is named `shop`',
        place: 'environments.yaml:3:12',
      },
    ]);
    expect(noticesOf({ environments: ['metadata: {name: shop}\n'] })).toEqual([]);
  });
});

describe('a Solution without an Operator', () => {
  it('is listed in its Namespace, with nothing invented for it', () => {
    const { namespaces } = stateOf({
      archives: [{ operator: 'none' }],
      environments: shop(store()),
    });
    expect(namespaces).toMatchObject([
      { name: 'shop', solutions: [{ name: 'store', version: '1.0.0' }], operators: [] },
    ]);
  });

  it('is not called newer than the active CRDs, because nothing runs', () => {
    const archives = [things, { version: '2.0.0', operator: 'none', ...things } as const];
    const scenario = {
      archives,
      active: { store: '1.0.0' },
      environments: shop(store('', 'latest')),
    };
    expect(noticesOf(scenario).map(({ code }) => code)).toEqual(['no-operator']);
  });
});

describe('what is imported and not used', () => {
  it('is in the state, with its versions oldest first, and gives no warning', () => {
    const archives = [{ version: '1.10.0' }, { version: '1.9.0' }, { name: 'other' }];
    const { solutions, notices, namespaces } = stateOf({ archives, active: { store: '"1.10.0"' } });
    expect(
      solutions.map(({ name, versions, active }) => [
        name,
        versions.map(({ version }) => version),
        active?.version,
      ]),
    ).toEqual([
      ['other', ['1.0.0'], undefined],
      ['store', ['1.9.0', '1.10.0'], '1.10.0'],
    ]);
    expect({ notices, namespaces }).toEqual({ notices: [], namespaces: [] });
  });
});
