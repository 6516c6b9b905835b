import { decodeText } from '../kubernetes/source.ts';

/** The lines between the first and the last one that an edit changed. */
export interface ChangedLines {
  /** The first of them, from 1. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What differs between two states of a file, as one stretch of lines. */
export function changedLines(before: Uint8Array, after: Uint8Array): ChangedLines {
  const [old, now] = [linesOf(before), linesOf(after)];
  const most = Math.min(old.length, now.length);
  let front = 0;
  while (front < most && old[front] === now[front]) front += 1;
  let back = 0;
  while (back < most - front && old.at(-1 - back) === now.at(-1 - back)) back += 1;
  return {
    line: front + 1,
    removed: old.slice(front, old.length - back),
    added: now.slice(front, now.length - back),
  };
}

function linesOf(bytes: Uint8Array): string[] {
  return bytes.length === 0 ? [] : (decodeText(bytes) ?? '').split('\n').slice(0, -1);
}
