import type { SmallFile, Spot } from './beside.ts';
import type { Trusted } from './keys.ts';
import { decodeBase64 } from './minisign-text.ts';
import {
  badSignature,
  candidatesOf,
  signedVerdict,
  signerOf,
  strangeSignature,
} from './signers.ts';
import { settled, type Claim } from './verdict.ts';

/** Base64 of the longest signature: RSA of 16384 bits. */
const MAX_TEXT = 4096;

/**
 * What a `.sig` beside an archive says: the base64 of a signature, as `cosign sign-blob` prints it,
 * or its bytes, as `openssl dgst -sign` writes them.
 */
export function cosignClaim(
  { file, content }: SmallFile & { readonly content: Uint8Array },
  { keys }: Trusted,
  { size }: Spot,
): Claim {
  const text = Buffer.from(content).toString('latin1');
  const bad = (message: string, hint?: string) => settled(badSignature(file, message, hint));
  if (isOldBundle(text)) return bad(OLD_BUNDLE, OLD_BUNDLE_HINT);
  if (text.length > MAX_TEXT) return bad(`this is no signature: it has ${text.length} bytes`);
  const signature = decodeBase64(text.replaceAll(/[\r\n]/gu, '')) ?? content;
  const candidates = candidatesOf(keys, signature, size);
  if (candidates.length === 0 && isOpenPgp(content, text)) {
    return bad(
      'this is an OpenPGP signature, which is not checked here',
      'check it with gpg and move it away; or ask the vendor for one by cosign or minisign',
    );
  }
  return {
    check: 'signature',
    file,
    checks: candidates.map(({ check }) => check),
    judge({ results }) {
      const signer = signerOf(candidates, results);
      return signer
        ? signedVerdict(file, signer, { format: 'cosign' })
        : strangeSignature(file, keys, size);
    },
  };
}

/** Why cosign 2's own format is refused. */
export const OLD_BUNDLE =
  'this is the older format of `cosign sign-blob --bundle` (base64Signature, cert, rekorBundle)';
export const OLD_BUNDLE_HINT =
  'ask the vendor to sign with `--new-bundle-format`, the only one since cosign 3, or to ship the plain signature as <archive>.sig';

/** Whether a file is a bundle of cosign 2: JSON with a key that no other format has. */
export function isOldBundle(text: string): boolean {
  return /^\s*\{/u.test(text) && text.includes('"base64Signature"');
}

/** Armored, or a signature packet (RFC 9580, 4.2 and 5.2): tag 2 in the old form or in the new one. */
function isOpenPgp([first = 0]: Uint8Array, text: string): boolean {
  if (text.startsWith('-----BEGIN PGP ')) return true;
  return (first & 0xfc) === 0x88 || first === 0xc2;
}
