import { resolve } from 'node:path';
import { quoted } from '../archive/mistake.ts';
import { openTree } from '../archive/tree.ts';
import { placeText, SolutionsError, solutionsErrors, throwAll, type Notice } from '../errors.ts';
import type { Trusted } from '../trust/keys.ts';
import { refusals, uncheckedNotices } from '../trust/policy.ts';
import { archiveOf, type Archive, type Stored } from './archive.ts';
import { appraise } from './appraise.ts';
import { openCache } from './cache.ts';
import {
  examine,
  requireUnchanged,
  type Examined,
  type ListedArchive,
  type New,
  type Surroundings,
} from './examine.ts';
import { freshRecord } from './fresh-record.ts';
import { mistake } from './mistake.ts';
import { noticesOf } from './notices.ts';
import { changedFiles, openStore, removeStored, saveStored } from './store.ts';

/** How {@link extract} works. */
export interface ExtractOptions {
  /** The folder of solutions.yaml and of metadata/. */
  readonly root: string;
  /** No archive is read: the records hold. */
  readonly locked: boolean;
  /** An archive may have changed under its id. */
  readonly acceptChanged: boolean;
  /** Otherwise nothing is written, not even the cache. */
  readonly write: boolean;
  /** Whose signatures count; by default no signature is looked at. */
  readonly trusted?: Trusted | undefined;
  /** Whether records that are new wait for `finish`, too. */
  readonly hold?: boolean | undefined;
  readonly progress?: ((event: ExtractProgress) => void) | undefined;
}

/** How far the hashing of one archive is. Bytes. */
interface ExtractProgress {
  readonly path: string;
  readonly done: number;
  readonly total: number;
}

/** What became of one folder in metadata/. */
interface RecordChange {
  readonly id: string;
  readonly what: 'added' | 'changed' | 'removed';
  /** Relative to `metadata/<id>/`, sorted. */
  readonly files: readonly string[];
}

/** All imported archives. */
export interface Extraction {
  /** In the order in which they are listed. */
  readonly archives: readonly Archive[];
  readonly notices: readonly Notice[];
  /** By id. */
  readonly changes: readonly RecordChange[];
  /**
   * Writes what waited for the whole run to succeed: removals, and records in place of others.
   *
   * @throws SolutionsError with a DiskCode
   */
  finish(): void;
}

/**
 * Brings metadata/ in line with the archives that are listed, and gives what it then holds.
 *
 * An archive is read only where its record does not hold any more; each record is old or new in
 * whole. A record that is new is written at once. Records of archives that are no longer listed
 * are removed, and records replaced, when the caller calls `finish`: an error, a mistyped path
 * too, must not cost a record. One run at a time: the caller holds a lock where `write` is set.
 *
 * @throws SolutionsError, or those of all archives in one AggregateError, after the records of the
 *   good archives were written
 */
export async function extract(
  archives: readonly ListedArchive[],
  options: ExtractOptions,
): Promise<Extraction> {
  const run = startRun(archives, options);
  const examined: Examined[] = [];
  const { broken } = run.around.store;
  const isBroken = new Set(broken.values());
  for (const archive of archives) {
    // Its record was edited: that is said already, and is all there is to say.
    if (isBroken.has(archive.path)) continue;
    await attempt(run, archive, async () => examined.push(await examine(archive, run.around)));
  }
  const results: Archive[] = [];
  for (const one of withoutSharedIds(examined, run)) {
    if (broken.has(one.id)) continue;
    await attempt(run, one.archive, async () => results.push(await settle(one, run)));
  }
  if (run.errors.length === 0) removeUnlisted(examined, run);
  if (options.write) run.around.cache.save();
  throwAll(run.errors);
  return {
    archives: results,
    notices: run.notices,
    changes: run.changes.sort((a, b) => (a.id < b.id ? -1 : 1)),
    finish() {
      if (options.write) for (const write of run.waiting.splice(0)) write();
    },
  };
}

interface Run {
  readonly options: ExtractOptions;
  readonly around: Surroundings;
  readonly errors: SolutionsError[];
  readonly notices: Notice[];
  readonly changes: RecordChange[];
  /** In their order. */
  readonly waiting: (() => void)[];
}

function startRun(archives: readonly ListedArchive[], options: ExtractOptions): Run {
  const { root, locked, write, progress, trusted } = options;
  const store = openStore(root, write);
  const around = {
    root,
    isLocked: locked,
    trusted,
    store,
    cache: openCache(root),
    listed: new Set(archives.map(({ path }) => path)),
    progress: (path: string, done: number, total: number) => progress?.({ path, done, total }),
  };
  const [errors, notices] = [[...store.errors], [...store.notices]];
  return { options, around, errors, notices, changes: [], waiting: [] };
}

/** One bad archive never hides another's errors. */
async function attempt(
  run: Run,
  archive: ListedArchive,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    run.errors.push(...solutionsErrors(error).map((one) => saidOf(archive, one, run)));
  }
}

