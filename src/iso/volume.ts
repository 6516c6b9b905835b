import { both16, both32, byteAt, SECTOR, SYSTEM_AREA } from './fields.ts';
import { notAnImage } from './foreign.ts';
import { isoError, notice, type Spot } from './failure.ts';
import { isPrintable } from '../printable.ts';
import { decodeText, shown } from './names.ts';
import type { Reader } from './reader.ts';
import { readRecord, type DirectoryRecord } from './record.ts';

/** A usual image has three descriptors; the standard sets no limit. */
const MAX_DESCRIPTORS = 64;

/** Volume descriptor types (ECMA-119 8.1.1). */
const PRIMARY = 1;
const SUPPLEMENTARY = 2;
const TERMINATOR = 255;
/** The version of an enhanced volume descriptor (ISO 9660:1999 8.5.3); all others have 1. */
const ENHANCED = 2;

/** Where the root directory lies. Bytes. */
interface Root {
  readonly offset: number;
  readonly size: number;
}

/** What the volume descriptors say. Sizes in bytes. */
export interface Volume {
  readonly id: string;
  readonly blockSize: number;
  readonly size: number;
  /** The number of this volume in its set: extents may name another one. */
  readonly sequence: number;
  readonly applicationUse: Buffer;
  readonly root: Root;
  /** The root of the Joliet tree, where there is one. */
  readonly joliet: Root | undefined;
  /** Whether there is an enhanced volume descriptor (ISO 9660:1999, level 4 of mkisofs). */
  readonly enhanced: boolean;
}

interface Descriptors {
  readonly primary: Buffer | undefined;
  readonly joliet: Buffer | undefined;
  readonly enhanced: boolean;
}

/**
 * Reads the volume descriptors (ECMA-119 clause 8, Joliet specification).
 *
 * @throws SolutionsError `iso-not-an-image`, `iso-truncated` when the file is shorter than the
 *   volume, `iso-unsupported` for other block sizes, `iso-corrupt`.
 */
export function readVolume(reader: Reader, spot: Spot): Volume {
  const { primary, joliet, enhanced } = readDescriptors(reader, spot);
  if (primary === undefined) throw notAnImage(reader, spot);

  const blockSize = both16(primary, 128, spot); // 8.4.12
  if (![512, 1024, 2048].includes(blockSize)) {
    throw isoError(
      'iso-unsupported',
      `the logical block size is ${blockSize}, expected 512, 1024 or 2048`,
      spot,
      { hint: 'ask the vendor for an image made by genisoimage or xorriso' },
    );
  }
  const size = both32(primary, 80, spot) * blockSize; // 8.4.8
  requireWhole(reader, size, spot);
  return {
    id: volumeId(primary, spot),
    blockSize,
    size,
    sequence: both16(primary, 124, spot), // 8.4.11
    applicationUse: Buffer.from(primary.subarray(883, 1395)), // 8.4.31
    root: rootOf(primary, blockSize, spot),
    joliet: joliet && rootOf(joliet, blockSize, spot),
    enhanced,
  };
}

function readDescriptors(reader: Reader, spot: Spot): Descriptors {
  let primary: Buffer | undefined;
  let joliet: Buffer | undefined;
  let enhanced = false;
  for (let index = 0; index < MAX_DESCRIPTORS; index += 1) {
    const at = SYSTEM_AREA + index * SECTOR;
    if (at + SECTOR > reader.size) break;
    const sector = reader.view(at, SECTOR);
    if (sector.toString('latin1', 1, 6) !== 'CD001') break; // 8.1.2
    const type = byteAt(sector, 0);
    if (type === TERMINATOR) return { primary, joliet, enhanced };
    if (type === PRIMARY) primary ??= sector;
    if (type === SUPPLEMENTARY && isJoliet(sector)) joliet ??= sector;
    if (type === SUPPLEMENTARY && byteAt(sector, 6) === ENHANCED) enhanced = true;
  }
  if (primary !== undefined) {
    notice(
      'iso-terminator',
      `the volume descriptors have no terminator within ${MAX_DESCRIPTORS} sectors`,
      spot,
      'nothing is lost by it, but the image may be damaged: compare its checksum with the vendor’s',
    );
  }
  return { primary, joliet, enhanced };
}

/** UCS-2 levels 1 to 3 (Joliet specification, "SVD Escape Sequences Field"; ECMA-119 8.5.6). */
function isJoliet(descriptor: Buffer): boolean {
  return ['%/@', '%/C', '%/E'].includes(descriptor.toString('latin1', 88, 91));
}

function requireWhole(reader: Reader, size: number, spot: Spot): void {
  if (reader.size >= size) return;
  throw isoError(
    'iso-truncated',
    `the image is cut off: the file has ${reader.size} bytes, the volume in it ${size}`,
    spot,
    { hint: 'copy or download it again and compare its checksum with the vendor’s' },
  );
}

function volumeId(primary: Buffer, spot: Spot): string {
  const id = decodeText(primary, 40, 72).replace(/[ \0]+$/u, ''); // 8.4.7
  if (isPrintable(id)) return id;
  notice(
    'iso-volume-id',
    `the volume id \`${shown(id)}\` holds control characters`,
    spot,
    'they are shown escaped',
  );
  return shown(id);
}

function rootOf(descriptor: Buffer, blockSize: number, spot: Spot): Root {
  const record: DirectoryRecord = readRecord(descriptor, 156, 190, spot); // 8.4.18
  return { offset: (record.block + record.attributeBlocks) * blockSize, size: record.size };
}
