import type { Notice, SolutionsError } from '../errors.ts';
import type { Trusted } from './keys.ts';
import { mistake, type TrustCode } from './mistake.ts';
import { errorsOf, type SignedBy, type Verdict } from './verdict.ts';

/** An archive and what was found of it. */
interface Appraised {
  /** As the user wrote it. */
  readonly name: string;
  readonly kind: 'iso' | 'directory';
  readonly verdicts: readonly Verdict[];
}

/** Why an archive must not be imported; nothing where it may. */
export function refusals(
  { name, kind, verdicts }: Appraised,
  trusted: Trusted | undefined,
): SolutionsError<TrustCode>[] {
  const errors = errorsOf(verdicts);
  const signatures = verdicts.filter(({ check }) => check === 'signature');
  const isSigned = signatures.some(({ state }) => state === 'checked');
  const isWrong = signatures.some(({ state }) => state === 'wrong');
  if (trusted?.policy !== 'required' || isSigned || isWrong) return errors;
  const missing = mistake(
    'signature-missing',
    'the archive has no signature, and platform.yaml says that one is required',
    {
      place: { file: name },
      hint:
        kind === 'directory'
          ? 'a directory cannot be signed: import the ISO image with its signature'
          : `put the vendor’s signature beside it, as ${name}.sig, .sigstore.json or .minisig`,
    },
  );
  return [...errors, missing];
}

/** What there is to say of what was not looked at. */
export function uncheckedNotices(verdicts: readonly Verdict[]): Notice[] {
  const code: TrustCode = 'signature-unchecked';
  return verdicts
    .filter(({ check, state }) => check === 'signature' && state === 'unchecked')
    .map(({ message, hint, file }) => ({ code, message, hint, place: { file } }));
}

/** Whether whoever signed an archive is still one whose signatures are enough. */
export function isEnough(
  signers: readonly SignedBy[],
  { policy, keys }: Pick<Trusted, 'policy' | 'keys'>,
): boolean {
  if (policy !== 'required') return true;
  return signers.some(({ fingerprint }) => keys.some((key) => key.fingerprint === fingerprint));
}
