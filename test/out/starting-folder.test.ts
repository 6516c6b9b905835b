import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { solutionsErrors } from '../../src/errors.ts';
import { startFolder } from '../../src/out/starting-folder.ts';
import { scratch, tree } from '../disk/killed.ts';

const files = new Map([
  ['a.yaml', 'a'],
  ['.b/c/d.yaml', 'd'],
]);

function complaints(dir: string, wanted: ReadonlyMap<string, string> = files): string[] {
  try {
    startFolder(dir, wanted, { label: 'site' });
  } catch (error) {
    return solutionsErrors(error).map(({ code, message }) => `${code}: ${message}`);
  }
  return [];
}

describe('the files of a new repository', () => {
  it('go into a folder that is made, one that is empty, and one with .git alone', () => {
    const root = scratch();
    mkdirSync(join(root, 'empty'));
    mkdirSync(join(root, 'git/.git'), { recursive: true });
    for (const name of ['new/deep', 'empty', 'git']) {
      expect(complaints(join(root, name))).toEqual([]);
      expect(tree(join(root, name))).toEqual(Object.fromEntries(files));
    }
  });

  it.each([
    [['notes.txt'], 'the folder is not empty, it holds notes.txt'],
    [
      ['g', 'f', 'e', 'd', 'c', 'b', '.a'],
      'the folder is not empty, it holds .a, b, c, d, e and 2 more',
    ],
  ])('do not go into a folder with %j', (names, message) => {
    const root = scratch();
    for (const name of names) writeFileSync(join(root, name), name);
    const before = tree(root);
    expect(complaints(root)).toEqual([`not-empty: ${message}`]);
    expect(tree(root)).toEqual(before);
  });

  it('do not go into what is no folder', () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    expect(complaints(file)).toEqual([
      'not-a-file: this is not a folder, and an empty one is expected here',
    ]);
  });

  it('are all there, or none of them and no folder of theirs', () => {
    const bad = new Map([...files, ['a.yaml/below', 'a file is no folder']]);
    const root = scratch();
    mkdirSync(join(root, 'site/.git'), { recursive: true });
    for (const name of ['site', 'new']) {
      expect(complaints(join(root, name), bad)).toHaveLength(1);
    }
    expect(readdirSync(join(root, 'site'))).toEqual(['.git']);
    expect(existsSync(join(root, 'new'))).toBe(false);
  });
});
