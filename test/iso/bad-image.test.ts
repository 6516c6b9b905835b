import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IsoCode } from '../../src/iso/failure.ts';
import { openImage, readEntry } from '../../src/iso/image.ts';
import { openFile } from '../../src/iso/reader.ts';
import { genisoimage, mkisofsHead, sparseFile } from '../support/iso-make.ts';
import { both32 } from '../support/iso-craft.ts';
import { errorOf, opened, scratch, throughBuffer, throughFile } from '../support/iso-scratch.ts';

const SECTOR = 2048;
const PRIMARY = 16 * SECTOR;
const NAME = 'manifest.yaml';

let folder = '';
let root = '';
let good = Buffer.alloc(0);

beforeAll(async () => {
  folder = scratch();
  root = join(folder, 'root');
  mkdirSync(join(root, 'images', 'server'), { recursive: true });
  writeFileSync(join(root, NAME), 'kind: Solution\n'.repeat(300));
  writeFileSync(join(root, 'images', 'server', 'layer'), 'layer');
  await genisoimage(root, join(folder, 'good.iso'));
  good = readFileSync(join(folder, 'good.iso'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The good image after `edit`. */
function edited(edit: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(good);
  edit(bytes);
  return bytes;
}

/** The offset of the record of `name` in the Rock Ridge tree. */
function recordOf(bytes: Buffer, name: string): number {
  const at = bytes.indexOf(Buffer.from(`\x01\0${name}`, 'latin1'));
  let record = Math.floor(at / SECTOR) * SECTOR;
  while (record + bytes.readUInt8(record) < at) record += bytes.readUInt8(record);
  return record;
}

/** The offset of the NM entry with `name`. */
function nameOf(bytes: Buffer, name: string): number {
  return bytes.indexOf(Buffer.from(`\x01\0${name}`, 'latin1')) - 3;
}

function rename(name: string): Buffer {
  return edited((bytes) => void bytes.write(name, nameOf(bytes, NAME) + 5, 'latin1'));
}

interface Case {
  readonly title: string;
  readonly bytes: () => Buffer;
  readonly code: IsoCode;
  /** What the message must say. */
  readonly says: string;
  /** The path in the place. */
  readonly inside?: string;
}

const others: readonly (readonly [title: string, bytes: () => Buffer, says: string])[] = [
  ['an empty file', () => Buffer.alloc(0), 'an empty file'],
  ['text', () => Buffer.from('apiVersion: v1\nkind: Solution\n'.repeat(5000)), 'text'],
  ['short text', () => Buffer.from('hello\n'), 'text'],
  ['a checksum list', () => Buffer.from(`${'a'.repeat(64)}  solution.iso\n`), 'text'],
  ['a gzip file', () => gzipSync(good), 'a gzip file'],
  ['an xz file', () => Buffer.concat([Buffer.from('\xfd7zXZ\0', 'latin1'), good]), 'an xz file'],
  [
    'a Git LFS pointer',
    () => Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'),
    'a Git LFS pointer',
  ],
  ['raw 2352-byte sectors', () => rawSectors(good), 'raw CD sectors of 2352 bytes'],
  ['UDF with NSR02 alone', () => udfOnly('NSR02'), 'UDF without an ISO 9660 volume'],
  ['UDF with NSR03 alone', () => udfOnly('NSR03'), 'UDF without an ISO 9660 volume'],
  ['zeros', () => Buffer.alloc(100_000), 'zeros where the image should begin'],
  ['noise', () => Buffer.from(good.subarray(40_000)), 'something else'],
  [
    'a descriptor set without a primary volume',
    () => edited((bytes) => bytes.writeUInt8(0, PRIMARY)),
    'zeros',
  ],
];
const notImages = others.map(([title, bytes, says]): Case => ({
  title,
  bytes,
  says,
  code: 'iso-not-an-image',
}));

const damaged: readonly Case[] = [
  {
    title: 'an image cut off in its data',
    bytes: () => Buffer.from(good.subarray(0, good.length - 100_000)),
    code: 'iso-truncated',
    get says() {
      return `the file has ${good.length - 100_000} bytes, the volume in it ${good.length}`;
    },
  },
  {
    title: 'an image cut off after its first descriptor',
    bytes: () => Buffer.from(good.subarray(0, PRIMARY + SECTOR)),
    code: 'iso-truncated',
    says: 'the image is cut off',
  },
  {
    title: 'a block size of 4096',
    bytes: () =>
      edited((bytes) => {
        bytes.writeUInt16LE(4096, PRIMARY + 128);
        bytes.writeUInt16BE(4096, PRIMARY + 130);
      }),
    code: 'iso-unsupported',
    says: 'the logical block size is 4096, expected 512, 1024 or 2048',
  },
  {
    title: 'a root directory beyond the end',
    bytes: () => edited((bytes) => both32(bytes, PRIMARY + 156 + 2, 0xffffff)),
    code: 'iso-extent',
    says: 'the root directory',
  },
  {
    title: 'a root directory without bytes',
    bytes: () => edited((bytes) => both32(bytes, PRIMARY + 156 + 10, 0)),
    code: 'iso-corrupt',
    says: 'the root directory has 0 bytes',
  },
  {
    title: 'two different halves of a number',
    bytes: () => edited((bytes) => bytes.writeUInt32BE(77, recordOf(bytes, NAME) + 6)),
    code: 'iso-corrupt',
    says: 'a number is recorded twice and differs',
  },
  {
    title: 'a file that begins beyond the end',
    bytes: () => edited((bytes) => both32(bytes, recordOf(bytes, NAME) + 2, 0xfffffff0)),
    code: 'iso-extent',
    says: 'the file ends at byte',
    inside: NAME,
  },
  {
    title: 'a file that ends beyond the end',
    bytes: () => edited((bytes) => both32(bytes, recordOf(bytes, NAME) + 10, 0xfffffff0)),
    code: 'iso-extent',
    says: 'the file ends at byte',
    inside: NAME,
  },
  {
    title: 'a directory beyond the end',
    bytes: () => edited((bytes) => both32(bytes, recordOf(bytes, 'images') + 2, 0x7fffffff)),
    code: 'iso-extent',
    says: 'the directory ends at byte',
    inside: 'images',
  },
  {
    title: 'a directory that is its own grandchild',
    bytes: () =>
      edited((bytes) => {
        const images = bytes.readUInt32LE(recordOf(bytes, 'images') + 2);
        both32(bytes, recordOf(bytes, 'server') + 2, images);
      }),
    code: 'iso-loop',
    says: 'the directory is at the same place as another one',
    inside: 'images/server',
  },
  {
    title: 'an interleaved file',
    bytes: () => edited((bytes) => bytes.writeUInt8(1, recordOf(bytes, NAME) + 26)),
    code: 'iso-unsupported',
    says: 'interleaved',
    inside: NAME,
  },
  {
    title: 'a file on another volume of a set',
    bytes: () =>
      edited((bytes) => {
        bytes.writeUInt16LE(2, recordOf(bytes, NAME) + 28);
        bytes.writeUInt16BE(2, recordOf(bytes, NAME) + 30);
      }),
    code: 'iso-unsupported',
    says: 'the file is on volume 2 of a set',
    inside: NAME,
  },
  {
    title: 'a file whose last section is missing',
    bytes: () => edited((bytes) => bytes.writeUInt8(0x80, recordOf(bytes, NAME) + 25)),
    code: 'iso-corrupt',
    says: 'the last sections of a file are missing',
  },
  {
    title: 'a record that is shorter than its fields',
    bytes: () => edited((bytes) => bytes.writeUInt8(20, recordOf(bytes, NAME))),
    code: 'iso-corrupt',
    says: 'a directory record has 20 bytes',
  },
  {
    title: 'a name that is longer than its record',
    bytes: () => edited((bytes) => bytes.writeUInt8(250, recordOf(bytes, NAME) + 32)),
    code: 'iso-corrupt',
    says: 'claims a name of 250',
  },
  {
    title: 'a System Use entry that is longer than its record',
    bytes: () => edited((bytes) => bytes.writeUInt8(255, nameOf(bytes, NAME) + 2)),
    code: 'iso-corrupt',
    says: 'a System Use entry has 255 bytes',
  },
  {
    title: 'a Rock Ridge name that goes on and does not',
    bytes: () => edited((bytes) => bytes.writeUInt8(1, nameOf(bytes, NAME) + 4)),
    code: 'iso-corrupt',
    says: 'the rest of a Rock Ridge name is missing',
  },
];

const names: readonly (readonly [title: string, name: string, says: string])[] = [
  ['a slash', 'a/b', '`a/bifest.yaml` is refused: it holds a slash'],
  ['an absolute path', '/etc/passwd__', '`/etc/passwd__` is refused: it holds a slash'],
  ['a way up', '../../x', '`../../xt.yaml` is refused: it holds a slash'],
  ['NUL', 'a\0', '`a\\u0000nifest.yaml` is refused: it holds control characters'],
  [
    'an escape sequence',
    '\x1b[31m',
    '`\\u001b[31mest.yaml` is refused: it holds control characters',
  ],
  ['a C1 control in iso8859-1', '\x9b31m', '`\\u009b31mfest.yaml` is refused'],
  ['a line break', 'a\nb', '`a\\u000abifest.yaml` is refused'],
  ['DEL', '\x7f', '`\\u007fanifest.yaml` is refused'],
  ['reversed text', '\xe2\x80\xae', '`\\u202eifest.yaml` is refused'],
];
const badNames = names.map(([title, name, says]): Case => ({
  title: `a name with ${title}`,
  bytes: () => rename(name),
  code: 'iso-bad-name',
  says,
}));

const cases = [...notImages, ...damaged, ...badNames].map((given) => [given.title, given] as const);

describe.each([
  ['a file', throughFile],
  ['a buffer', throughBuffer],
])('through %s', (_, use) => {
  test.each(cases)('%s is refused', (_title, given) => {
    const error = errorOf(() =>
      use(given.bytes(), (reader) => openImage(reader, 'vendor/test.iso')),
    );
    expect(error.message).toContain(given.says);
    expect(error.code).toBe(given.code);
    const place = given.inside === undefined ? '' : `:${given.inside}`;
    expect(error.place?.file).toBe(`vendor/test.iso${place}`);
    expect(`${error.message}${error.hint ?? ''}${error.place?.file}`).not.toMatch(/\p{Cc}/u);
  });

  test('the unharmed image is read', () => {
    const text = use(good, (reader) => {
      const image = openImage(reader, 'test.iso');
      const entry = image.entries.get(NAME);
      return entry && Buffer.from(readEntry(image, entry, 10_000)).toString();
    });
    expect(text).toBe('kind: Solution\n'.repeat(300));
  });
});

test('a name of `..` is refused', () => {
  const bytes = edited((image) => image.writeUInt8(0x04, nameOf(image, NAME) + 4));
  expect(errorOf(() => opened(bytes)).message).toBe(
    'the name `..` is refused: it means another directory',
  );
});

test('an empty big-endian half is passed with one notice', () => {
  const image = opened(
    edited((bytes) => {
      bytes.writeUInt32BE(0, recordOf(bytes, NAME) + 6);
      bytes.writeUInt32BE(0, recordOf(bytes, NAME) + 14);
    }),
  );
  expect(image.notices.map(({ code }) => code)).toEqual(['iso-endian']);
  expect(image.entries.get(NAME)?.size).toBe(4500);
});

test('a missing terminator is passed with a notice', () => {
  const image = opened(
    edited((bytes) => bytes.fill(0, PRIMARY + 2 * SECTOR, PRIMARY + 3 * SECTOR)),
  );
  expect(image.notices.map(({ code }) => code)).toEqual(['iso-terminator']);
  expect(image.entries.has(NAME)).toBe(true);
});

test('control characters in the volume id are escaped, with a notice', () => {
  const image = opened(edited((bytes) => void bytes.write('\x1b[2J', PRIMARY + 40, 'latin1')));
  expect(image.volumeId).toMatch(/^\\u001b\[2J/u);
  expect(image.notices.map(({ code }) => code)).toEqual(['iso-volume-id']);
});

test('an empty file may claim to be anywhere', () => {
  const image = opened(
    edited((bytes) => {
      both32(bytes, recordOf(bytes, NAME) + 2, 0xffffffff);
      both32(bytes, recordOf(bytes, NAME) + 10, 0);
    }),
  );
  expect(image.entries.get(NAME)?.extents).toEqual([]);
});

describe('readEntry', () => {
  test('refuses a file over the limit with both sizes', () => {
    const image = opened(good);
    const entry = image.entries.get(NAME);
    const error = errorOf(() => entry && readEntry(image, entry, 4499));
    expect(error.code).toBe('iso-file-too-large');
    expect(error.message).toBe('the file has 4500 bytes, at most 4499 are read');
    expect(error.place?.file).toBe(`test.iso:${NAME}`);
  });

  test('refuses a directory', () => {
    const image = opened(good);
    const entry = image.entries.get('images');
    expect(errorOf(() => entry && readEntry(image, entry, 10)).message).toBe(
      'expected a file, found a directory',
    );
  });
});

describe('an image made with -allow-limited-size', () => {
  const GIB = 2 ** 30;
  test.each([
    ['in the middle', { aa: 5 * GIB, zz: 10 }, 'aa', 4 * GIB],
    ['at the end', { aa: 10, zz: 5 * GIB + 12_345 }, 'zz', 4 * GIB],
    ['of 4 GiB to the byte, recorded as empty', { aa: 10, mm: 4 * GIB, zz: 10 }, 'mm', 4 * GIB],
    ['of 13 GiB', { aa: 13 * GIB, zz: 10 }, 'aa', 12 * GIB],
  ])('is refused by the file %s', async (_, sizes, path, lost) => {
    const big = join(folder, `big-${path}-${lost}`);
    mkdirSync(big, { recursive: true });
    for (const [name, size] of Object.entries(sizes)) await sparseFile(join(big, name), size);
    const iso = `${big}.iso`;
    await mkisofsHead('genisoimage', iso, ['-rock', '-iso-level', '3', '-allow-limited-size', big]);
    const reader = openFile(iso);
    const error = errorOf(() => openImage(reader, iso));
    reader.close();
    expect(error.code).toBe('iso-limited-size');
    expect(error.message).toContain(`-allow-limited-size: ${lost} bytes follow`);
    expect(error.hint).toContain('-iso-level 3');
    expect(error.place?.file).toBe(`${iso}:${path}`);
  });
});

/** UDF of mkisofs in place of its ISO 9660 volume. */
function udfOnly(revision: string): Buffer {
  const bytes = Buffer.alloc(300 * SECTOR);
  for (const [index, id] of ['BEA01', revision, 'TEA01'].entries()) {
    bytes.write(`\0${id}\x01`, PRIMARY + index * SECTOR, 'latin1');
  }
  return bytes;
}

/** Each sector with the sync pattern, header and error correction of a raw copy (ECMA-130). */
function rawSectors(image: Buffer): Buffer {
  const sectors = [];
  for (let at = 0; at < image.length; at += SECTOR) {
    const raw = Buffer.alloc(2352);
    raw.fill(0xff, 1, 11);
    image.copy(raw, 16, at, at + SECTOR);
    sectors.push(raw);
  }
  return Buffer.concat(sectors);
}
