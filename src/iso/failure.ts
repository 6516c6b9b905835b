import { SolutionsError, type Notice } from '../errors.ts';
import { shown } from './names.ts';

/** What this folder complains of, errors and notices alike. */
export type IsoCode =
  /** The file cannot be opened or read. */
  | 'iso-unreadable'
  /** The file is something else: text, a compressed file, UDF alone, raw CD sectors. */
  | 'iso-not-an-image'
  /** The file is shorter than the volume that it holds. */
  | 'iso-truncated'
  /** A length, a number or a record contradicts the standard or its own copy. */
  | 'iso-corrupt'
  /** Valid, but nothing that an archive needs: interleaving, compression, other block sizes. */
  | 'iso-unsupported'
  /** Data or a directory lies beyond the end of the file. */
  | 'iso-extent'
  /** One directory is reached twice: a loop, or a tree that multiplies. */
  | 'iso-loop'
  /** More entries, levels or bytes of directories than any archive has. */
  | 'iso-too-large'
  | 'iso-bad-name'
  | 'iso-duplicate-name'
  /** Sizes were stored modulo 4 GiB. */
  | 'iso-limited-size'
  /** Asked for the content of something that is no file, or larger than the caller takes. */
  | 'iso-not-a-file'
  | 'iso-file-too-large'
  /** Notices. */
  | 'iso-plain-names'
  | 'iso-cut-names'
  | 'iso-endian'
  | 'iso-terminator'
  | 'iso-volume-id';

/** Where in which image the reader is, and what it has noticed so far. */
export interface Spot {
  /** The image as the user knows it. */
  readonly image: string;
  /** The directory or file that is being read, already checked; empty for the volume itself. */
  path: string;
  readonly notices: Notice[];
}

interface Details {
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error at `spot`; the path inside the image, if any, becomes part of its place. */
export function isoError(
  code: IsoCode,
  message: string,
  spot: Spot,
  details: Details = {},
): SolutionsError<IsoCode> {
  return new SolutionsError<IsoCode>(message, { code, place: { file: placeOf(spot) }, ...details });
}

/** Adds a notice, unless one with its code is there: one sentence an image is enough. */
export function notice(code: IsoCode, message: string, spot: Spot, hint: string): void {
  if (spot.notices.some((earlier) => earlier.code === code)) return;
  spot.notices.push({ code, message, hint, place: { file: placeOf(spot) } });
}

function placeOf({ image, path }: Spot): string {
  return path === '' ? image : `${image}:${shown(path)}`;
}
