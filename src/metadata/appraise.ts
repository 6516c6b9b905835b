import type { BlobFile } from '../archive/images.ts';
import type { Tree } from '../archive/tree.ts';
import type { SolutionsError } from '../errors.ts';
import { claimsOf } from '../trust/claims.ts';
import type { Trusted } from '../trust/keys.ts';
import type { CheckKind, Claim, Verdict } from '../trust/verdict.ts';
import type { HashOptions } from './hash.ts';
import type { MetadataCode } from './mistake.ts';
import { verifyArchive } from './verify.ts';

/** How {@link appraise} works. */
export interface AppraiseOptions extends HashOptions {
  /** Whose signatures count; without it no signature is looked at. */
  readonly trusted?: Trusted | undefined;
  /** Blobs to hash at the same time; by default none. */
  readonly blobs?: readonly BlobFile[] | undefined;
}

/** What an archive as a whole is worth. */
export interface Appraisal {
  /** Hex. */
  readonly sha256: string;
  /** Everything that vouches for it, and what does not though it could. */
  readonly verdicts: readonly Verdict[];
  /** `blob-digest`, of the blobs that were to be hashed. */
  readonly mistakes: readonly SolutionsError<MetadataCode>[];
}

/**
 * Hashes a whole archive once, and compares it with everything that vouches for it: the sums implanted
 * in an image, files of sums and signatures beside it. What is wrong is a verdict, no error.
 *
 * @throws SolutionsError `hash-read`, `trust-root`
 */
export async function appraise(
  tree: Tree,
  { trusted, blobs = [], ...options }: AppraiseOptions = {},
): Promise<Appraisal> {
  const claims = await claimsOn(tree, trusted);
  const checks = claims.flatMap((claim) => claim.checks);
  const { sha256, results, mistakes } = await verifyArchive(tree, blobs, { ...options, checks });
  const verdicts: Verdict[] = [];
  let next = 0;
  for (const claim of claims) {
    const own = results.slice(next, next + claim.checks.length);
    next += claim.checks.length;
    verdicts.push(await claim.judge({ sha256, results: own }));
  }
  return { sha256, verdicts: withAbsent(tree, verdicts, trusted), mistakes };
}

/**
 * What {@link appraise} would look at, without reading the archive: `unchecked` for all that needs its
 * bytes.
 *
 * @throws SolutionsError `trust-root`
 */
export async function glance(tree: Tree, trusted: Trusted | undefined): Promise<Verdict[]> {
  const claims = await claimsOn(tree, trusted);
  const unchecked = claims.map(({ check, file, settled }): Verdict => {
    if (settled) return settled;
    const message = 'it was not compared with the bytes of the archive';
    return { check, state: 'unchecked', file, message };
  });
  return withAbsent(tree, unchecked, trusted);
}

/** Nothing vouches for a directory: no file is it. */
async function claimsOn(
  { kind, volume, file, name }: Tree,
  trusted: Trusted | undefined,
): Promise<Claim[]> {
  if (kind === 'directory' || !volume) return [];
  return claimsOf({ disk: file, name, size: volume.size, image: volume.image }, trusted);
}

const ABSENT: Readonly<Record<CheckKind, string>> = {
  'implanted-md5': 'no MD5 sums are implanted in it',
  'sha256-file': 'no file of sums beside it lists it',
  signature: 'no signature lies beside it',
};

/** Of signatures nothing is said where nobody looked. */
function withAbsent(
  { name }: Tree,
  verdicts: readonly Verdict[],
  trusted: Trusted | undefined,
): Verdict[] {
  const isBlind = trusted === undefined || trusted.policy === 'off';
  const kinds = [
    'implanted-md5',
    'sha256-file',
    ...(isBlind ? [] : (['signature'] as const)),
  ] as const;
  const absent = kinds
    .filter((kind) => verdicts.every(({ check }) => check !== kind))
    .map((check): Verdict => ({ check, state: 'absent', file: name, message: ABSENT[check] }));
  return [...verdicts, ...absent];
}
