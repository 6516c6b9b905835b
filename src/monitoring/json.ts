import type { Place } from '../errors.ts';
import { badBytePosition, decodeText, Lines } from '../kubernetes/source.ts';
import { mistake } from './mistake.ts';

/** A value of a JSON text, and where it stands: UTF-16 units, `end` behind its last one. */
export type JsonNode = TextNode | WordNode | ListNode | MapNode;

interface Span {
  readonly at: number;
  readonly end: number;
}

interface TextNode extends Span {
  readonly kind: 'text';
  /** Without its quotes, escapes resolved. */
  readonly value: string;
}

/** A number, `true`, `false` or `null`, as it is written: a number of 64 bits is not rounded. */
interface WordNode extends Span {
  readonly kind: 'word';
  readonly value: string;
}

interface ListNode extends Span {
  readonly kind: 'list';
  readonly items: readonly JsonNode[];
}

export interface MapNode extends Span {
  readonly kind: 'map';
  /** In the order of the text. */
  readonly entries: readonly (readonly [key: TextNode, value: JsonNode])[];
}

/** A JSON text, read. */
export interface JsonText {
  /** With `\n` as its line end. */
  readonly text: string;
  readonly root: JsonNode;
  placeAt(offset: number): Place;
}

/** Grafana's own dashboards have ten levels. */
const MAX_DEPTH = 100;
/** Values in one text; the largest dashboards seen have some ten thousand. */
const MAX_VALUES = 200_000;

/**
 * Reads a JSON text and keeps where everything stands, so that parts of it can be replaced and the
 * rest stays as it is. Strict after RFC 8259; a key twice in one map is refused, because readers
 * differ in which one counts.
 *
 * @param file - its name in places
 * @throws SolutionsError `monitoring-json`, `monitoring-encoding`, `monitoring-too-large`
 */
export function readJson(bytes: Uint8Array, file: string): JsonText {
  const text = decodeText(bytes);
  if (text === undefined) {
    throw mistake('monitoring-encoding', 'the file is not UTF-8 text', {
      place: { file, ...badBytePosition(bytes) },
      hint: 'save it as UTF-8',
    });
  }
  const lines = new Lines(text);
  const placeAt = (offset: number): Place => ({ file, ...lines.positionOf(offset) });
  const reader: Reader = { text, placeAt, at: 0, depth: 0, values: 0 };
  const root = readValue(reader);
  if (next(reader) !== '') refuse(reader, 'the end of the file');
  return { text, root, placeAt };
}

interface Reader extends Pick<JsonText, 'text' | 'placeAt'> {
  at: number;
  depth: number;
  values: number;
}

function refuse(reader: Reader, expected: string, at = reader.at): never {
  const found = reader.text[at];
  const what = at >= reader.text.trimEnd().length ? 'the end of the file' : JSON.stringify(found);
  throw mistake('monitoring-json', `this is no JSON: found ${what}, expected ${expected}`, {
    place: reader.placeAt(Math.min(at, reader.text.length - 1)),
  });
}

/** The next character that is no blank, which `at` then stands on; `''` at the end. */
function next(reader: Reader): string {
  const { text } = reader;
  while (' \n\t\r'.includes(text.charAt(reader.at)) && reader.at < text.length) reader.at += 1;
  return text.charAt(reader.at);
}

function readValue(reader: Reader): JsonNode {
  const first = next(reader);
  reader.values += 1;
  if (reader.values > MAX_VALUES) throw tooLarge(reader, `holds more than ${MAX_VALUES} values`);
  if (first === '"') return readText(reader);
  if (first !== '{' && first !== '[') return readWord(reader);
  reader.depth += 1;
  if (reader.depth > MAX_DEPTH) throw tooLarge(reader, `nests more than ${MAX_DEPTH} deep`);
  const node = first === '{' ? readMap(reader) : readList(reader);
  reader.depth -= 1;
  return node;
}

function tooLarge({ at, placeAt }: Reader, what: string) {
  return mistake('monitoring-too-large', `the JSON ${what}`, { place: placeAt(at) });
}

function readMap(reader: Reader): MapNode {
  const { at } = reader;
  const keys = new Set<string>();
  const entries: [TextNode, JsonNode][] = [];
  readItems(reader, '}', () => {
    if (next(reader) !== '"') refuse(reader, 'a key in double quotes');
    const key = readText(reader);
    if (keys.has(key.value)) refuse(reader, 'each key once in a map', key.at);
    keys.add(key.value);
    if (next(reader) !== ':') refuse(reader, '`:`');
    reader.at += 1;
    entries.push([key, readValue(reader)]);
  });
  return { kind: 'map', at, end: reader.at, entries };
}

function readList(reader: Reader): ListNode {
  const { at } = reader;
  const items: JsonNode[] = [];
  readItems(reader, ']', () => items.push(readValue(reader)));
  return { kind: 'list', at, end: reader.at, items };
}

/** From the opening bracket to behind the one that closes. */
function readItems(reader: Reader, close: '}' | ']', readItem: () => unknown): void {
  reader.at += 1;
  if (next(reader) !== close) {
    readItem();
    while (next(reader) === ',') {
      reader.at += 1;
      readItem();
    }
  }
  if (next(reader) !== close) refuse(reader, `\`,\` or \`${close}\``);
  reader.at += 1;
}

const WORD =
  /(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)(?![\w.+-])/uy;

function readWord(reader: Reader): WordNode {
  const { at, text } = reader;
  WORD.lastIndex = at;
  const [value] = WORD.exec(text) ?? [];
  if (value === undefined) return refuse(reader, 'a value');
  reader.at += value.length;
  return { kind: 'word', at, end: reader.at, value };
}

const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/uy;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

function readText(reader: Reader): TextNode {
  const { at, text } = reader;
  let end = at + 1;
  let isEscaped = false;
  for (let code = text.charCodeAt(end); code !== QUOTE; code = text.charCodeAt(end)) {
    // Behind the end there is NaN, which is no text either.
    if (!(code >= SPACE)) return refuse(reader, '`"` at the end of the text', end);
    if (code === BACKSLASH) {
      ESCAPE.lastIndex = end;
      if (!ESCAPE.test(text)) return refuse(reader, 'a character that may follow `\\`', end + 1);
      isEscaped = true;
      end = ESCAPE.lastIndex;
    } else end += 1;
  }
  reader.at = end + 1;
  const inside = text.slice(at + 1, end);
  const value = isEscaped ? String(JSON.parse(`"${inside}"`)) : inside;
  return { kind: 'text', at, end: reader.at, value };
}
