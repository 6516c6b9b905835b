import type { SolutionsError } from '../errors.ts';
import type { StreamCheck } from './stream-check.ts';
import { mistake, type TrustCode } from './mistake.ts';

/** What may vouch for an archive as a whole. */
export type CheckKind = 'implanted-md5' | 'sha256-file' | 'signature';

/** What came of one of them, or of something else that was looked at. */
export interface Verdict<Kind extends string = CheckKind> {
  readonly check: Kind;
  /** `unchecked` is there, and nobody looked at what it says. */
  readonly state: 'checked' | 'absent' | 'wrong' | 'unchecked';
  /** The file that vouches, as the user would write it; the archive for what is inside it. */
  readonly file: string;
  /** What was found, one sentence without a full stop. */
  readonly message: string;
  readonly hint?: string | undefined;
  /** Of a signature that is right. */
  readonly by?: SignedBy | undefined;
}

/** Who signed. */
export interface SignedBy {
  readonly format: 'cosign' | 'sigstore-bundle' | 'minisign';
  /** What platform.yaml calls the key. */
  readonly key: string;
  /** `sha256:` and the hex digest of the key as DER (SubjectPublicKeyInfo). */
  readonly fingerprint: string;
}

/** What the bytes of an archive came to. */
export interface Found {
  /** Hex. */
  readonly sha256: string;
  /** In the order of {@link Claim.checks}. */
  readonly results: readonly Uint8Array[];
}

/** Something that vouches for an archive, read and not yet compared with its bytes. */
export interface Claim {
  readonly check: CheckKind;
  /** As in {@link Verdict}. */
  readonly file: string;
  /** What must be computed over all bytes of the archive, beside their sha256. */
  readonly checks: readonly StreamCheck[];
  /** The verdict, where it is known without the bytes. */
  readonly settled?: Verdict | undefined;
  judge(found: Found): Verdict | Promise<Verdict>;
}

const CODES = {
  'implanted-md5': 'md5-wrong',
  'sha256-file': 'sums-wrong',
  signature: 'signature-wrong',
} as const satisfies Record<CheckKind, TrustCode>;

/** The errors of the verdicts that say `wrong`. */
export function errorsOf(verdicts: readonly Verdict[]): SolutionsError<TrustCode>[] {
  return verdicts
    .filter(({ state }) => state === 'wrong')
    .map(({ check, message, hint, file }) =>
      mistake(CODES[check], message, { hint, place: { file } }),
    );
}

/** A claim whose verdict is known without the bytes. */
export function settled(verdict: Verdict): Claim {
  const { check, file } = verdict;
  return { check, file, checks: [], settled: verdict, judge: () => verdict };
}
