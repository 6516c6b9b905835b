import { createHash, createPublicKey, createVerify, verify } from 'node:crypto';
import { ImplantedMd5, type ImplantedResult, type ImplantedSums } from '../iso/implanted-md5.ts';

/**
 * What is computed over the bytes of an archive while they are read once for its sha256. Plain
 * data: it goes to the thread that reads.
 */
export type StreamCheck = MessageCheck | SignatureCheck | ImplantedCheck | DigestCheck;

/** A signature over a digest of the archive, as ECDSA and RSA (PKCS #1 v1.5) make it. */
interface SignatureCheck {
  readonly kind: 'signature';
  readonly algorithm: StreamedDigest;
  /** Both as DER. */
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

/** A signature over the archive itself, all of which must be in memory: Ed25519. */
interface MessageCheck {
  readonly kind: 'message';
  /** SubjectPublicKeyInfo as DER. */
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

interface ImplantedCheck {
  readonly kind: 'implanted';
  readonly sums: ImplantedSums;
}

interface DigestCheck {
  readonly kind: 'digest';
  readonly algorithm: StreamedDigest | 'blake2b512';
}

/** The digests that a signature may be over. */
export type StreamedDigest = 'sha256' | 'sha384' | 'sha512';

/** Bytes of one result, whatever was computed: the longest is a digest of 512 bits. */
export const RESULT_SIZE = 64;
/** What is signed as it is may have this many bytes. */
export const MAX_MESSAGE = 64 << 20;

/** A check that is given the bytes of the archive, in order and in pieces that it must not keep. */
interface RunningCheck {
  update(bytes: Uint8Array): unknown;
  /** At most {@link RESULT_SIZE} bytes. */
  finish(): Uint8Array;
}

/** Starts a check. */
export function startCheck(check: StreamCheck): RunningCheck {
  switch (check.kind) {
    case 'signature':
      return startSignature(check);
    case 'message':
      return startMessage(check);
    case 'implanted':
      return startImplanted(check);
    default:
      return startDigest(check);
  }
}

function startDigest({ algorithm }: DigestCheck): RunningCheck {
  const hash = createHash(algorithm);
  return { update: (bytes) => hash.update(bytes), finish: () => hash.digest() };
}

function startSignature({ algorithm, key, signature }: SignatureCheck): RunningCheck {
  const verifier = createVerify(algorithm);
  return {
    update: (bytes) => verifier.update(bytes),
    finish: () => flag(verifier.verify(publicKey(key), signature)),
  };
}

function startMessage({ key, signature }: MessageCheck): RunningCheck {
  const pieces: Buffer[] = [];
  let size = 0;
  return {
    update(bytes) {
      size += bytes.length;
      // The size of the file was looked at before; it could grow.
      if (size <= MAX_MESSAGE) pieces.push(Buffer.from(bytes));
    },
    finish: () =>
      flag(size <= MAX_MESSAGE && verify(null, Buffer.concat(pieces), publicKey(key), signature)),
  };
}

function startImplanted({ sums }: ImplantedCheck): RunningCheck {
  const md5 = new ImplantedMd5(sums);
  return {
    update: (bytes) => md5.update(bytes),
    finish() {
      const { isWhole, fragment } = md5.finish();
      return Uint8Array.of(Number(isWhole), fragment);
    },
  };
}

function publicKey(der: Uint8Array) {
  return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
}

function flag(isTrue: boolean): Uint8Array {
  return Uint8Array.of(Number(isTrue));
}

/** Whether a signature was right, from the result of its check. */
export function isRight(result: Uint8Array | undefined): boolean {
  return result?.[0] === 1;
}

/** What came of an implanted sum, from the result of its check. */
export function implantedResult(result: Uint8Array | undefined): ImplantedResult {
  return { isWhole: result?.[0] === 1, fragment: result?.[1] ?? 0 };
}

/** A digest in hex, from the result of its check. */
export function digestResult(result: Uint8Array | undefined, bytes: number): string {
  return Buffer.from(result ?? []).toString('hex', 0, bytes);
}
