import { timingSafeEqual } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import type { HashAlgorithm } from '@sigstore/protobuf-specs';
import type { SignedEntity, TrustMaterial } from '@sigstore/verify';
import type { Trusted, TrustedKey } from './keys.ts';
import { mistake } from './mistake.ts';
import type { StreamedDigest } from './stream-check.ts';

/** A Sigstore bundle with the signature of a key over an archive. */
export interface KeyBundle {
  readonly bundle: Bundle;
  readonly signature: Buffer;
  /** Of the archive, as the bundle has it. */
  readonly digest: Buffer;
  readonly algorithm: StreamedDigest;
  /** How the maker names the key; cosign: the base64 of its sha256. */
  readonly hint: string;
}

/** More entries of logs than this are no bundle of anybody; the library compares each with each. */
const MAX_ENTRIES = 16;
const MAX_REASON = 200;

/** Reads a bundle, version 0.1 to 0.3; a text says what is wrong with it. */
export async function readBundle(text: string): Promise<KeyBundle | string> {
  const { bundleFromJSON } = await import('@sigstore/bundle');
  let bundle: Bundle;
  try {
    bundle = bundleFromJSON(JSON.parse(text));
  } catch (error) {
    return `this is no Sigstore bundle: ${textOf(error)}`;
  }
  const { content, verificationMaterial } = bundle;
  if (content.$case !== 'messageSignature') {
    return 'this bundle holds an attestation, expected the signature of the archive (`cosign sign-blob`)';
  }
  if (verificationMaterial.content.$case !== 'publicKey') {
    return 'this bundle is signed with a certificate, expected a key (`cosign sign-blob --key`)';
  }
  if (verificationMaterial.tlogEntries.length > MAX_ENTRIES) {
    return `this bundle has ${verificationMaterial.tlogEntries.length} entries of transparency logs, at most ${MAX_ENTRIES} are read`;
  }
  const { signature, messageDigest } = content.messageSignature;
  const algorithm = await digestName(messageDigest.algorithm);
  if (algorithm === undefined) return 'this bundle names a digest that no signature here is over';
  const { hint } = verificationMaterial.content.publicKey;
  return { bundle, signature, digest: messageDigest.digest, algorithm, hint };
}

async function digestName(wanted: HashAlgorithm): Promise<StreamedDigest | undefined> {
  const { HashAlgorithm: names } = await import('@sigstore/protobuf-specs');
  switch (wanted) {
    case names.SHA2_256:
      return 'sha256';
    case names.SHA2_384:
      return 'sha384';
    case names.SHA2_512:
      return 'sha512';
    default:
      return undefined;
  }
}

/** What compares the entries of a bundle with the logs of a trusted root. */
export interface LogVerifier {
  /**
   * Why the entries are wrong; undefined where all are right.
   *
   * @param digest of the archive
   */
  flawOf(bundle: KeyBundle, signer: TrustedKey, digest: Buffer): string | undefined;
}

/**
 * Reads a trusted root.
 *
 * @throws SolutionsError `trust-root`
 */
export async function logVerifier(root: NonNullable<Trusted['root']>): Promise<LogVerifier> {
  const { Verifier } = await import('@sigstore/verify');
  const material = await materialOf(root);
  return {
    flawOf(bundle, { key }, digest) {
      // platform.yaml says no time from which a key counts.
      const publicKey = () => ({ publicKey: key, validFor: () => true });
      const { tlogEntries } = bundle.bundle.verificationMaterial;
      const options = { tlogThreshold: tlogEntries.length, timestampThreshold: 0 };
      try {
        new Verifier({ ...material, publicKey }, options).verify(entityOf(bundle, digest));
        return undefined;
      } catch (error) {
        return textOf(error);
      }
    },
  };
}

async function materialOf({ text, named }: NonNullable<Trusted['root']>): Promise<TrustMaterial> {
  const [{ TrustedRoot }, { toTrustMaterial }] = await Promise.all([
    import('@sigstore/protobuf-specs'),
    import('@sigstore/verify'),
  ]);
  try {
    return toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(text)));
  } catch (cause) {
    throw mistake(
      'trust-root',
      `${JSON.stringify(named.file)} is no Sigstore trusted root: ${textOf(cause)}`,
      {
        place: named.place,
        hint: 'take the trusted_root.json of the Sigstore instance that the vendor signs with',
        cause,
      },
    );
  }
}

/**
 * The library throws its own errors, and those of JavaScript where the JSON is not what its types say.
 * Either may quote the bundle at any length.
 */
function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.length > MAX_REASON ? `${text.slice(0, MAX_REASON)}...` : text;
}

/** The bundle for the library, which would want the whole archive in memory to verify the signature itself. */
function entityOf({ bundle, signature, hint }: KeyBundle, digest: Buffer): SignedEntity {
  return {
    signature: {
      signature,
      compareSignature: (other) => isEqual(other, signature),
      compareDigest: (other) => isEqual(other, digest),
      // Done, while the archive was read.
      verifySignature: () => true,
    },
    key: { $case: 'public-key', hint },
    tlogEntries: bundle.verificationMaterial.tlogEntries,
    // What a timestamp authority says matters for keys that expire: these do not.
    timestamps: [],
  };
}

function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
