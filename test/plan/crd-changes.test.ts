import { describe, expect, it } from 'vitest';
import type { ChangeWaiver } from '../../src/crd/waiver.ts';
import { changedCrds } from '../../src/plan/crd-changes.ts';
import { crdOfField, crdVersion, makeCrd, readCrd } from '../support/crd-make.ts';
import { crd } from '../support/model-make.ts';

const [wide, narrow] = [crdOfField('{type: number}'), crdOfField('{type: integer}')];

/** `<rule> <waiver>` of the changes of `shops.example.com`. */
function rulesOf(waivers: readonly ChangeWaiver[]): string[] {
  return changedCrds({ before: [wide], after: [narrow], waivers }).flatMap(({ changes }) =>
    changes.map(({ rule, waiver }) => `${rule} ${waiver}`),
  );
}

describe('the CRDs that change', () => {
  it('stand by name, with what changes, the worst first', () => {
    const things = readCrd(crd('things'));
    const after = [readCrd(crd('things', 'Cluster')), narrow];
    const changed = changedCrds({ before: [things, wide], after, waivers: [] });
    expect(changed.map(({ name }) => name)).toEqual(['shops.example.com', 'things.example.com']);
    expect(changed[0]?.changes).toEqual([
      {
        rule: 'type-narrowed',
        level: 'breaking',
        path: 'v1: spec.a',
        message: 'was `number`, is `integer`',
        waiver: undefined,
      },
    ]);
  });

  it('are not those that stay, that are new, or of which only descriptions change', () => {
    const described = makeCrd({ versions: [crdVersion('v1', '{type: object, description: a}')] });
    const before = [makeCrd()];
    const after = [described, readCrd(crd('things'))];
    expect(changedCrds({ before, after, waivers: [] })).toEqual([]);
  });

  it('are those that go', () => {
    const changed = changedCrds({ before: [wide], after: [], waivers: [] });
    expect(changed.flatMap(({ changes }) => changes)).toEqual([
      {
        rule: 'definition-removed',
        level: 'breaking',
        path: '',
        message: 'is no longer rendered',
        waiver: undefined,
      },
    ]);
  });

  it.each<[string, ChangeWaiver, string]>([
    ['of the CRD', { name: 'shops.example.com', rules: undefined, reason: 'tested' }, 'tested'],
    [
      'of the rule',
      { name: 'shops.example.com', rules: new Set(['type-narrowed']), reason: 'tested' },
      'tested',
    ],
    [
      'of another rule',
      { name: 'shops.example.com', rules: new Set(['enum-added']), reason: 'tested' },
      'undefined',
    ],
    ['of another CRD', { name: 'things.example.com', rules: undefined, reason: 'a' }, 'undefined'],
  ])('carry the reason of a waiver %s', (_, waiver, reason) => {
    expect(rulesOf([waiver])).toEqual([`type-narrowed ${reason}`]);
  });

  it('carry the reason of the first waiver that fits', () => {
    const waivers = ['one', 'two'].map((reason) => ({
      name: 'shops.example.com',
      rules: undefined,
      reason,
    }));
    expect(rulesOf(waivers)).toEqual(['type-narrowed one']);
  });
});
