import { isoError, type Spot } from './failure.ts';
import type { Reader } from './reader.ts';

/**
 * Archives have a few hundred entries; 500 images would have some 6,000. Each costs over a kibibyte
 * of memory, and some 10 microseconds until the archive is checked.
 */
const MAX_ENTRIES = 30_000;
/** Directories and continuation areas together. Bytes. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Levels of directories. Paths over 4096 bytes are of no use, ISO 9660 alone allows 8 levels. */
const MAX_DEPTH = 64;
/** All paths together: deep ones repeat the names above them. Characters. */
const MAX_TEXT = 32 * 1024 * 1024;
/** Directories lie together, 64 MiB of them in 256 reads; hostile ones lie each elsewhere. */
const MAX_READS = 1024;

/** What reading one tree may cost. Every method throws `iso-too-large` when it is used up. */
export interface Budget {
  enter(depth: number, spot: Spot): void;
  /** One more record of an entry, whose path has this many characters. */
  count(pathLength: number, spot: Spot): void;
  spend(bytes: number, spot: Spot): void;
}

function tooLarge(what: string, spot: Spot) {
  return isoError('iso-too-large', `the image has ${what}`, spot, {
    hint: 'no Solution archive is like that: is it the right image?',
  });
}

/** A full budget for reading one tree through `reader`. */
export function budgetFor(reader: Reader): Budget {
  const firstRead = reader.reads;
  let entries = 0;
  let spent = 0;
  let text = 0;
  return {
    enter(depth, spot) {
      if (depth > MAX_DEPTH) throw tooLarge(`more than ${MAX_DEPTH} levels of directories`, spot);
    },
    count(pathLength, spot) {
      entries += 1;
      text += pathLength;
      if (text > MAX_TEXT) throw tooLarge(`paths of more than ${MAX_TEXT} characters`, spot);
      if (entries > MAX_ENTRIES) throw tooLarge(`more than ${MAX_ENTRIES} entries`, spot);
    },
    spend(bytes, spot) {
      spent += bytes;
      if (spent > MAX_BYTES) throw tooLarge(`more than ${MAX_BYTES} bytes of directories`, spot);
      if (reader.reads - firstRead > MAX_READS) {
        throw tooLarge(`its directories in more than ${MAX_READS} different places`, spot);
      }
    },
  };
}
