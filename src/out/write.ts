import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSystemError, onDisk } from '../disk/failure.ts';
import { syncFolder, writeSynced } from '../disk/replace.ts';
import { throwAll } from '../errors.ts';
import type { OwnedFolder } from './folder.ts';
import { isDone, type FolderPlan, type Plan } from './plan.ts';
import { inByteOrder, NEXT_SUMS, PART, SUMS, sumsText } from './sums.ts';

/** What happened to the files, `SHA256SUMS` among them: names in byte order. */
export interface Changes {
  readonly written: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: readonly string[];
  /** Files of others that were left, but that `kubectl apply -f` reads as well. */
  readonly foreignManifests: readonly string[];
}

interface WriteOptions {
  /** Whether to replace what was edited, and what lies in the way. */
  readonly overwrite: boolean;
}

/**
 * Makes the files of ours in a folder exactly those of the plan, and touches no other. All or
 * nothing as far as people's mistakes go: they are found before the first write. Nothing is written
 * when nothing changes. One run at a time: the caller holds a lock, since before it made the plan.
 *
 * After a kill at any moment each file is old or new, and the next run goes on without
 * `overwrite`, whatever it is to write:
 *
 * 1. `.SHA256SUMS.next` comes first, with the digests about to come. While it is there, a file is
 *    ours when either list knows its digest, so neither the old nor the new bytes are an edit.
 * 2. Each file is written to `.SHA256SUMS.part` in its folder, and renamed. One such name is enough,
 *    one run at a time is at work, and whoever finds it knows that it is no file yet.
 * 3. What is no longer wanted is removed. A listed file that is missing is no edit.
 * 4. `.SHA256SUMS.next` is renamed to `SHA256SUMS`: the new list counts, and is the only one. A list of
 *    nothing is removed at last.
 *
 * The run after a kill may want other files, and its list would forget the digests of the killed
 * run's. So before anything else it settles: `SHA256SUMS` gets the digests of what is there. Settling
 * is also how overwriting takes over edited files, so that a kill after the first does not stop at
 * the second.
 *
 * Only the lists are synced to the disk. To sync each file costs ten times all the rest (2,000 new
 * files of 5 kB: 0.2 s without, 2.1 s with), and protects what can be rendered again. A power cut may
 * leave a new file empty: its digest shows it, and an empty file is no edit either.
 *
 * @throws SolutionsError, or several in an AggregateError: everything edited or in the way, a list
 *   that is missing, malformed or in conflict (OutCode), or what the disk refuses (DiskCode).
 */
export function writeFolder(planned: FolderPlan, options: WriteOptions): Changes {
  if (!isDone(planned)) {
    throwAll(speakingAgainst(planned, options));
    commit(planned);
  }
  return changes(planned);
}

/**
 * {@link writeFolder} for folders that belong together: what speaks against one of them is found before
 * any is written.
 *
 * @throws SolutionsError, or several in an AggregateError, as {@link writeFolder}.
 */
export function writeFolders(planned: readonly FolderPlan[], options: WriteOptions): Changes[] {
  requireWritable(planned, options);
  return planned.map((one) => writeFolder(one, options));
}

/**
 * Throws what {@link writeFolders} would, as far as that is known before the first write.
 *
 * @throws SolutionsError, or several in an AggregateError, with an OutCode.
 */
export function requireWritable(planned: readonly FolderPlan[], options: WriteOptions): void {
  throwAll(planned.flatMap((one) => speakingAgainst(one, options)));
}

function speakingAgainst(planned: FolderPlan, { overwrite }: WriteOptions) {
  if (isDone(planned)) return [];
  const { obstacles, objections } = planned.plan;
  return [...obstacles, ...(overwrite ? [] : objections)];
}

function changes({ folder, plan }: FolderPlan): Changes {
  const isListed = folder.sums?.text === plan.sums;
  const list = plan.sums === undefined ? [] : [SUMS];
  return {
    written: isListed ? plan.write : inByteOrder([...plan.write, ...list]),
    removed: isListed || list.length > 0 ? plan.remove : inByteOrder([...plan.remove, SUMS]),
    unchanged: isListed ? inByteOrder([...plan.unchanged, ...list]) : plan.unchanged,
    foreignManifests: folder.foreign.filter((name) => /\.(?:ya?ml|json)$/u.test(name)),
  };
}

function commit({ folder, plan, files }: FolderPlan): void {
  onDisk(folder.label, () => mkdirSync(folder.path, { recursive: true }));
  for (const name of folder.parts) remove(folder, name);
  if (folder.next || plan.objections.length > 0) settle(folder);
  put(folder, NEXT_SUMS, plan.sums ?? '');
  syncNames(folder, ['.']);
  makeFolders(folder, plan);
  for (const name of plan.write) {
    const bytes = files.get(name);
    if (bytes !== undefined) put(folder, name, bytes);
  }
  for (const name of plan.remove) remove(folder, name);
  removeEmptyFolders(folder, plan);
  onDisk(`${folder.label}/${SUMS}`, () =>
    renameSync(join(folder.path, NEXT_SUMS), join(folder.path, SUMS)),
  );
  if (plan.sums === undefined) remove(folder, SUMS);
  syncNames(folder, ['.', ...foldersOf(plan.write)]);
}

/** Makes `SHA256SUMS` list what is there under our names, so that all of it is ours from here on. */
function settle(folder: OwnedFolder): void {
  const digests = new Map<string, string>();
  for (const [name, { kind, digest }] of folder.files) {
    if (digest !== undefined) digests.set(name, digest);
    // A link or a pipe has no digest: of these the name itself is removed.
    else if (kind !== 'missing') remove(folder, name);
  }
  put(folder, SUMS, sumsText(digests));
  syncNames(folder, ['.']);
}

function put(folder: OwnedFolder, name: string, bytes: string | Uint8Array): void {
  const path = join(folder.path, name);
  const part = join(dirname(path), PART);
  onDisk(`${folder.label}/${name}`, () => {
    try {
      if (name === SUMS || name === NEXT_SUMS) writeSynced(part, bytes);
      else writeFileSync(part, bytes, { flag: 'wx' });
      renameSync(part, path);
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
  });
}

function remove(folder: OwnedFolder, name: string): void {
  onDisk(`${folder.label}/${name}`, () => rmSync(join(folder.path, name), { force: true }));
}

function foldersOf(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => dirname(name)))].filter((name) => name !== '.');
}

function makeFolders(folder: OwnedFolder, plan: Plan): void {
  for (const name of foldersOf(plan.write)) {
    onDisk(`${folder.label}/${name}`, () =>
      mkdirSync(join(folder.path, name), { recursive: true }),
    );
  }
}

/** Folders that hold something else stay. */
function removeEmptyFolders(folder: OwnedFolder, plan: Plan): void {
  for (const name of foldersOf([...folder.files.keys()])) {
    if (plan.sums?.includes(`  ${name}/`)) continue;
    onDisk(`${folder.label}/${name}`, () => {
      try {
        rmdirSync(join(folder.path, name));
      } catch (error) {
        const stays = ['ENOENT', 'ENOTEMPTY', 'EEXIST'];
        if (!isSystemError(error) || !stays.includes(error.code)) throw error;
      }
    });
  }
}

function syncNames(folder: OwnedFolder, names: readonly string[]): void {
  for (const name of names) {
    onDisk(`${folder.label}/${name}`, () => syncFolder(join(folder.path, name)));
  }
}
