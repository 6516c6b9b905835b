import { join } from 'node:path';
import { takeLock } from '../disk/lock.ts';
import { makePrivateFolder } from '../disk/private-folder.ts';
import { SolutionsError } from '../errors.ts';

/** What a run may do to the folder that it works in. */
export interface RunLock {
  readonly mayWrite: boolean;
  /** Called before the first write: throws why this run may not. */
  requireWrite(): void;
  release(): void;
}

/** Of a run that only looks: it waits for nobody. */
export const noLock: RunLock = { mayWrite: false, requireWrite() {}, release() {} };

/**
 * Takes the lock of the folder that holds solutions.yaml. A run that finds nothing to write needs no
 * right to write: what denies the lock is thrown by `requireWrite`.
 *
 * @throws SolutionsError with a DiskCode, `disk-locked` while another run is at work
 */
export function lockRun(root: string): RunLock {
  const folder = join(root, '.solutions');
  try {
    makePrivateFolder(folder);
    const lock = takeLock(join(folder, 'run.lock'));
    return { mayWrite: true, requireWrite() {}, release: () => lock.release() };
  } catch (error) {
    if (!(error instanceof SolutionsError) || error.code !== 'disk-denied') throw error;
    const requireWrite = () => {
      throw error;
    };
    return { mayWrite: false, requireWrite, release() {} };
  }
}
