import { SolutionsError, type Place } from '../errors.ts';
import { convert, offsetOf } from './convert.ts';
import type { Fail, ManifestCode } from './cursor.ts';
import { parseDocuments } from './syntax.ts';
import { isJsonObject, type JsonObject } from './value.ts';

/** Keys and indexes from an object to a value in it. */
export type Path = readonly (string | number)[];

/** One Kubernetes object of a file. */
export interface Manifest {
  readonly value: JsonObject;
  /** Where the object starts. */
  readonly place: Place;
  /** Where the entry or item at `path` stands, or the nearest one above it that exists. */
  placeOf(path: Path): Place;
}

/** Manifests of all of a product's CRDs stay below; a CRD over 1.5 MB fits no cluster. */
const MAX_BYTES = 4 << 20;

/**
 * Reads the objects of a Kubernetes file, YAML or JSON, as kubectl does; empty documents are
 * dropped. `file` is the name in places; `limit` is in bytes.
 *
 * It is stricter than kubectl where that loses something in silence: duplicate keys, bytes that
 * are no UTF-8, documents after `...`.
 *
 * @throws SolutionsError with a {@link ManifestCode}: the first mistake in the file, with its place.
 */
export function readManifests(bytes: Uint8Array, file: string, limit = MAX_BYTES): Manifest[] {
  const text = decode(bytes, file, limit);
  const lines = new Lines(text);
  const placeAt = (at: number): Place => ({ file, ...lines.positionOf(at) });
  const fail: Fail = (code, message, at, hint) => {
    throw new SolutionsError<ManifestCode>(message, { code, place: placeAt(at), hint });
  };
  return parseDocuments(text, fail).flatMap((root) => {
    const { value, targets } = convert(root, fail, limit);
    if (value === null) return [];
    if (!isJsonObject(value)) {
      return fail(
        'manifest-value',
        'a document is no map',
        root.at,
        'every Kubernetes object is one',
      );
    }
    const placeOf = (path: Path): Place => placeAt(offsetOf(root, path, targets));
    return [{ value, place: placeAt(root.at), placeOf }];
  });
}

function decode(bytes: Uint8Array, file: string, limit: number): string {
  if (bytes.length > limit) {
    throw new SolutionsError<ManifestCode>(
      `the file has ${bytes.length} bytes, more than ${limit} are not read`,
      { code: 'manifest-too-large', place: { file }, hint: 'split it into several files' },
    );
  }
  try {
    return normal(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const before = new TextDecoder('utf-8').decode(bytes).split('\uFFFD', 1)[0] ?? '';
    throw new SolutionsError<ManifestCode>('the file is not UTF-8 text', {
      code: 'manifest-encoding',
      place: { file, ...new Lines(before).positionOf(before.length) },
      hint: 'save it as UTF-8',
      cause,
    });
  }
}

/** Line ends as `\n`, one of them at the end: kubectl reads line by line. */
function normal(text: string): string {
  const lines = text.includes('\r') ? text.replaceAll(/\r\n?/gu, '\n') : text;
  return lines.endsWith('\n') ? lines : `${lines}\n`;
}

/** Lines and columns of offsets; the table is made when the first one is asked for. */
class Lines {
  readonly #text: string;
  #starts: number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  positionOf(offset: number): { readonly line: number; readonly column: number } {
    const starts = (this.#starts ??= lineStarts(this.#text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
