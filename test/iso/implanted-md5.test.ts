import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openImage } from '../../src/iso/image.ts';
import { differingBytes, ImplantedMd5, readImplanted } from '../../src/iso/implanted-md5.ts';
import { readerOf } from '../../src/iso/reader.ts';
import { genisoimage, xorriso } from '../support/iso-make.ts';
import { scratch } from '../support/iso-scratch.ts';

const FIELD = 16 * 2048 + 883;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = scratch();
  folders.push(folder);
  return folder;
}

/** An image with a file of `size` bytes, its sums implanted. */
async function implanted(size: number, make = genisoimage): Promise<Buffer> {
  const folder = newFolder();
  mkdirSync(join(folder, 'root'));
  writeFileSync(join(folder, 'root', 'content'), randomBytes(size));
  const iso = join(folder, 'a.iso');
  await make(join(folder, 'root'), iso);
  await execa('implantisomd5', [iso]);
  return readFileSync(iso);
}

function sumsIn(bytes: Buffer) {
  const { applicationUse, volumeSize } = openImage(readerOf(bytes), 'a.iso');
  return readImplanted(applicationUse, volumeSize);
}

/** What our code says of an image, its bytes given in pieces of `step`. */
function resultOf(bytes: Buffer, step = 100_000) {
  const found = sumsIn(bytes);
  if (found?.kind !== 'sums') throw new Error('expected sums');
  const md5 = new ImplantedMd5(found.sums);
  for (let at = 0; at < bytes.length; at += step) md5.update(bytes.subarray(at, at + step));
  const result = md5.finish();
  return { ...result, bytes: differingBytes(found.sums, result), sums: found.sums };
}

async function checkisomd5(bytes: Buffer): Promise<boolean> {
  const iso = join(newFolder(), 'judged.iso');
  writeFileSync(iso, bytes);
  return (await execa('checkisomd5', [iso], { reject: false })).exitCode === 0;
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at);
  return changed;
}

describe('an image with implanted sums', () => {
  let good: Buffer = Buffer.alloc(0);
  beforeAll(async () => {
    good = await implanted(3_000_000);
  });

  test.each([
    ['genisoimage', genisoimage, 2_345_678],
    ['xorriso', xorriso, 1_000_000],
  ] as const)('by %s is whole, and so are its 20 fragments', async (_, make, size) => {
    const bytes = await implanted(size, make);
    expect(resultOf(bytes)).toMatchObject({ isWhole: true, fragment: 0 });
    expect(resultOf(bytes).sums.fragments?.count).toBe(20);
    expect(await checkisomd5(bytes)).toBe(true);
  });

  test('is whole in whatever pieces its bytes come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 400_000 }), (step) => {
        expect(resultOf(good, step)).toMatchObject({ isWhole: true, fragment: 0 });
      }),
      { numRuns: 20 },
    );
  });

  test('is not, after a change of any bit that is hashed; the bytes that are named hold it', () => {
    const { length } = resultOf(good).sums;
    fc.assert(
      fc.property(fc.nat(length - 1), (at) => {
        fc.pre(at < FIELD || at >= FIELD + 512);
        // A fragment has 12 bits: one in 4096 passes, and the next one tells.
        fc.pre(at < 32_768 || at > 45_056);
        const { isWhole, bytes } = resultOf(flipped(good, at));
        expect(isWhole).toBe(false);
        expect(bytes[1]).toBeGreaterThan(at);
      }),
      { numRuns: 60 },
    );
  });

  test.each([50_000, 400_000, 1_700_000, 3_100_000])(
    'that changed at byte %d names a part around it, as checkisomd5 refuses it',
    async (at) => {
      const bad = flipped(good, at);
      const { bytes } = resultOf(bad);
      expect(bytes[0]).toBeLessThanOrEqual(at);
      expect(bytes[1]).toBeGreaterThan(at);
      expect(bytes[1] - bytes[0]).toBeLessThan(400_000);
      expect(await checkisomd5(bad)).toBe(false);
    },
  );

  test('may differ in the last 15 sectors, which are not hashed', async () => {
    const bad = flipped(good, good.length - 15 * 2048);
    expect(resultOf(bad)).toMatchObject({ isWhole: true, fragment: 0 });
    expect(await checkisomd5(bad)).toBe(true);
  });

  test('of which a fragment’s sum was changed is whole but for that fragment', async () => {
    const at = good.indexOf('FRAGMENT SUMS = ') + 'FRAGMENT SUMS = '.length + 3 * 6;
    const bad = Buffer.from(good);
    bad.write(bad.toString('latin1', at, at + 1) === '0' ? '1' : '0', at, 'latin1');
    expect(resultOf(bad)).toMatchObject({ isWhole: true, fragment: 7 });
    expect(await checkisomd5(bad)).toBe(false);
  });

  test('that is small has its whole sum compared alone: checkisomd5 refuses what implantisomd5 made', async () => {
    const bytes = await implanted(1000);
    expect(await checkisomd5(bytes)).toBe(false);
    expect(resultOf(bytes)).toMatchObject({ isWhole: true, fragment: 0 });
    expect(resultOf(bytes).sums.fragments).toBeUndefined();
    const bad = flipped(bytes, 100_000);
    expect(resultOf(bad)).toMatchObject({ isWhole: false, bytes: [0, bytes.length - 15 * 2048] });
  });

  test('that ends before its sums do is not whole', () => {
    const found = sumsIn(good);
    if (found?.kind !== 'sums') throw new Error('expected sums');
    const md5 = new ImplantedMd5(found.sums);
    md5.update(good.subarray(0, 1_000_000));
    expect(md5.finish().isWhole).toBe(false);
  });
});

