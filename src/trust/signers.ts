import type { TrustedKey } from './keys.ts';
import { isRight, MAX_MESSAGE, type StreamCheck, type StreamedDigest } from './stream-check.ts';
import type { SignedBy, Verdict } from './verdict.ts';

/** A key that may have made a signature, and what tells whether it did. */
export interface Candidate {
  readonly key: TrustedKey;
  readonly check: StreamCheck;
}

/** The curve's own digest; cosign 2 takes SHA-256 for all of them. */
const DIGESTS: Readonly<Record<string, readonly StreamedDigest[]>> = {
  prime256v1: ['sha256'],
  secp384r1: ['sha256', 'sha384'],
  secp521r1: ['sha256', 'sha512'],
};
/** An ECDSA signature as DER: two numbers of 66 bytes at most, and what stands around them. */
const MAX_ECDSA = 2 * 66 + 11;
const DER_SEQUENCE = 0x30;
const ED25519_LENGTH = 64;

/**
 * How each of the keys could have made a signature: one that does not fit is not tried.
 *
 * @param size of the archive, in bytes
 */
export function candidatesOf(
  keys: readonly TrustedKey[],
  signature: Uint8Array,
  size: number,
): Candidate[] {
  return keys.flatMap((key) =>
    checksOf(key, signature, size).map((check): Candidate => ({ key, check })),
  );
}

function checksOf({ key, der }: TrustedKey, signature: Uint8Array, size: number): StreamCheck[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ec') {
    if (signature[0] !== DER_SEQUENCE || signature.length > MAX_ECDSA) return [];
    const digests = DIGESTS[details?.namedCurve ?? ''] ?? [];
    return digests.map((algorithm) => ({ kind: 'signature', algorithm, key: der, signature }));
  }
  if (type === 'rsa') {
    if (signature.length !== Math.ceil((details?.modulusLength ?? 0) / 8)) return [];
    return [{ kind: 'signature', algorithm: 'sha256', key: der, signature }];
  }
  if (signature.length !== ED25519_LENGTH || size > MAX_MESSAGE) return [];
  return [{ kind: 'message', key: der, signature }];
}

/** The key of the first candidate whose check found the signature right. */
export function signerOf(
  candidates: readonly Candidate[],
  results: readonly Uint8Array[],
): TrustedKey | undefined {
  return candidates.find((_, index) => isRight(results[index]))?.key;
}

/** That a signature is right. */
export function signedVerdict(
  file: string,
  { name, fingerprint }: TrustedKey,
  { format, more = '' }: { readonly format: SignedBy['format']; readonly more?: string },
): Verdict {
  return {
    check: 'signature',
    state: 'checked',
    file,
    message: `the archive is signed by the key \`${name}\`${more}`,
    by: { format, key: name, fingerprint },
  };
}

/** That a signature is not right, and why. */
export function badSignature(file: string, message: string, hint?: string): Verdict {
  return {
    check: 'signature',
    state: 'wrong',
    file,
    message,
    hint:
      hint ??
      'get the archive and its signature again; where the vendor has a new key, put it into platform.yaml',
  };
}

/** That none of the keys made a signature; nobody can tell a foreign key from a changed archive. */
export function strangeSignature(file: string, keys: readonly TrustedKey[], size: number): Verdict {
  const names = keys.map(({ name }) => `\`${name}\``).join(', ');
  const isTooLarge =
    size > MAX_MESSAGE && keys.some(({ key }) => key.asymmetricKeyType === 'ed25519');
  const limit = isTooLarge
    ? `; an Ed25519 key signs the archive itself, which is done to ${MAX_MESSAGE} bytes`
    : '';
  return badSignature(
    file,
    `the signature is right with none of the keys of platform.yaml (${names}): the archive was changed, or somebody else signed it${limit}`,
  );
}
