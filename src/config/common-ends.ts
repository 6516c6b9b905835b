import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../kubernetes/value.ts';

/** How many values are the same at the front of two lists, and at the back of the rest. */
export function sameEnds(a: readonly Json[], b: readonly Json[]): { front: number; back: number } {
  const most = Math.min(a.length, b.length);
  let front = 0;
  while (front < most && isDeepStrictEqual(a[front], b[front])) front += 1;
  let back = 0;
  while (back < most - front && isDeepStrictEqual(a.at(-1 - back), b.at(-1 - back))) back += 1;
  return { front, back };
}
