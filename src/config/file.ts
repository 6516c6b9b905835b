import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError, onDisk } from '../disk/failure.ts';
import type { SolutionsError } from '../errors.ts';
import { fileTooLarge, mistake, type ConfigCode } from './mistake.ts';
import { MAX_BYTES } from './yaml.ts';

/**
 * The bytes of a file of people's in `root`, or nothing where it is not there.
 *
 * @param file its name, which ends in `.yaml`.
 * @throws SolutionsError: what is no file (a pipe is not waited for), may not be read, is over
 *   {@link MAX_BYTES}, or ends in `.yml`.
 */
export function readConfigFile(root: string, file: string): Uint8Array | undefined {
  const descriptor = open(join(root, file), file);
  if (descriptor === undefined) {
    refuseOtherName(root, file);
    return undefined;
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw noFile(file, status.isDirectory());
    if (status.size > MAX_BYTES) throw fileTooLarge(file, { size: status.size, limit: MAX_BYTES });
    return onDisk(file, () => readFileSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string, file: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    if (cause.code === 'ENXIO') throw noFile(file, false);
    const isAbsent = cause.code === 'ENOENT' || cause.code === 'ENOTDIR';
    if (isAbsent && !isThere(path)) return undefined;
    throw mistake('config-unreadable', reasons[cause.code] ?? `cannot be read (${cause.code})`, {
      place: { file },
      hint: 'check the file and the rights of this user',
      cause,
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'the file is a link to what does not exist',
  ELOOP: 'the file is a link that leads to itself',
  EACCES: 'this user may not read the file',
  EPERM: 'this user may not read the file',
};

/** A link to nothing is there, too. */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

function noFile(file: string, isDirectory: boolean): SolutionsError<ConfigCode> {
  const what = isDirectory ? 'a directory' : 'a pipe or a device';
  return mistake('config-unreadable', `this is ${what}, expected a file`, {
    place: { file },
    hint: 'move it away, and write the file',
  });
}

/** Left unread, `platform.yml` would change the cluster in silence. */
function refuseOtherName(root: string, file: string): void {
  const other = file.replace(/\.yaml$/u, '.yml');
  if (!isThere(join(root, other))) return;
  throw mistake('config-name', `${other} is not read, expected ${file}`, {
    place: { file: other },
    hint: `rename it to ${file}`,
  });
}
