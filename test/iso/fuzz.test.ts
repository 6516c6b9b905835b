import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SolutionsError } from '../../src/errors.ts';
import { openImage, readEntry, type Image } from '../../src/iso/image.ts';
import type { Reader } from '../../src/iso/reader.ts';
import { genisoimage, xorriso } from '../support/iso-make.ts';
import { scratch, throughBuffer, throughFile } from '../support/iso-scratch.ts';

const SYSTEM_AREA = 16 * 2048;
/** How long each kind of damage is tried. Milliseconds. */
const TIME = 600;

let folder = '';
const images: Buffer[] = [];

beforeAll(async () => {
  folder = scratch();
  const root = join(folder, 'root');
  const names = [
    'manifest.yaml',
    `images/server/1.0/${'ab'.repeat(32)}`,
    `crds/${'n'.repeat(250)}`,
  ];
  for (const name of [...names, 'a/b/c/d/e/f/g/h/i/deep', 'é€']) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), name);
  }
  symlinkSync(`/${'component/'.repeat(20)}`, join(root, 'link'));
  for (const make of [genisoimage, xorriso]) {
    const iso = join(folder, 'image.iso');
    await make(root, iso, ['-no-pad']);
    images.push(readFileSync(iso));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Opens and reads everything: whether that gave a value, not our error. Anything else throws. */
function survive(reader: Reader): boolean {
  const start = performance.now();
  const survived = readAll(reader);
  insist(performance.now() - start < 1000, 'it takes less than a second');
  return survived;
}

function readAll(reader: Reader): boolean {
  try {
    check(openImage(reader, 'fuzz.iso'));
    return true;
  } catch (error) {
    if (!(error instanceof SolutionsError)) throw error;
    insist(/^iso-[a-z-]+$/u.test(error.code), 'the code is one of ours');
    insist(!/\p{Cc}/u.test(`${error.message}${error.place?.file}`), 'no controls are printed');
    return false;
  }
}

function check(image: Image): void {
  let before = '';
  for (const [path, entry] of image.entries) {
    insist(!/\p{Cc}|^\/|\/\/|(?:^|\/)\.\.?(?:\/|$)/u.test(path), 'paths are clean');
    insist(Buffer.compare(Buffer.from(before), Buffer.from(path)) < 0, 'paths are in order');
    before = path;
    const length = entry.extents.reduce((sum, extent) => sum + extent.length, 0);
    insist(length === entry.size, 'extents have the size of the file');
    if (entry.kind !== 'file') continue;
    const content = readEntry(image, entry, image.reader.size);
    insist(content.length === length, 'the content is whole');
  }
}

function insist(holds: boolean, what: string): void {
  if (!holds) throw new Error(`broken: ${what}`);
}

/** Where to damage: descriptors and directories more often than data. */
const offset = fc.oneof(
  fc.integer({ min: SYSTEM_AREA, max: SYSTEM_AREA + 4 * 2048 }),
  fc.integer({ min: SYSTEM_AREA, max: SYSTEM_AREA + 60 * 2048 }),
);
const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 4 }),
  fc.constantFrom(Uint8Array.of(0), Uint8Array.of(255), Uint8Array.of(255, 255, 255, 255)),
);
const whichImage = fc.nat(1);

/** A number in both of its halves: damage that gets beyond the first comparison. */
const number = fc.nat(2 ** 32 - 1).map((value) => {
  const both = Buffer.alloc(8);
  both.writeUInt32LE(value);
  both.writeUInt32BE(value, 4);
  return both;
});

interface Patch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

const patches = fc.array(fc.record({ at: offset, bytes }), { minLength: 1, maxLength: 4 });
const numberPatches = fc.array(fc.record({ at: offset, bytes: number }), {
  minLength: 1,
  maxLength: 2,
});
const splice = fc.record({ from: offset, to: offset, length: fc.integer({ min: 1, max: 4096 }) });

function patched(which: number, changes: readonly Patch[]): Buffer {
  const copy = Buffer.from(images[which] ?? '');
  for (const change of changes) {
    for (const [index, byte] of change.bytes.entries())
      copy[(change.at + index) % copy.length] = byte;
  }
  return copy;
}

/** Damages images for a while: how many gave a value, and how many our error. */
function outcomes(damaged: fc.Arbitrary<Buffer>, through = throughBuffer<boolean>) {
  const count = { values: 0, errors: 0 };
  fc.assert(
    fc.property(damaged, (image) => {
      if (through(image, survive)) count.values += 1;
      else count.errors += 1;
    }),
    { numRuns: 1_000_000, interruptAfterTimeLimit: TIME, markInterruptAsFailure: false },
  );
  return count;
}

function throughBoth(image: Buffer, look: (reader: Reader) => boolean): boolean {
  const value = throughFile(image, look);
  insist(value === throughBuffer(image, look), 'file and buffer agree');
  return value;
}

const whichPatched = fc
  .tuple(whichImage, patches)
  .map(([which, changes]) => patched(which, changes));

describe('a damaged image gives a value or our error, soon', () => {
  test('undamaged, it gives a value', () => {
    expect(images.map((image) => throughBuffer(image, survive))).toEqual([true, true]);
  });

  test.each<readonly [string, fc.Arbitrary<Buffer>]>([
    ['bytes were flipped', whichPatched],
    [
      'numbers were replaced',
      fc.tuple(whichImage, numberPatches).map(([which, changes]) => patched(which, changes)),
    ],
    [
      'pieces were copied elsewhere',
      fc
        .tuple(whichImage, splice)
        .map(([which, { from, to, length }]) =>
          Buffer.from(images[which] ?? '').copyWithin(to, from, from + length),
        ),
    ],
    [
      'it was cut off',
      fc
        .tuple(whichImage, fc.nat(200_000))
        .map(([which, end]) => Buffer.from(images[which]?.subarray(0, end) ?? '')),
    ],
  ])('after %s', (_, damaged) => {
    const { values, errors } = outcomes(damaged);
    // Damage that always or never matters would try nothing.
    expect(values).toBeGreaterThan(0);
    expect(errors).toBeGreaterThan(0);
  });

  test('through a file as through a buffer', () => {
    expect(outcomes(whichPatched, throughBoth).errors).toBeGreaterThan(0);
  });

  test('noise is no image', () => {
    const noise = fc.uint8Array({ maxLength: 5000 }).map((found) => Buffer.from(found));
    expect(outcomes(noise).values).toBe(0);
  });
});
