import { describe, expect, it } from 'vitest';
import { printManifests } from '../../src/kubernetes/print.ts';
import { printedFiles } from '../../src/manifests/folder.ts';
import { render } from '../../src/manifests/render.ts';
import { objectSets } from '../../src/plan/object-set.ts';
import { placementChanges } from '../../src/plan/placement-changes.ts';
import { environment, shop, stateOf, store, type Scenario } from '../support/model-make.ts';

const both = [{}, { version: '1.1.0' }];

function changes(before: Scenario, after: Scenario, edit = (text: string) => text) {
  const [old, next] = [before, after].map((scenario) => printedFiles(render(stateOf(scenario))));
  const committed = (old ?? []).map(({ file, objects }) => ({
    file,
    text: edit(printManifests(objects.map(({ object }) => object))),
  }));
  return placementChanges(objectSets(committed, next ?? [], ''));
}

const one: Scenario = { archives: both, environments: shop(store()), active: { store: '1.0.0' } };

function withoutVersions(text: string): string {
  return text.replaceAll('"version":', '"edition":');
}

describe('what runs where', () => {
  it('does not change where the files say the same', () => {
    expect(changes(one, one)).toEqual({ namespaces: [], placed: [], solutions: [] });
  });

  it('changes by an upgrade, and with it what is active', () => {
    const after = { ...one, environments: shop(store('', '1.1.0')), active: { store: '1.1.0' } };
    expect(changes(one, after)).toEqual({
      namespaces: [],
      placed: [
        {
          environment: 'shop',
          namespace: 'shop',
          solution: 'store',
          before: '1.0.0',
          after: '1.1.0',
        },
      ],
      solutions: [
        {
          solution: 'store',
          imported: [],
          dropped: [],
          active: { before: '1.0.0', after: '1.1.0' },
        },
      ],
    });
  });

  it('changes by an Environment that comes, and one that goes', () => {
    const after = {
      ...one,
      environments: [environment('lab', { 'lab-a': [store()], 'lab-b': [] })],
    };
    const { namespaces, placed } = changes(one, after);
    expect(namespaces).toEqual([
      { environment: 'lab', namespace: 'lab-a', what: 'added' },
      { environment: 'lab', namespace: 'lab-b', what: 'added' },
      { environment: 'shop', namespace: 'shop', what: 'removed' },
    ]);
    expect(placed).toEqual([
      { environment: 'lab', namespace: 'lab-a', solution: 'store', after: '1.0.0' },
      { environment: 'shop', namespace: 'shop', solution: 'store', before: '1.0.0' },
    ]);
  });

  it('changes by versions that are imported, and ones that are no longer', () => {
    const after = { archives: [{ version: '1.1.0' }, { name: 'other' }] };
    expect(changes({ archives: [{}] }, after).solutions).toEqual([
      { solution: 'other', imported: ['1.0.0'], dropped: [] },
      { solution: 'store', imported: ['1.1.0'], dropped: ['1.0.0'] },
    ]);
  });

  it('is as far as it can be told where somebody edited what was committed', () => {
    expect(changes(one, one, withoutVersions).solutions).toEqual([
      { solution: 'store', imported: ['1.0.0', '1.1.0'], dropped: [], active: { after: '1.0.0' } },
    ]);
    expect(changes(one, one, (text) => text.replace('"id"', 'id')).solutions).toHaveLength(1);
  });
});
