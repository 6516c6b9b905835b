/** One change of a text: what stands from `at` to `end` gives way to `text`. */
export interface Splice {
  readonly at: number;
  readonly end: number;
  /** With `\n` as its line end. */
  readonly text: string;
}

/**
 * The bytes of a UTF-8 file after some splices; every byte outside them stays as it is, a byte order
 * mark and line ends of either kind among them. What is new gets the line end of the first line.
 *
 * @param splices their offsets are in the text that `decodeText` makes of `bytes`; they do not overlap.
 */
export function splicedBytes(bytes: Uint8Array, splices: readonly Splice[]): Uint8Array {
  const source = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const lineEnd = /\r\n?|\n/u.exec(source)?.[0] ?? '\n';
  const sourceOffset = offsetsOf(source);
  const parts: string[] = [];
  let done = 0;
  for (const { at, end, text } of splices.toSorted((a, b) => a.at - b.at)) {
    const from = sourceOffset(at);
    if (from < done) throw new Error('two edits overlap');
    parts.push(source.slice(done, from), text.replaceAll('\n', lineEnd));
    done = sourceOffset(end);
  }
  return Buffer.from(parts.join('') + source.slice(done));
}

/** From offsets in the text that readers have to offsets in the source. */
function offsetsOf(source: string): (offset: number) => number {
  const mark = source.startsWith('\uFEFF') ? 1 : 0;
  // A reader has one character where the source has two.
  const pairs = [...source.matchAll(/\r\n/gu)].map(({ index }, before) => index - mark - before);
  return (offset) => {
    const shift = mark + countBelow(pairs, offset);
    // A reader adds a line end where the last line has none.
    return Math.min(offset + shift, source.length);
  };
}

/** How many of the numbers, which ascend, are below `limit`. */
function countBelow(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((ascending[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
