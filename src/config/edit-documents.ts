import type { Node } from '../kubernetes/node.ts';
import { documentRanges, type Range } from '../kubernetes/syntax.ts';
import type { JsonObject } from '../kubernetes/value.ts';
import { layoutOf } from './edit-layout.ts';
import { behindGap, lineStart } from './edit-parts.ts';
import { blockText } from './edit-print.ts';
import type { Splice } from './edit-source.ts';

/** Puts documents at the end of a file; `first` is the root whose layout they follow. */
export function addDocuments(text: string, added: readonly JsonObject[], first?: Node): Splice {
  const layout = layoutOf(first, text);
  const lines = added.map((value) => blockText(value, 0, layout)).join('\n---\n');
  if (text.trim() === '') return { at: 0, end: text.length, text: `${lines}\n` };
  const last = [...documentRanges(text)].at(-1);
  const isOpen = last !== undefined && behindGap(last.start, text) >= last.end;
  // Before the last line end: where a file has none there, it still has none.
  const at = text.length - 1;
  if (!isOpen) return { at, end: at, text: `\n---\n${lines}` };
  // Below a comment, which would seem to be about what comes.
  const gap = /\n[ \t]*$|^$/u.test(text.slice(last.start, at)) ? '' : '\n';
  return { at, end: at, text: `\n${gap}${lines}` };
}

/**
 * Takes a document away, from its `---` line to that of the next one. Of the first one, the comments
 * above it stay: they are those of the file.
 */
export function removeDocument(text: string, root: Node): Splice {
  const ranges = [...documentRanges(text)];
  const index = ranges.findIndex(({ start, end }) => start <= root.at && root.at < end);
  const range = ranges[index];
  const before = ranges[index - 1];
  if (!range) throw new Error('a document is in no part of its file');
  if (!before) {
    const end = ranges[1]?.start ?? text.length;
    return { at: lineStart(root.at, text), end, text: '' };
  }
  return betweenLineEnds(before.end, range, text);
}

/** With the line end before it instead of its own: a file without one at its end still has none. */
function betweenLineEnds(start: number, { end }: Range, text: string): Splice {
  return start === 0
    ? { at: 0, end, text: '' }
    : { at: start - 1, end: Math.min(end, text.length) - 1, text: '' };
}
