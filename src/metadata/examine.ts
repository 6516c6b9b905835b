import { resolve } from 'node:path';
import { readContents, type Contents } from '../archive/contents.ts';
import { quoted } from '../archive/mistake.ts';
import { openTree } from '../archive/tree.ts';
import { solutionsErrors, type Notice, type Place } from '../errors.ts';
import type { Stored } from './archive.ts';
import { sight, type Cache, type Sighting } from './cache.ts';
import type { Trusted } from '../trust/keys.ts';
import { mistake } from './mistake.ts';
import type { ArchiveRecord } from './record.ts';
import { isSignedEnough } from './recorded-verdicts.ts';
import type { Store } from './store.ts';
import { hashArchive } from './verify.ts';

/** An archive as solutions.yaml lists it. */
export interface ListedArchive {
  /** As written: absolute, or relative to the folder of solutions.yaml. */
  readonly path: string;
  readonly place: Place;
  /** Where it is read, when that is not where it is listed. */
  readonly file?: string | undefined;
}

/** What {@link examine} says of one archive: whether there is anything to do for it. */
export type Examined = Kept | New;

/** Its record holds. */
interface Kept {
  readonly kind: 'kept';
  readonly archive: ListedArchive;
  readonly id: string;
  /** With the path as it is now written. */
  readonly stored: Stored;
  readonly notices: readonly Notice[];
}

/** It must be extracted. */
export interface New {
  readonly kind: 'new';
  readonly archive: ListedArchive;
  readonly id: string;
  readonly file: string;
  readonly sighting: Sighting;
  readonly contents: Contents;
}

/** What {@link examine} knows. */
export interface Surroundings {
  readonly root: string;
  readonly isLocked: boolean;
  /** Whose signatures count. */
  readonly trusted: Trusted | undefined;
  readonly store: Store;
  readonly cache: Cache;
  /** Paths that solutions.yaml lists. */
  readonly listed: ReadonlySet<string>;
  readonly progress: (path: string, done: number, total: number) => void;
}

/**
 * Decides whether the record of an archive holds. Hashes the archive only where neither the cache
 * nor the absence of a record answers that.
 *
 * @throws SolutionsError, or all mistakes of the archive in one AggregateError
 */
export async function examine(archive: ListedArchive, around: Surroundings): Promise<Examined> {
  const file = resolve(around.root, archive.file ?? archive.path);
  const records = recordsAt(archive.path, around);
  if (around.isLocked) return keepLocked(archive, soleOf(records, archive), file, around);
  const sighting = sight(file, archive.path);
  if (sighting === undefined) {
    const stored = soleOf(records, archive);
    if (stored) return keep(archive, signed(archive, stored, around));
    throw missing(archive, around);
  }
  const candidates = records.length > 0 ? records : movedFrom(sighting, around);
  const sha256 = await digestOf(
    archive,
    { file, sighting, isNeeded: candidates.length > 0 },
    around,
  );
  const same = candidates.find(({ record }) => record.sha256 === sha256);
  // Its signature is looked at now where nobody did, or by a key that counts no more.
  if (same && isSignedEnough(same.record, around.trusted)) return keep(archive, same);
  const tree = openTree(file, archive.path);
  try {
    const contents = readContents(tree);
    return { kind: 'new', archive, id: contents.product.id, file, sighting, contents };
  } finally {
    tree.close();
  }
}

function recordsAt(path: string, { store }: Surroundings): Stored[] {
  return [...store.stored.values()].filter(({ record }) => record.path === path);
}

/** A merge can leave two records of one path; only the archive itself tells which one holds. */
function soleOf(records: readonly Stored[], { path, place }: ListedArchive): Stored | undefined {
  const [first, second] = records;
  if (!first || !second) return first;
  throw mistake(
    'record-twice',
    `metadata/${first.record.id} and metadata/${second.record.id} were both extracted from ${quoted(path)}`,
    {
      place,
      hint: 'remove the older one of the two folders',
    },
  );
}

/** Records of archives of this size whose path is no longer listed: it may have moved here. */
function movedFrom(sighting: Sighting, { store, listed }: Surroundings): Stored[] {
  return [...store.stored.values()].filter(
    ({ record }) => record.size === sighting.size && !listed.has(record.path),
  );
}

