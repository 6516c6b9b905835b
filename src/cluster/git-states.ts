import { SolutionsError, solutionsErrors, throwAll } from '../errors.ts';
import { parseRecord, printRecord, type ArchiveRecord } from '../metadata/record.ts';
import { parseSums, SUMS } from '../out/sums.ts';
import type { States } from '../plan/change-plan.ts';
import { objectSets, unreadable, type RenderedFile } from '../plan/object-set.ts';
import { blobId, committedBytes, revisionOf, type Revision } from './git-revision.ts';

/** What is rendered now. */
export interface RenderedState {
  readonly manifests: readonly RenderedFile[];
  /** The texts of the files of `out/`, by name. */
  readonly files: ReadonlyMap<string, string>;
  readonly records: readonly ArchiveRecord[];
}

/** What was committed, beside what is rendered. */
export interface ComparedStates {
  /** The full name of the commit; undefined where nothing was committed yet. */
  readonly commit: string | undefined;
  /** Whether the commit has an `out/`: without it nothing was applied. */
  readonly hasOut: boolean;
  readonly states: States;
}

interface Where {
  /** The folder of solutions.yaml. */
  readonly root: string;
  /** The revision as the user wrote it, for places such as `HEAD:out/0000-namespaces.yaml`. */
  readonly name: string;
}

const OUT = 'out/';
const RECORD = /^metadata\/([^/]+)\/archive\.yaml$/u;

/** Starts to look a revision up: Git can be at work while the manifests are rendered. */
export function startRevision({ root, name }: Where): Promise<Revision> {
  return revisionOf(root, name, [OUT, 'metadata/']);
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
  rendered: RenderedState,
  { root, name }: Where,
): Promise<ComparedStates> {
  const manifests = matched(await manifestsOf(revision, root), rendered.files);
  const texts = new Map(rendered.records.map((record) => [record.id, printRecord(record)]));
  const records = matched(recordsOf(revision), texts);
  const bytes = await committedBytes(root, changedIds([...manifests, ...records]));

  const errors: SolutionsError[] = [];
  const known = new Map(rendered.records.map((record) => [record.id, record]));
  const before = records.flatMap((file) => {
    const same = file.isSame ? known.get(file.name) : undefined;
    if (same) return [same];
    const path = `${name}:metadata/${file.name}/archive.yaml`;
    return attempt(errors, () => parseRecord(bytes.get(file.id) ?? new Uint8Array(), path)) ?? [];
  });
  const committed = manifests.map(({ name: file, id, isSame }) => ({
    file,
    text: isSame ? undefined : bytes.get(id)?.toString('utf8'),
  }));
  const objects = attempt(errors, () =>
    objectSets(committed, rendered.manifests, `${name}:${OUT}`),
  );
  throwAll(errors);
  if (!objects) throw new Error('the objects were not read, without an error');
  return {
    commit: revision.commit,
    hasOut: manifests.length > 0,
    states: { objects, images: { before, after: rendered.records } },
  };
}

/** A committed file of ours. */
interface Committed {
  /** In `out/`, or the id of the archive. */
  readonly name: string;
  readonly id: string;
}

/**
 * The manifests in `out/` that the committed list of our files names: what else lies there is
 * applied as well, but no change of ours. Without a list, all of them.
 */
async function manifestsOf({ files }: Revision, root: string): Promise<Committed[]> {
  const inOut = files.flatMap(({ path, id }) =>
    path.startsWith(OUT) ? [{ name: path.slice(OUT.length), id }] : [],
  );
  const manifests = inOut.filter(({ name }) => name.endsWith('.yaml'));
  const list = inOut.find(({ name }) => name === SUMS);
  if (!list) return manifests;
  const text = (await committedBytes(root, [list.id])).get(list.id)?.toString('utf8') ?? '';
  const { digests } = parseSums(text);
  return manifests.filter(({ name }) => digests.has(name));
}

function recordsOf({ files }: Revision): Committed[] {
  return files.flatMap(({ path, id }) => {
    const [, name] = RECORD.exec(path) ?? [];
    return name === undefined ? [] : [{ name, id }];
  });
}

/** Which of the files have the bytes that they are given now. */
function matched(files: readonly Committed[], texts: ReadonlyMap<string, string>) {
  return files.map((file) => {
    const text = texts.get(file.name);
    return { ...file, isSame: text !== undefined && blobId(text, file.id) === file.id };
  });
}

function changedIds(files: readonly (Committed & { readonly isSame: boolean })[]): string[] {
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
