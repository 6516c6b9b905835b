import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { onDisk } from '../disk/failure.ts';
import { SolutionsError } from '../errors.ts';
import { ownedFile, readOwned, type Kind, type OwnedFile } from './owned-file.ts';
import {
  inByteOrder,
  isOthers,
  isOwnName,
  NEXT_SUMS,
  parseSums,
  PART,
  SUMS,
  type MayHold,
  type Sums,
} from './sums.ts';

/** What `out/` complains of; what the disk refuses is a DiskCode. */
export type OutCode =
  | 'edited'
  | 'line-endings'
  | 'in-the-way'
  | 'not-a-file'
  | 'not-empty'
  | 'sums-missing'
  | 'sums-conflict'
  | 'sums-foreign'
  | 'sums-malformed';

/** What is in the folder now. */
export interface OwnedFolder {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** The name of the folder as the user knows it. */
  readonly label: string;
  /** Every name that is listed or wanted. */
  readonly files: ReadonlyMap<string, OwnedFile>;
  /** What else is there, in byte order; of a folder its name and a slash. */
  readonly foreign: readonly string[];
  /** `SHA256SUMS`; nothing where it is missing, or somebody else's. */
  readonly sums: Sums | undefined;
  /** The list that a killed run left; usually nothing. */
  readonly next: Sums | undefined;
  /** Parts of files that a killed run left. */
  readonly parts: readonly string[];
  /** Names that only something else than a file of ours, or a folder of them, may have. */
  readonly blocked: readonly Blocked[];
}

interface Blocked {
  readonly name: string;
  readonly expected: 'a file' | 'a folder';
}

/** How a folder is read. */
export interface FolderOptions {
  /** The name of the folder in messages and diffs; by default the last step of its path. */
  readonly label?: string | undefined;
  /** Names that are about to be written. */
  readonly wanted?: Iterable<string>;
  /** By default any name may be one of ours. */
  readonly mayHold?: MayHold | undefined;
  /** What a file of ours has in it, where others may have files of such names. */
  readonly mark?: string | undefined;
}

/**
 * Reads which files of `dir` are ours, by the last `SHA256SUMS` and by the list that a killed run
 * may have left, and whether they still are as they were written.
 *
 * `dir` itself may be a symbolic link to a folder (people keep `out/` elsewhere), and may be
 * missing. Nothing in it is followed: a link there is never one of our files, and neither are the
 * files behind a linked sub-folder.
 *
 * @throws SolutionsError with code `not-a-file` when `dir` is no folder, or with a DiskCode.
 */
export function readFolder(dir: string, options: FolderOptions = {}): OwnedFolder {
  const { label = basename(resolve(dir)), mayHold = isOwnName } = options;
  const wanted = [...(options.wanted ?? [])];
  const path = onDisk(label, () => realPath(dir, label));
  const entries = list(path, '', label);
  const next = readSums({ path, label, entries, mayHold }, NEXT_SUMS);
  const read = readSums({ path, label, entries, mayHold }, SUMS);
  // Nobody else writes the list of a killed run, which may have removed what is marked.
  const mark = next ? undefined : options.mark;
  const mayBeGone = wanted.length > 0;
  const found = claimed(read, { path, label, entries, mark, mayBeGone });
  const sums = isOthers(found, wanted.length) ? undefined : found;

  const listed = union(sums?.digests, next?.digests);
  const names = new Set([...listed.keys(), ...wanted]);
  const folders = new Set([...names].map((name) => dirname(name)).filter((name) => name !== '.'));
  for (const folder of folders) {
    if (kindOf(entries.get(folder)) !== 'folder') continue;
    for (const [name, entry] of list(path, `${folder}/`, label)) entries.set(name, entry);
  }
  const files = [...names].map((name): [string, OwnedFile] => {
    const look = () => ownedFile(join(path, name), kindOf(entries.get(name)), listed.get(name));
    return [name, onDisk(`${label}/${name}`, look)];
  });
  const isOurs = (name: string) => names.has(name) || folders.has(name) || isReserved(name);
  return {
    path,
    label,
    files: new Map(files),
    foreign: inByteOrder([...entries].filter(([name]) => !isOurs(name)).map(entryText)),
    sums,
    next,
    parts: inByteOrder([...entries.keys()].filter((name) => basename(name) === PART)),
    blocked: blocked({ names, folders, entries }),
  };
}

