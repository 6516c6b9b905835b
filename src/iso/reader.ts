import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { counted } from '../count.ts';
import { SolutionsError } from '../errors.ts';
import type { IsoCode } from './failure.ts';

/** Random access to the bytes of an image. Offsets and lengths are in bytes. */
export interface Reader {
  readonly size: number;
  /** How many reads reached the disk so far. */
  readonly reads: number;
  /**
   * Exactly `length` bytes, which are the caller's own.
   *
   * @throws SolutionsError `iso-truncated` where the file ends earlier, `iso-unreadable` when the
   *   disk fails.
   */
  read(offset: number, length: number): Buffer;
  /**
   * Like {@link read}, for small pieces that lie near each other: one read of the disk fetches
   * many. The bytes are shared: look at them, never keep or change them.
   */
  view(offset: number, length: number): Buffer;
  close(): void;
}

/** All directories of a usual archive (200 KiB) are one or two windows; larger ones cost time for nothing. */
const WINDOW = 256 * 1024;
const MAX_WINDOWS = 16;

/**
 * Opens the image at `path` for reading.
 *
 * @throws SolutionsError `iso-unreadable`: not there, not allowed, or not a regular file.
 */
export function openFile(path: string): Reader {
  const unreadable = (message: string, cause?: unknown) =>
    new SolutionsError<IsoCode>(message, {
      code: 'iso-unreadable',
      hint: 'it must be a file that this user may read: correct the path or the permissions',
      place: { file: path },
      cause,
    });
  let descriptor: number;
  try {
    // Without O_NONBLOCK opening a FIFO waits for ever.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw unreadable(`the image cannot be opened: ${reasonOf(cause)}`, cause);
  }
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) {
    closeSync(descriptor);
    throw unreadable(
      `expected an image file, found ${stat.isDirectory() ? 'a directory' : 'a device or pipe'}`,
    );
  }
  return new FileReader(path, descriptor, stat.size);
}

class FileReader implements Reader {
  readonly size: number;
  reads = 0;
  readonly #path: string;
  readonly #descriptor: number;
  /** By number, the least recently fetched first. */
  readonly #windows = new Map<number, Buffer>();

  constructor(path: string, descriptor: number, size: number) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.size = size;
  }

  read(offset: number, length: number): Buffer {
    requireInside(this.size, offset, length, this.#path);
    const cached = this.#windows.get(Math.floor(offset / WINDOW));
    const start = offset % WINDOW;
    if (cached !== undefined && start + length <= cached.length) {
      return Buffer.from(cached.subarray(start, start + length));
    }
    return this.#fetch(offset, length);
  }

  view(offset: number, length: number): Buffer {
    requireInside(this.size, offset, length, this.#path);
    if (length > WINDOW) return this.#fetch(offset, length);
    const first = Math.floor(offset / WINDOW);
    const last = Math.floor((offset + length - 1) / WINDOW);
    const start = offset - first * WINDOW;
    if (last <= first) return this.#window(first).subarray(start, start + length);
    const head = this.#window(first).subarray(start);
    return Buffer.concat([head, this.#window(last).subarray(0, length - head.length)]);
  }

  close(): void {
    this.#windows.clear();
    closeSync(this.#descriptor);
  }

  #window(index: number): Buffer {
    const cached = this.#windows.get(index);
    if (cached !== undefined) return cached;
    const start = index * WINDOW;
    const fetched = this.#fetch(start, Math.min(WINDOW, this.size - start));
    const [oldest] = this.#windows.keys();
    if (oldest !== undefined && this.#windows.size >= MAX_WINDOWS) this.#windows.delete(oldest);
    this.#windows.set(index, fetched);
    return fetched;
  }

  #fetch(offset: number, length: number): Buffer {
    // allocUnsafeSlow: a small file must not keep a slab of Node's shared pool alive.
    const bytes = Buffer.allocUnsafeSlow(length);
    let done = 0;
    while (done < length) {
      this.reads += 1;
      const count = this.#readSome(bytes, done, offset + done);
      if (count === 0) throw truncated(offset + done, offset + length, this.#path);
      done += count;
    }
    return bytes;
  }

  #readSome(bytes: Buffer, done: number, position: number): number {
    try {
      return readSync(this.#descriptor, bytes, done, bytes.length - done, position);
    } catch (cause) {
      throw new SolutionsError<IsoCode>(`reading the image failed: ${reasonOf(cause)}`, {
        code: 'iso-unreadable',
        hint: 'look whether the disk, or what is mounted there, is in order',
        place: { file: this.#path },
        cause,
      });
    }
  }
}

/** A reader over an image in memory; it never reads a disk. */
export function readerOf(bytes: Uint8Array): Reader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const view = (offset: number, length: number): Buffer => {
    requireInside(buffer.length, offset, length);
    return buffer.subarray(offset, offset + length);
  };
  return {
    size: buffer.length,
    reads: 0,
    read: (offset, length) => Buffer.from(view(offset, length)),
    view,
    close() {},
  };
}

function requireInside(size: number, offset: number, length: number, path?: string): void {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new Error(`no range of bytes: ${length} at ${offset}`);
  }
  if (offset + length > size) throw truncated(size, offset + length, path);
}

function truncated(size: number, needed: number, path?: string): SolutionsError<IsoCode> {
  return new SolutionsError<IsoCode>(
    `the image ends after ${counted(size, 'byte')}, ${needed} are needed`,
    {
      code: 'iso-truncated',
      hint: 'copy or download the image again and compare its checksum with the vendor’s',
      place: path === undefined ? undefined : { file: path },
    },
  );
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error) || !('code' in cause)) return String(cause);
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'permission denied',
    ENOTDIR: 'a part of its path is no directory',
    EIO: 'the disk reports an error',
  };
  return known[String(cause.code)] ?? cause.message;
}
