import { isUtf8 } from 'node:buffer';

/** Where the names of an image come from, the best first. */
export type Names = 'rock-ridge' | 'joliet' | 'plain';

/**
 * Controls (C0, DEL, C1: terminals obey them), line and paragraph separators, the overrides that
 * make text read in another order than it is stored, and halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;
const UNPRINTABLES = new RegExp(UNPRINTABLE, 'gu');
const ASCII = /^[ -~]*$/u;
const SHOWN = 120;

/** POSIX NAME_MAX: what no file system here can hold is no name. Bytes. */
const MAX_NAME = 255;

/** Text from an archive, safe to print: controls as `\u{1b}`, at most 120 characters. */
export function printable(text: string): string {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return shown.replace(UNPRINTABLES, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Why `name` cannot be the name of a file, or nothing when it can. */
export function faultOf(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name === '.' || name === '..') return 'it means another directory';
  if (name.includes('/')) return 'it holds a slash';
  if (name.length > MAX_NAME) return `it is longer than ${MAX_NAME} characters`;
  return hasControls(name) ? 'it holds control characters' : undefined;
}

/** Whether `text` holds what must not reach a terminal. */
export function hasControls(text: string): boolean {
  // Compiling the other expression takes milliseconds, and nearly all names are plain ASCII.
  return !ASCII.test(text) && UNPRINTABLE.test(text);
}

/** Vendors write utf-8 and iso8859-1 without saying which: text that is no utf-8 is the other. */
export function decodeText(bytes: Buffer, start = 0, end = bytes.length): string {
  const text = bytes.toString('latin1', start, end);
  if (ASCII.test(text)) return text;
  const part = bytes.subarray(start, end);
  return isUtf8(part) ? part.toString('utf8') : text;
}

/**
 * A Joliet identifier: UCS-2, in practice UTF-16, big-endian (Joliet specification, "Unicode
 * character set"); `undefined` when it is no whole number of characters.
 */
export function decodeJoliet(bytes: Buffer, start: number, end: number): string | undefined {
  if ((end - start) % 2 !== 0) return undefined;
  return Buffer.from(bytes.subarray(start, end)).swap16().toString('utf16le');
}

/** A file identifier without its version and the dot of an empty extension (ECMA-119 7.5.1). */
export function withoutVersion(identifier: string): string {
  return identifier.replace(/;\d{1,5}$/u, '').replace(/(?<=.)\.$/u, '');
}
