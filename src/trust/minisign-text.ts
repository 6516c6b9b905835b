/** A minisign public key. */
interface MinisignKey {
  /** Its number in hex. */
  readonly id: string;
  /** SubjectPublicKeyInfo. */
  readonly der: Uint8Array;
}

/** A minisign signature, as its file says it (https://jedisct1.github.io/minisign/, formats). */
export interface MinisignText {
  /** `ED` signs the BLAKE2b-512 of a file, the older `Ed` the file itself. */
  readonly isHashed: boolean;
  /** The number of the key, in hex. */
  readonly keyId: string;
  readonly signature: Uint8Array;
  /** What {@link globalSignature} is over: the signature and the trusted comment. */
  readonly sealed: Uint8Array;
  readonly globalSignature: Uint8Array;
}

/** The DER that stands before the 32 bytes of an Ed25519 key (RFC 8410, 4). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_LENGTH = 42;
const SIGNATURE_LENGTH = 74;
const GLOBAL_LENGTH = 64;
const UNTRUSTED = 'untrusted comment: ';
const TRUSTED = 'trusted comment: ';

/** The key of a `minisign.pub`, or of the one line of it that counts; undefined for other text. */
export function minisignKey(text: string): MinisignKey | undefined {
  const lines = linesOf(text);
  const line = lines[0]?.startsWith(UNTRUSTED) ? lines[1] : lines[0];
  const count = lines[0]?.startsWith(UNTRUSTED) ? 2 : 1;
  const bytes = lines.length === count ? decodeBase64(line ?? '') : undefined;
  if (bytes?.length !== KEY_LENGTH || bytes.toString('latin1', 0, 2) !== 'Ed') return undefined;
  return { id: bytes.toString('hex', 2, 10), der: Buffer.concat([SPKI, bytes.subarray(10)]) };
}

/** What a `.minisig` says; undefined where it is not one. */
export function minisignText(content: Uint8Array): MinisignText | undefined {
  const [comment, line, trusted, last, ...more] = linesOf(Buffer.from(content).toString('latin1'));
  if (!comment?.startsWith(UNTRUSTED) || !trusted?.startsWith(TRUSTED) || more.length > 0) {
    return undefined;
  }
  const bytes = decodeBase64(line ?? '');
  const globalSignature = decodeBase64(last ?? '');
  const algorithm = bytes?.toString('latin1', 0, 2) ?? '';
  if (bytes?.length !== SIGNATURE_LENGTH || globalSignature?.length !== GLOBAL_LENGTH) {
    return undefined;
  }
  if (!['Ed', 'ED'].includes(algorithm)) return undefined;
  const signature = bytes.subarray(10);
  return {
    isHashed: algorithm === 'ED',
    keyId: bytes.toString('hex', 2, 10),
    signature,
    sealed: Buffer.concat([signature, Buffer.from(trusted.slice(TRUSTED.length), 'latin1')]),
    globalSignature,
  };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/u, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Strict: Node's own decoder skips whatever it does not know. */
export function decodeBase64(text: string): Buffer | undefined {
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/u.test(text);
  return isBase64 ? Buffer.from(text, 'base64') : undefined;
}