/**
 * The text of `SHA256SUMS` in `dir`; nothing where it is missing.
 *
 * @throws as {@link readFolder}
 */
export function listIn(dir: string, label = basename(resolve(dir))): string | undefined {
  const path = onDisk(label, () => realPath(dir, label));
  return readSums({ path, label, entries: list(path, '', label), mayHold: isOwnName }, SUMS)?.text;
}

function realPath(dir: string, label: string): string {
  const found = statSync(dir, { throwIfNoEntry: false });
  if (found === undefined) return resolve(dir);
  if (found.isDirectory()) return realpathSync(dir);
  throw new SolutionsError<OutCode>('this is not a folder, and a folder is expected here', {
    code: 'not-a-file',
    place: { file: label },
    hint: 'move it away',
  });
}

type Entries = Map<string, Dirent>;

function list(path: string, prefix: string, label: string): Entries {
  return onDisk(`${label}/${prefix}`, () => {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return new Map();
    const entries = readdirSync(join(path, prefix), { withFileTypes: true });
    return new Map(entries.map((entry) => [prefix + entry.name, entry]));
  });
}

function kindOf(entry: Dirent | undefined): Kind {
  if (entry === undefined) return 'missing';
  if (entry.isDirectory()) return 'folder';
  return entry.isFile() ? 'file' : 'other';
}

function entryText([name, entry]: [string, Dirent]): string {
  return entry.isDirectory() ? `${name}/` : name;
}

interface Listed {
  readonly path: string;
  readonly label: string;
  readonly entries: Entries;
  readonly mayHold: MayHold;
}

function readSums({ path, label, entries, mayHold }: Listed, name: string): Sums | undefined {
  const kind = kindOf(entries.get(name));
  if (kind === 'missing') return undefined;
  const bytes =
    kind === 'file' ? onDisk(`${label}/${name}`, () => readOwned(join(path, name))) : undefined;
  // A link, a pipe, or 64 MiB: no list, whatever is in it.
  return parseSums(bytes?.toString('utf8') ?? 'not a file', mayHold);
}

interface Claim extends Omit<Listed, 'mayHold'> {
  readonly mark: string | undefined;
  /** Whether a list is ours, too, where all that it names is gone. */
  readonly mayBeGone: boolean;
}

/** The list, with its problem where nothing that it names has the mark of our files. */
function claimed(
  sums: Sums | undefined,
  { path, label, entries, mark, mayBeGone }: Claim,
): Sums | undefined {
  if (!sums || mark === undefined) return sums;
  const texts = [...sums.digests.keys()]
    .filter((name) => kindOf(entries.get(name)) === 'file')
    .map((name) => onDisk(`${label}/${name}`, () => readOwned(join(path, name))))
    // A power cut leaves empty files.
    .filter((bytes) => bytes?.length !== 0);
  const isOurs = texts.some((bytes) => bytes?.includes(mark)) || (mayBeGone && texts.length === 0);
  return isOurs ? sums : { ...sums, problem: { kind: 'unmarked', line: 1 } };
}

function union(...lists: (Sums['digests'] | undefined)[]): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const [name, digests] of lists.flatMap((one) => [...(one ?? [])])) {
    all.set(name, new Set([...(all.get(name) ?? []), ...digests]));
  }
  return all;
}

/** Names that this program alone uses, in the folder and in its sub-folders. */
function isReserved(name: string): boolean {
  return name === SUMS || name === NEXT_SUMS || basename(name) === PART;
}

interface Names {
  readonly names: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  readonly entries: Entries;
}

function blocked({ names, folders, entries }: Names): Blocked[] {
  return inByteOrder(entries.keys()).flatMap((name): Blocked[] => {
    const isFolder = kindOf(entries.get(name)) === 'folder';
    if (folders.has(name)) return isFolder ? [] : [{ name, expected: 'a folder' }];
    if (!isFolder) return [];
    return names.has(name) || isReserved(name) ? [{ name, expected: 'a file' }] : [];
  });
}
