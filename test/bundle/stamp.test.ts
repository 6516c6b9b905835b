import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isCurrent, writeStamp } from '../../bundle/stamp.mjs';
import { packageFile } from '../../src/package.ts';

let folder = '';
let input = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'solutions-stamp-'));
  const source = mkdtempSync(join(tmpdir(), 'solutions-stamp-source-'));
  input = join(source, 'a.ts');
  writeFileSync(input, 'a');
  writeFileSync(join(folder, 'main.js'), 'a');
  writeStamp(folder, [relative(packageFile(''), input)]);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(input, '..'), { recursive: true, force: true });
});

it('a build is current as long as nothing changes', () => {
  expect(isCurrent(folder)).toBe(true);
});

it.each<[string, () => void]>([
  ['a source has other bytes, as many as before', () => writeFileSync(input, 'b')],
  ['a source is gone', () => rmSync(input)],
  ['a file that was built is gone', () => rmSync(join(folder, 'main.js'))],
  ['the stamp is cut', () => writeFileSync(join(folder, 'stamp.json'), '{"inputs":')],
  ['there is no stamp', () => rmSync(join(folder, 'stamp.json'))],
])('a build is not current where %s', async (_, change) => {
  // The clock of inodes ticks every few milliseconds.
  await sleep(20);
  change();
  expect(isCurrent(folder)).toBe(false);
});
