import { verify } from 'node:crypto';
import type { SmallFile, Spot } from './beside.ts';
import type { Trusted, TrustedKey } from './keys.ts';
import { minisignText, type MinisignText } from './minisign-text.ts';
import { badSignature, signedVerdict, strangeSignature } from './signers.ts';
import { digestResult, isRight, MAX_MESSAGE, type StreamCheck } from './stream-check.ts';
import { settled, type Claim } from './verdict.ts';

const DIGEST_BYTES = 64;

/** What a `.minisig` beside an archive says. */
export function minisignClaim(
  { file, content }: SmallFile & { readonly content: Uint8Array },
  { keys }: Trusted,
  { size }: Spot,
): Claim {
  const bad = (message: string, hint?: string) => settled(badSignature(file, message, hint));
  const text = minisignText(content);
  if (!text) return bad('this is no minisign signature: expected four lines, two of them base64');
  const key = keys.find(({ minisignId }) => minisignId === text.keyId);
  if (!key) return settled(strangeSignature(file, keys, 0));
  if (!verify(null, text.sealed, key.key, text.globalSignature)) {
    return bad(`the trusted comment of the signature was changed: \`${key.name}\` did not sign it`);
  }
  if (!text.isHashed && size > MAX_MESSAGE) {
    return bad(
      `this is a signature of minisign's older kind, over the archive itself: that is done to ${MAX_MESSAGE} bytes, the archive has ${size}`,
      'ask the vendor to sign it without `-l`, as minisign does since 0.10',
    );
  }
  return {
    check: 'signature',
    file,
    checks: [checkOf(text, key)],
    judge({ results: [result] }) {
      return isSignedBy(key, text, result)
        ? signedVerdict(file, key, { format: 'minisign' })
        : badSignature(file, `the archive is not the one that \`${key.name}\` signed`);
    },
  };
}

function checkOf({ isHashed, signature }: MinisignText, { der }: TrustedKey): StreamCheck {
  return isHashed
    ? { kind: 'digest', algorithm: 'blake2b512' }
    : { kind: 'message', key: der, signature };
}

function isSignedBy({ key }: TrustedKey, text: MinisignText, result: Uint8Array | undefined) {
  if (!text.isHashed) return isRight(result);
  const digest = Buffer.from(digestResult(result, DIGEST_BYTES), 'hex');
  return verify(null, digest, key, text.signature);
}
