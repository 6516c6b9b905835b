import { isoError, notice, type Spot } from './failure.ts';

/** Bytes of a logical sector: descriptors have this size whatever the block size is. */
export const SECTOR = 2048;
/** Bytes before the first volume descriptor (ECMA-119 6.2.1). */
export const SYSTEM_AREA = 16 * SECTOR;

/**
 * The byte at `at`. Buffer's own readers validate their arguments in ways that a first run, not
 * yet compiled, feels.
 *
 * @throws RangeError beyond the end, which callers rule out
 */
export function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError(`no byte at ${at} of ${bytes.length}`);
  return byte;
}

/** A 16-bit number recorded little- and then big-endian (ECMA-119 7.2.3), as {@link both32}. */
export function both16(bytes: Buffer, at: number, spot: Spot): number {
  const little = (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 0x100;
  const big = (bytes[at + 2] ?? 0) * 0x100 + (bytes[at + 3] ?? 0);
  return little === big ? little : doubted(little, big, spot);
}

/**
 * A 32-bit number recorded little- and then big-endian (ECMA-119 7.3.3).
 *
 * The second copy is the only redundancy that the format has, so two different numbers are damage
 * and an error. Only a big-endian half of zero is let pass, with a notice: tools exist that never
 * fill it in, and every operating system on little-endian machines mounts what they make.
 *
 * @throws SolutionsError `iso-corrupt`
 */
export function both32(bytes: Buffer, at: number, spot: Spot): number {
  const a = bytes[at];
  const b = bytes[at + 1];
  const c = bytes[at + 2];
  const d = bytes[at + 3];
  // One condition in place of eight calls of byteAt: every record has at least two such numbers.
  if (
    a !== undefined &&
    b !== undefined &&
    c !== undefined &&
    d !== undefined &&
    d === bytes[at + 4] &&
    c === bytes[at + 5] &&
    b === bytes[at + 6] &&
    a === bytes[at + 7]
  ) {
    return a + b * 0x100 + c * 0x10000 + d * 0x1000000;
  }
  return doubted(bytes.readUInt32LE(at), bytes.readUInt32BE(at + 4), spot);
}

function doubted(little: number, big: number, spot: Spot): number {
  if (big !== 0) {
    throw isoError(
      'iso-corrupt',
      `a number is recorded twice and differs: ${little} little-endian, ${big} big-endian`,
      spot,
      { hint: 'the image is damaged: copy it again and compare its checksum with the vendor’s' },
    );
  }
  notice(
    'iso-endian',
    `a number is recorded as ${little} little-endian and 0 big-endian: the first is used`,
    spot,
    'the tool that made the image leaves out half of the numbers: ask the vendor to use genisoimage or xorriso',
  );
  return little;
}
