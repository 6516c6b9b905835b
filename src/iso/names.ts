import { isUtf8 } from 'node:buffer';
import { isPrintable, printable } from '../printable.ts';

/** Where the names of an image come from, the best first. */
export type Names = 'rock-ridge' | 'joliet' | 'plain';

const ASCII = /^[ -~]*$/u;
const SHOWN = 120;

/** POSIX NAME_MAX: what no file system here can hold is no name. Bytes. */
const MAX_NAME = 255;

/** Text from an archive, safe to print: at most 120 characters of it. */
export function shown(text: string): string {
  return printable(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

/** Why `name` cannot be the name of a file, or nothing when it can. */
export function faultOf(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name === '.' || name === '..') return 'it means another directory';
  if (name.includes('/')) return 'it holds a slash';
  if (name.length > MAX_NAME) return `it is longer than ${MAX_NAME} characters`;
  return isPrintable(name) ? undefined : 'it holds control characters';
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
