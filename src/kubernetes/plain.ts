import { COLON, HASH, NEWLINE, QUESTION, SPACE, TAB, type Cursor } from './cursor.ts';

const INDICATORS = /^[,[\]{}#&*!|>'"%@`]/u;

/** Whether a plain scalar can start here (yaml_parser_fetch_next_token). */
function canStart(cursor: Cursor, inFlow: boolean): boolean {
  const first = cursor.text.charAt(cursor.pos);
  if (first === '-') return !cursor.isBlankAt(1);
  if (first === '?' || first === ':') return !inFlow && !cursor.isBlankAt(1);
  return first !== '' && !INDICATORS.test(first);
}

const CANNOT_START = new Map([
  ['%', 'directives are not read: remove lines such as `%YAML 1.2`; quote other text'],
  ['@', 'quote text that starts with `@`'],
  ['`', 'quote text that starts with a backquote'],
  ['-', 'a list starts on a line of its own'],
  ['?', 'a map starts on a line of its own'],
  [':', 'a map starts on a line of its own'],
]);

/**
 * Reads a plain scalar, up to its last character; its lines after the first stand further in than `parent`, the indent of
 * the collection around it, or anywhere in flow style.
 */
export function readPlain(cursor: Cursor, parent: number, inFlow: boolean): string {
  if (!canStart(cursor, inFlow)) {
    const first = cursor.text.charAt(cursor.pos);
    cursor.fail(
      first === ''
        ? 'the file ends where a value was expected'
        : `a value cannot start with \`${first}\``,
      {
        hint: CANNOT_START.get(first) ?? 'quote it where text is meant',
      },
    );
  }
  const from = cursor.pos;
  let end = lineOf(cursor, inFlow);
  const first = cursor.text.slice(from, end);
  if (!continues(cursor, parent, inFlow)) {
    cursor.pos = end;
    return first;
  }
  const parts = [first];
  while (continues(cursor, parent, inFlow)) {
    const blankLines = countBlankLines(cursor);
    const start = cursor.pos;
    end = lineOf(cursor, inFlow);
    parts.push(blankLines === 0 ? ' ' : '\n'.repeat(blankLines), cursor.text.slice(start, end));
  }
  cursor.pos = end;
  return parts.join('');
}

/**
 * Goes over the rest of this line's text, up to a comment, a `: ` or the line's end; gives the
 * end of the text. Blanks behind it are gone over too.
 */
function lineOf(cursor: Cursor, inFlow: boolean): number {
  const { text } = cursor;
  let at = cursor.pos;
  let end = at;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === NEWLINE || Number.isNaN(code)) break;
    if (code === SPACE || code === TAB) {
      at += 1;
      if (text.charCodeAt(at) === HASH) break;
      continue;
    }
    if (code === COLON && isBlank(text.charCodeAt(at + 1))) break;
    if (inFlow && endsInFlow(code)) break;
    at += 1;
    end = at;
  }
  cursor.pos = at;
  return end;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === NEWLINE || code === TAB || Number.isNaN(code);
}

/** `,`, `?`, `[`, `]`, `{` and `}` end a plain scalar in flow style, wherever they stand. */
function endsInFlow(code: number): boolean {
  return (
    code === 0x2c ||
    code === QUESTION ||
    code === 0x5b ||
    code === 0x5d ||
    code === 0x7b ||
    code === 0x7d
  );
}

/** Whether the scalar goes on in a line below; `cursor` stays where it is. */
function continues(cursor: Cursor, parent: number, inFlow: boolean): boolean {
  const { text } = cursor;
  if (text.charCodeAt(cursor.pos) !== NEWLINE) return false;
  let lineStart = cursor.pos + 1;
  for (;;) {
    let at = lineStart;
    while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB) at += 1;
    const code = text.charCodeAt(at);
    if (code === NEWLINE) {
      lineStart = at + 1;
      continue;
    }
    if (Number.isNaN(code) || code === HASH) return false;
    if (inFlow) return !endsInFlow(code) && !(code === COLON && isBlank(text.charCodeAt(at + 1)));
    return at - lineStart > parent;
  }
}

/** Goes to the next line with text; gives the number of lines without any before it. */
function countBlankLines(cursor: Cursor): number {
  let lines = -1;
  for (;;) {
    const code = cursor.code();
    if (code === NEWLINE) {
      lines += 1;
      cursor.newline();
    } else if (code === SPACE || code === TAB) cursor.pos += 1;
    else return lines;
  }
}
