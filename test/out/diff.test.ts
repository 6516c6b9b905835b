import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert, asyncProperty, boolean, constantFrom, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { diffFolder } from '../../src/out/diff.ts';
import { planFolder, type Files } from '../../src/out/plan.ts';
import { writeFolder } from '../../src/out/write.ts';
import { scratch, tree } from '../disk/killed.ts';

function written(files: Files): { root: string; out: string } {
  const root = scratch();
  const out = join(root, 'out');
  writeFolder(planFolder(out, files), { overwrite: true });
  return { root, out };
}

const lines = (...values: string[]) => values.map((value) => `${value}\n`).join('');

test('a diff shows new, changed and removed files as git does, and writes nothing', async () => {
  const { root, out } = written(
    new Map([
      ['a.yaml', lines('1', '2', '3', '4', '5', '6', '7', '8')],
      ['b.yaml', lines('gone')],
      ['same', 'same'],
    ]),
  );
  const before = tree(root);
  const wanted = new Map([
    ['a.yaml', lines('1', '2', '3', '4', 'five', '6', '7', '8')],
    ['server-side/c.yaml', 'no line end'],
    ['same', 'same'],
  ]);
  const diff = await diffFolder(planFolder(out, wanted));
  // The list is a file of its own; its digests are checked where git applies the diff.
  expect(diff.replace(/^diff --git a.out.SHA256SUMS[^]*?(?=^diff)/mu, '')).toBe(
    lines(
      'diff --git a/out/a.yaml b/out/a.yaml',
      '--- a/out/a.yaml',
      '+++ b/out/a.yaml',
      '@@ -2,7 +2,7 @@',
      ' 2',
      ' 3',
      ' 4',
      '-5',
      '+five',
      ' 6',
      ' 7',
      ' 8',
      'diff --git a/out/b.yaml b/out/b.yaml',
      'deleted file mode 100644',
      '--- a/out/b.yaml',
      '+++ /dev/null',
      '@@ -1,1 +0,0 @@',
      '-gone',
      'diff --git a/out/server-side/c.yaml b/out/server-side/c.yaml',
      'new file mode 100644',
      '--- /dev/null',
      '+++ b/out/server-side/c.yaml',
      '@@ -0,0 +1,1 @@',
      '+no line end',
      '\\ No newline at end of file',
    ),
  );
  expect(tree(root)).toEqual(before);
});

test('a diff of what is already there is empty, also for a folder without files', async () => {
  const files = new Map([['a.yaml', 'a\n']]);
  expect(await diffFolder(planFolder(written(files).out, files))).toBe('');
  expect(await diffFolder(planFolder(written(new Map()).out, new Map()))).toBe('');
});

test('a diff shows an edit, and a list that is missing', async () => {
  const files = new Map([['a.yaml', 'a\n']]);
  const { out } = written(files);
  writeFileSync(join(out, 'a.yaml'), 'edited\n');
  rmSync(join(out, 'SHA256SUMS'));
  const diff = await diffFolder(planFolder(out, files, { label: 'deploy/out' }));
  expect(diff).toContain(
    lines('--- a/deploy/out/a.yaml', '+++ b/deploy/out/a.yaml', '@@ -1,1 +1,1 @@', '-edited', '+a'),
  );
  expect(diff).toContain(
    lines('new file mode 100644', '--- /dev/null', '+++ b/deploy/out/SHA256SUMS'),
  );
});

test('a diff shows control characters, and never sends them to a terminal', async () => {
  const { out } = written(new Map([['a.yaml', 'a: \u001B[2J\u202Eb\r\n\tc\n']]));
  const diff = await diffFolder(planFolder(out, new Map([['a.yaml', 'a\n\tc\n']])));
  expect(diff).toContain(lines('-a: \\u001b[2J\\u202eb\\u000d', '+a', ' \tc'));
});

test('a folder in the place of a file is an error, and not a diff', async () => {
  const { out } = written(new Map());
  mkdirSync(join(out, 'a.yaml'), { recursive: true });
  await expect(diffFolder(planFolder(out, new Map([['a.yaml', '']])))).rejects.toMatchObject({
    code: 'not-a-file',
    place: { file: 'out/a.yaml' },
  });
});

test('git applies every diff, and has what is written then', { timeout: 60_000 }, async () => {
  const name = constantFrom('a.yaml', 'b.yaml', 'c.md', 's/a.yaml', 's/b.yaml', 'mit ü.yaml');
  const text = tuple(
    array(constantFrom('a', 'b', '', '-c', '\\ d', 'ü'), { maxLength: 12 }),
    boolean(),
  ).map(([all, end]) => all.join('\n') + (end && all.length > 0 ? '\n' : ''));
  const files = array(tuple(name, text), { maxLength: 5 }).map((all) => new Map(all));
  await assert(
    asyncProperty(files, files, async (before, after) => {
      const { root, out } = written(before);
      // Where no file was ever wanted, there is no folder.
      mkdirSync(out, { recursive: true });
      const diff = await diffFolder(planFolder(out, after));
      if (diff !== '')
        execFileSync('git', ['apply', '--whitespace=nowarn'], { cwd: root, input: diff });
      expect(await diffFolder(planFolder(out, after))).toBe('');
      // Git takes a folder away with its last file.
      const found = tree(root);
      writeFolder(planFolder(out, after), { overwrite: false });
      expect(tree(root)).toEqual(found);
    }),
    { numRuns: 60 },
  );
});

const manyLines = (letter: string) =>
  Array.from({ length: 60_000 }, (_, index) => `${letter}${index}\n`).join('');

test('large files that share nothing are compared within seconds, with the same outcome', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const { root, out } = written(new Map(names.map((name) => [name, manyLines('x')])));
  const after = new Map(names.map((name) => [name, manyLines('y')]));
  const start = performance.now();
  const diff = await diffFolder(planFolder(out, after));
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(await diffFolder(planFolder(out, after))).toBe(diff);
  execFileSync('git', ['apply'], { cwd: root, input: diff });
  expect(await diffFolder(planFolder(out, after))).toBe('');
});

test('a diff to no files at all removes the list, and git applies it', async () => {
  const { root, out } = written(new Map([['a.yaml', lines('1')]]));
  const diff = await diffFolder(planFolder(out, new Map()));
  expect(diff).toContain('deleted file mode 100644\n--- a/out/SHA256SUMS\n+++ /dev/null\n');
  execFileSync('git', ['apply', '-'], { cwd: root, input: diff });
  expect(tree(root)).toEqual({});
  expect(await diffFolder(planFolder(out, new Map()))).toBe('');
});
