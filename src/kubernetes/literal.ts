import { HASH, NEWLINE, SPACE, TAB, type Cursor } from './cursor.ts';

interface Header {
  readonly literal: boolean;
  readonly chomping: string;
  /** Columns further in than the collection around it; unknown when it is 0. */
  readonly step: number;
}

/** A block scalar that was read. */
interface BlockScalar {
  readonly text: string;
  /** The end of its last line; of the blank lines behind that, where they count. */
  readonly end: number;
}

/** Reads a block scalar, `|` or `>`; `parent` is the indent of the collection around it. */
export function readBlockScalar(cursor: Cursor, parent: number): BlockScalar {
  const { literal, chomping, step } = readHeader(cursor);
  const outer = Math.max(parent, 0);
  const indent = step > 0 ? outer + step : foundIndent(cursor, parent);
  const lines: string[] = [];
  let lastLine = cursor.pos - 1;
  let blank = skipBlankLines(cursor, indent);
  // Line ends that the next line decides on.
  let end = '\n'.repeat(blank);
  let wasIndented = true;
  while (cursor.column === indent && !cursor.atEnd) {
    const stop = cursor.lineEnd();
    lastLine = stop;
    const line = cursor.text.slice(cursor.pos, stop);
    const isIndented = line.startsWith(' ') || line.startsWith('\t');
    if (!literal && lines.length > 0 && !wasIndented && !isIndented) {
      end = blank === 0 ? ' ' : '\n'.repeat(blank);
    }
    lines.push(end, line);
    wasIndented = isIndented;
    cursor.pos = stop;
    cursor.newline();
    blank = skipBlankLines(cursor, indent);
    end = `\n${'\n'.repeat(blank)}`;
  }
  const text = lines.join('');
  if (chomping === '+') return { text: text + end, end: cursor.lineStart - 1 };
  return { text: chomping === '-' || lines.length === 0 ? text : `${text}\n`, end: lastLine };
}

function readHeader(cursor: Cursor): Header {
  const literal = cursor.text.charAt(cursor.pos) === '|';
  const signs = /[^ \t\n#]*/uy;
  signs.lastIndex = cursor.pos + 1;
  const found = signs.exec(cursor.text)?.[0] ?? '';
  if (!/^(?:[-+]?[1-9]?|[1-9][-+])$/u.test(found)) {
    cursor.fail(`\`${literal ? '|' : '>'}${found.slice(0, 20)}\` starts no block of text`, {
      hint: 'quote it where text is meant',
    });
  }
  cursor.pos += 1 + found.length;
  while (cursor.code() === SPACE || cursor.code() === TAB) cursor.pos += 1;
  if (cursor.code() === HASH) cursor.pos = cursor.lineEnd();
  if (cursor.code() !== NEWLINE) cursor.fail('a block of text starts on the next line');
  cursor.newline();
  return {
    literal,
    chomping: /[-+]/u.exec(found)?.[0] ?? '',
    step: Number(/[1-9]/u.exec(found)?.[0] ?? 0),
  };
}

/** The first line with text tells the indent; an emptier but longer line before it counts too. */
function foundIndent(cursor: Cursor, parent: number): number {
  const { text } = cursor;
  let most = 0;
  let lineStart = cursor.pos;
  for (;;) {
    let at = lineStart;
    while (text.charCodeAt(at) === SPACE) at += 1;
    most = Math.max(most, at - lineStart);
    if (text.charCodeAt(at) !== NEWLINE) break;
    lineStart = at + 1;
  }
  return Math.max(most, parent + 1, 1);
}

/** Goes over lines without text, and over the indent of the next one; gives their number. */
function skipBlankLines(cursor: Cursor, indent: number): number {
  let lines = 0;
  for (;;) {
    while (cursor.column < indent && cursor.code() === SPACE) cursor.pos += 1;
    if (cursor.code() === TAB && cursor.column < indent) {
      cursor.fail('a tab stands where spaces were expected', { hint: 'indent with spaces' });
    }
    if (cursor.code() !== NEWLINE) return lines;
    cursor.newline();
    lines += 1;
  }
}
