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

/** What double quotes say. Line ends are folded between escapes: an escaped blank is no blank. */
function unescaped(cursor: Cursor, source: string): string {
  const pieces: string[] = [];
  let from = 0;
  let at = source.indexOf('\\');
  while (at >= 0) {
    const { text, length } = escape(cursor, source, at + 1);
    pieces.push(fold(source.slice(from, at)), text);
    from = at + 1 + length;
    at = source.indexOf('\\', from);
  }
  pieces.push(fold(source.slice(from)));
  const text = pieces.join('');
  if (/\p{Surrogate}/u.test(text)) cursor.fail('half a surrogate pair is no character');
  return text;
}

interface Escape {
  readonly text: string;
  /** Characters behind the backslash. */
  readonly length: number;
}

/** The escape whose backslash stands before `at`. */
function escape(cursor: Cursor, source: string, at: number): Escape {
  const char = source.charAt(at);
  const text = ESCAPES.get(char);
  if (text !== undefined) return { text, length: 1 };
  if (char === '\n') return lineEnd(source, at);
  const size = DIGITS.get(char);
  const place = { at: cursor.pos + at };
  if (size === undefined) {
    const shown = String.fromCodePoint(source.codePointAt(at) ?? 0);
    return cursor.fail(`\`\\${shown}\` is no escape in double quotes`, place);
  }
  const digits = source.slice(at + 1, at + 1 + size);
  const code = /^[0-9a-fA-F]+$/u.test(digits) ? Number.parseInt(digits, 16) : Infinity;
  if (digits.length < size || code > 0x10_ffff) cursor.fail('an escape names no character', place);
  return { text: String.fromCodePoint(code), length: 1 + size };
}

/** An escaped line end is nothing, with the blanks of the next line; the empty lines stay. */
function lineEnd(source: string, at: number): Escape {
  let end = at + 1;
  let lines = 0;
  for (; isBlank(source, end) || source.charAt(end) === '\n'; end += 1) {
    if (source.charAt(end) === '\n') lines += 1;
  }
  return { text: '\n'.repeat(lines), length: end - at };
}
