import { mistakeOf } from '../errors.ts';

/** What this folder complains of, as errors and as notices. */
export type PushCode =
  | 'push-target'
  | 'push-id'
  | 'push-id-twice'
  | 'push-name'
  | 'push-empty'
  | 'push-mount-from'
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

/** Makes an error of this folder. */
export const mistake = mistakeOf<PushCode>();
