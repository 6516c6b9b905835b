/**
 * The text of `bytes` with `\n` as its line end and one of them at the end, as a reader that goes
 * line by line sees it; nothing where they are no UTF-8. A byte order mark is dropped.
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return normal(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function normal(text: string): string {
  const lines = text.includes('\r') ? text.replaceAll(/\r\n?/gu, '\n') : text;
  return lines.endsWith('\n') ? lines : `${lines}\n`;
}

/** A place in a text, counted from 1; columns in UTF-16 units, as editors have them. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where the first byte is that is no UTF-8; the end of the text where there is none. */
export function badBytePosition(bytes: Uint8Array): Position {
  const text = new TextDecoder('utf-8').decode(bytes);
  let at = text.indexOf(REPLACEMENT);
  let before = 0;
  let from =
    bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at >= 0) {
    from += Buffer.byteLength(text.slice(before, at));
    // A text may hold U+FFFD itself: then its three bytes are there.
    const isItself = bytes[from] === 0xef && bytes[from + 1] === 0xbf && bytes[from + 2] === 0xbd;
    if (!isItself) break;
    from += 3;
    before = at + 1;
    at = text.indexOf(REPLACEMENT, before);
  }
  const good = normal(at < 0 ? text : text.slice(0, at));
  return new Lines(good).positionOf(good.length - 1);
}

const REPLACEMENT = '\uFFFD';

/** Lines and columns of offsets; the table is made when the first one is asked for. */
export class Lines {
  readonly #text: string;
  #starts: number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  positionOf(offset: number): Position {
    const starts = (this.#starts ??= lineStarts(this.#text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
