import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SolutionsError } from '../errors.ts';
import { onDisk, type DiskCode } from './failure.ts';
import { isOtherProcess } from './replace.ts';

/** A lock that this process holds. */
export interface Lock {
  release(): void;
}

/** What this process holds: its own number on a lock says nothing, numbers are used again. */
const holding = new Set<string>();

/**
 * Takes the lock at `path`, or fails at once: nobody waits.
 *
 * Everyone puts a claim, `<path>.<process number>`, and looks for others afterwards: of two, at least
 * the later one sees the other's. (Both do when they come within microseconds, and both fail.) The
 * claim of a process that is gone is removed by whoever sees it; there is no moment in which a kill
 * leaves more than such a claim. Processes in other containers or on other machines look as if they
 * were gone: between them this is no lock.
 *
 * @throws SolutionsError with code `disk-locked`, or another DiskCode.
 */
export function takeLock(path: string): Lock {
  const claim = resolve(`${path}.${process.pid}`);
  if (holding.has(claim)) throw held(path, process.pid);
  return onDisk(path, () => {
    mkdirSync(dirname(claim), { recursive: true });
    writeFileSync(claim, '');
    const release = () => rmSync(claim, { force: true });
    const other = otherClaims(path)[0];
    if (other !== undefined) {
      release();
      throw held(path, other);
    }
    holding.add(claim);
    return {
      release() {
        holding.delete(claim);
        onDisk(path, release);
      },
    };
  });
}

/** The other processes that claim the lock and are alive; claims of the dead are removed. */
function otherClaims(path: string): number[] {
  const prefix = `${basename(path)}.`;
  const claims = readdirSync(dirname(path)).filter(
    (name) => name.startsWith(prefix) && /^\d{1,10}$/u.test(name.slice(prefix.length)),
  );
  return claims.flatMap((name) => {
    const pid = Number(name.slice(prefix.length));
    if (isOtherProcess(pid)) return [pid];
    if (pid !== process.pid) rmSync(join(dirname(path), name), { force: true });
    return [];
  });
}

function held(path: string, pid: number): SolutionsError<DiskCode> {
  return new SolutionsError(`another run is at work: process ${pid}`, {
    code: 'disk-locked',
    place: { file: `${path}.${pid}` },
    hint: 'wait for it to end; if that process is no run of this program, remove this file',
  });
}
