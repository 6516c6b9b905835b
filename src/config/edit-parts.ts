import type { ListNode, MapNode } from '../kubernetes/node.ts';
import type { Splice } from './edit-source.ts';

/** A map or a list. */
export type Collection = ListNode | MapNode;

/** An entry or an item in the source: from its key, `?` or dash to the end of its value. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** The entries of a map, or the items of a list, as they stand in `text`. */
export function partsOf(node: Collection, text: string): Part[] {
  const ends =
    node.kind === 'list'
      ? node.items.map(({ end }) => end)
      : node.entries.map(([key, value]) => Math.max(key.end, value.end));
  const parts: Part[] = [];
  for (const end of ends) {
    const before = parts.at(-1);
    parts.push({ start: before ? nextStart(before.end, node, text) : firstStart(node, text), end });
  }
  return parts;
}

function firstStart({ at, column }: Collection, text: string): number {
  if (column !== undefined) return lineStart(at, text) + column;
  return /[[{]/u.test(text.charAt(at)) ? behindGap(at + 1, text) : at;
}

function nextStart(from: number, { column }: Collection, text: string): number {
  const next = behindGap(from, text);
  return column === undefined && text.charAt(next) === ',' ? behindGap(next + 1, text) : next;
}

/** Where the next word is: behind blanks, comments and line ends. */
export function behindGap(from: number, text: string): number {
  let at = from;
  for (;;) {
    const char = text.charAt(at);
    if (char === '#') at = lineEnd(at, text);
    else if (char === ' ' || char === '\t' || char === '\n') at += 1;
    else return at;
  }
}

export function lineStart(at: number, text: string): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

/** The end of a line, without its line end. */
export function lineEnd(at: number, text: string): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Whether nothing but spaces stands before `at` in its line. */
export function startsLine(at: number, text: string): boolean {
  return /^ *$/u.test(text.slice(lineStart(at, text), at));
}

/**
 * Takes away whole lines: with the line end before them, so that a file whose last line has no line
 * end still has none.
 */
export function withoutLines({ start, end }: Part, text: string): Splice {
  const at = lineStart(start, text);
  const stop = lineEnd(end, text);
  return at === 0 ? { at, end: stop + 1, text: '' } : { at: at - 1, end: stop, text: '' };
}
