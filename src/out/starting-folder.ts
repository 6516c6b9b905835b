import { lstatSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSystemError, onDisk } from '../disk/failure.ts';
import { replaceFile } from '../disk/replace.ts';
import { SolutionsError } from '../errors.ts';
import type { OutCode } from './folder.ts';

/** What may be in a folder that somebody starts in: the repository itself is made before or after. */
const GIT = '.git';

interface StartOptions {
  /** The name of the folder in messages. */
  readonly label: string;
}

/**
 * Puts `files`, text by path, into a folder that is empty, holds `.git` alone, or is not there yet. All
 * of them or none, unless the run is killed.
 *
 * @throws SolutionsError with code `not-empty`, which names what is there, `not-a-file` when `dir` is no
 *   folder, or a DiskCode.
 */
export function startFolder(
  dir: string,
  files: ReadonlyMap<string, string>,
  { label }: StartOptions,
): void {
  const isThere = isFolder(dir, label);
  refuseOthers(isThere ? onDisk(label, () => readdirSync(dir)) : [], label);
  try {
    for (const [name, text] of files) replaceFile(join(dir, name), text);
  } catch (error) {
    undo(dir, files.keys());
    if (!isThere) removeEmpty(dir);
    throw error;
  }
}

function isFolder(dir: string, label: string): boolean {
  const found = onDisk(label, () => statSync(dir, { throwIfNoEntry: false }));
  if (found === undefined || found.isDirectory()) return found !== undefined;
  throw new SolutionsError<OutCode>('this is not a folder, and an empty one is expected here', {
    code: 'not-a-file',
    place: { file: label },
    hint: 'name another',
  });
}

const SHOWN = 5;

function refuseOthers(names: readonly string[], label: string): void {
  const others = names.filter((name) => name !== GIT).toSorted();
  if (others.length === 0) return;
  const rest = others.length - SHOWN;
  const list = others.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  throw new SolutionsError<OutCode>(`the folder is not empty, it holds ${list}`, {
    code: 'not-empty',
    place: { file: label },
    hint: 'name an empty folder, or one that is not there yet; nothing was written',
  });
}

/** Only files of ours can be there by these names, in folders of ours. */
function undo(dir: string, names: Iterable<string>): void {
  for (const name of names) {
    rmSync(join(dir, name), { force: true });
    for (let folder = dirname(name); folder !== '.'; folder = dirname(folder)) {
      removeEmpty(join(dir, folder));
    }
  }
}

function removeEmpty(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  try {
    rmdirSync(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
