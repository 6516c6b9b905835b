import { COLON, DASH, NEWLINE, QUESTION, TAB, type Cursor } from './cursor.ts';
import { readFlow } from './flow.ts';
import { readBlockScalar } from './literal.ts';
import type { Node } from './node.ts';
import { readPlain } from './plain.ts';
import { absent, readAlias, readProperties, type Properties } from './properties.ts';
import { readQuoted } from './quoted.ts';

type Entry = readonly [key: Node, value: Node];

/** What is around a node. */
interface Around {
  /** The indent of the block collection that holds it; -1 at the root. */
  readonly parent: number;
  /** Whether a block collection may start in this line: not after `key:`. */
  readonly fresh: boolean;
  /** Whether it is the value of a key: its list may start at the key's column. */
  readonly ofKey: boolean;
}

/** Reads a document's root. */
export function readRoot(cursor: Cursor): Node {
  const root = readNode(cursor, { parent: -1, fresh: true, ofKey: false });
  cursor.skip();
  if (!cursor.atEnd)
    cursor.fail('the end of the document was expected here', { hint: hintFor(cursor) });
  return root;
}

function readNode(cursor: Cursor, around: Around): Node {
  const crossed = cursor.skip();
  const fresh = crossed || around.fresh;
  if (cursor.atEnd || (crossed && !belongs(cursor, around))) return absent(cursor);
  if (fresh && cursor.text.charCodeAt(cursor.pos - 1) === TAB) {
    cursor.fail('a tab stands where spaces were expected', {
      hint: 'YAML is indented with spaces',
    });
  }
  const start = cursor.pos;
  const properties = readProperties(cursor);
  const before = { start, properties, fresh };
  if (!properties) return readBare(cursor, around, before);
  // Properties alone in their line are those of what follows, a whole collection or nothing.
  if (cursor.code() !== NEWLINE && cursor.text.charAt(cursor.pos) !== '#') {
    return readBare(cursor, around, before);
  }
  cursor.skip();
  if (cursor.atEnd || !belongs(cursor, around)) return absent(cursor, properties);
  return withProperties(cursor, readNode(cursor, { ...around, fresh: true }), properties);
}

/** Whether what starts in this line is further in than the collection around it. */
function belongs(cursor: Cursor, { parent, ofKey }: Around): boolean {
  return cursor.column > parent || (ofKey && cursor.column === parent && isAt(cursor, DASH));
}

function isAt(cursor: Cursor, indicator: number): boolean {
  return cursor.code() === indicator && cursor.isBlankAt(1);
}

function withProperties(cursor: Cursor, node: Node, { anchor, tag }: Properties): Node {
  if (node.kind === 'alias') return cursor.fail('an alias has neither an anchor nor a tag');
  if (anchor !== undefined && node.anchor !== undefined) cursor.fail('a value has two anchors');
  const named = { ...node, anchor: anchor ?? node.anchor };
  if (named.kind !== 'scalar') return named;
  if (tag !== undefined && named.tag !== undefined) cursor.fail('a value has two tags');
  return { ...named, tag: tag ?? named.tag };
}

/** Where the properties of a node, or the node without any, start in this line. */
interface Start {
  readonly start: number;
  readonly properties: Properties | undefined;
  /** Whether a block collection may start here. */
  readonly fresh: boolean;
}

function readBare(cursor: Cursor, around: Around, before: Start): Node {
  const next = cursor.text.charAt(cursor.pos);
  if (next === '|' || next === '>') return readText(cursor, around, before.properties);
  const column = before.start - cursor.lineStart;
  if (before.fresh && !before.properties) {
    if (isAt(cursor, DASH)) return readList(cursor, column, around);
    if (isAt(cursor, QUESTION) || isAt(cursor, COLON)) return readMap(cursor, column, undefined);
  }
  const lineStart = cursor.lineStart;
  const atom = readAtom(cursor, around.parent, before.properties);
  skipBlanks(cursor);
  if (!isAt(cursor, COLON)) return atom;
  if (!before.fresh || cursor.lineStart !== lineStart) {
    cursor.fail('a map cannot start here', {
      hint: 'quote text that holds `: `, and keep a key on one line',
    });
  }
  return readMap(cursor, column, atom);
}

function skipBlanks(cursor: Cursor): void {
  while (cursor.code() === 0x20 || cursor.code() === TAB) cursor.pos += 1;
}

