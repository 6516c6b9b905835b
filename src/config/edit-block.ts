import { lineEnd, lineStart, startsLine, withoutLines, type Part } from './edit-parts.ts';
import type { Splice } from './edit-source.ts';

/** A collection in block style. */
export interface Block {
  readonly text: string;
  readonly parts: readonly Part[];
  /** Of its dashes or keys. */
  readonly column: number;
}

/** Puts new parts behind the part `after`, -1 for the front; below the comment in its line. */
export function insertLines(
  { text, parts, column }: Block,
  after: number,
  added: readonly string[],
): Splice {
  const indent = ' '.repeat(column);
  const before = parts[after];
  if (before) {
    const at = lineEnd(before.end, text);
    return { at, end: at, text: added.map((one) => `\n${indent}${one}`).join('') };
  }
  const at = parts[0]?.start ?? 0;
  return { at, end: at, text: added.map((one) => `${one}\n${indent}`).join('') };
}

/**
 * Takes parts away, each with the rest of its last line; comments in lines of their own stay. At
 * least one part stays.
 */
export function removeLines({ text, parts }: Block, removed: ReadonlySet<number>): Splice[] {
  const kept = parts.findIndex((_, index) => !removed.has(index));
  const [first] = parts;
  const next = parts[kept];
  // The first key of `- name: a` has its dash before it: the next key takes its place.
  const isBehindDash = first !== undefined && !startsLine(first.start, text) && removed.has(0);
  const joined =
    isBehindDash && next ? [joinedAt(first, { last: parts[kept - 1] ?? first, next }, text)] : [];
  const others = parts.filter((_, index) => removed.has(index) && !(isBehindDash && index < kept));
  return [...joined, ...others.map((part) => withoutLines(part, text))];
}

interface Joint {
  /** The last part that goes. */
  readonly last: Part;
  readonly next: Part;
}

/** Brings the next key behind the dash; where comments stand between, it stays in its line. */
function joinedAt({ start }: Part, { last, next }: Joint, text: string): Splice {
  const stop = lineEnd(last.end, text);
  if (text.slice(stop, next.start).trim() === '') return { at: start, end: next.start, text: '' };
  const blanks = / *$/u.exec(text.slice(lineStart(start, text), start))?.[0].length ?? 0;
  return { at: start - blanks, end: stop, text: '' };
}
