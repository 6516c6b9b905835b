import type { Cursor } from './cursor.ts';

/** Reads a scalar in single or double quotes, lines folded. */
export function readQuoted(cursor: Cursor): string {
  const start = cursor.pos;
  const quote = cursor.text.charAt(start);
  const end = quote === "'" ? singleEnd(cursor.text, start) : doubleEnd(cursor.text, start);
  if (end < 0) cursor.fail('the quote that opens here is never closed');
  const source = cursor.text.slice(start + 1, end);
  const text =
    quote === "'"
      ? fold(source).replaceAll("''", "'")
      : source.includes('\\')
        ? unescaped(cursor, source)
        : fold(source);
  cursor.pos = end + 1;
  const lastLine = source.lastIndexOf('\n');
  if (lastLine >= 0) cursor.lineStart = start + lastLine + 2;
  return text;
}

function singleEnd(text: string, start: number): number {
  let at = text.indexOf("'", start + 1);
  while (at >= 0 && text.charAt(at + 1) === "'") at = text.indexOf("'", at + 2);
  return at;
}

function doubleEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code === 0x5c) at += 1;
  }
  return -1;
}

/** A line end is a blank, several are one fewer; the blanks around them go. */
function fold(source: string): string {
  if (!source.includes('\n')) return source;
  const lines = source.split('\n');
  const last = lines.length - 1;
  const parts: string[] = [];
  let ends = 0;
  for (const [index, line] of lines.entries()) {
    const text =
      index === 0 ? trimEnd(line) : index === last ? trimStart(line) : trimStart(trimEnd(line));
    if (index > 0) ends += 1;
    if (text === '' && index > 0 && index < last) continue;
    if (ends > 0) parts.push(ends === 1 ? ' ' : '\n'.repeat(ends - 1));
    parts.push(text);
    ends = 0;
  }
  return parts.join('');
}

/** Without the spaces and tabs at the end; a regular expression takes quadratic time for that. */
function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && isBlank(line, end - 1)) end -= 1;
  return line.slice(0, end);
}

function trimStart(line: string): string {
  let start = 0;
  while (isBlank(line, start)) start += 1;
  return line.slice(start);
}

function isBlank(line: string, at: number): boolean {
  const char = line.charAt(at);
  return char === ' ' || char === '\t';
}

const ESCAPES = new Map([
  ['0', '\0'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\u001b'],
  [' ', ' '],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  // JSON has it; goyaml alone does not.
  ['/', '/'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
]);

const DIGITS = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/** An escape: a line end with the blanks of the next line, a code, or one character. */
const ESCAPE = /\\(?:(?<end>\n[ \t\n]*)|(?<form>[xuU])(?<digits>[0-9a-fA-F]{0,8})|(?<char>.))/gsu;

/** What double quotes say. Line ends are folded between escapes: an escaped blank is no blank. */
function unescaped(cursor: Cursor, source: string): string {
  const from = cursor.pos + 1;
  const pieces: string[] = [];
  let plain = 0;
  for (const match of source.matchAll(ESCAPE)) {
    const { end, form = '', digits = '', char = '' } = match.groups ?? {};
    pieces.push(source.slice(plain, match.index));
    plain = match.index + match[0].length;
    const at = from + match.index;
    if (end !== undefined) {
      pieces.push('\n'.repeat(end.split('\n').length - 2));
    } else if (form === '') {
      pieces.push(
        ESCAPES.get(char) ?? cursor.fail(`\`\\${char}\` is no escape in double quotes`, { at }),
      );
    } else {
      const size = DIGITS.get(form) ?? 0;
      pieces.push(character(cursor, digits.slice(0, size), { size, at }));
      plain -= digits.length - Math.min(size, digits.length);
    }
  }
  pieces.push(source.slice(plain));
  const text = foldBetween(pieces);
  if (/\p{Surrogate}/u.test(text))
    cursor.fail('half a surrogate pair is no character', { at: from - 1 });
  return text;
}

function character(
  cursor: Cursor,
  digits: string,
  expected: { readonly size: number; readonly at: number },
): string {
  const code = Number.parseInt(digits, 16);
  if (digits.length < expected.size || code > 0x10_ffff) {
    cursor.fail('an escape names no character', { at: expected.at });
  }
  return String.fromCodePoint(code);
}

/** Folds the pieces between escapes, which stand at even indexes. */
function foldBetween(pieces: readonly string[]): string {
  return pieces.map((piece, index) => (index % 2 === 0 ? fold(piece) : piece)).join('');
}
