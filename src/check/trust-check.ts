import type { BlobFile } from '../archive/images.ts';
import type { Tree } from '../archive/tree.ts';
import { appraise, glance, type Appraisal, type AppraiseOptions } from '../metadata/appraise.ts';
import { refusals } from '../trust/policy.ts';
import type { CheckKind, Verdict } from '../trust/verdict.ts';
import type { Findings } from './finding.ts';

const RULES = {
  'implanted-md5': 'md5-wrong',
  'sha256-file': 'sums-wrong',
  signature: 'signature-wrong',
} as const satisfies Record<CheckKind, string>;

/** How {@link checkTrust} works. */
interface TrustOptions extends Omit<AppraiseOptions, 'blobs'> {
  /** The blobs to hash, with all bytes of the archive; without them it is not read. */
  readonly blobs: readonly BlobFile[] | undefined;
}

/**
 * Says what is wrong with all that vouches for an archive. Its blobs are hashed in the same pass.
 *
 * @returns all of it, right or not, and the mistakes in its blobs
 * @throws SolutionsError `hash-read`, `trust-root`
 */
export async function checkTrust(
  tree: Tree,
  findings: Findings,
  { blobs, ...options }: TrustOptions,
): Promise<Pick<Appraisal, 'verdicts' | 'mistakes'>> {
  const { trusted } = options;
  const { verdicts, mistakes } =
    blobs === undefined
      ? { verdicts: await glance(tree, trusted), mistakes: [] }
      : await appraise(tree, { ...options, blobs });
  for (const verdict of verdicts) addVerdict(verdict, findings);
  const unread = verdicts.some(
    ({ check, state }) => check === 'signature' && state === 'unchecked',
  );
  for (const { code, message, hint } of refusals({ ...tree, verdicts }, trusted)) {
    if (code === 'signature-missing' && !unread) findings.add(code, message, { mend: hint });
  }
  return { verdicts, mistakes };
}

/** What lies beside an archive is no place inside it: its name is a part of the message. */
function addVerdict({ check, state, file, message, hint }: Verdict, findings: Findings): void {
  const text =
    check === 'implanted-md5' ? message : `${file.slice(file.lastIndexOf('/') + 1)}: ${message}`;
  if (state === 'wrong') findings.add(RULES[check], text, { mend: hint });
  if (state === 'unchecked') findings.add('trust-unchecked', text, { mend: hint });
}
