import { parsePlatform, type Platform } from '../config/platform.ts';
import { SolutionsError, solutionsErrors, throwAll } from '../errors.ts';
import { parseRecord, printRecord, type ArchiveRecord } from '../metadata/record.ts';
import { isOthers, parseSums, SUMS, type MayHold } from '../out/sums.ts';
import type { States } from '../plan/change-plan.ts';
import { objectSets, unreadable, type RenderedFile } from '../plan/object-set.ts';
import { blobId, committedBytes, revisionOf, type Revision } from './git-revision.ts';

/** What is rendered now. */
export interface RenderedState {
  readonly folders: readonly RenderedFolder[];
  readonly records: readonly ArchiveRecord[];
  readonly registry: Platform['registry'];
}

/** A folder of ours as it is rendered. */
export interface RenderedFolder {
  /** `out` or `gitops`. */
  readonly label: string;
  /** The texts of its files, by name. */
  readonly files: ReadonlyMap<string, string>;
  readonly manifests: readonly RenderedFile[];
  /** Whether a file of ours may have a name there. */
  readonly mayHold: MayHold;
  /** What a file of ours has in it, where others may have files of such names. */
  readonly mark?: string | undefined;
}

/** What was committed, beside what is rendered. */
export interface ComparedStates {
  /** The full name of the commit; undefined where nothing was committed yet. */
  readonly commit: string | undefined;
  /** Whether the commit has manifests: without them nothing was applied. */
  readonly hasManifests: boolean;
  readonly states: States;
}

interface Where {
  /** The folder of solutions.yaml. */
  readonly root: string;
  /** The revision as the user wrote it, for places such as `HEAD:out/0000-namespaces.yaml`. */
  readonly name: string;
}

const PLATFORM = 'platform.yaml';
const RECORD = /^metadata\/([^/]+)\/archive\.yaml$/u;

/** Looks a revision up; Git can be at work while archives are looked at. */
export function findRevision({ root, name }: Where): Promise<Revision> {
  return revisionOf(root, name, ['out/', 'gitops/', 'metadata/', PLATFORM]);
}

/**
 * The state that was committed, beside the one that is rendered. Files with the same bytes are
 * neither fetched nor parsed.
 *
 * @throws SolutionsError `git`; `plan-unreadable`, several in an AggregateError: committed files
 *   that are no manifests, or that another version of this program wrote
 */
export async function compareStates(
  revision: Revision,
  { folders, records, registry }: RenderedState,
  { root, name }: Where,
): Promise<ComparedStates> {
  const lists = await committedBytes(root, [...sumsIn(revision, folders), ...platformIn(revision)]);
  const listed = folders.map((folder) => ({ folder, files: manifestsOf(revision, folder, lists) }));
  const texts = new Map(records.map((record) => [record.id, printRecord(record)]));
  const archives = matched(recordsIn(revision), texts);
  const changed = changedIds([...listed.flatMap(({ files }) => files), ...archives]);
  const bytes = await committedBytes(root, changed);
  const manifests = listed.flatMap(({ folder: { mark }, files }) =>
    isMarked(files, mark, bytes) ? files : [],
  );

  const errors: SolutionsError[] = [];
  const known = new Map(records.map((record) => [record.id, record]));
  const before = archives.flatMap((file) => {
    const same = file.isSame ? known.get(file.name) : undefined;
    if (same) return [same];
    const path = `${name}:metadata/${file.name}/archive.yaml`;
    return attempt(errors, () => parseRecord(bytes.get(file.id) ?? new Uint8Array(), path)) ?? [];
  });
  const committed = manifests.map(({ name: file, id, isSame }) => ({
    file,
    text: isSame ? undefined : bytes.get(id)?.toString('utf8'),
  }));
  const rendered = folders.flatMap(({ label, manifests: files }) =>
    files.map((one) => ({ ...one, file: `${label}/${one.file}` })),
  );
  const objects = attempt(errors, () => objectSets(committed, rendered, `${name}:`));
  throwAll(errors);
  if (!objects) throw new Error('the objects were not read, without an error');
  return {
    commit: revision.commit,
    hasManifests: manifests.length > 0,
    states: {
      objects,
      images: {
        before: { archives: before, registry: registryIn(revision, lists) },
        after: { archives: records, registry },
      },
    },
  };
}

