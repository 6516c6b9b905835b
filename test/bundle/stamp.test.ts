import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { beginStamp, isCurrent, writeStamp } from '../../bundle/stamp.mjs';
import { packageFile } from '../../src/package.ts';

let folder = '';
let input = '';

/** In milliseconds; the clock of inodes ticks every few. */
const TICKS = 30;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'solutions-stamp-'));
  const source = mkdtempSync(join(tmpdir(), 'solutions-stamp-source-'));
  input = join(source, 'a.ts');
  writeFileSync(input, 'a');
  writeFileSync(join(folder, 'main.js'), 'a');
  await sleep(TICKS);
  build();
});

/** Stamps the folder; `during` is done before the end. */
function build(during?: () => void): void {
  const begun = beginStamp(folder);
  during?.();
  writeStamp(folder, begun, { inputs: [relative(packageFile(''), input)], outputs: ['main.js'] });
}

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
  ['a file that was built was written to', () => writeFileSync(join(folder, 'main.js'), 'b')],
  ['another build begins, and is killed', () => beginStamp(folder)],
  [
    'a source changes while it is built',
    () => {
      writeFileSync(input, 'b');
      build(() => writeFileSync(input, 'c'));
    },
  ],
  ['a file was not built', () => build(() => rmSync(join(folder, 'main.js')))],
  ['two builds ran at once, one within the other', () => build(() => build())],
  ['the stamp is cut', () => writeFileSync(join(folder, 'stamp.json'), '{"inputs":')],
  ['there is no stamp', () => rmSync(join(folder, 'stamp.json'))],
])('a build is not current where %s', async (_, change) => {
  await sleep(TICKS);
  change();
  expect(isCurrent(folder)).toBe(false);
});

it('a build of sources that change no more is current', async () => {
  writeFileSync(input, 'b');
  expect(isCurrent(folder)).toBe(false);
  await sleep(TICKS);
  build();
  expect(isCurrent(folder)).toBe(true);
});

it('two builds that overlap leave a folder that is not current', () => {
  const [first, second] = [beginStamp(folder), beginStamp(folder)];
  const made = { inputs: [relative(packageFile(''), input)], outputs: ['main.js'] };
  writeStamp(folder, first, made);
  writeStamp(folder, second, made);
  expect(isCurrent(folder)).toBe(false);
});
