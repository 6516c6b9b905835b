import { COLON, QUESTION, type Cursor } from './cursor.ts';
import type { Node } from './node.ts';
import { readPlain } from './plain.ts';
import { absent, readAlias, readProperties, type Properties } from './properties.ts';
import { readQuoted } from './quoted.ts';

type Entry = readonly [key: Node, value: Node];

/** Reads `[...]` or `{...}`, JSON among them. */
export function readFlow(cursor: Cursor, anchor: string | undefined): Node {
  const at = cursor.offset();
  cursor.count();
  const isList = cursor.text.charAt(cursor.pos) === '[';
  return cursor.deeper((): Node => {
    const column = undefined;
    if (isList) {
      const items = readAll(cursor, ']', readItem);
      return { kind: 'list', at, end: cursor.offset(), column, anchor, items };
    }
    const entries = readAll(cursor, '}', readEntry);
    return { kind: 'map', at, end: cursor.offset(), column, anchor, entries };
  });
}

function readAll<T>(cursor: Cursor, close: string, readOne: (cursor: Cursor) => T): T[] {
  const all: T[] = [];
  const open = cursor.pos;
  const bracket = cursor.text.charAt(open);
  cursor.pos += 1;
  for (;;) {
    cursor.skip();
    if (cursor.atEnd || cursor.text.charAt(cursor.pos) === close) break;
    all.push(readOne(cursor));
    cursor.skip();
    const next = cursor.text.charAt(cursor.pos);
    if (cursor.atEnd || next === close) break;
    if (next !== ',') {
      const hint = `look whether the \`${bracket}\` before it is closed; quote text that holds \`${bracket}\``;
      cursor.fail(`\`,\` or \`${close}\` was expected here`, { hint });
    }
    cursor.pos += 1;
  }
  if (cursor.atEnd) {
    const hint = `add the \`${close}\`, or quote the value where text is meant`;
    cursor.fail(`this \`${bracket}\` is never closed`, { at: open, hint });
  }
  cursor.pos += 1;
  return all;
}

/** An item of a list; `[a: b]` is a list of one map. */
function readItem(cursor: Cursor): Node {
  const at = cursor.offset();
  const isKey = cursor.code() === QUESTION && cursor.isBlankAt(1);
  if (isKey) return pairAt(at, readEntry(cursor));
  const node = readNode(cursor);
  cursor.skip();
  return cursor.code() === COLON ? pairAt(at, [node, readValue(cursor)]) : node;
}

/** A map of one entry, without braces around it. */
function pairAt(at: number, entry: Entry): Node {
  const { end } = entry[1];
  return { kind: 'map', at, end, column: undefined, anchor: undefined, entries: [entry] };
}

function readEntry(cursor: Cursor): Entry {
  if (cursor.code() === QUESTION && cursor.isBlankAt(1)) {
    cursor.pos += 1;
    cursor.skip();
  }
  const key = readNode(cursor);
  cursor.skip();
  return [key, cursor.code() === COLON ? readValue(cursor) : absent(cursor)];
}

function readValue(cursor: Cursor): Node {
  cursor.pos += 1;
  cursor.skip();
  return /[,\]}]/u.test(cursor.text.charAt(cursor.pos)) ? absent(cursor) : readNode(cursor);
}

function readNode(cursor: Cursor): Node {
  const properties = readProperties(cursor);
  if (properties) cursor.skip();
  // The file ends: whoever reads the collection says so.
  if (cursor.atEnd) return absent(cursor, properties);
  const next = cursor.text.charAt(cursor.pos);
  if (properties && /[,\]}:]/u.test(next)) return absent(cursor, properties);
  return readFlowNode(cursor, properties);
}

/** Reads a node that is no block and has no properties before it; `[` to `*` start it. */
function readFlowNode(cursor: Cursor, properties: Properties | undefined): Node {
  const at = cursor.offset();
  const { anchor, tag } = properties ?? {};
  const scalarAt = (start: number, text: string, plain: boolean): Node => {
    cursor.count();
    return { kind: 'scalar', at: start, end: cursor.offset(), text, plain, tag, anchor };
  };
  switch (cursor.text.charAt(cursor.pos)) {
    case '[':
    case '{':
      return readFlow(cursor, anchor);
    case '*':
      return readAlias(cursor, properties);
    case '"':
    case "'":
      return scalarAt(at, readQuoted(cursor), false);
    default:
      return scalarAt(at, readPlain(cursor, -1, true), true);
  }
}
