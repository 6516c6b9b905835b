import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RuleId } from '../../src/check/rules.ts';
import { crdText, scratchFolder, write } from './archive-make.ts';
import { goodTree } from './check-make.ts';
import { both32, directory, FIRST, folder, image, nm, px, record, sp } from './iso-craft.ts';
import { genisoimage, mkisofs, mkisofsHead, sparseFile } from './iso-make.ts';

const SECTOR = 2048;
const PRIMARY = 16 * SECTOR;
const JOLIET = 17 * SECTOR;
const NAME = 'manifest.yaml';
const ROCK_AND_JOLIET = '-volid=Store 1.0.0|-rock|-joliet|-joliet-long|-uid=0|-gid=0'.split(
  /[|=]/u,
);

/** How an image breaks one rule. */
export interface ImageCase {
  readonly rule: RuleId;
  readonly title: string;
  /** What else the same mistake says, by nature. */
  readonly also?: readonly RuleId[];
  /** Changes the tree before an image is made of it. */
  readonly tree?: (root: string) => void;
  /** Makes the image in another way than vendors do. */
  readonly make?: (root: string, iso: string) => Promise<void> | void;
  /** Further options for genisoimage. */
  readonly options?: readonly string[];
  /** Changes the bytes of the image. */
  readonly edit?: (bytes: Buffer) => void;
  /** Changes the file. */
  readonly file?: (iso: string) => void;
  /** The path inside the image. */
  readonly at?: string;
}

/** Makes the image of a case, and gives its path. */
export async function imageOf({ tree, make, options, edit, file }: ImageCase): Promise<string> {
  const root = goodTree();
  tree?.(root);
  const iso = join(scratchFolder(), 'a.iso');
  if (make) await make(root, iso);
  else await genisoimage(root, iso, ['-volid', 'Store 1.0.0', ...(options ?? [])]);
  if (edit) {
    const bytes = readFileSync(iso);
    edit(bytes);
    writeFileSync(iso, bytes);
  }
  file?.(iso);
  return iso;
}

/** The offset of the record with a Rock Ridge name. */
function recordOf(bytes: Buffer, name: string): number {
  return recordAround(bytes, bytes.indexOf(Buffer.from(`\x01\0${name}`, 'latin1')));
}

/** The offset of the record with a Joliet name. */
function jolietRecordOf(bytes: Buffer, name: string): number {
  return recordAround(bytes, bytes.indexOf(Buffer.from(name, 'utf16le').swap16()));
}

function recordAround(bytes: Buffer, at: number): number {
  if (at < 0) throw new Error('there is no such record');
  let start = Math.floor(at / SECTOR) * SECTOR;
  while (start + bytes.readUInt8(start) < at) start += bytes.readUInt8(start);
  return start;
}

/** The offset of the NM entry with a name. */
function nameOf(bytes: Buffer, name: string): number {
  return bytes.indexOf(Buffer.from(`\x01\0${name}`, 'latin1')) - 3;
}

function mkisofsWith(...options: readonly string[]) {
  return (root: string, iso: string) =>
    mkisofs('genisoimage', iso, ['-volid', 'Store 1.0.0', '-iso-level', '3', ...options, root]);
}

/** A chain of directories, each in a block of its own. */
function chain(levels: number): Buffer {
  const blocks = Object.fromEntries(
    Array.from({ length: levels }, (_, index) => {
      const block = FIRST + index;
      const systemUse = index === 0 ? Buffer.concat([sp(), px(0o040755)]) : px(0o040755);
      const child = folder('A', block + 1, { systemUse: Buffer.concat([nm('a'), px(0o040755)]) });
      return [block, directory(block, index === levels - 1 ? [] : [child], systemUse)];
    }),
  );
  return image(blocks);
}

const deep = 'a/b/c/d/e/f/g/h/i/file';
const long = `${'l'.repeat(110)}_crd.yaml`;

