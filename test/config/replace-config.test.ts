import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfigFile, replaceConfigFile } from '../../src/config/file.ts';
import { scratchFolder } from '../support/archive-make.ts';
import { complaintsOf } from '../support/complaints.ts';

const FILE = 'solutions.yaml';
const CHANGED =
  'solutions.yaml somebody changed the file while this run was at work | nothing was written: run the command again, it then edits what the file says now';

test.each<[string, string | undefined, string | undefined]>([
  ['was changed', 'a: 1\n', 'a: 2\n'],
  ['was made', undefined, 'a: 2\n'],
  ['was removed', 'a: 1\n', undefined],
])('a file that %s since it was read is not replaced', (_, before, now) => {
  const root = scratchFolder();
  if (now !== undefined) writeFileSync(join(root, FILE), now);
  const change = {
    before: before === undefined ? before : Buffer.from(before),
    after: Buffer.from('b'),
  };
  expect(complaintsOf(() => replaceConfigFile(root, FILE, change))).toEqual([CHANGED]);
  expect(readConfigFile(root, FILE)?.toString()).toBe(now);
});

test.each([undefined, 'a: 1\n'])('a file that is as it was read is replaced: %j', (text) => {
  const root = scratchFolder();
  if (text !== undefined) writeFileSync(join(root, FILE), text);
  replaceConfigFile(root, FILE, {
    before: readConfigFile(root, FILE),
    after: Buffer.from('b: 2\n'),
  });
  expect(readFileSync(join(root, FILE), 'utf8')).toBe('b: 2\n');
});
