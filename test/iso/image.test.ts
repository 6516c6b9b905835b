import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openImage, readEntry, type Image } from '../../src/iso/image.ts';
import { openFile, type Reader } from '../../src/iso/reader.ts';
import {
  genisoimage,
  mkisofs,
  mkisofsHead,
  sparseFile,
  xorriso,
  type IsoProgram,
} from '../support/iso-make.ts';
import { scratch } from '../support/iso-scratch.ts';

const LONG = `${'n'.repeat(240)}_crd.yaml`;
const DIGEST = 'ab'.repeat(32);
const DEEP = 'a/b/c/d/e/f/g/h/i/j/k/deep.txt';
const FILES: Readonly<Record<string, string>> = {
  'manifest.yaml': 'kind: Solution\n',
  empty: '',
  'images/server/1.0.0-rc.1/manifest.json': '{}',
  [`images/server/1.0.0-rc.1/${DIGEST}`]: 'layer'.repeat(1000),
  [`operator/deploy/crds/${LONG}`]: 'kind: CustomResourceDefinition\n',
  [DEEP]: 'deep',
  'é€.txt': 'unicode',
  'two words;1': 'no version',
  'trailing.': 'dot',
};
const LINKS: Readonly<Record<string, string>> = {
  current: 'images/./server/../server',
  absolute: `/${'component/'.repeat(24)}end`,
  dangling: '/absent',
};

let folder = '';
let root = '';
const readers: Reader[] = [];

beforeAll(() => {
  folder = scratch();
  root = join(folder, 'root');
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  for (const [path, target] of Object.entries(LINKS)) symlinkSync(target, join(root, path));
  mkdirSync(join(root, 'nothing'));
  linkSync(join(root, 'manifest.yaml'), join(root, 'same.yaml'));
});
afterAll(() => {
  for (const reader of readers) reader.close();
  rmSync(folder, { recursive: true });
});

function open(iso: string): Image {
  const reader = openFile(iso);
  readers.push(reader);
  return openImage(reader, 'test.iso');
}

type Line = readonly [path: string, kind: string, content: string];

/** The tree on disk in the words of an image: path, kind, and content or target. */
function onDisk(path = ''): Line[] {
  const full = join(root, path);
  const stat = lstatSync(full);
  if (stat.isSymbolicLink()) return [[path, 'symlink', readlinkSync(full)]];
  if (stat.isFile()) return [[path, 'file', readFileSync(full, 'utf8')]];
  const below = readdirSync(full).flatMap((name) => onDisk(path === '' ? name : `${path}/${name}`));
  const own: Line[] = path === '' ? [] : [[path, 'directory', '']];
  return [...own, ...below].sort(([one], [other]) =>
    Buffer.compare(Buffer.from(one), Buffer.from(other)),
  );
}

function inImage(image: Image): Line[] {
  return Array.from(image.entries, ([path, entry]) => {
    const content = entry.kind === 'file' ? textOf(image, path) : (entry.target ?? '');
    return [path, entry.kind, content];
  });
}

function textOf(image: Image, path: string): string {
  const entry = image.entries.get(path);
  if (entry === undefined) throw new Error(`no ${path} in the image`);
  return Buffer.from(readEntry(image, entry, 10_000)).toString();
}

describe.each([
  ['genisoimage', genisoimage],
  ['xorriso', xorriso],
])('an image made by %s as vendors do', (program, make) => {
  const iso = () => join(folder, `${program}.iso`);
  beforeAll(() => make(root, iso()));

  test('holds the tree that it was made from: names, contents, links, in byte order', () => {
    const image = open(iso());
    expect(inImage(image)).toEqual(onDisk());
    expect(image.names).toBe('rock-ridge');
    expect(image.volumeId).toBe('Example 1.0.0');
  });

  test('gives no notice', () => expect(open(iso()).notices).toEqual([]));

  test('is as long as its volume says', () => {
    const image = open(iso());
    expect(image.volumeSize).toBe(image.reader.size);
  });

  test('stores hard links once', () => {
    const { entries } = open(iso());
    expect(entries.get('same.yaml')?.extents).toEqual(entries.get('manifest.yaml')?.extents);
  });

  test('tells modes and that nothing is in an empty file', () => {
    const { entries } = open(iso());
    expect(entries.get('nothing')?.mode).toBe(0o40755);
    expect(entries.get('empty')).toEqual({
      path: 'empty',
      kind: 'file',
      size: 0,
      extents: [],
      mode: 0o100644,
    });
  });
});

test('directories that genisoimage relocated are where they came from, and rr_moved is not shown', async () => {
  const iso = join(folder, 'moved.iso');
  await genisoimage(root, iso);
  const plain = await execa('isoinfo', ['-f', '-i', iso]);
  expect(plain.stdout.toUpperCase()).toContain('RR_MOVED/');
  const { entries } = open(iso);
  expect(entries.has(DEEP)).toBe(true);
  expect([...entries.keys()].filter((path) => /rr_moved/iu.test(path))).toEqual([]);
});

test('a skip length before the System Use entries (CD-ROM XA) is honoured', async () => {
  const iso = join(folder, 'xa.iso');
  await mkisofs('genisoimage', iso, ['-xa', '-rock', root]);
  const image = open(iso);
  expect(image.names).toBe('rock-ridge');
  expect(textOf(image, DEEP)).toBe('deep');
});

