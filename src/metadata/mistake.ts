import { SolutionsError } from '../errors.ts';

/** What this folder complains of, as errors and as notices. */
export type MetadataCode =
  | 'record-edited'
  | 'record-format'
  | 'record-missing'
  | 'record-twice'
  | 'archive-changed'
  | 'archive-busy'
  | 'archive-differs'
  | 'blob-digest'
  | 'hash-read'
  | 'id-twice';

interface MistakeOptions {
  readonly place: SolutionsError['place'];
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An error of this folder. */
export function mistake(
  code: MetadataCode,
  message: string,
  options: MistakeOptions,
): SolutionsError<MetadataCode> {
  return new SolutionsError(message, { code, ...options });
}
