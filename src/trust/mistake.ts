import { mistakeOf } from '../errors.ts';

/** What this folder complains of, as errors and as notices. */
export type TrustCode =
  /** A key or a trusted root that platform.yaml names is no such thing. */
  | 'trust-key'
  | 'trust-root'
  /** What lies beside an archive cannot be read. */
  | 'sums-unreadable'
  | 'sums-wrong'
  | 'md5-wrong'
  | 'signature-unreadable'
  | 'signature-wrong'
  | 'signature-missing'
  | 'signature-unchecked';

/** Makes an error of this folder. */
export const mistake = mistakeOf<TrustCode>();