test.each<IsoProgram>(['genisoimage', 'xorriso'])(
  'Joliet names are read where %s wrote no Rock Ridge',
  async (program) => {
    const small = join(folder, `joliet-${program}`);
    mkdirSync(join(small, 'images'), { recursive: true });
    writeFileSync(join(small, 'images', DIGEST), 'layer');
    writeFileSync(join(small, 'é two.words'), 'x');
    const iso = join(folder, `joliet-${program}.iso`);
    const rock = program === 'xorriso' ? ['-rational-rock', '--norock'] : [];
    await mkisofs(program, iso, ['-joliet', '-input-charset', 'utf-8', ...rock, small]);
    const image = open(iso);
    expect(image.names).toBe('joliet');
    expect(textOf(image, `images/${DIGEST}`)).toBe('layer');
    expect(textOf(image, 'é two.words')).toBe('x');
  },
);

test('Joliet names that may have been cut are noticed', async () => {
  const iso = join(folder, 'cut.iso');
  await mkisofs('genisoimage', iso, [
    '-joliet',
    '-joliet-long',
    '-input-charset',
    'utf-8',
    join(root, 'operator'),
  ]);
  const image = open(iso);
  expect([...image.entries.keys()].at(-1)).toHaveLength('deploy/crds/'.length + 103);
  expect(image.notices.map(({ code }) => code)).toEqual(['iso-cut-names']);
});

test('plain names are shown as stored, without versions, with a notice that names are lost', async () => {
  const iso = join(folder, 'plain.iso');
  await mkisofs('genisoimage', iso, [join(root, 'images')]);
  const image = open(iso);
  expect(image.names).toBe('plain');
  expect([...image.entries.keys()]).toEqual([
    'SERVER',
    'SERVER/1_0_0_RC.1',
    'SERVER/1_0_0_RC.1/ABABABAB',
    'SERVER/1_0_0_RC.1/MANIFEST.JSO',
  ]);
  expect(image.notices.map(({ code }) => code)).toEqual(['iso-plain-names']);
});

test('names in iso8859-1 and in utf-8 are both text', async () => {
  const small = join(folder, 'latin');
  mkdirSync(small);
  writeFileSync(Buffer.concat([Buffer.from(`${small}/caf`), Buffer.from([0xe9])]), 'latin1');
  writeFileSync(join(small, 'naïve'), 'utf-8');
  const iso = join(folder, 'latin.iso');
  const charset = ['-input-charset', 'iso8859-1', '-output-charset', 'iso8859-1'];
  await mkisofs('genisoimage', iso, ['-rock', ...charset, small]);
  const image = open(iso);
  expect(textOf(image, 'café')).toBe('latin1');
  expect(textOf(image, 'naïve')).toBe('utf-8');
});

test('entries are in the order of the UTF-8 bytes of their paths', async () => {
  const small = join(folder, 'order');
  mkdirSync(join(small, 'a'), { recursive: true });
  const names = ['a/b', 'a-b', 'B', '\uFF5E', '\u{1F600}', 'é', 'z'];
  for (const name of names) writeFileSync(join(small, name), '');
  const iso = join(folder, 'order.iso');
  await mkisofs('xorriso', iso, ['-rock', small]);
  const expected = ['B', 'a', 'a-b', 'a/b', 'z', 'é', '\uFF5E', '\u{1F600}'];
  expect([...open(iso).entries.keys()]).toEqual(expected);
});

test('the sums of implantisomd5 are in the application use field', async () => {
  const iso = join(folder, 'sums.iso');
  await genisoimage(join(root, 'images'), iso);
  await execa('implantisomd5', [iso]);
  expect(Buffer.from(open(iso).applicationUse).toString('latin1')).toContain('ISO MD5SUM = ');
});

test('the tree of 40 images with 200 blobs takes 20 reads of the disk at most, then one a manifest', async () => {
  const archive = join(folder, 'archive');
  for (let index = 0; index < 40; index += 1) {
    const image = join(archive, 'images', `image-${index}`, `1.${index}.0`);
    mkdirSync(image, { recursive: true });
    writeFileSync(join(image, 'manifest.json'), '{}'.repeat(500));
    for (let blob = 0; blob < 5; blob += 1) {
      writeFileSync(join(image, `${index * 5 + blob}`.padStart(64, '0')), 'blob'.repeat(2000));
    }
  }
  const iso = join(folder, 'archive.iso');
  await genisoimage(archive, iso);
  const image = open(iso);
  expect(image.reader.reads).toBeLessThanOrEqual(20);
  const before = image.reader.reads;
  const manifests = [...image.entries.values()].filter(({ path }) => path.endsWith('.json'));
  for (const manifest of manifests) readEntry(image, manifest, 10_000);
  expect(manifests).toHaveLength(40);
  expect(image.reader.reads - before).toBeLessThanOrEqual(40);
});

describe('files over 4 GiB', () => {
  const GIB = 2 ** 30;
  let big = '';
  beforeAll(async () => {
    big = join(folder, 'big');
    mkdirSync(big);
    await sparseFile(join(big, 'layer'), 5 * GIB);
    writeFileSync(join(big, 'zz-after'), 'after');
  });

  test.each([[[]], [['-joliet']]])(
    'are whole in an image of xorriso -iso-level 3 %j',
    async (names) => {
      const iso = join(folder, 'sections.iso');
      const rock = names.length === 0 ? ['-rock'] : ['--norock'];
      await mkisofsHead('xorriso', iso, ['-iso-level', '3', ...rock, ...names, big]);
      const { entries } = open(iso);
      const layer = entries.get('layer');
      const start = layer?.extents[0]?.offset ?? 0;
      expect(layer?.size).toBe(5 * GIB);
      expect(layer?.extents).toEqual([{ offset: start, length: 5 * GIB }]);
      expect(entries.get('zz-after')?.extents[0]?.offset).toBe(start + 5 * GIB);
    },
  );
});
