import { isDeepStrictEqual } from 'node:util';
import type { ListNode, MapNode, Node } from '../kubernetes/node.ts';
import {
  fieldOf,
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';
import { sameEnds } from './common-ends.ts';
import { insertLines, removeLines } from './edit-block.ts';
import { insertWords, removeWords } from './edit-flow.ts';
import type { Layout } from './edit-layout.ts';
import { lineEnd, partsOf, startsLine, withoutLines, type Collection } from './edit-parts.ts';
import { entryText, flowEntry, flowText, isInline, itemText, linesBelow } from './edit-print.ts';
import { entrySlot, itemSlot, quoteIn, quoteOf, rootSlot, type Slot } from './edit-slot.ts';
import type { Splice } from './edit-source.ts';

/** What the edit of one document knows. */
export interface Editing {
  readonly text: string;
  readonly layout: Layout;
  /** What it comes to. */
  readonly splices: Splice[];
  /** Called for each value in which something changes: throws where another place shares it. */
  readonly onChange: (node: Node) => void;
  /** Called for each value that goes, with all below it: throws where another place needs it. */
  readonly onRemoval: (node: Node) => void;
}

interface Wish<Value> {
  readonly before: Value;
  readonly after: Value;
}

/**
 * Finds the splices that make a document say `after` where it says `before`, and touch nothing else:
 * the innermost values that differ are replaced, added behind what is there, or taken away.
 */
export function changeRoot(root: Node, wish: Wish<Json>, editing: Editing): void {
  change(rootSlot(root), wish, editing);
}

function change(slot: Slot, { before, after }: Wish<Json>, editing: Editing): void {
  if (isDeepStrictEqual(before, after)) return;
  const { node } = slot;
  editing.onChange(node);
  if (node.kind === 'map' && isJsonObject(before) && isJsonObject(after)) {
    changeMap({ ...slot, node }, { before, after }, editing);
  } else if (node.kind === 'list' && isJsonList(before) && isJsonList(after)) {
    changeList({ ...slot, node }, { before, after }, editing);
  } else replace(slot, after, editing);
}

function changeMap(
  slot: Slot<MapNode>,
  { before, after }: Wish<JsonObject>,
  editing: Editing,
): void {
  const { node } = slot;
  const { text, layout } = editing;
  const removed = new Set<number>();
  for (const [index, [key]] of node.entries.entries()) {
    // The reader lets no other key pass.
    const name = key.kind === 'scalar' ? key.text : '';
    const old = fieldOf(before, name);
    const now = fieldOf(after, name);
    const inner = entrySlot(node, index, text);
    if (now === undefined) removed.add(index);
    else if (inner && old !== undefined) change(inner, { before: old, after: now }, editing);
  }
  remove(slot, removed, editing);
  const names = Object.keys(after).filter((name) => !Object.hasOwn(before, name));
  if (names.length === 0) return;
  if (canGrowBelow(slot, text)) return replace(slot, after, editing);
  const { column } = node;
  const quote = quoteIn(slot, text);
  const added = names.map((name) => {
    const value = fieldOf(after, name) ?? null;
    return column === undefined
      ? flowEntry(name, value, { layout, quote })
      : entryText(name, value, { column, layout, quote });
  });
  insert(slot, { behind: node.entries.length - 1, added }, editing);
}

function changeList(
  slot: Slot<ListNode>,
  { before, after }: Wish<readonly Json[]>,
  editing: Editing,
): void {
  const { node } = slot;
  const { text, layout } = editing;
  const { front, back } = sameEnds(before, after);
  const [old, now] = [before.length - back, after.length - back];
  const both = Math.min(old, now);
  const parts = partsOf(node, text);
  const quote = quoteIn(slot, text);
  for (let index = front; index < both; index += 1) {
    const part = parts[index];
    const inner = part && itemSlot(node, index, { part, text, quote });
    const wish = { before: before[index] ?? null, after: after[index] ?? null };
    if (inner) change(inner, wish, editing);
  }
  remove(slot, new Set(indexes(both, old)), editing);
  if (now <= both) return;
  if (canGrowBelow(slot, text)) return replace(slot, after, editing);
  const { column } = node;
  const added = after
    .slice(both, now)
    .map((item) =>
      column === undefined
        ? flowText(item, layout, quote)
        : itemText(item, column, { layout, quote }),
    );
  insert(slot, { behind: both - 1, added }, editing);
}

function indexes(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

interface Addition {
  /** The part before it, -1 for none. */
  readonly behind: number;
  readonly added: readonly string[];
}

function insert({ node }: Slot<Collection>, { behind, added }: Addition, editing: Editing): void {
  const { text, splices } = editing;
  const { at, end, column } = node;
  const parts = partsOf(node, text);
  if (column !== undefined) splices.push(insertLines({ text, parts, column }, behind, added));
  else splices.push(...insertWords({ text, parts, at, end }, behind, added));
}

function remove(slot: Slot<Collection>, removed: ReadonlySet<number>, editing: Editing): void {
  if (removed.size === 0) return;
  const { node } = slot;
  const { text, splices } = editing;
  const values = node.kind === 'list' ? node.items : node.entries.flat();
  const perPart = node.kind === 'list' ? 1 : 2;
  for (const [index, value] of values.entries()) {
    if (removed.has(Math.floor(index / perPart))) editing.onRemoval(value);
  }
  const { at, end, column } = node;
  const parts = partsOf(node, text);
  if (removed.size === parts.length) splices.push(...emptied(slot, text));
  else if (column !== undefined) splices.push(...removeLines({ text, parts, column }, removed));
  else splices.push(...removeWords({ text, parts, at, end }, removed));
}

/** Nothing stays but the comments between the parts. */
function emptied({ node, behind, lead }: Slot<Collection>, text: string): Splice[] {
  const word = node.kind === 'list' ? '[]' : '{}';
  const parts = partsOf(node, text);
  const start = parts[0]?.start ?? node.at;
  const hasLines = node.column !== undefined && behind !== undefined && startsLine(start, text);
  if (!hasLines) return [{ at: Math.min(start, node.at), end: node.end, text: word }];
  return [
    { at: behind, end: behind, text: `${lead}${word}` },
    ...parts.map((part) => withoutLines(part, text)),
  ];
}

/** Whether what comes in place of this nothing has lines of its own: `a: []` becomes a block. */
function canGrowBelow({ node, column }: Slot, text: string): boolean {
  const isNull = node.kind === 'scalar' && node.plain;
  return column !== undefined && (isNull || /^[[{] *[\]}]$/u.test(text.slice(node.at, node.end)));
}

function replace(slot: Slot, after: Json, editing: Editing): void {
  const { node, column, behind = node.at, lead } = slot;
  const { text, layout, splices } = editing;
  const isAbsent = node.kind === 'scalar' && node.plain && node.text === '';
  if (node.kind !== 'scalar') editing.onRemoval(node);
  if (column !== undefined && !isInline(after) && canGrowBelow(slot, text)) {
    if (!isAbsent) splices.push({ at: behind, end: node.end, text: '' });
    const at = lineEnd(Math.max(behind, node.end), text);
    splices.push({ at, end: at, text: linesBelow(after, column, layout) });
    return;
  }
  const word = flowText(after, layout, quoteOf(node, text) ?? slot.quote);
  if (isAbsent) splices.push({ at: behind, end: behind, text: `${lead}${word}` });
  else splices.push(...inPlaceOf(node, word, text));
}

/** The comment behind the `|` of a block of text stays. */
function inPlaceOf({ at, end }: Node, word: string, text: string): Splice[] {
  const sign = /[|>][-+0-9]*/uy;
  sign.lastIndex = at;
  if (!sign.test(text)) return [{ at, end, text: word }];
  return [
    { at, end: sign.lastIndex, text: word },
    { at: lineEnd(at, text), end, text: '' },
  ];
}
