import { mistakeOf } from '../errors.ts';

/** What this folder complains of, as errors and as notices. */
export type MetadataCode =
  | 'record-edited'
  | 'record-format'
  | 'record-missing'
  | 'record-twice'
  | 'record-unsigned'
  | 'archive-changed'
  | 'archive-busy'
  | 'archive-differs'
  | 'blob-digest'
  | 'hash-read'
  | 'id-twice';

/** Makes an error of this folder. */
export const mistake = mistakeOf<MetadataCode>();
