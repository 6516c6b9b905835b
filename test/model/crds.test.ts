import { describe, expect, it } from 'vitest';
import { crd, environment, shop, stateOf, store, type Scenario } from '../support/model-make.ts';

/** The CRDs of a scenario, and the archives that they are taken from. */
function crdsOf(scenario: Scenario): string[] {
  return stateOf(scenario).crds.map(({ name, archive }) => `${name.split('.')[0]} ${archive.id}`);
}

const archives = [
  { crds: [crd('things'), crd('old'), crd('oldest')] },
  { version: '1.1.0', crds: [crd('things'), crd('old'), crd('middle')] },
  { version: '1.2.0', crds: [crd('things'), crd('newest')] },
];
const all = [environment('shop', { a: [store()], b: [store('', '1.1.0')] })];

describe('the CRDs of the cluster', () => {
  it('are those of the active version, deployed or not', () => {
    expect(crdsOf({ archives, active: { store: '1.2.0' } })).toEqual([
      'things store-1.2.0',
      'newest store-1.2.0',
    ]);
  });

  it('are, beside those, what only another deployed version defines: as the newest of them has it', () => {
    expect(crdsOf({ archives, active: { store: '1.2.0' }, environments: all })).toEqual([
      'things store-1.2.0',
      'newest store-1.2.0',
      'old store-1.1.0',
      'middle store-1.1.0',
      'oldest store-1.0.0',
    ]);
  });

  it('are the active ones where a newer version runs', () => {
    expect(
      crdsOf({ archives, active: { store: '1.0.0' }, environments: shop(store('', 'latest')) }),
    ).toEqual([
      'things store-1.0.0',
      'old store-1.0.0',
      'oldest store-1.0.0',
      'newest store-1.2.0',
    ]);
  });

  it('are none where nothing is active, although archives hold some', () => {
    expect(crdsOf({ archives })).toEqual([]);
  });

  it('stand by Solution', () => {
    const two = [
      { name: 'zoo', crds: [crd('animals')] },
      { name: 'ark', crds: [crd('boats')] },
    ];
    expect(crdsOf({ archives: two, active: { zoo: 'latest', ark: 'latest' } })).toEqual([
      'boats ark-1.0.0',
      'animals zoo-1.0.0',
    ]);
  });
});
