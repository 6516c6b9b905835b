import type { Trusted } from '../trust/keys.ts';
import { isEnough } from '../trust/policy.ts';
import type { Verdict } from '../trust/verdict.ts';
import type { ArchiveRecord, RecordedVerdict } from './record.ts';

/** What vouched for an archive, as its record keeps it; undefined for nothing. */
export function recordedVerdicts(verdicts: readonly Verdict[]): RecordedVerdict[] | undefined {
  const checked = verdicts.filter(({ state }) => state === 'checked');
  if (checked.length === 0) return undefined;
  return checked.map(({ check, file, by }) => {
    // What is beside the archive has a name of its own, wherever the two lie.
    const base = check === 'implanted-md5' ? undefined : file.slice(file.lastIndexOf('/') + 1);
    return { check, file: base, by };
  });
}

/** Whether a record names a signature that is enough for platform.yaml. */
export function isSignedEnough({ verified }: ArchiveRecord, trusted: Trusted | undefined): boolean {
  const signers = (verified.archive ?? []).flatMap(({ by }) => by ?? []);
  return trusted === undefined || isEnough(signers, trusted);
}