interface Wanted {
  readonly file: string;
  readonly sighting: Sighting;
  /** Whether it is worth hashing the archive where the cache does not know it. */
  readonly isNeeded: boolean;
}

async function digestOf(
  { path }: ListedArchive,
  { file, sighting, isNeeded }: Wanted,
  { cache, progress }: Surroundings,
): Promise<string | undefined> {
  const known = cache.find(file, sighting);
  if (known !== undefined || !isNeeded) return known;
  const tree = openTree(file, path);
  try {
    const sha256 = await hashArchive(tree, {
      progress: (done, total) => progress(path, done, total),
    });
    requireUnchanged(path, { file, sighting });
    cache.keep(file, sighting, sha256);
    return sha256;
  } finally {
    tree.close();
  }
}

/**
 * Compares an archive with what it was before it was read.
 *
 * @throws SolutionsError `archive-busy`
 */
export function requireUnchanged(path: string, before: Pick<New, 'file' | 'sighting'>): void {
  if (sight(before.file, path)?.fingerprint === before.sighting.fingerprint) return;
  throw mistake('archive-busy', 'the archive changed while it was read', {
    place: { file: path },
    hint: 'wait until whatever copies it is done, then run it again',
  });
}

function keepLocked(
  archive: ListedArchive,
  stored: Stored | undefined,
  file: string,
  around: Surroundings,
): Kept {
  const { path, place } = archive;
  if (!stored) {
    throw mistake(
      'record-missing',
      `there is no record of ${quoted(path)} in metadata/, and no archive is read here`,
      {
        place,
        hint: 'run `solutions synth` (without `--locked`) where the archive is at hand, and commit metadata/',
      },
    );
  }
  const isOther = differs(file, stored.record, around.cache);
  return keep(
    archive,
    signed(archive, stored, around),
    isOther ? [differing(archive, stored.record)] : [],
  );
}

/** @throws SolutionsError `record-unsigned`, where platform.yaml wants more than the record says */
function signed({ path, place }: ListedArchive, stored: Stored, { trusted }: Surroundings): Stored {
  if (isSignedEnough(stored.record, trusted)) return stored;
  throw mistake(
    'record-unsigned',
    `the record of ${quoted(path)} names no signature by a key of platform.yaml, which says that one is required`,
    {
      place,
      hint: 'run `solutions synth` (without `--locked`) where the archive and its signature are at hand, and commit metadata/',
    },
  );
}

/** Whether an archive at hand is obviously another one; what is wrong with it is no error here. */
function differs(file: string, { path, size, sha256 }: ArchiveRecord, cache: Cache): boolean {
  try {
    const sighting = sight(file, path);
    if (sighting === undefined) return false;
    const known = cache.find(file, sighting);
    return known === undefined ? sighting.size !== size : known !== sha256;
  } catch (error) {
    return solutionsErrors(error).length > 0;
  }
}

function differing({ path, place }: ListedArchive, { id }: ArchiveRecord): Notice {
  return {
    code: 'archive-differs',
    message: `the archive at ${quoted(path)} is not the one that metadata/${id} was extracted from`,
    hint: 'the record holds; run `solutions synth` without `--locked` to look at the archive',
    place,
  };
}

function keep(
  archive: ListedArchive,
  { record, files }: Stored,
  notices: readonly Notice[] = [],
): Kept {
  const stored = { record: { ...record, path: archive.path }, files };
  return { kind: 'kept', archive, id: record.id, stored, notices };
}

function missing({ path, place }: ListedArchive, { root, store, listed }: Surroundings): Error {
  const base = baseOf(path);
  const other = [...store.stored.values()].find(
    ({ record }) => baseOf(record.path) === base && !listed.has(record.path),
  );
  return mistake(
    'record-missing',
    `there is neither an archive at ${quoted(path)} nor a record of one in metadata/`,
    {
      place,
      hint: other
        ? `metadata/${other.record.id} was extracted from ${quoted(other.record.path)}: was it meant?`
        : `put the archive at ${resolve(root, path)}, or correct the path; where another machine has extracted it, commit metadata/ there`,
    },
  );
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
