import { appliedSize, MAX_CLIENT_SIDE, printManifests } from '../kubernetes/print.ts';
import type { Place } from '../errors.ts';
import type { JsonObject } from '../kubernetes/value.ts';
import type { ManifestFile } from './render.ts';

/** An object of a file of `out/` with its text. */
export interface PrintedObject {
  readonly object: JsonObject;
  /** Where a mistake in it can be mended, as far as it is known. */
  readonly place: Place | undefined;
  /** A YAML document without its `---`. */
  readonly text: string;
  /** Bytes as kubectl applies it; 0 where it is far below any limit. */
  readonly size: number;
}

/** A file of `out/`, its objects printed. */
export interface PrintedFile {
  /** Relative to `out/`. */
  readonly file: string;
  readonly objects: readonly PrintedObject[];
}

/**
 * Go's JSON has at most six bytes for a character of our YAML (`<` is `\u003c`; brackets, commas
 * and quotes included), so that a shorter text need not be measured.
 */
const SURELY_SMALL = Math.floor(MAX_CLIENT_SIDE / 6);

/** Prints a file. CRDs too large for client-side apply go to a folder that kubectl does not read. */
export function printFile({ file, objects, places }: ManifestFile): PrintedFile[] {
  const printed = objects.map((object) => printObject(object, places.get(object)));
  if (!file.startsWith('0100-')) return [{ file, objects: printed }];
  const parts = [
    { file, objects: printed.filter(({ size }) => size <= MAX_CLIENT_SIDE) },
    { file: `server-side/${file}`, objects: printed.filter(({ size }) => size > MAX_CLIENT_SIDE) },
  ];
  return parts.filter((part) => part.objects.length > 0);
}

function printObject(object: JsonObject, place: Place | undefined): PrintedObject {
  const text = printManifests([object]);
  return { object, place, text, size: text.length <= SURELY_SMALL ? 0 : appliedSize(object) };
}

/** The text of a file of several documents. */
export function textOfFile({ objects }: PrintedFile): string {
  return objects.map(({ text }) => text).join('---\n');
}
