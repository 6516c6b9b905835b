import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSystemError, onDisk } from './failure.ts';

/**
 * Writes `path` anew: after a kill or a power cut it is old or new, never half.
 *
 * The bytes go to `.<name>.<pid>.part` beside it, which is synced and renamed; what a killed run
 * left of that is removed by the next write of the same file. Missing folders are made, the
 * permissions of the old file are kept. A symbolic link is replaced, not followed.
 *
 * @throws SolutionsError with a DiskCode, naming `path`.
 */
export function replaceFile(path: string, bytes: Uint8Array | string): void {
  onDisk(path, () => {
    const folder = dirname(path);
    mkdirSync(folder, { recursive: true });
    const old = lstatSync(path, { throwIfNoEntry: false });
    const part = startPart(path);
    try {
      writeSynced(part, bytes, old?.isFile() === true ? old.mode & 0o777 : undefined);
      renameSync(part, path);
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
    syncFolder(folder);
  });
}

/**
 * The path beside `path` under which its new bytes are written before a rename: `.<name>.<pid>.part`.
 * What killed runs left of the kind is removed. Throws system errors.
 */
export function startPart(path: string): string {
  removeAbandonedParts(path);
  return join(dirname(path), `.${basename(path)}.${process.pid}.part`);
}

/** A part belongs to a live run unless its process is gone: two runs may replace one file. */
function removeAbandonedParts(path: string): void {
  const folder = dirname(path);
  const prefix = `.${basename(path)}.`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix)) continue;
    const [, pid] = /^(\d{1,10})\.part$/u.exec(name.slice(prefix.length)) ?? [];
    if (pid !== undefined && !isOtherProcess(Number(pid))) rmSync(join(folder, name));
  }
}

/** Whether `pid` is a process that runs now, and is not this one. */
export function isOtherProcess(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user.
    return isSystemError(error) && error.code === 'EPERM';
  }
}

/**
 * Puts exactly `files` in place of the folder `target`, in one step.
 *
 * Three renames' worth of states, so that {@link recoverFolder} can tell them apart:
 *
 * 1. `.<name>.solutions-next` beside `target` is filled and synced. Alone it means nothing.
 * 2. `target` becomes `.<name>.solutions-old`. From here on the new folder is known to be whole.
 * 3. The next folder becomes `target`, and the old one is removed.
 *
 * Without a `target` the second step falls away. A kill leaves old, or new, or (between 2 and 3)
 * both beside a missing `target`; the next run of any function here finishes that first. One run
 * at a time: the caller holds a lock.
 *
 * @param files content by path below `target`, `/` between folders; none may leave it.
 * @throws SolutionsError with a DiskCode, naming the file; `target` is then as it was.
 */
export function replaceFolder(target: string, files: ReadonlyMap<string, Uint8Array>): void {
  recoverFolder(target);
  const { next, old } = siblings(target);
  try {
    stage(target, next, files);
  } catch (error) {
    rmSync(next, { recursive: true, force: true });
    throw error;
  }
  onDisk(target, () => {
    if (exists(target)) renameSync(target, old);
    renameSync(next, target);
    syncFolder(dirname(target));
    rmSync(old, { recursive: true, force: true });
  });
}

/**
 * Removes the folder `target` as a whole: it is there or gone, never half.
 *
 * @throws SolutionsError with a DiskCode.
 */
export function removeFolder(target: string): void {
  recoverFolder(target);
  if (!exists(target)) return;
  onDisk(target, () => {
    const { old } = siblings(target);
    renameSync(target, old);
    syncFolder(dirname(target));
    rmSync(old, { recursive: true, force: true });
  });
}

/**
 * Finishes what a killed {@link replaceFolder} or {@link removeFolder} of `target` began; nothing
 * to do is the usual case.
 *
 * @throws SolutionsError with a DiskCode.
 */
export function recoverFolder(target: string): void {
  onDisk(target, () => {
    const { next, old } = siblings(target);
    // An old folder without a target: a replacement where there is a next one, else a removal.
    if (exists(old) && !exists(target) && exists(next)) renameSync(next, target);
    rmSync(next, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  });
}

/**
 * {@link recoverFolder} for every folder in `parent` that a killed run left something of, also
 * of those whose names nobody knows any more.
 *
 * @throws SolutionsError with a DiskCode.
 */
export function recoverFolders(parent: string): void {
  if (!exists(parent)) return;
  for (const name of onDisk(parent, () => readdirSync(parent))) {
    const [, target] = /^\.(.+)\.solutions-(?:next|old)$/u.exec(name) ?? [];
    if (target !== undefined) recoverFolder(join(parent, target));
  }
}

/**
 * The folders in `parent` that a killed {@link replaceFolder} left without their name, each with
 * the path at which its new content is whole: for who only reads, and must not recover them.
 *
 * @throws SolutionsError with a DiskCode.
 */
export function halfReplaced(parent: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!exists(parent)) return found;
  for (const name of onDisk(parent, () => readdirSync(parent))) {
    const [, target] = /^\.(.+)\.solutions-next$/u.exec(name) ?? [];
    if (target === undefined) continue;
    const { next, old } = siblings(join(parent, target));
    if (exists(old) && !exists(join(parent, target))) found.set(target, next);
  }
  return found;
}

function siblings(target: string): { next: string; old: string } {
  const sibling = (state: string) =>
    join(dirname(target), `.${basename(target)}.solutions-${state}`);
  return { next: sibling('next'), old: sibling('old') };
}

function stage(target: string, next: string, files: ReadonlyMap<string, Uint8Array>): void {
  const folders = new Set([next]);
  onDisk(target, () => mkdirSync(next, { recursive: true }));
  for (const [name, bytes] of files) {
    refuseEscape(name);
    const path = join(next, name);
    onDisk(join(target, name), () => {
      mkdirSync(dirname(path), { recursive: true });
      writeSynced(path, bytes);
    });
    for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) {
      folders.add(folder);
    }
  }
  onDisk(target, () => {
    for (const folder of folders) syncFolder(folder);
  });
}

/** The callers have checked names from archives; this is the last door before the disk. */
function refuseEscape(name: string): void {
  const steps = name.split('/');
  if (steps.some((step) => ['', '.', '..'].includes(step) || /[\0\\]/u.test(step))) {
    throw new Error(`not a path below a folder: ${JSON.stringify(name)}`);
  }
}

/**
 * Creates `path`, which must not exist, and returns when its bytes are on the disk. Throws system
 * errors.
 */
export function writeSynced(path: string, bytes: Uint8Array | string, mode?: number): void {
  const file = openSync(path, 'wx');
  try {
    if (mode !== undefined) fchmodSync(file, mode);
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes the renames in `folder` outlive a power cut. Throws system errors. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
