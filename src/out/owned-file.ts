import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** What a name in the folder stands for. A symbolic link is `other`: it is never followed. */
export type Kind = 'missing' | 'file' | 'folder' | 'other';

/** A name that is listed, or about to be written. */
export interface OwnedFile {
  readonly kind: Kind;
  /** Against the list; an empty file is damage and no edit, for it holds nobody's work. */
  readonly state: 'unlisted' | 'as-listed' | 'edited' | 'missing';
  /** Of a file its sha256, 64 hexadecimal digits; nothing where it is too large to be ours. */
  readonly digest: string | undefined;
}

/** In bytes, far above anything rendered: what is larger is not ours, and is not read. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** sha256, 64 hexadecimal digits; a text counts as UTF-8. */
export function digestOf(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}

/** Looks at the file of that `kind`, `listed` with these digests. Throws system errors. */
export function ownedFile(
  path: string,
  kind: Kind,
  listed: ReadonlySet<string> | undefined,
): OwnedFile {
  if (kind === 'missing')
    return { kind, state: listed ? 'missing' : 'unlisted', digest: undefined };
  const bytes = kind === 'file' ? readOwned(path) : undefined;
  const digest = bytes && digestOf(bytes);
  if (!listed) return { kind, state: 'unlisted', digest };
  const intact = bytes?.length === 0 || (digest !== undefined && listed.has(digest));
  return { kind, state: intact ? 'as-listed' : 'edited', digest };
}

/**
 * The bytes of a regular file of at most {@link MAX_FILE_BYTES}; nothing for anything else. Throws
 * system errors.
 */
export function readOwned(path: string): Buffer | undefined {
  // A pipe would wait for its writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = openSync(path, flags);
  try {
    const found = fstatSync(file);
    return found.isFile() && found.size <= MAX_FILE_BYTES ? readFileSync(file) : undefined;
  } finally {
    closeSync(file);
  }
}

/** Whether the file is one of `digests` but for CRLF line endings, as git converts them. */
export function hasOtherLineEndings(path: string, digests: ReadonlySet<string>): boolean {
  const bytes = readOwned(path);
  // latin1 keeps every byte as it is.
  const text = bytes?.toString('latin1') ?? '';
  if (!text.includes('\r\n')) return false;
  return digests.has(digestOf(Buffer.from(text.replaceAll('\r\n', '\n'), 'latin1')));
}
