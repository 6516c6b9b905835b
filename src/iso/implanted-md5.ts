import { createHash } from 'node:crypto';
import { SECTOR, SYSTEM_AREA } from './fields.ts';

/**
 * What `implantisomd5` left in the application-use field of the primary volume descriptor. It says
 * nothing of who made the image: whoever changes one can implant new sums.
 *
 * Which bytes are hashed is written down nowhere but in isomd5sum's libcheckisomd5.c.
 */
export interface ImplantedSums {
  /** Hex. */
  readonly md5: string;
  /** How many bytes from the start of the image the sums are over. */
  readonly length: number;
  /** Sums on the way, where the image is large enough for them to mean something. */
  readonly fragments: Fragments | undefined;
}

interface Fragments {
  readonly count: number;
  /** Bytes of one, before they are rounded up. */
  readonly size: number;
  /** For each of them the first hex digits of some bytes of an MD5. */
  readonly sums: readonly string[];
}

/** The sums of an image, or what is wrong with them. */
export type Implanted =
  | { readonly kind: 'sums'; readonly sums: ImplantedSums }
  | { readonly kind: 'damaged'; readonly reason: string };

/** Where the sums themselves are: hashed as blanks. The field is at 883 (ECMA-119 8.4.31). */
const FIELD = { start: SYSTEM_AREA + 883, end: SYSTEM_AREA + 883 + 512 } as const;
/** checkisomd5 reads in steps of this many bytes, and ends a fragment only after one of them. */
const STEP = 16 * SECTOR;
/** Hex digits of all fragments together. */
const FRAGMENT_DIGITS = 60;
const MARKERS = /ISO MD5SUM|SKIPSECTORS|FRAGMENT SUMS|RUNNING MD5SUM ON THIS ISO/u;
const BLANK = 0x20;

/**
 * Reads the application-use field; undefined where nothing was implanted.
 *
 * @param volumeSize as the volume descriptor claims it, in bytes
 */
export function readImplanted(
  applicationUse: Uint8Array,
  volumeSize: number,
): Implanted | undefined {
  const text = Buffer.from(applicationUse).toString('latin1');
  if (!MARKERS.test(text)) return undefined;
  const [, md5] = /ISO MD5SUM = ([0-9a-f]{32});/u.exec(text) ?? [];
  const [, skipped] = /SKIPSECTORS = ([0-9]{1,9});/u.exec(text) ?? [];
  if (md5 === undefined || skipped === undefined) {
    return { kind: 'damaged', reason: 'the field has no whole `ISO MD5SUM` and `SKIPSECTORS`' };
  }
  const length = volumeSize - Number(skipped) * SECTOR;
  if (length < FIELD.end) {
    return { kind: 'damaged', reason: `\`SKIPSECTORS = ${skipped}\` leaves nothing to compare` };
  }
  const fragments = fragmentsOf(text, length);
  if (fragments === null) return { kind: 'damaged', reason: 'the sums of its fragments' };
  return { kind: 'sums', sums: { md5, length, fragments } };
}

/** Nothing where there are none, null where what is there cannot be right. */
function fragmentsOf(text: string, length: number): Fragments | undefined | null {
  if (!text.includes('FRAGMENT')) return undefined;
  const [, digits] = /FRAGMENT SUMS = ([0-9a-f]{0,60});/u.exec(text) ?? [];
  const [, counted] = /FRAGMENT COUNT = ([0-9]{1,2});/u.exec(text) ?? [];
  const count = Number(counted);
  if (digits === undefined || !(count >= 1 && count <= FRAGMENT_DIGITS)) return null;
  const size = Math.floor(length / (count + 1));
  // Below one step the program that implants and the one that checks disagree on which sum is whose.
  if (size < STEP) return undefined;
  const width = Math.floor(FRAGMENT_DIGITS / count);
  if (digits.length !== count * width) return null;
  const sums = Array.from({ length: count }, (_, index) =>
    // A sum has no more digits than an MD5 has bytes.
    digits.slice(index * width, index * width + Math.min(width, 16)),
  );
  return { count, size, sums };
}

/** What the bytes of an image came to. */
export interface ImplantedResult {
  readonly isWhole: boolean;
  /** The first fragment that differs, from 1; 0 where none does. */
  readonly fragment: number;
}

/** Computes implanted sums over the bytes of an image, which are given from its start, in any pieces. */
export class ImplantedMd5 {
  readonly #sums: ImplantedSums;
  readonly #hash = createHash('md5');
  #position = 0;
  #before = 0;
  #wrong = 0;

  constructor(sums: ImplantedSums) {
    this.#sums = sums;
  }

  update(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0 && this.#position < this.#sums.length) {
      const end = Math.min(this.#position - (this.#position % STEP) + STEP, this.#sums.length);
      const piece = rest.subarray(0, end - this.#position);
      this.#hash.update(this.#blanked(piece));
      this.#position += piece.length;
      if (this.#position === end) this.#endStep();
      rest = rest.subarray(piece.length);
    }
  }

  finish(): ImplantedResult {
    const isAll = this.#position === this.#sums.length;
    return {
      isWhole: isAll && this.#hash.digest('hex') === this.#sums.md5,
      fragment: this.#wrong,
    };
  }

  #blanked(piece: Uint8Array): Uint8Array {
    const start = Math.max(FIELD.start - this.#position, 0);
    const end = Math.min(FIELD.end - this.#position, piece.length);
    return start < end ? Buffer.from(piece).fill(BLANK, start, end) : piece;
  }

  /** A sum is over all bytes from the start to the end of the first step that begins in the next fragment. */
  #endStep(): void {
    const { fragments } = this.#sums;
    if (fragments === undefined || this.#wrong > 0) return;
    const step = Math.floor((this.#position - 1) / STEP) * STEP;
    const current = Math.floor(step / fragments.size);
    if (current === this.#before) return;
    this.#before = current;
    const expected = fragments.sums[current - 1] ?? '';
    const digits = Array.from(this.#hash.copy().digest(), firstDigit).join('');
    if (!digits.startsWith(expected)) this.#wrong = current;
  }
}

/** Of a byte printed as `%x`: a leading zero is not printed. */
function firstDigit(byte: number): string {
  return byte.toString(16).slice(0, 1);
}

/** The bytes of an image, from and to, that a result found to differ. */
export function differingBytes(
  { length, fragments }: ImplantedSums,
  { fragment }: ImplantedResult,
): readonly [from: number, to: number] {
  if (fragments === undefined) return [0, length];
  const endOf = (index: number) =>
    index === 0 ? 0 : Math.min(length, Math.ceil((index * fragments.size) / STEP) * STEP + STEP);
  const last = fragment === 0 ? fragments.count + 1 : fragment;
  return [endOf(last - 1), last > fragments.count ? length : endOf(last)];
}
