import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SolutionsError } from '../errors.ts';
import { isSystemError, onDisk, type DiskCode } from './failure.ts';
import { isOtherProcess } from './replace.ts';

/** A lock that this process holds. */
export interface Lock {
  release(): void;
}

/** A takeover guards itself with a lock, which may have been left by a kill as well. */
const MAX_TAKEOVERS = 3;

/** What this process holds: its own number on a lock says nothing, numbers are used again. */
const holding = new Set<string>();

/**
 * Takes the lock at `path`, or fails at once: nobody waits.
 *
 * The lock is a symbolic link to `pid-<number>`, because a link is made together with its content
 * in one step: there is no moment in which the lock is there and its owner is not (Emacs locks its
 * files so). A lock whose process is gone is taken over, under a second lock (`<path>.takeover`):
 * of two runs that both see the dead owner, only one may remove its lock, or the later would remove
 * the lock that the earlier has just made. Processes in other containers or on other machines are
 * not seen: there a lock of a live process may be taken over.
 *
 * @throws SolutionsError with code `disk-locked`, or another DiskCode.
 */
export function takeLock(path: string): Lock {
  return take(resolve(path), MAX_TAKEOVERS);
}

function take(path: string, takeovers: number): Lock {
  return onDisk(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    if (!create(path)) {
      if (takeovers === 0 || !isAbandoned(path)) throw held(path);
      const guard = take(`${path}.takeover`, takeovers - 1);
      try {
        // Again, now that nobody else takes over: it may have changed hands.
        if (isAbandoned(path)) rmSync(path, { force: true });
        if (!create(path)) throw held(path);
      } finally {
        guard.release();
      }
    }
    holding.add(path);
    return { release: () => onDisk(path, () => release(path)) };
  });
}

function release(path: string): void {
  holding.delete(path);
  if (owner(path) === process.pid) rmSync(path, { force: true });
}

function create(path: string): boolean {
  try {
    symlinkSync(`pid-${process.pid}`, path);
    return true;
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The process that holds the lock; nothing where the lock is gone, or is not one of ours. */
function owner(path: string): number | undefined {
  try {
    const [, pid] = /^pid-(\d{1,10})$/u.exec(readlinkSync(path)) ?? [];
    return pid === undefined ? undefined : Number(pid);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function isAbandoned(path: string): boolean {
  if (holding.has(path)) return false;
  const pid = owner(path);
  return pid !== undefined && !isOtherProcess(pid);
}

function held(path: string): SolutionsError<DiskCode> {
  const pid = owner(path);
  return new SolutionsError(
    pid === undefined ? 'another run holds the lock' : `another run holds the lock: process ${pid}`,
    {
      code: 'disk-locked',
      place: { file: path },
      hint: 'wait for it to end; if there is no such run, remove this file',
    },
  );
}
