import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import { SolutionsError, throwAll, type Place } from '../errors.ts';

/** What {@link readYaml} complains of. */
export type YamlCode = 'yaml-syntax' | 'yaml-encoding' | 'yaml-too-large';

/** Keys and indexes from the root of a document to a value in it. */
export type Path = readonly (string | number)[];

/** One YAML document: plain values, and where each of them stands in the file. */
export interface YamlDocument {
  readonly value: unknown;
  /** The place of the value at `path`, or of the nearest value above it that exists. */
  placeOf(path: Path): Place;
}

interface ReadOptions {
  /** The name of the file in places. */
  readonly file: string;
  /** Whether the scalar at this path is text whatever it looks like: `1.10` stays `1.10`. */
  readonly isText?: (path: Path) => boolean;
}

/** People's files and product manifests are small; YAML's cost is not linear in hostile input. */
const MAX_BYTES = 1 << 20;
/** Aliases make a tree of a graph: values in one document, whatever shares them. */
const MAX_VALUES = 100_000;
const MAX_DEPTH = 100;

/**
 * Reads the YAML 1.2 (core schema) documents of a file that people write; empty documents are
 * dropped.
 *
 * @throws SolutionsError, or several in an AggregateError, each with its place: bytes that are no
 *   UTF-8, a file over 1 MiB, syntax, duplicate keys, unknown anchors and tags, aliases that
 *   multiply.
 */
export function readYaml(bytes: Uint8Array, options: ReadOptions): YamlDocument[] {
  const text = decodeUtf8(bytes, options.file);
  const lines = new LineCounter();
  const place = (offset: number | undefined): Place => {
    if (offset === undefined) return { file: options.file };
    const { line, col } = lines.linePos(offset);
    return { file: options.file, line, column: col };
  };
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  throwAll(
    documents.flatMap(({ errors, warnings }) =>
      [...errors, ...warnings].map(
        ({ message, pos }) =>
          new SolutionsError<YamlCode>(message.replace(/\.$/u, ''), {
            code: 'yaml-syntax',
            place: place(pos[0]),
            hint: syntaxHint(text, pos[0], message),
          }),
      ),
    ),
  );
  return documents
    .filter(({ contents }) => contents !== null && !(isScalar(contents) && contents.value === null))
    .map((document) => toDocument(document, { ...options, place }));
}

function decodeUtf8(bytes: Uint8Array, file: string): string {
  if (bytes.length > MAX_BYTES) {
    throw new SolutionsError<YamlCode>(
      `the file has ${bytes.length} bytes, more than ${MAX_BYTES} are not read`,
      {
        code: 'yaml-too-large',
        place: { file },
        hint: 'this file is a few kilobytes where it is written by hand: is it the right one?',
      },
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SolutionsError<YamlCode>('the file is not UTF-8 text', {
      code: 'yaml-encoding',
      place: badBytePlace(bytes, file),
      hint: 'save it as UTF-8',
      cause,
    });
  }
}

/** The place of the first byte that is no UTF-8. */
function badBytePlace(bytes: Uint8Array, file: string): Place {
  const decoder = new TextDecoder('utf-8');
  const before = decoder.decode(bytes).split('\uFFFD')[0] ?? '';
  const lines = before.split('\n');
  return { file, line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

function syntaxHint(text: string, offset: number, message: string): string | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(lineStart, text.indexOf('\n', lineStart) >>> 0);
  if (/^(?:<{7}|={7}|>{7})/mu.test(text))
    return 'the file holds merge-conflict markers: resolve the conflict first';
  if (/^\s*\t/u.test(line)) return 'YAML is indented with spaces, never with tabs';
  if (message.includes('unique')) return 'remove one of the two: only one of them would be used';
  return undefined;
}

interface WalkContext extends ReadOptions {
  readonly place: (offset: number | undefined) => Place;
}

function toDocument(document: Document.Parsed, context: WalkContext): YamlDocument {
  const places = new Map<string, Place>();
  const anchors = new Map<string, Node>();
  let values = 0;

  const walk = (node: unknown, path: Path): unknown => {
    values += 1;
    if (values > MAX_VALUES || path.length > MAX_DEPTH) throw tooLarge(node, context);
    if (isAlias(node)) return walk(anchors.get(node.source), path);
    if (!isNode(node)) return null;
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    const key = JSON.stringify(path);
    if (!places.has(key)) places.set(key, context.place(node.range?.[0]));
    if (isMap(node)) return Object.fromEntries(node.items.map((pair) => entry(pair, path)));
    if (isSeq(node)) return node.items.map((item, index) => walk(item, [...path, index]));
    return isScalar(node) ? scalar(node, context.isText?.(path) === true) : null;
  };
  const entry = (pair: Pair, path: Path): [string, unknown] => {
    const name = isScalar(pair.key) ? (pair.key.source ?? '') : '';
    const below = [...path, name];
    // The key's place, not the value's: it is there even when the value is not.
    if (isNode(pair.key)) places.set(JSON.stringify(below), context.place(pair.key.range?.[0]));
    return [name, walk(pair.value, below)];
  };

  const value = walk(document.contents, []);
  return {
    value,
    placeOf(path) {
      for (let length = path.length; length >= 0; length -= 1) {
        const found = places.get(JSON.stringify(path.slice(0, length)));
        if (found) return found;
      }
      return { file: context.file };
    },
  };
}

function scalar(node: Scalar, isText: boolean): unknown {
  return isText && node.value !== null && node.source !== undefined ? node.source : node.value;
}

function tooLarge(node: unknown, context: WalkContext): SolutionsError<YamlCode> {
  return new SolutionsError('aliases or nesting make this document too large', {
    code: 'yaml-too-large',
    place: isNode(node) ? context.place(node.range?.[0]) : { file: context.file },
    hint: `at most ${MAX_VALUES} values, ${MAX_DEPTH} deep, are read`,
  });
}

function isNode(value: unknown): value is Node {
  return isAlias(value) || isMap(value) || isSeq(value) || isScalar(value);
}
