import { execFileSync } from 'node:child_process';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFile, readerOf } from '../../src/iso/reader.ts';
import { errorOf, scratch } from '../support/iso-scratch.ts';

const SIZE = 700_001;
const bytes = Buffer.from(Array.from({ length: SIZE }, (_, index) => (index * 31) % 251));
let folder = '';
let path = '';

beforeAll(() => {
  folder = scratch();
  path = join(folder, 'bytes');
  writeFileSync(path, bytes);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('any range through any method is what the file holds', () => {
  const file = openFile(path);
  const buffer = readerOf(bytes);
  const range = fc.tuple(
    fc.nat(SIZE),
    fc.nat(SIZE),
    fc.constantFrom('read' as const, 'view' as const),
  );
  fc.assert(
    fc.property(fc.array(range), (ranges) => {
      for (const [a, b, method] of ranges) {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const expected = bytes.subarray(start, end);
        expect(file[method](start, end - start).equals(expected)).toBe(true);
        expect(buffer[method](start, end - start).equals(expected)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
  file.close();
});

test('views that lie near each other cost one read of the disk', () => {
  const file = openFile(path);
  for (let offset = 0; offset < 200_000; offset += 2048) file.view(offset, 2048);
  expect(file.reads).toBe(1);
  file.close();
});

test('a read that no view has fetched takes these bytes alone, in one read', () => {
  const file = openFile(path);
  expect(file.read(300_000, 10)).toHaveLength(10);
  file.read(300_000, 10);
  expect(file.reads).toBe(2);
  file.close();
});

test('what read returns is the caller’s: changing it changes no later answer', () => {
  const file = openFile(path);
  const before = Buffer.from(file.view(0, 100));
  file.read(0, 100).fill(0xff);
  expect(file.read(0, 100).equals(before)).toBe(true);
  readerOf(bytes).read(0, 100).fill(0xff);
  expect(bytes.subarray(0, 100).equals(before)).toBe(true);
  file.close();
});

describe.each([
  ['file', () => openFile(path)],
  ['buffer', () => readerOf(bytes)],
])('through a %s', (_, open) => {
  test.each(['read', 'view'] as const)('%s beyond the end is refused with both sizes', (method) => {
    const reader = open();
    const error = errorOf(() => reader[method](SIZE - 5, 6));
    expect(error.code).toBe('iso-truncated');
    expect(error.message).toBe('the image ends after 700001 bytes, 700002 are needed');
    reader.close();
  });
});

test('a file that shrinks while it is open is refused, not padded', () => {
  const shrinking = join(folder, 'shrinking');
  writeFileSync(shrinking, bytes);
  const reader = openFile(shrinking);
  truncateSync(shrinking, 1000);
  expect(errorOf(() => reader.read(500, 2000)).code).toBe('iso-truncated');
  reader.close();
});

test.each([
  ['a missing file', () => join(folder, 'absent'), 'there is no such file'],
  ['a directory', () => folder, 'found a directory'],
  ['a device', () => '/dev/zero', 'found a device or pipe'],
  ['a FIFO without a writer', () => makeFifo(), 'found a device or pipe'],
])('%s is refused at once', (_, name, message) => {
  const file = name();
  const error = errorOf(() => openFile(file));
  expect(error.code).toBe('iso-unreadable');
  expect(error.message).toContain(message);
  expect(error.place?.file).toBe(file);
});

function makeFifo(): string {
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  return fifo;
}