function read(text: string, volumeSize = 10_000_000) {
  return readImplanted(Buffer.from(text.padEnd(512)), volumeSize);
}

describe('the field of implanted sums', () => {
  const md5 = `ISO MD5SUM = ${'a'.repeat(32)};`;
  const fragments = `FRAGMENT SUMS = ${'b'.repeat(60)};FRAGMENT COUNT = 20;`;

  test.each([
    ['blanks', ''],
    ['zeros', '\0'.repeat(512)],
    ['what another program left', 'CD-RTOS CD-BRIDGE'],
  ])('with %s has none', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  test('may be without fragments, as the first versions wrote it', () => {
    expect(read(`${md5}SKIPSECTORS = 15;RHLISOSTATUS=1;`)).toEqual({
      kind: 'sums',
      sums: { md5: 'a'.repeat(32), length: 10_000_000 - 15 * 2048, fragments: undefined },
    });
  });

  test.each([
    ['a sum that is cut', 'ISO MD5SUM = abc;SKIPSECTORS = 15;'],
    ['no number of sectors', md5],
    ['a negative number of sectors', `${md5}SKIPSECTORS = -1;`],
    ['more sectors than there are', `${md5}SKIPSECTORS = 999999999;`],
    ['as many sectors as there are', `${md5}SKIPSECTORS = 4882;`],
    ['no fragments', `${md5}SKIPSECTORS = 15;FRAGMENT SUMS = ;FRAGMENT COUNT = 0;`],
    [
      '61 fragments',
      `${md5}SKIPSECTORS = 15;FRAGMENT SUMS = ${'b'.repeat(60)};FRAGMENT COUNT = 61;`,
    ],
    [
      'fewer sums than fragments',
      `${md5}SKIPSECTORS = 15;FRAGMENT SUMS = bbb;FRAGMENT COUNT = 20;`,
    ],
    ['the note alone', 'THIS IS NOT THE SAME AS RUNNING MD5SUM ON THIS ISO!!'],
  ])('is damaged with %s', (_, text) => {
    expect(read(text)?.kind).toBe('damaged');
  });

  test('of any bytes gives nothing, damage or sums that end inside the volume', () => {
    const piece = fc.constantFrom(
      md5,
      'SKIPSECTORS = ',
      'FRAGMENT',
      fragments,
      ';',
      '9',
      '15',
      ' = ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(1 << 30), (pieces, size) => {
        const found = read(pieces.join('').slice(0, 512), size);
        const length = found?.kind === 'sums' ? found.sums.length : 0;
        expect(length).toBeLessThanOrEqual(size);
      }),
    );
  });
});

test('what looks at an image changes none of its bytes', async () => {
  const bytes = await implanted(100_000);
  const before = Buffer.from(bytes);
  resultOf(bytes);
  expect(bytes.equals(before)).toBe(true);
});
