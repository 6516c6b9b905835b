import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSystemError, systemText } from '../disk/failure.ts';

/** An archive, and where what vouches for it would lie. */
export interface Spot {
  /** The path of the archive on this machine. */
  readonly disk: string;
  /** The archive as the user wrote it. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

/** A small file. */
export interface SmallFile {
  /** As the user would write it. */
  readonly file: string;
  /** Its bytes, or why there are none. */
  readonly content: Uint8Array | string;
}

/** Sums of a thousand files, or a bundle with every proof there is, stay below it. */
const MAX_BYTES = 1 << 20;

/**
 * A small file in the folder of an archive; undefined where there is no file of this name. What is
 * there and cannot be read is told, not thrown: somebody else may have put it there.
 *
 * @param base the name of the file
 */
export function readBeside({ disk, name }: Spot, base: string): SmallFile | undefined {
  const file = `${name.slice(0, name.lastIndexOf('/') + 1)}${base}`;
  const content = readSmall(join(dirname(disk), base));
  return content === undefined ? undefined : { file, content };
}

/** The bytes of a file, why it cannot be read, or undefined where there is no file. */
export function readSmall(path: string): Uint8Array | string | undefined {
  let descriptor: number;
  try {
    // Without O_NONBLOCK opening a pipe waits for ever.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return reasonOf(error);
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) return undefined;
    if (status.size > MAX_BYTES) {
      return `it has ${status.size} bytes, more than ${MAX_BYTES} are not read`;
    }
    const bytes = Buffer.alloc(status.size);
    const count = readSync(descriptor, bytes, 0, bytes.length, 0);
    return count === bytes.length ? bytes : 'it changed while it was read';
  } catch (error) {
    return reasonOf(error);
  } finally {
    closeSync(descriptor);
  }
}

function reasonOf(error: unknown): string | undefined {
  if (!isSystemError(error)) throw error;
  return ['ENOENT', 'ENOTDIR', 'ENXIO'].includes(error.code) ? undefined : systemText(error);
}

/** The name of an archive without its folders, as it lies on this machine. */
export function baseOf({ disk }: Spot): string {
  return basename(disk);
}
