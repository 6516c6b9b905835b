import { mistakeOf, type SolutionsError } from '../errors.ts';

/** What this folder complains of. */
export type ConfigCode =
  | 'no-config'
  | 'config-unreadable'
  | 'config-name'
  | 'config-changed'
  | 'config-unwritable'
  | 'yaml-syntax'
  | 'yaml-encoding'
  | 'yaml-too-large'
  | 'schema'
  | 'edit-shared'
  | 'edit-unsafe';

/** Makes an error of this folder. */
export const mistake = mistakeOf<ConfigCode>();

/** A file of `size` bytes where at most `limit` are read. */
export function fileTooLarge(
  file: string,
  { size, limit }: { readonly size: number; readonly limit: number },
): SolutionsError<ConfigCode> {
  return mistake('yaml-too-large', `the file has ${size} bytes, more than ${limit} are not read`, {
    place: { file },
    hint: 'written by hand it has a few kilobytes: is it the right one?',
  });
}

/** More mistakes of one file than these help nobody: the rest is counted. */
const MAX_ERRORS = 50;

/** The first errors of one file, and a last one that says how many more there are. */
export function firstOf(
  mistakes: readonly (() => SolutionsError<ConfigCode>)[],
  file: string,
): SolutionsError<ConfigCode>[] {
  const shown = mistakes.length === MAX_ERRORS + 1 ? mistakes : mistakes.slice(0, MAX_ERRORS);
  const errors = shown.map((make) => make()).sort(byPlace);
  const rest = mistakes.length - errors.length;
  if (rest === 0) return errors;
  const more = mistake('schema', `${rest} more mistakes are not shown`, {
    place: { file },
    hint: 'mend these first',
  });
  return [...errors, more];
}

function byPlace({ place: a }: SolutionsError, { place: b }: SolutionsError): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}
