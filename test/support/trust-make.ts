import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Trust } from '../../src/config/trust.ts';
import { hashAll } from '../../src/metadata/hash.ts';
import { claimsOf } from '../../src/trust/claims.ts';
import { loadTrusted, type Trusted } from '../../src/trust/keys.ts';
import type { Verdict } from '../../src/trust/verdict.ts';

/** A pair of keys. */
export interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** The keys that cosign takes. */
export const pairs = {
  'ECDSA P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ECDSA P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'ECDSA P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  Ed25519: () => generateKeyPairSync('ed25519'),
} as const satisfies Readonly<Record<string, () => Pair>>;

/** `spec.trust` with these public keys, written to `folder`. */
function trustOf(
  folder: string,
  keys: Readonly<Record<string, KeyObject | string>>,
  more: Partial<Trust> = {},
): Trust {
  const files = Object.entries(keys).map(([name, key], index) => {
    const text = typeof key === 'string' ? key : key.export({ format: 'pem', type: 'spki' });
    writeFileSync(join(folder, `${name}.pub`), text);
    return { name, file: `${name}.pub`, place: { file: 'platform.yaml', line: index + 1 } };
  });
  return { policy: 'when-present', keys: files, trustedRoot: undefined, ...more };
}

/** The same, read. */
export function trustedBy(
  folder: string,
  keys: Readonly<Record<string, KeyObject | string>>,
  more: Partial<Trust> = {},
): Trusted {
  return loadTrusted(trustOf(folder, keys, more), folder);
}

/** The signature over some bytes as `cosign sign-blob --key` prints it. */
export function cosignSignature(
  { privateKey }: Pair,
  bytes: Uint8Array,
  digest = 'sha256',
): string {
  const algorithm = privateKey.asymmetricKeyType === 'ed25519' ? null : digest;
  return sign(algorithm, bytes, privateKey).toString('base64');
}

/** A Sigstore bundle as `cosign sign-blob --key --tlog-upload=false` writes it. */
export function bundleText(
  pair: Pair,
  bytes: Uint8Array,
  { mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json', hint = hintOf(pair) } = {},
): string {
  const digest = createHash('sha256').update(bytes).digest('base64');
  return JSON.stringify({
    mediaType,
    verificationMaterial: { publicKey: { hint }, tlogEntries: [] },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest },
      signature: cosignSignature(pair, bytes),
    },
  });
}

function hintOf({ publicKey }: Pair): string {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(der).digest('base64');
}

const BLANK = Buffer.alloc(512, 0x20);

/** What vouches for any file, as it would for an image that has nothing implanted. */
export async function verdictsOn(disk: string, trusted?: Trusted): Promise<Verdict[]> {
  const { size } = statSync(disk);
  const image = { applicationUse: BLANK, volumeSize: size };
  const claims = await claimsOf({ disk, name: disk, size, image }, trusted);
  const checks = claims.flatMap((claim) => claim.checks);
  const job = { disk, extents: [{ offset: 0, length: size }], checks };
  const { digests, results } = await hashAll([job]);
  const verdicts: Verdict[] = [];
  let next = 0;
  for (const claim of claims) {
    const own = results.slice(next, next + claim.checks.length);
    next += own.length;
    verdicts.push(await claim.judge({ sha256: digests[0] ?? '', results: own }));
  }
  return verdicts;
}

/** Turns one bit of a file around. */
export function flipBit(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at);
  writeFileSync(file, bytes);
}
