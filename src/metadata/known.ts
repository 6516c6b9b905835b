import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { solutionsErrors, type SolutionsError } from '../errors.ts';
import { archiveOf, type Archive } from './archive.ts';
import type { ListedArchive } from './examine.ts';
import { openStore } from './store.ts';

/** What the committed records tell of the archives that are listed, without a look at one of them. */
export interface KnownArchives {
  /** In the order in which they are listed. */
  readonly archives: readonly Archive[];
  /** Those of which there is no record, or not a single one that can be read. */
  readonly missing: readonly ListedArchive[];
  readonly errors: readonly SolutionsError[];
}

/** Reads the records of the archives that are listed. Writes nothing, and throws for no record. */
export function knownArchives(listed: readonly ListedArchive[], root: string): KnownArchives {
  const store = openStore(root, false);
  const errors = [...store.errors];
  const archives: Archive[] = [];
  const missing: ListedArchive[] = [];
  for (const one of listed) {
    const same = [...store.stored.values()].filter(({ record }) => record.path === one.path);
    const [stored, second] = same;
    try {
      if (stored && !second) archives.push(archiveOf(stored, one.place));
      else missing.push(one);
    } catch (error) {
      errors.push(...solutionsErrors(error));
      missing.push(one);
    }
  }
  return { archives, missing, errors };
}

/** Whether there is anything at the path of an archive on this machine. */
export function isAtHand({ path }: Pick<ListedArchive, 'path'>, root: string): boolean {
  return existsSync(resolve(root, path));
}
