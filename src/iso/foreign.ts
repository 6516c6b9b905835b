import type { SolutionsError } from '../errors.ts';
import { isoError, type Spot } from './failure.ts';
import { SECTOR, SYSTEM_AREA } from './fields.ts';
import type { Reader } from './reader.ts';

interface Finding {
  readonly what: string;
  readonly hint: string;
}

const NAME_THE_ISO = 'name the .iso file itself';
const UNPACK = 'unpack it first';

/** Magic numbers of what people name an image by mistake: offset, bytes in latin1, finding. */
const MAGIC: readonly (readonly [number, string, Finding])[] = [
  [0, '\x1f\x8b', { what: 'a gzip file', hint: UNPACK }],
  [0, '\xfd7zXZ\0', { what: 'an xz file', hint: UNPACK }],
  [0, 'BZh', { what: 'a bzip2 file', hint: UNPACK }],
  [0, '\x28\xb5\x2f\xfd', { what: 'a zstd file', hint: UNPACK }],
  [0, 'PK\x03\x04', { what: 'a zip file', hint: UNPACK }],
  [0, '7z\xbc\xaf\x27\x1c', { what: 'a 7z file', hint: UNPACK }],
  [257, 'ustar', { what: 'a tar file', hint: 'unpack it and name the directory' }],
  [0, 'hsqs', { what: 'a squashfs image', hint: NAME_THE_ISO }],
  [
    0,
    'version https://git-lfs',
    { what: 'a Git LFS pointer', hint: 'fetch the file: git lfs pull' },
  ],
  [
    0,
    `\0${'\xff'.repeat(10)}\0`,
    {
      what: 'raw CD sectors of 2352 bytes',
      hint: 'convert it to an image of 2048-byte sectors (bchunk, or dd from the device)',
    },
  ],
  [
    SYSTEM_AREA + 9,
    'CDROM',
    { what: 'a High Sierra image', hint: 'ask the vendor for an ISO 9660 image with Rock Ridge' },
  ],
];

/** UDF's recognition sequence takes at most this many sectors (ECMA-167 2/8.3). */
const RECOGNITION_SECTORS = 16;

/** The error for a file without a primary volume descriptor: what it is instead. */
export function notAnImage(reader: Reader, spot: Spot): SolutionsError {
  const { what, hint } = findingOf(reader);
  return isoError('iso-not-an-image', `expected an ISO 9660 image, found ${what}`, spot, { hint });
}

function findingOf(reader: Reader): Finding {
  if (reader.size === 0) return { what: 'an empty file', hint: 'copy or download the image again' };
  const head = reader.view(0, Math.min(reader.size, SYSTEM_AREA + RECOGNITION_SECTORS * SECTOR));
  const magic = MAGIC.find(
    ([offset, text]) => head.toString('latin1', offset, offset + text.length) === text,
  );
  if (magic !== undefined) return magic[2];
  if (hasUdf(head)) {
    return {
      what: 'UDF without an ISO 9660 volume',
      hint: 'ask the vendor for an image made by mkisofs with -rock, without -udf or with both',
    };
  }
  return plainFinding(head);
}

function hasUdf(head: Buffer): boolean {
  for (let at = SYSTEM_AREA; at + 6 <= head.length; at += SECTOR) {
    if (['BEA01', 'NSR02', 'NSR03'].includes(head.toString('latin1', at + 1, at + 6))) return true;
  }
  return false;
}

function plainFinding(head: Buffer): Finding {
  const sample = head.subarray(0, 4096);
  if (sample.every((byte) => byte === 0)) {
    return {
      what: 'zeros where the image should begin',
      hint: 'the file was probably allocated and never filled: copy it again',
    };
  }
  if (sample.every((byte) => byte >= 0x20 || (byte >= 0x07 && byte <= 0x0d))) {
    return { what: 'text', hint: NAME_THE_ISO };
  }
  return { what: 'something else', hint: `is it the right file? ${NAME_THE_ISO}` };
}
