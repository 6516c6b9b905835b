import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isCurrent, isDone, planFolder, type Files } from '../../src/out/plan.ts';
import { NEXT_SUMS, SUMS } from '../../src/out/sums.ts';
import { writeFolder } from '../../src/out/write.ts';
import { scratch } from '../disk/killed.ts';

const files: Files = new Map([
  ['a.yaml', 'a\n'],
  ['server-side/b.yaml', 'b\n'],
]);

const cases: readonly [name: string, change: (out: string) => void, expected: boolean][] = [
  ['as it was written', () => {}, true],
  ['with a file of somebody else', (out) => writeFileSync(join(out, 'mine'), 'x'), true],
  ['with a file that was edited', (out) => writeFileSync(join(out, 'a.yaml'), 'x'), false],
  ['without one of its files', (out) => rmSync(join(out, 'server-side/b.yaml')), false],
  ['with another list', (out) => writeFileSync(join(out, SUMS), ''), false],
  ['without its list', (out) => rmSync(join(out, SUMS)), false],
  ['with what a killed run left', (out) => writeFileSync(join(out, NEXT_SUMS), ''), false],
  ['that is gone', (out) => rmSync(out, { recursive: true }), false],
];

test.each(cases)('of a folder %s it is told whether it is current', (_, change, expected) => {
  const out = folder();
  change(out);
  expect(isCurrent(out, files)).toBe(expected);
  expect(isDone(planFolder(out, files))).toBe(expected);
});

test('what is no folder is refused', () => {
  const out = join(scratch(), 'out');
  writeFileSync(out, '');
  expect(() => isCurrent(out, files)).toThrow(expect.objectContaining({ code: 'not-a-file' }));
});

test('of a folder without wanted files the list of somebody else says nothing', () => {
  const out = join(scratch(), 'gitops');
  mkdirSync(out);
  expect(isCurrent(out, new Map())).toBe(true);
  writeFileSync(join(out, SUMS), `${'0'.repeat(64)}  theirs\n`);
  expect(isCurrent(out, new Map(), { mayHold: () => false })).toBe(true);
});

function folder(): string {
  const out = join(scratch(), 'out');
  writeFolder(planFolder(out, files), { overwrite: true });
  return out;
}
