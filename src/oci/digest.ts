import { hash } from 'node:crypto';

/** `sha256:` and 64 lower-case hex digits, the one algorithm that archives use. */
const FORM = /^sha256:[0-9a-f]{64}$/u;

/** Whether `text` is a sha256 digest as the OCI image specification ("Digests") writes it. */
export function isDigest(text: string): boolean {
  return FORM.test(text);
}

/** The digest of `bytes`, with its `sha256:`. */
export function digestOf(bytes: Uint8Array): string {
  return formatDigest(hash('sha256', bytes, 'hex'));
}

/** `sha256:<hex>` of 64 hex digits. */
export function formatDigest(hex: string): string {
  return `sha256:${hex}`;
}

/** The hex digits of a digest: the name of its blob in a `dir:` layout. */
export function digestHex(digest: string): string {
  return digest.slice('sha256:'.length);
}
