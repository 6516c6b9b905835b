import { isoError, notice, type Spot } from './failure.ts';

/** Bytes of a logical sector: descriptors have this size whatever the block size is. */
export const SECTOR = 2048;
/** Bytes before the first volume descriptor (ECMA-119 6.2.1). */
export const SYSTEM_AREA = 16 * SECTOR;

/** A 16-bit number recorded little- and then big-endian (ECMA-119 7.2.3), as {@link both32}. */
export function both16(bytes: Buffer, at: number, spot: Spot): number {
  return agreed(bytes.readUInt16LE(at), bytes.readUInt16BE(at + 2), spot);
}

/**
 * A 32-bit number recorded little- and then big-endian (ECMA-119 7.3.3).
 *
 * The second copy is the only redundancy that the format has, so two different numbers are damage
 * and an error. Only a big-endian half of zero is let pass, with a notice: tools exist that never
 * fill it in, and every operating system on little-endian machines mounts what they make.
 */
export function both32(bytes: Buffer, at: number, spot: Spot): number {
  return agreed(bytes.readUInt32LE(at), bytes.readUInt32BE(at + 4), spot);
}

function agreed(little: number, big: number, spot: Spot): number {
  if (little === big) return little;
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
