import { getSystemErrorMap } from 'node:util';
import { SolutionsError } from '../errors.ts';

/** What the operating system, or another run, refuses. */
export type DiskCode = 'disk-full' | 'disk-denied' | 'disk-failed' | 'disk-locked';

/**
 * Runs `work`, and says in our words what the operating system says in its own.
 *
 * @param file the name of what is worked on, as the user knows it.
 * @throws SolutionsError with a DiskCode and `file` as its place, in place of any system error.
 */
export function onDisk<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const { code, hint } = kinds[cause.code] ?? { code: 'disk-failed' };
    throw new SolutionsError<DiskCode>(`could not be read or written: ${systemText(cause)}`, {
      code,
      hint,
      place: { file },
      cause,
    });
  }
}

interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
}

/** Whether `error` came from the operating system: `ENOENT` and its kin. */
export function isSystemError(error: unknown): error is SystemError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'errno' in error &&
    typeof error.errno === 'number'
  );
}

/** `no such file or directory (ENOENT)` */
export function systemText(error: SystemError): string {
  const [, text] = getSystemErrorMap().get(error.errno) ?? [error.code, error.message];
  return `${text} (${error.code})`;
}

interface Kind {
  readonly code: DiskCode;
  readonly hint?: string;
}

const full: Kind = {
  code: 'disk-full',
  hint: 'make room, then run it again: nothing is half written, and it goes on from here',
};
const denied: Kind = {
  code: 'disk-denied',
  hint: 'this user needs write access to the folder that holds it',
};
const blocked: Kind = {
  code: 'disk-failed',
  hint: 'something else has this name, or the name of a folder above it: move it away',
};

const kinds: Readonly<Record<string, Kind>> = {
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: full,
  EACCES: denied,
  EPERM: denied,
  EROFS: denied,
  EISDIR: blocked,
  ENOTDIR: blocked,
  EEXIST: blocked,
  ENOTEMPTY: blocked,
  ELOOP: blocked,
};