function readText(cursor: Cursor, around: Around, properties: Properties | undefined): Node {
  cursor.count();
  const at = cursor.offset();
  const { tag, anchor } = properties ?? {};
  const { text, end } = readBlockScalar(cursor, around.parent);
  return { kind: 'scalar', at, end: cursor.offset(end), text, plain: false, tag, anchor };
}

/** A scalar, an alias or a flow collection: what may be a key. */
function readAtom(cursor: Cursor, parent: number, properties: Properties | undefined): Node {
  const at = cursor.offset();
  const { tag, anchor } = properties ?? {};
  const next = cursor.text.charAt(cursor.pos);
  if (next === '[' || next === '{') return readFlow(cursor, anchor);
  if (next === '*') return readAlias(cursor, properties);
  if (properties && isAt(cursor, COLON)) return absent(cursor, properties);
  cursor.count();
  const plain = next !== '"' && next !== "'";
  const text = plain ? readPlain(cursor, parent, false) : readQuoted(cursor);
  return { kind: 'scalar', at, end: cursor.offset(), text, plain, tag, anchor };
}

/** Reads a block list, from its first `-`. */
function readList(cursor: Cursor, column: number, around: Around): Node {
  cursor.count();
  const at = cursor.offset();
  return cursor.deeper((): Node => {
    const items: Node[] = [];
    do {
      cursor.pos += 1;
      items.push(readNode(cursor, { parent: column, fresh: true, ofKey: false }));
    } while (atNext(cursor, column) && isAt(cursor, DASH));
    // A list at its key's column ends where the next key starts.
    const ends =
      cursor.atEnd || cursor.column < column || (around.ofKey && column === around.parent);
    if (!ends) cursor.fail('a `-` was expected here', { hint: hintFor(cursor) });
    const end = items.at(-1)?.end ?? at;
    return { kind: 'list', at, end, column, anchor: undefined, items };
  });
}

/** Goes to what comes next; whether it starts a line at `column`. Further in is a mistake. */
function atNext(cursor: Cursor, column: number): boolean {
  const crossed = cursor.skip() || cursor.startsLine;
  if (cursor.atEnd) return false;
  if (!crossed)
    cursor.fail('the end of the line was expected here', { hint: 'quote text as a whole' });
  if (cursor.column > column) {
    cursor.fail('this line is further in than the ones before it', { hint: hintFor(cursor) });
  }
  return cursor.column === column;
}

/** Reads a block map, from its first key; `first` is that key where it has been read. */
function readMap(cursor: Cursor, column: number, first: Node | undefined): Node {
  cursor.count();
  const at = first?.at ?? cursor.offset();
  return cursor.deeper((): Node => {
    const entries: Entry[] = [readEntry(cursor, column, first)];
    while (atNext(cursor, column)) entries.push(readEntry(cursor, column, undefined));
    const end = entries.at(-1)?.[1].end ?? at;
    return { kind: 'map', at, end, column, anchor: undefined, entries };
  });
}

function readEntry(cursor: Cursor, column: number, read: Node | undefined): Entry {
  if (read === undefined && isAt(cursor, QUESTION)) return readMarkedEntry(cursor, column);
  const key = read ?? readKey(cursor, column);
  cursor.pos += 1;
  return [key, readNode(cursor, { parent: column, fresh: false, ofKey: true })];
}

/** `? key`, and its value after a `:` at the same column. */
function readMarkedEntry(cursor: Cursor, column: number): Entry {
  cursor.pos += 1;
  const key = readNode(cursor, { parent: column, fresh: true, ofKey: true });
  if (!atNext(cursor, column) || !isAt(cursor, COLON)) return [key, absent(cursor)];
  cursor.pos += 1;
  return [key, readNode(cursor, { parent: column, fresh: true, ofKey: true })];
}

/** Reads a key up to its colon. */
function readKey(cursor: Cursor, column: number): Node {
  const { pos, lineStart } = cursor;
  if (isAt(cursor, COLON)) return absent(cursor);
  const key = readAtom(cursor, column, readProperties(cursor));
  skipBlanks(cursor);
  if (!isAt(cursor, COLON) || cursor.lineStart !== lineStart) {
    cursor.fail('a key and its `:` were expected here', { at: pos, hint: hintFor(cursor) });
  }
  return key;
}

function hintFor(cursor: Cursor): string {
  const line = cursor.text.slice(cursor.lineStart, cursor.lineEnd(cursor.lineStart));
  if (line.includes('\t')) return 'YAML is indented with spaces, never with tabs';
  if (/^(?:<{7}|={7}|>{7})/u.test(line)) return 'resolve the merge conflict first';
  return 'look at the indent of this line and of those above it, and at quotes that are not closed';
}
