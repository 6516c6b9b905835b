import { counted } from '../count.ts';
import { both16, both32, byteAt } from './fields.ts';
import { isoError, type Spot } from './failure.ts';

/** File flags (ECMA-119 9.1.6). */
export const HIDDEN = 0x01;
export const DIRECTORY = 0x02;
export const ASSOCIATED = 0x04;
/** More records of the same file follow: this is one section of it. */
export const MULTI_EXTENT = 0x80;

/** A directory record (ECMA-119 9.1), its text left where it is. */
export interface DirectoryRecord {
  /** The first logical block of the extent; its data begins after the attribute blocks. */
  readonly block: number;
  readonly attributeBlocks: number;
  /** Of the data. Bytes. */
  readonly size: number;
  readonly flags: number;
  /** The number of the volume that holds the extent; 0 where a tool left it out. */
  readonly sequence: number;
  readonly interleaved: boolean;
  /** From here to {@link systemUse} (or one byte of padding less): the identifier. */
  readonly identifier: number;
  readonly identifierEnd: number;
  readonly systemUse: number;
  /** The first byte after the record. */
  readonly end: number;
}

/** All fields up to the identifier, and one byte of it. */
const SMALLEST = 34;

/**
 * The record at `at`, which must end at `limit` at the latest.
 *
 * @throws SolutionsError `iso-corrupt`
 */
export function readRecord(bytes: Buffer, at: number, limit: number, spot: Spot): DirectoryRecord {
  const length = bytes[at] ?? 0; // 9.1.1
  if (length < SMALLEST || at + length > limit) {
    const left = limit - at;
    throw isoError(
      'iso-corrupt',
      `a directory record has ${counted(length, 'byte')}, ${left} are left`,
      spot,
    );
  }
  const nameLength = bytes[at + 32] ?? 0; // 9.1.10
  const identifier = at + 33;
  const identifierEnd = identifier + nameLength;
  const end = at + length;
  if (nameLength === 0 || identifierEnd > end) {
    throw isoError(
      'iso-corrupt',
      `a directory record of ${length} bytes claims a name of ${nameLength}`,
      spot,
    );
  }
  return {
    attributeBlocks: bytes[at + 1] ?? 0, // 9.1.2
    block: both32(bytes, at + 2, spot), // 9.1.3
    size: both32(bytes, at + 10, spot), // 9.1.4
    flags: bytes[at + 25] ?? 0, // 9.1.6
    interleaved: (bytes[at + 26] ?? 0) !== 0 || (bytes[at + 27] ?? 0) !== 0, // 9.1.7, 9.1.8
    sequence: both16(bytes, at + 28, spot), // 9.1.9
    identifier,
    identifierEnd,
    systemUse: Math.min(identifierEnd + ((nameLength + 1) % 2), end), // 9.1.12
    end,
  };
}

/** Whether the record is the directory itself (identifier 0x00) or its parent (0x01), 6.8.2.2. */
export function isDot(bytes: Buffer, record: DirectoryRecord): boolean {
  return record.identifierEnd - record.identifier === 1 && byteAt(bytes, record.identifier) <= 1;
}
