import { SolutionsError, type Place } from '../errors.ts';
import { convert, offsetOf } from './convert.ts';
import type { Count, Fail, ManifestCode } from './cursor.ts';
import { badBytePosition, decodeText, Lines } from './source.ts';
import { parseDocuments } from './syntax.ts';
import { isJsonObject, type JsonObject } from './value.ts';

/** Keys and indexes from an object to a value in it. */
type Path = readonly (string | number)[];

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
  return read(bytes, file, { limit, count: { nodes: 0 } });
}

/**
 * {@link readManifests} for files that together may hold what one may: who reads many hostile files
 * cannot pay the price of a large one for each.
 */
export function manifestsReader(): (bytes: Uint8Array, file: string) => Manifest[] {
  const count = { nodes: 0 };
  return (bytes, file) => read(bytes, file, { limit: MAX_BYTES, count });
}

interface Limits {
  /** Bytes. */
  readonly limit: number;
  readonly count: Count;
}

function read(bytes: Uint8Array, file: string, { limit, count }: Limits): Manifest[] {
  const text = decode(bytes, file, limit);
  const lines = new Lines(text);
  const placeAt = (at: number): Place => ({ file, ...lines.positionOf(at) });
  const fail: Fail = (code, message, at, hint) => {
    throw new SolutionsError<ManifestCode>(message, { code, place: placeAt(at), hint });
  };
  return parseDocuments(text, fail, count).flatMap((root) => {
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
  const text = decodeText(bytes);
  if (text !== undefined) return text;
  throw new SolutionsError<ManifestCode>('the file is not UTF-8 text', {
    code: 'manifest-encoding',
    place: { file, ...badBytePosition(bytes) },
    hint: 'save it as UTF-8',
  });
}
