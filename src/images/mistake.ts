import { SolutionsError, type Place } from '../errors.ts';

/** What this folder complains of. */
export type PushCode =
  | 'push-target'
  | 'push-id'
  | 'push-id-twice'
  | 'push-name'
  | 'push-content'
  | 'push-changed'
  | 'push-verify'
  | 'unpush-id'
  | 'unpush-imported'
  | 'unpush-record'
  | 'unpush-crowded'
  | 'unpush-unasked'
  | 'unpush-declined'
  | 'registry-config-prefix'
  | 'registry-config-root'
  | 'registry-config-length';

interface MistakeOptions {
  readonly place?: Place | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An error of this folder. */
export function mistake(
  code: PushCode,
  message: string,
  options: MistakeOptions = {},
): SolutionsError<PushCode> {
  return new SolutionsError(message, { code, ...options });
}
