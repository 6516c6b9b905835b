import { isJsonList, isJsonObject, type Json, type JsonObject } from './value.ts';
import { doubleQuoted, isClean, isPlain } from './text.ts';

/**
 * Objects as block YAML, as `kubectl get -o yaml` lays it out: two spaces, a list at its parent's
 * column, lines never folded, keys in the order of the object (JavaScript puts keys that are whole
 * numbers first), `---` between documents. A string is quoted where any reader in use would make
 * something else of it.
 *
 * @throws TypeError for what is no {@link Json}: a bug.
 */
export function printManifests(values: readonly JsonObject[]): string {
  return values.map(printManifest).join('---\n');
}

function printManifest(value: JsonObject): string {
  if (isEmpty(value)) return '{}\n';
  const out: Pieces = [];
  mapLines(value, '', out);
  return out.join('');
}

/**
 * A text in the making. Strings that are put together one by one keep each of their parts alive, in
 * several times the memory of the text.
 */
type Pieces = string[];

/** Lines of a map; the first one has no indent, whoever calls stands there already. */
function mapLines(map: JsonObject, indent: string, out: Pieces): void {
  let isFirst = true;
  for (const key in map) {
    if (!Object.hasOwn(map, key)) continue;
    if (!isFirst) out.push(indent);
    isFirst = false;
    printKey(key, indent, out);
    printEntry(map[key], indent, out);
  }
}

/** YAML readers look only 1,024 characters ahead for the colon of a key that is not marked. */
const LONG_KEY = 500;

function printKey(key: string, indent: string, out: Pieces): void {
  const text = isPlain(key) ? key : doubleQuoted(key);
  if (text.length > LONG_KEY) out.push('? ', text, '\n', indent, ':');
  else out.push(text, ':');
}

/** What follows the colon. */
function printEntry(value: Json | undefined, indent: string, out: Pieces): void {
  if (isJsonList(value) && value.length > 0) {
    out.push('\n', indent);
    listLines(value, indent, out);
  } else if (isJsonObject(value) && !isEmpty(value)) {
    const below = `${indent}  `;
    out.push('\n', below);
    mapLines(value, below, out);
  } else {
    out.push(' ');
    printInLine(value, indent, out);
  }
}

/** Lines of a list, the first one without its indent. */
function listLines(list: readonly Json[], indent: string, out: Pieces): void {
  for (const [index, item] of list.entries()) {
    if (index > 0) out.push(indent);
    out.push('- ');
    printItem(item, indent, out);
  }
}

function printItem(item: Json, indent: string, out: Pieces): void {
  const below = `${indent}  `;
  if (isJsonList(item) && item.length > 0) listLines(item, below, out);
  else if (isJsonObject(item) && !isEmpty(item)) mapLines(item, below, out);
  else printInLine(item, indent, out);
}

function isEmpty(map: JsonObject): boolean {
  for (const key in map) if (Object.hasOwn(map, key)) return false;
  return true;
}

/** What needs no lines of its own below: a scalar, and a collection without anything in it. */
function printInLine(value: Json | undefined, indent: string, out: Pieces): void {
  if (isJsonList(value)) out.push('[]\n');
  else if (isJsonObject(value)) out.push('{}\n');
  else if (typeof value !== 'string') out.push(numberOrWord(value), '\n');
  else if (isPlain(value)) out.push(value, '\n');
  else if (value.includes('\n') && isBlock(value)) out.push(block(value, indent));
  else out.push(doubleQuoted(value), '\n');
}

function numberOrWord(value: Json | undefined): string {
  if (typeof value === 'number') return yamlNumber(value);
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  throw new TypeError(`${typeof value} is no value that Kubernetes has`);
}

/**
 * A float keeps a point and a signed exponent, without which YAML 1.1 reads text; beyond 2^53 it
 * has an exponent, without which it reads back as an integer.
 */
function yamlNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} is no number that JSON has`);
  if (Object.is(value, -0)) return '-0.0';
  if (Number.isSafeInteger(value)) return String(value);
  const text = Number.isInteger(value) ? value.toExponential() : String(value);
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text;
}

/**
 * What stays itself in a literal block: no line starts the block with a blank (its indent would
 * have to be told), none ends with one, and nothing is there that an editor or reader would change.
 */
function isBlock(text: string): boolean {
  return isClean(text) && !/^[ \n]| (?:\n|$)/u.test(text);
}

function block(text: string, indent: string): string {
  const [content, chomping] = chomp(text);
  return `|${chomping}\n${content.replaceAll(/^(?=.)/gmu, `${indent}  `)}`;
}

/** The lines of a block with the last line's end, and the sign that says how many ends there are. */
function chomp(text: string): [content: string, sign: string] {
  if (!text.endsWith('\n')) return [`${text}\n`, '-'];
  return [text, text.endsWith('\n\n') ? '+' : ''];
}

/** Compact JSON in which 64-bit integers have all their digits. */
export function printJson(value: Json): string {
  if (isJsonList(value)) return `[${value.map(printJson).join(',')}]`;
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(
      ([key, entry]) => `${JSON.stringify(key)}:${printJson(entry)}`,
    );
    return `{${entries.join(',')}}`;
  }
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'number') return numberOrWord(value);
  if (!Number.isFinite(value)) throw new TypeError(`${value} is no number that JSON has`);
  return Object.is(value, -0) ? '-0' : String(value);
}

/**
 * Objects over this many bytes of JSON are applied server-side: client-side apply keeps the whole
 * object in an annotation, and annotations end at 262,144 bytes.
 */
export const MAX_CLIENT_SIDE = 250_000;

/**
 * Bytes of an object as kubectl's client-side apply keeps it in an annotation: Go's JSON, in which
 * `<`, `>`, `&` and the Unicode line ends are six bytes each, and a newline (encoding/json).
 */
export function appliedSize(object: JsonObject): number {
  const json = printJson(object);
  const escaped = json.match(/[<>&]/gu)?.length ?? 0;
  const lineEnds = json.match(/[\u2028\u2029]/gu)?.length ?? 0;
  return Buffer.byteLength(json) + 5 * escaped + 3 * lineEnds + 1;
}
