import type { Product } from '../archive/product.ts';
import { quoted } from '../archive/mistake.ts';
import { mistake } from './mistake.ts';

/** 1980-01-01T00:00:00Z, which zip and FAT begin with: some programs take 0 for no date at all. */
const FIXED = 315_532_800;
/** 2100-01-01T00:00:00Z; the dates of ISO 9660 end in 2155 (ECMA-119 9.1.5). */
const END = 4_102_444_800;
const TIMESTAMP = 'solutions.metalk8s.scality.com/build-timestamp';

/**
 * What SOURCE_DATE_EPOCH says, in seconds since 1970; undefined where it says nothing.
 *
 * @param value of the variable
 * @throws SolutionsError `pack-date`
 * @see https://reproducible-builds.org/specs/source-date-epoch/
 */
export function epochOf(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const seconds = /^\d{1,10}$/u.test(value) ? Number(value) : END;
  if (seconds < END) return seconds;
  throw mistake(
    'pack-date',
    `SOURCE_DATE_EPOCH is ${quoted(value)}, expected seconds since 1970, before 2100`,
    { hint: 'set it as in `SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)`, or unset it' },
  );
}

/**
 * The date of everything in the image of a Solution, in seconds since 1970: the build timestamp in
 * its manifest.yaml, else a fixed one. Never that of a clock or of a file: equal folders make equal
 * images.
 */
export function dateOf({ annotations }: Pick<Product, 'annotations'>): number {
  const text = annotations[TIMESTAMP] ?? '';
  // With a time zone alone: without one it would be another time on another machine.
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/u.test(text)) return FIXED;
  const seconds = Math.floor(Date.parse(text) / 1000);
  return seconds >= 0 && seconds < END ? seconds : FIXED;
}