/** A committed file of ours. */
interface Committed {
  /** With its folder; of a record the id of the archive. */
  readonly name: string;
  readonly id: string;
}

/** The ids of the lists of our files. */
function sumsIn({ files }: Revision, folders: readonly RenderedFolder[]): string[] {
  const names = new Set(folders.map(({ label }) => `${label}/${SUMS}`));
  return files.filter(({ path }) => names.has(path)).map(({ id }) => id);
}

function platformIn({ files }: Revision): string[] {
  return files.filter(({ path }) => path === PLATFORM).map(({ id }) => id);
}

/** Nothing where another version of this program wrote the file: what it rendered is compared all the same. */
function registryIn(revision: Revision, bytes: ReadonlyMap<string, Buffer>) {
  const [id = ''] = platformIn(revision);
  try {
    return parsePlatform(bytes.get(id) ?? new Uint8Array(), PLATFORM).registry;
  } catch (error) {
    solutionsErrors(error);
    return undefined;
  }
}

/**
 * The manifests in a folder that its committed list of our files names: what else lies there is
 * applied as well, but no change of ours. Without a list, those with names of ours, where there are to
 * be any: people keep a `gitops/` of their own.
 */
function manifestsOf(
  { files }: Revision,
  { label, files: texts, mayHold }: RenderedFolder,
  lists: ReadonlyMap<string, Buffer>,
) {
  const prefix = `${label}/`;
  const sums = files.find(({ path }) => path === `${prefix}${SUMS}`);
  const found = sums && parseSums(lists.get(sums.id)?.toString('utf8') ?? '', mayHold);
  const list = isOthers(found, texts.size) ? undefined : found;
  const isOurs = (name: string) => list?.digests.has(name) ?? (texts.size > 0 && mayHold(name));
  const ours = files.filter(
    ({ path }) =>
      path.startsWith(prefix) && path.endsWith('.yaml') && isOurs(path.slice(prefix.length)),
  );
  return matched(
    ours.map(({ path, id }) => ({ name: path, id })),
    new Map([...texts].map(([file, text]) => [`${prefix}${file}`, text])),
  );
}

/** Whether these files are ours: people may have some of the same names. */
function isMarked(
  files: readonly Matched[],
  mark: string | undefined,
  bytes: ReadonlyMap<string, Buffer>,
): boolean {
  return (
    mark === undefined ||
    files.some(({ id, isSame }) => isSame || bytes.get(id)?.includes(mark) === true)
  );
}

function recordsIn({ files }: Revision): Committed[] {
  return files.flatMap(({ path, id }) => {
    const [, name] = RECORD.exec(path) ?? [];
    return name === undefined ? [] : [{ name, id }];
  });
}

interface Matched extends Committed {
  readonly isSame: boolean;
}

/** Which of the files have the bytes that they are given now. */
function matched(files: readonly Committed[], texts: ReadonlyMap<string, string>): Matched[] {
  return files.map((file) => {
    const text = texts.get(file.name);
    return { ...file, isSame: text !== undefined && blobId(text, file.id) === file.id };
  });
}

function changedIds(files: readonly Matched[]): string[] {
  return [...new Set(files.filter(({ isSame }) => !isSame).map(({ id }) => id))];
}

/** The value, or nothing where the committed files do not give it: that goes to `errors`. */
function attempt<Value>(errors: SolutionsError[], read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    errors.push(...solutionsErrors(error).map(unreadable));
    return undefined;
  }
}
