import { createHash, type Hash } from 'node:crypto';
import { constants, promises } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { BlobFile } from '../archive/images.ts';
import type { Extent } from '../archive/links.ts';
import { quoted } from '../archive/mistake.ts';
import { formatDigest } from '../oci/digest.ts';
import type { Body } from '../registry/exchange.ts';
import { mistake } from './mistake.ts';

/** Read and written at once: smaller ones cost system calls, larger ones the cache of the CPU. */
const CHUNK = 1 << 20;

type Pair = readonly [Buffer, Buffer];

/** Two buffers for each blob under way: one is filled while the other is sent. */
export class BufferPairs {
  readonly #free: Pair[] = [];

  take(): Pair {
    return this.#free.pop() ?? [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)];
  }

  give(pair: Pair): void {
    this.#free.push(pair);
  }
}

interface BlobBodyOptions {
  readonly buffers: BufferPairs;
  /** The archive as the user wrote it. */
  readonly archive: string;
  /** Called with the bytes sent so far. */
  readonly onSent: (bytes: number) => void;
}

/**
 * The bytes of a blob, read from the archive by offset and hashed on their way. The last chunk is
 * given only when the digest is right: a registry never gets a wrong blob in whole.
 *
 * Its chunks throw SolutionsError `push-content`.
 */
export function blobBody(blob: BlobFile, { buffers, archive, onSent }: BlobBodyOptions): Body {
  return {
    size: blob.file.size,
    onSent,
    chunks: () => readBlob(blob, archive, buffers),
  };
}

async function* readBlob(
  blob: BlobFile,
  archive: string,
  buffers: BufferPairs,
): AsyncGenerator<Uint8Array> {
  const { disk, size, extents } = blob.file;
  const fail = (what: string, cause?: unknown) => contentMistake(blob, archive, { what, cause });
  const pair = buffers.take();
  let handle: FileHandle | undefined;
  try {
    handle = await openBlob(disk, fail);
    const hash = createHash('sha256');
    if (size === 0) requireDigest(hash, blob, fail);
    let done = 0;
    let turn = 0;
    for (const part of partsOf(extents)) {
      const buffer = pair[turn % 2 === 0 ? 0 : 1];
      turn += 1;
      await fill(handle, buffer, part, fail);
      const chunk = buffer.subarray(0, part.length);
      hash.update(chunk);
      done += part.length;
      if (done === size) requireDigest(hash, blob, fail);
      yield chunk;
    }
  } finally {
    buffers.give(pair);
    await handle?.close();
  }
}

type Fail = (what: string, cause?: unknown) => Error;

async function openBlob(disk: string, fail: Fail): Promise<FileHandle> {
  try {
    // A pipe in the place of the file must not block.
    return await promises.open(disk, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw fail(`cannot be read: ${reasonOf(cause)}`, cause);
  }
}

/** The extents, cut to what one buffer holds. */
function* partsOf(extents: readonly Extent[]): Generator<Extent> {
  for (const { offset, length } of extents) {
    for (let done = 0; done < length; done += CHUNK) {
      yield { offset: offset + done, length: Math.min(CHUNK, length - done) };
    }
  }
}

async function fill(
  handle: FileHandle,
  buffer: Buffer,
  { offset, length }: Extent,
  fail: Fail,
): Promise<void> {
  let count = 0;
  while (count < length) {
    let bytesRead: number;
    try {
      ({ bytesRead } = await handle.read(buffer, count, length - count, offset + count));
    } catch (cause) {
      throw fail(`cannot be read: ${reasonOf(cause)}`, cause);
    }
    if (bytesRead === 0) throw fail('ends before its size');
    count += bytesRead;
  }
}

function requireDigest(hash: Hash, { digest }: BlobFile, fail: Fail): void {
  const found = formatDigest(hash.digest('hex'));
  if (found !== digest) throw fail(`has the digest ${found}, its name says ${digest}`);
}

function contentMistake(
  { image, role, file }: BlobFile,
  archive: string,
  { what, cause }: { readonly what: string; readonly cause?: unknown },
): Error {
  return mistake('push-content', `image ${quoted(image)}: ${role} ${what}`, {
    place: { file: `${archive}:${file.path}` },
    hint: 'the archive is damaged: get it again and compare its checksum with the vendor’s',
    cause,
  });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
