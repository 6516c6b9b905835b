import { isoError, type Spot } from './failure.ts';
import { isPrintable } from '../printable.ts';
import { decodeText, shown } from './names.ts';

/** The target of a symbolic link while its SL entries are being read. */
export interface LinkText {
  readonly parts: Buffer[];
  length: number;
  /** Whether a slash belongs before the next component. */
  separate: boolean;
}

/** POSIX PATH_MAX. Bytes. */
const MAX_TARGET = 4096;

/** Component flags (RRIP 4.1.3.1). */
const CONTINUES = 0x01;
const CURRENT = 0x02;
const PARENT = 0x04;
const ROOT = 0x08;

/** The length byte of its second SL entry overflows: tried with version 1.1.11. */
const LONG_LINKS =
  'genisoimage writes symbolic links over 300 bytes wrongly: ask the vendor for shorter ones, or for an image made by xorriso';

const SLASH = Buffer.from('/');
const DOT = Buffer.from('.');
const DOTS = Buffer.from('..');

/** A target without components. */
export function emptyLink(): LinkText {
  return { parts: [], length: 0, separate: false };
}

/**
 * Adds the components of one SL entry; a component may go on in the next entry.
 *
 * @throws SolutionsError `iso-corrupt`: a component longer than its entry; `iso-bad-name`: a target over 4096 bytes.
 */
export function addComponents(link: LinkText, entry: Buffer, spot: Spot): void {
  let at = 5;
  while (at + 2 <= entry.length) {
    const flags = entry.readUInt8(at);
    const length = entry.readUInt8(at + 1);
    if (at + 2 + length > entry.length) {
      throw isoError(
        'iso-corrupt',
        'a component of a symbolic link is longer than its entry',
        spot,
        { hint: LONG_LINKS },
      );
    }
    if (link.separate) push(link, SLASH, spot);
    push(link, componentText(flags, entry.subarray(at + 2, at + 2 + length)), spot);
    link.separate = (flags & (CONTINUES | ROOT)) === 0;
    at += 2 + length;
  }
}

function componentText(flags: number, content: Buffer): Buffer {
  if (flags & ROOT) return SLASH;
  if (flags & PARENT) return DOTS;
  return flags & CURRENT ? DOT : content;
}

function push(link: LinkText, text: Buffer, spot: Spot): void {
  link.length += text.length;
  if (link.length > MAX_TARGET) {
    throw isoError(
      'iso-bad-name',
      `the target of a symbolic link is over ${MAX_TARGET} bytes long`,
      spot,
    );
  }
  link.parts.push(text);
}

/** The whole target; controls in it, which must not reach a terminal, are escaped. */
export function linkText(link: LinkText): string {
  const text = decodeText(Buffer.concat(link.parts));
  return isPrintable(text) ? text : shown(text);
}