const volumes: readonly ImageCase[] = [
  {
    rule: 'iso-not-an-image',
    title: 'text in place of an image',
    make: (_, iso) => writeFileSync(iso, 'kind: Solution\n'.repeat(5000)),
  },
  {
    rule: 'iso-not-an-image',
    title: 'a primary volume descriptor without its type',
    edit: (bytes) => bytes.writeUInt8(0, PRIMARY),
  },
  {
    rule: 'iso-truncated',
    title: 'an image that is cut off',
    file: (iso) => truncateSync(iso, readFileSync(iso).length - 100_000),
  },
  {
    rule: 'iso-corrupt',
    title: 'a volume with two sizes',
    edit: (bytes) => bytes.writeUInt32BE(77, PRIMARY + 84),
  },
  {
    rule: 'iso-corrupt',
    title: 'a root directory without bytes',
    edit: (bytes) => both32(bytes, PRIMARY + 156 + 10, 0),
  },
  {
    rule: 'iso-unsupported',
    title: 'blocks of 4096 bytes',
    edit(bytes) {
      bytes.writeUInt16LE(4096, PRIMARY + 128);
      bytes.writeUInt16BE(4096, PRIMARY + 130);
    },
  },
  {
    rule: 'iso-extent',
    title: 'a root directory beyond the end',
    edit: (bytes) => both32(bytes, PRIMARY + 156 + 2, 0xff_ffff),
  },
  {
    rule: 'iso-terminator',
    title: 'descriptors without a terminator',
    edit: (bytes) => bytes.fill(0, PRIMARY + 2 * SECTOR, PRIMARY + 3 * SECTOR),
  },
  {
    rule: 'iso-volume-id',
    title: 'an escape sequence in the volume id',
    also: ['iso-volume-name'],
    edit: (bytes) => void bytes.write('\x1b[2J', PRIMARY + 40, 'latin1'),
  },
  {
    rule: 'iso-volume-name',
    title: 'the volume id that genisoimage gives',
    options: ['-volid', 'CDROM'],
  },
  {
    rule: 'archive-size',
    title: 'two images in one file',
    file: (iso) => appendFileSync(iso, Buffer.alloc(17 << 20)),
  },
];

const records: readonly ImageCase[] = [
  {
    rule: 'iso-corrupt',
    title: 'a number whose halves differ',
    edit: (bytes) => bytes.writeUInt32BE(77, recordOf(bytes, NAME) + 6),
  },
  {
    rule: 'iso-corrupt',
    title: 'a record that is shorter than its fields',
    edit: (bytes) => bytes.writeUInt8(20, recordOf(bytes, NAME)),
  },
  {
    rule: 'iso-corrupt',
    title: 'a name that is longer than its record',
    edit: (bytes) => bytes.writeUInt8(250, recordOf(bytes, NAME) + 32),
  },
  {
    rule: 'iso-corrupt',
    title: 'a file whose last section is missing',
    edit: (bytes) => bytes.writeUInt8(0x80, recordOf(bytes, NAME) + 25),
  },
  {
    rule: 'iso-unsupported',
    title: 'an interleaved file',
    edit: (bytes) => bytes.writeUInt8(1, recordOf(bytes, NAME) + 26),
    at: NAME,
  },
  {
    rule: 'iso-extent',
    title: 'a file beyond the end',
    edit: (bytes) => both32(bytes, recordOf(bytes, NAME) + 2, 0xffff_fff0),
    at: NAME,
  },
  {
    rule: 'iso-loop',
    title: 'a directory that is its own grandchild',
    edit(bytes) {
      const images = bytes.readUInt32LE(recordOf(bytes, 'images') + 2);
      both32(bytes, recordOf(bytes, 'store-operator') + 2, images);
    },
    at: 'images/store-operator',
  },
  {
    rule: 'iso-endian',
    title: 'numbers without their big-endian half',
    edit(bytes) {
      bytes.writeUInt32BE(0, recordOf(bytes, NAME) + 6);
      bytes.writeUInt32BE(0, recordOf(bytes, NAME) + 14);
    },
  },
  {
    rule: 'iso-hidden',
    title: 'a hidden file',
    options: ['-hidden', NAME],
    at: NAME,
  },
  {
    rule: 'iso-too-large',
    title: 'directories without end',
    make: (_, iso) => writeFileSync(iso, chain(70)),
  },
  {
    rule: 'iso-duplicate-name',
    title: 'two files of one name',
    make(_, iso) {
      const twins = ['A', 'B'].map((name) => record(name, { systemUse: nm('a') }));
      const root = directory(FIRST, twins, Buffer.concat([sp(), px(0o040755)]));
      writeFileSync(iso, image({ [FIRST]: root }));
    },
    at: 'a',
  },
  {
    rule: 'iso-limited-size',
    title: 'sizes modulo 4 GiB',
    async make(root, iso) {
      await sparseFile(join(root, 'big'), 5 * 2 ** 30);
      await mkisofsHead(
        'genisoimage',
        iso,
        ['-rock', '-iso-level=3', '-allow-limited-size', root].flatMap((one) => one.split('=')),
      );
    },
    at: 'big',
  },
  {
    rule: 'iso-level',
    title: 'ISO 9660:1999',
    make: (root, iso) => mkisofs('genisoimage', iso, [...ROCK_AND_JOLIET, '-iso-level', '4', root]),
  },
  {
    rule: 'iso-level',
    title: 'names of plain ISO 9660 over 31 characters',
    make: mkisofsWith(...ROCK_AND_JOLIET, '-max-iso9660-filenames'),
  },
  {
    rule: 'iso-level',
    title: 'deep directories where they are',
    tree: (root) => write(root, deep, 'deep'),
    options: ['-D'],
    at: 'a/b/c/d/e/f/g/h',
  },
  {
    rule: 'iso-relocated',
    title: 'deep directories elsewhere',
    tree: (root) => write(root, deep, 'deep'),
    at: 'a/b/c/d/e/f/g/h',
  },
];

