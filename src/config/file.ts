import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { isSystemError, onDisk } from '../disk/failure.ts';
import { replaceFile } from '../disk/replace.ts';
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

/**
 * Checks that `root` is a folder, before anything is made in it.
 *
 * @throws SolutionsError `no-config`
 */
export function requireFolder(root: string): void {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw mistake('no-config', `there is no folder ${root}`, {
    hint: `make it first; \`solutions init ${root}\` starts a repository there`,
  });
}

/** What is put in place of a file of people's. */
export interface Replacement {
  /** What it held when it was read; nothing where it was not there. */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array;
}

/**
 * Puts new bytes in place of a file of people's in `root`, in one step; behind a link, the file that
 * it leads to.
 *
 * @throws SolutionsError `config-changed` where somebody wrote to it since it was read; those of
 *   {@link requireWritableConfig} and {@link readConfigFile}; or with a DiskCode.
 */
export function replaceConfigFile(
  root: string,
  file: string,
  { before, after }: Replacement,
): void {
  const now = readConfigFile(root, file);
  if (now === undefined ? before !== undefined : !before || Buffer.compare(now, before) !== 0) {
    throw mistake('config-changed', 'somebody changed the file while this run was at work', {
      place: { file },
      hint: 'nothing was written: run the command again, it then edits what the file says now',
    });
  }
  requireWritableConfig(root, file);
  const path = join(root, file);
  const target = now === undefined ? path : onDisk(file, () => realpathSync(path));
  onDisk(file, () => replaceFile(target, after));
}

/**
 * Checks that a file of people's may be written, before the work that leads to it: a file that is
 * read-only is not replaced, though its folder allows it.
 *
 * @throws SolutionsError `config-unwritable`
 */
export function requireWritableConfig(root: string, file: string): void {
  const path = join(root, file);
  if (!isThere(path)) return;
  try {
    accessSync(path, constants.W_OK);
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw mistake('config-unwritable', 'this user may not write the file', {
      place: { file },
      hint: 'give this user the right to write it, or run this as another one',
      cause,
    });
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
