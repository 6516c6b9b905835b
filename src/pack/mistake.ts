import { mistakeOf } from '../errors.ts';

/** What this folder complains of. */
export type PackCode =
  /** What is to be packed is no folder, or holds what no archive may. */
  | 'pack-root'
  | 'pack-special'
  | 'pack-unreadable'
  /** Where the archive is to go. */
  | 'pack-target'
  | 'pack-exists'
  | 'pack-date'
  /** The folder, or the image of it, is not what it was a moment ago. */
  | 'pack-changed'
  | 'pack-interrupted';

/** Makes an error of this folder. */
export const mistake = mistakeOf<PackCode>();