const susp: readonly ImageCase[] = [
  {
    rule: 'iso-corrupt',
    title: 'a System Use entry that is longer than its record',
    edit: (bytes) => bytes.writeUInt8(255, nameOf(bytes, NAME) + 2),
  },
  {
    rule: 'iso-corrupt',
    title: 'a Rock Ridge name that goes on and does not',
    edit: (bytes) => bytes.writeUInt8(1, nameOf(bytes, NAME) + 4),
  },
  {
    rule: 'file-name',
    title: 'a Rock Ridge name that leads elsewhere',
    also: ['archive-no-manifest'],
    edit: (bytes) => void bytes.write('../../x', nameOf(bytes, NAME) + 5, 'latin1'),
  },
  {
    rule: 'file-name',
    title: 'a Rock Ridge name with an escape sequence',
    also: ['archive-no-manifest'],
    edit: (bytes) => void bytes.write('\x1b[31m', nameOf(bytes, NAME) + 5, 'latin1'),
  },
  {
    rule: 'iso-owner',
    title: 'files of a user of the build machine',
    options: ['-uid', '1000'],
  },
  {
    rule: 'file-mode',
    title: 'a file for its owner alone',
    tree: (root) => chmodSync(join(root, NAME), 0o600),
    at: NAME,
  },
  {
    rule: 'file-mode',
    title: 'a root for its owner alone',
    tree: (root) => chmodSync(root, 0o700),
  },
  {
    rule: 'iso-plain-names',
    title: 'neither Rock Ridge nor Joliet',
    make: mkisofsWith('-f'),
  },
  {
    rule: 'iso-joliet',
    title: 'Rock Ridge alone',
    make: mkisofsWith('-rock', '-uid', '0', '-gid', '0', '-l'),
  },
];

const joliet: readonly ImageCase[] = [
  {
    rule: 'iso-rock-ridge',
    title: 'Joliet alone',
    make: mkisofsWith('-joliet', '-joliet-long'),
  },
  {
    rule: 'iso-cut-names',
    title: 'a name that Joliet alone cuts',
    also: ['deploy-unused'],
    tree: (root) => write(root, `operator/deploy/crds/${long}`, crdText('others')),
    make: mkisofsWith('-joliet', '-joliet-long'),
  },
  {
    rule: 'iso-joliet-corrupt',
    title: 'a Joliet root beyond the end',
    edit: (bytes) => both32(bytes, JOLIET + 156 + 2, 0xff_ffff),
  },
  {
    rule: 'iso-joliet-corrupt',
    title: 'a Joliet name of half a character',
    edit(bytes) {
      const at = jolietRecordOf(bytes, NAME) + 32;
      bytes.writeUInt8(bytes.readUInt8(at) - 1, at);
    },
  },
  {
    rule: 'iso-trees-differ',
    title: 'another file under the same Joliet name',
    edit(bytes) {
      const other = bytes.readUInt32LE(jolietRecordOf(bytes, 'registry-config.inc.j2') + 2);
      both32(bytes, jolietRecordOf(bytes, NAME) + 2, other);
    },
    at: NAME,
  },
  {
    rule: 'iso-trees-differ',
    title: 'a file without a Joliet name',
    tree(root) {
      mkdirSync(join(root, 'bin'));
      write(root, 'bin/tool', 'tool');
    },
    options: ['-hide-joliet', 'tool'],
    at: 'bin/tool',
  },
];

/** Images that break one rule each, at every layer. */
export const imageCases: readonly ImageCase[] = [...volumes, ...records, ...susp, ...joliet];
