import type { SmallFile, Spot } from './beside.ts';
import { isOldBundle, OLD_BUNDLE, OLD_BUNDLE_HINT } from './cosign.ts';
import type { Trusted, TrustedKey } from './keys.ts';
import {
  badSignature,
  candidatesOf,
  signedVerdict,
  signerOf,
  strangeSignature,
  type Candidate,
} from './signers.ts';
import { logVerifier, readBundle, type KeyBundle, type LogVerifier } from './sigstore.ts';
import { digestResult, type StreamedDigest } from './stream-check.ts';
import { settled, type Claim, type Found, type Verdict } from './verdict.ts';

/** Real ones have ten kilobytes. */
const MAX_BYTES = 256 << 10;
const ED25519_LENGTH = 64;
const DIGEST_BYTES = { sha256: 32, sha384: 48, sha512: 64 } as const satisfies Record<
  StreamedDigest,
  number
>;

/**
 * What a Sigstore bundle beside an archive says.
 *
 * @throws SolutionsError `trust-root`, where the bundle needs the trusted root and it is none
 */
export async function bundleClaim(
  { file, content }: SmallFile & { readonly content: Uint8Array },
  trusted: Trusted,
  { size }: Spot,
): Promise<Claim> {
  const bad = (message: string, hint?: string) => settled(badSignature(file, message, hint));
  if (content.length > MAX_BYTES) {
    return bad(`the bundle has ${content.length} bytes, more than ${MAX_BYTES} are not read`);
  }
  const text = Buffer.from(content).toString('utf8');
  if (isOldBundle(text)) return bad(OLD_BUNDLE, OLD_BUNDLE_HINT);
  const bundle = await readBundle(text);
  if (typeof bundle === 'string') return bad(bundle);
  const log = await logOf(bundle, trusted);
  const candidates = candidatesIn(bundle, trusted.keys, size);
  if (candidates.length === 0 && isEd25519ph(bundle)) {
    return bad(
      'the bundle is signed with Ed25519ph, which is not checked here',
      'ask the vendor to sign with an ECDSA key, as `cosign generate-key-pair` makes it',
    );
  }
  return {
    check: 'signature',
    file,
    checks: [
      { kind: 'digest', algorithm: bundle.algorithm },
      ...candidates.map(({ check }) => check),
    ],
    judge: (found) => judge({ file, bundle, candidates, log, trusted, size }, found),
  };
}

/** Those that the bundle could mean: of its digest, and of the key that it names where that is known. */
function candidatesIn(bundle: KeyBundle, keys: readonly TrustedKey[], size: number): Candidate[] {
  const named = keys.filter(({ fingerprint }) => hintOf(fingerprint) === bundle.hint);
  return candidatesOf(named.length > 0 ? named : keys, bundle.signature, size).filter(({ check }) =>
    check.kind === 'signature' ? check.algorithm === bundle.algorithm : !isEd25519ph(bundle),
  );
}

/** cosign 3 signs so with an Ed25519 key: the signature is over a SHA-512, not over the archive. */
function isEd25519ph({ algorithm, signature }: KeyBundle): boolean {
  return algorithm === 'sha512' && signature.length === ED25519_LENGTH;
}

function hintOf(fingerprint: string): string {
  return Buffer.from(fingerprint.slice('sha256:'.length), 'hex').toString('base64');
}

async function logOf({ bundle }: KeyBundle, { root }: Trusted): Promise<LogVerifier | undefined> {
  if (root === undefined || bundle.verificationMaterial.tlogEntries.length === 0) return undefined;
  return logVerifier(root);
}

interface Read extends Pick<Spot, 'size'> {
  readonly file: string;
  readonly bundle: KeyBundle;
  readonly candidates: readonly Candidate[];
  readonly log: LogVerifier | undefined;
  readonly trusted: Trusted;
}

function judge(
  { file, bundle, candidates, log, trusted, size }: Read,
  { results: [digested, ...results] }: Found,
): Verdict {
  const { digest } = bundle;
  const found = Buffer.from(digestResult(digested, DIGEST_BYTES[bundle.algorithm]), 'hex');
  // A beginning of the right digest is none: the log would be compared with that alone.
  if (!found.equals(digest)) {
    return badSignature(
      file,
      `the bundle is for an archive with the ${bundle.algorithm} ${digest.toString('hex').slice(0, 128)}: this one has another`,
    );
  }
  const signer = signerOf(candidates, results);
  if (!signer) return strangeSignature(file, trusted.keys, size);
  const flaw = log?.flawOf(bundle, signer, found);
  if (flaw !== undefined) {
    return badSignature(
      file,
      `\`${signer.name}\` signed the archive, and the entry in the transparency log is wrong: ${flaw}`,
      'get the bundle again; the trusted root must be of the Sigstore instance that the vendor signs with',
    );
  }
  return signedVerdict(file, signer, {
    format: 'sigstore-bundle',
    more: saidOfLog(bundle, trusted),
  });
}

function saidOfLog({ bundle }: KeyBundle, { root }: Trusted): string {
  const { length } = bundle.verificationMaterial.tlogEntries;
  if (length === 0) return root ? ', which is in no transparency log' : '';
  return root
    ? ', and is in a transparency log'
    : '; its entry in a transparency log was not checked: there is no `trustedRoot`';
}