/** An error of an archive as a whole says where the archive is listed. */
function saidOf({ path, place }: ListedArchive, error: SolutionsError, { options }: Run) {
  const { code, message, hint } = error;
  if (![path, resolve(options.root, path)].includes(error.place?.file ?? '')) return error;
  const listed = `the archive is listed at ${placeText(place)}`;
  return new SolutionsError(message, {
    code,
    hint: hint === undefined ? listed : `${hint}; ${listed}`,
    place: error.place,
    cause: error,
  });
}

/** Two archives that give one id are both left as they are. */
function withoutSharedIds(examined: readonly Examined[], run: Run): Examined[] {
  return examined.filter((one) => {
    const [first, ...others] = examined.filter(({ id }) => id === one.id);
    if (first === undefined || others.length === 0) return true;
    if (one === first) return false;
    run.errors.push(
      mistake(
        'id-twice',
        `two archives give the id ${quoted(one.id)}: ${nameOf(first)} and ${nameOf(one)}`,
        {
          place: one.archive.place,
          hint: 'remove one of them from solutions.yaml',
        },
      ),
    );
    return false;
  });
}

/** The path, and what the id was made of: `a` `b-1` and `a-b` `1` make the same. */
function nameOf(one: Examined): string {
  const { path, place } = one.archive;
  const { product } = one.kind === 'new' ? one.contents : archiveOf(one.stored, place);
  return `${quoted(path)} (${product.name}, version ${quoted(product.version)})`;
}

async function settle(one: Examined, run: Run): Promise<Archive> {
  const { archive } = one;
  const before = run.around.store.stored.get(one.id);
  const after = one.kind === 'kept' ? one.stored : await extractOne(one, before, run);
  const result = archiveOf(after, archive.place);
  const files = changedFiles(before, after);
  if (files.length > 0) {
    const others = one.kind === 'new' ? othersAt(one, run) : [];
    for (const other of others) remove(other, run);
    const save = () => saveStored(run.options.root, after);
    if (before || others.length > 0 || run.options.hold === true) run.waiting.push(save);
    else if (run.options.write) save();
    run.changes.push({ id: one.id, what: before ? 'changed' : 'added', files });
  }
  if (one.kind === 'kept') run.notices.push(...one.notices);
  run.notices.push(...noticesOf(after.record), ...result.notices);
  return result;
}

async function extractOne(one: New, before: Stored | undefined, run: Run): Promise<Stored> {
  const { archive, file, sighting, contents } = one;
  const { cache, progress, trusted } = run.around;
  const tree = openTree(file, archive.path);
  try {
    const { sha256, verdicts, mistakes } = await appraise(tree, {
      trusted,
      blobs: contents.images.blobs,
      progress: (done, total) => progress(archive.path, done, total),
    });
    requireUnchanged(archive.path, one);
    cache.keep(file, sighting, sha256);
    const { kind } = tree;
    throwAll([...mistakes, ...refusals({ name: archive.path, kind, verdicts }, trusted)]);
    run.notices.push(...uncheckedNotices(verdicts));
    refuseChange(one, before, { sha256, isAccepted: run.options.acceptChanged });
    const size = tree.volume?.size ?? sighting.size;
    const about = { path: archive.path, size, sha256, verdicts };
    const record = freshRecord(tree, contents, about);
    return { record, files: contents.files };
  } finally {
    tree.close();
  }
}

interface Change {
  readonly sha256: string;
  readonly isAccepted: boolean;
}

function refuseChange(
  { id, archive }: New,
  before: Stored | undefined,
  { sha256, isAccepted }: Change,
): void {
  if (!before || isAccepted || before.record.sha256 === sha256) return;
  const { path } = before.record;
  const origin = path === archive.path ? '' : `, extracted from ${quoted(path)}`;
  throw mistake(
    'archive-changed',
    `the archive at ${quoted(archive.path)} changed under the id ${quoted(id)}: its sha256 is ${sha256}, the record has ${before.record.sha256}${origin}`,
    {
      place: archive.place,
      hint: 'a vendor gives a new build a new version: ask which one is right; `--accept-changed` takes this one',
    },
  );
}

/** Another version lies at this path now: a kill must not leave two records of one path. */
function othersAt({ id, archive }: New, run: Run): Stored[] {
  return [...run.around.store.stored.values()].filter(
    ({ record }) => record.path === archive.path && record.id !== id,
  );
}

function removeUnlisted(examined: readonly Examined[], run: Run): void {
  const used = new Set(examined.map(({ id }) => id));
  for (const stored of run.around.store.stored.values()) {
    if (!used.has(stored.record.id)) remove(stored, run);
  }
}

function remove(stored: Stored, { options, changes, waiting }: Run): void {
  const { id } = stored.record;
  if (changes.some((change) => change.id === id)) return;
  waiting.push(() => removeStored(options.root, id));
  changes.push({ id, what: 'removed', files: changedFiles(stored, undefined) });
}
