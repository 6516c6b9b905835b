import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { resolve } from 'node:path';
import type { KeyFile, Trust } from '../config/trust.ts';
import { solutionsErrors, throwAll, type SolutionsError } from '../errors.ts';
import { readSmall } from './beside.ts';
import { minisignKey } from './minisign-text.ts';
import { mistake } from './mistake.ts';

/** A public key whose signatures count. */
export interface TrustedKey {
  readonly name: string;
  /** `sha256:` and the hex digest of {@link der}. */
  readonly fingerprint: string;
  /** SubjectPublicKeyInfo. */
  readonly der: Uint8Array;
  readonly key: KeyObject;
  /** Of a minisign key: its number in hex, which its signatures repeat. */
  readonly minisignId: string | undefined;
}

/** What is trusted, read. */
export interface Trusted {
  readonly policy: Trust['policy'];
  readonly keys: readonly TrustedKey[];
  /** The text of a Sigstore trusted root, and where platform.yaml names it. */
  readonly root:
    | { readonly text: string; readonly named: NonNullable<Trust['trustedRoot']> }
    | undefined;
}

/** Below it a key of this kind is worth nothing any more; above it one verification takes seconds. */
const RSA_BITS = { least: 2048, most: 16384 } as const;
const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const WANTED = 'a public key: PEM (ECDSA on P-256, P-384 or P-521, RSA, Ed25519) or minisign.pub';

/**
 * Reads the keys and the trusted root that platform.yaml names; nothing where the policy is `off`.
 *
 * @param root the folder of platform.yaml
 * @throws SolutionsError `trust-key`, `trust-root`, or several in an AggregateError, each placed in
 *   platform.yaml
 */
export function loadTrusted({ policy, keys, trustedRoot }: Trust, root: string): Trusted {
  if (policy === 'off') return { policy, keys: [], root: undefined };
  const errors: SolutionsError[] = [];
  const attempt = <Value>(work: () => Value): Value[] => {
    try {
      return [work()];
    } catch (error) {
      errors.push(...solutionsErrors(error));
      return [];
    }
  };
  const read = keys.flatMap((file) => attempt(() => readKey(file, root)));
  const [rootText] = trustedRoot ? attempt(() => textOf(trustedRoot, root, 'trust-root')) : [];
  throwAll([...errors, ...repeated(read, keys)]);
  return {
    policy,
    keys: read,
    root:
      trustedRoot && rootText !== undefined ? { text: rootText, named: trustedRoot } : undefined,
  };
}

function textOf(
  { file, place }: Pick<KeyFile, 'file' | 'place'>,
  root: string,
  code: 'trust-key' | 'trust-root',
): string {
  const content = readSmall(resolve(root, file));
  if (content instanceof Uint8Array) return Buffer.from(content).toString('utf8');
  throw mistake(
    code,
    `${JSON.stringify(file)} cannot be read: ${content ?? 'there is no such file'}`,
    {
      place,
      hint: 'commit the file beside platform.yaml, or correct the path',
    },
  );
}

function readKey(named: KeyFile, root: string): TrustedKey {
  const text = textOf(named, root, 'trust-key');
  // Node makes a public key of a private one without a word.
  if (isPrivate(text)) {
    throw mistake('trust-key', `${JSON.stringify(named.file)} is a private key`, {
      place: named.place,
      hint: 'take it out of the repository, and out of its history: whoever reads it can sign; name the public key here',
    });
  }
  const minisign = minisignKey(text);
  const source = minisign?.der ?? pemOf(text);
  if (source === undefined) throw refusal(named, 'is something else');
  const key = parseKey(source, named);
  const flaw = flawOf(key);
  if (flaw !== undefined) throw refusal(named, flaw);
  const der = key.export({ format: 'der', type: 'spki' });
  const fingerprint = `sha256:${hash('sha256', der, 'hex')}`;
  return { name: named.name, fingerprint, der, key, minisignId: minisign?.id };
}

/** @param source PEM, or DER (SubjectPublicKeyInfo) */
function parseKey(source: string | Uint8Array, named: KeyFile): KeyObject {
  try {
    return typeof source === 'string'
      ? createPublicKey(source)
      : createPublicKey({ key: Buffer.from(source), format: 'der', type: 'spki' });
  } catch (cause) {
    throw refusal(named, 'is damaged', cause);
  }
}

function refusal({ file, place }: KeyFile, found: string, cause?: unknown): SolutionsError {
  return mistake('trust-key', `${JSON.stringify(file)} ${found}, expected ${WANTED}`, {
    place,
    hint: 'ask the vendor for the public key that belongs to its signatures',
    cause,
  });
}

function isPrivate(text: string): boolean {
  // cosign's own are `ENCRYPTED SIGSTORE PRIVATE KEY`, older ones `ENCRYPTED COSIGN PRIVATE KEY`.
  return /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|^untrusted comment:.*secret key/mu.test(text);
}

/** The one PEM block of a text; a second one would be ignored in silence. */
function pemOf(text: string): string | undefined {
  const blocks = text.match(/-----BEGIN [^-]*-----/gu) ?? [];
  const [only] = blocks;
  if (blocks.length !== 1 || only === undefined) return undefined;
  return /^-----BEGIN (?:RSA )?PUBLIC KEY-----$/u.test(only) ? text : undefined;
}

function flawOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject) {
  if (type === 'ed25519') return undefined;
  if (type === 'ec' && CURVES.has(details?.namedCurve ?? '')) return undefined;
  if (type !== 'rsa') return `is a key of another kind (${details?.namedCurve ?? type})`;
  const bits = details?.modulusLength ?? 0;
  if (bits >= RSA_BITS.least && bits <= RSA_BITS.most) return undefined;
  return `is an RSA key of ${bits} bits, not of ${RSA_BITS.least} to ${RSA_BITS.most}`;
}

function repeated(keys: readonly TrustedKey[], files: readonly KeyFile[]): SolutionsError[] {
  return keys.flatMap(({ fingerprint, name }, index) => {
    const first = keys.findIndex((other) => other.fingerprint === fingerprint);
    const other = keys[first];
    if (first === index || other === undefined) return [];
    return [
      mistake('trust-key', `\`${name}\` is the same key as \`${other.name}\``, {
        place: files.find((file) => file.name === name)?.place,
        hint: 'remove one of the two',
      }),
    ];
  });
}
