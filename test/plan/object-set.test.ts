import { describe, expect, it } from 'vitest';
import { printManifests } from '../../src/kubernetes/print.ts';
import type { JsonObject } from '../../src/kubernetes/value.ts';
import {
  objectSets,
  renderedTexts,
  type CommittedManifests,
  type RenderedFile,
} from '../../src/plan/object-set.ts';
import { differingObjects, objectChanges } from '../../src/plan/object-changes.ts';
import { complaintsOf } from '../support/complaints.ts';

function config(name: string, value = 'a'): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop' },
    data: { value },
  };
}

/** Files as they are rendered: objects by file name. */
function rendered(files: Readonly<Record<string, readonly JsonObject[]>>): RenderedFile[] {
  return Object.entries(files).map(([file, objects]) => ({
    file,
    objects: objects.map((object) => ({ object, text: printManifests([object]) })),
  }));
}

/** What changes, in the words `added a`, `changed b`, `removed c`. */
function changes(
  committed: readonly CommittedManifests[],
  files: readonly RenderedFile[],
): string[] {
  const { added, changed, removed } = objectChanges(
    differingObjects(objectSets(committed, files, 'HEAD:out/')),
  );
  return [
    ...added.map(({ name }) => `added ${name}`),
    ...changed.map(({ name }) => `changed ${name}`),
    ...removed.map(({ name }) => `removed ${name}`),
  ];
}

describe('the objects of two states', () => {
  const files = rendered({ '0400-a.yaml': [config('one'), config('two')] });
  const text = printManifests([config('one'), config('two')]);

  it('are the same where a file has the rendered bytes, and nothing of it is read', () => {
    const { before, after } = objectSets([{ file: '0400-a.yaml' }], files, '');
    expect(before).toEqual(after);
    expect([...before.values()][0]?.object).toBe([...after.values()][0]?.object);
  });

  it.each([
    ['comes', printManifests([config('one')]), ['added two']],
    ['changes', printManifests([config('one', 'old'), config('two')]), ['changed one']],
    ['goes', printManifests([config('one'), config('gone'), config('two')]), ['removed gone']],
    ['got CRLF line ends', text.replaceAll('\n', '\r\n'), []],
    ['was laid out otherwise', text.replaceAll(': a\n', ': "a" # as it was\n'), []],
    ['was never there, nor any other', '', ['added one', 'added two']],
    [
      'stands after a document that names nothing',
      `apiVersion: v1\nkind: ConfigMap\n---\n${text}`,
      [],
    ],
    ['has a name that no object can have', `${text}---\n${printManifests([config('a/b')])}`, []],
  ])('differ where one %s', (_, committed, expected) => {
    expect(changes([{ file: '0400-a.yaml', text: committed }], files)).toEqual(expected);
  });

  it('are the same where one moved to another file, or to another version of its API', () => {
    const moved = [
      { file: '0300-b.yaml', text: printManifests([config('two')]) },
      { file: 'server-side/0100-c.yaml', text: printManifests([config('one')]) },
    ];
    expect(changes(moved, files)).toEqual([]);
    const older = text.replace('apiVersion: v1', 'apiVersion: v1beta1');
    expect(changes([{ file: '0400-a.yaml', text: older }], files)).toEqual(['changed one']);
  });

  it('are in the order in which they are applied, and go the other way round', () => {
    const shuffled = rendered({
      '0400-b.yaml': [config('d')],
      'server-side/0100-a.yaml': [config('a')],
      '0400-a.yaml': [config('b'), config('c')],
    });
    expect(changes([], shuffled)).toEqual(['added a', 'added b', 'added c', 'added d']);
    const committed = shuffled.map(({ file, objects }) => ({
      file,
      text: objects.map((one) => one.text).join('---\n'),
    }));
    expect(changes(committed, [])).toEqual(['removed d', 'removed c', 'removed b', 'removed a']);
  });

  it('are refused with the places of all committed files that are no manifests', () => {
    const broken = `${text}---\n<<<<<<< HEAD\na: 1\n`;
    const committed = [
      { file: '0400-a.yaml', text: broken },
      { file: '0400-b.yaml', text: '- a list' },
    ];
    expect(complaintsOf(() => objectSets(committed, files, 'HEAD:out/'))).toEqual([
      expect.stringContaining('HEAD:out/0400-a.yaml:18:'),
      expect.stringContaining('HEAD:out/0400-b.yaml:1:'),
    ]);
  });
});

describe('files whose texts alone are at hand', () => {
  it('give the objects of their manifests', () => {
    const text = printManifests([config('one'), config('two')]);
    const found = renderedTexts(
      new Map([
        ['a.yaml', text],
        ['README.md', 'no: manifest'],
      ]),
    );
    expect(found).toEqual(rendered({ 'a.yaml': [config('one'), config('two')] }));
  });
});
