import { mistakeOf } from '../errors.ts';
import type { Notices } from '../model/notices.ts';

/** What is found while a cluster is adopted. */
export type AdoptCode =
  | 'nothing-found'
  | 'not-understood'
  | 'left-out'
  | 'found-twice'
  | 'environment-name'
  | 'namespace-claimed'
  | 'namespace-reserved'
  | 'description-differs'
  | 'archive-twice'
  | 'archive-path'
  | 'archive-unlisted'
  | 'archive-unknown'
  | 'version-unknown'
  | 'version-differs'
  | 'active-differs'
  | 'not-active'
  | 'not-running'
  | 'operator-of-nobody'
  | 'image-differs'
  | 'setting-lost'
  | 'secret-shown'
  | 'security-kept'
  | 'selector-differs'
  | 'already-taken-over'
  | 'file-exists';

/** Makes an error of this folder. */
export const mistake = mistakeOf<AdoptCode>();

/** What is collected while a cluster is read. */
export type AdoptNotices = Notices<AdoptCode>;
