import { hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSafePath } from '../archive/contents.ts';
import { onDisk } from '../disk/failure.ts';
import { halfReplaced, recoverFolders, removeFolder, replaceFolder } from '../disk/replace.ts';
import { solutionsErrors, type Notice, type SolutionsError } from '../errors.ts';
import type { Stored } from './archive.ts';
import { mistake, type MetadataCode } from './mistake.ts';
import { editedHint, parseRecord, pathIn, printRecord, type ArchiveRecord } from './record.ts';

/** What `metadata/` holds. */
export interface Store {
  /** By id. */
  readonly stored: ReadonlyMap<string, Stored>;
  /**
   * Folders whose record is not as it was written: they must not be replaced unseen. Each with the
   * path of its archive, where that can still be read.
   */
  readonly broken: ReadonlyMap<string, string | undefined>;
  readonly errors: readonly SolutionsError[];
  readonly notices: readonly Notice[];
}

const FOLDER = 'metadata';
const RECORD = 'archive.yaml';
/** Bytes of one kept file; none is written that is larger. */
const MAX_FILE = 32 << 20;

/**
 * Reads all records below `root`, and compares every file with the digest that its record has.
 *
 * @param finish - finish first what a killed run began; it writes
 */
export function openStore(root: string, finish: boolean): Store {
  const folder = join(root, FOLDER);
  if (finish) recoverFolders(folder);
  const stored = new Map<string, Stored>();
  const broken = new Map<string, string | undefined>();
  const errors: SolutionsError[] = [];
  const notices: Notice[] = [];
  for (const [id, path] of foldersIn(folder)) {
    const read = readStored(path, id);
    errors.push(...read.errors);
    notices.push(...read.notices);
    if (read.value) stored.set(id, read.value);
    else if (read.errors.length > 0) broken.set(id, read.path);
  }
  return { stored, broken, errors, notices };
}

/** Writes a record and its files; before and after, `metadata/<id>/` is whole. */
export function saveStored(root: string, { record, files }: Stored): void {
  const all = new Map(files).set(RECORD, Buffer.from(printRecord(record)));
  replaceFolder(join(root, FOLDER, record.id), all);
}

/** Removes a record with its files. */
export function removeStored(root: string, id: string): void {
  removeFolder(join(root, FOLDER, id));
}

/** The files of a record that differ between two states of it, archive.yaml among them. */
export function changedFiles(before: Stored | undefined, after: Stored | undefined): string[] {
  const old = linesOf(before);
  const now = linesOf(after);
  const names = new Set([...old.keys(), ...now.keys()]);
  return [...names].filter((name) => old.get(name) !== now.get(name)).sort();
}

/** The digests of the files of a record, by path. */
export function digestsOfFiles(files: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries([...files].map(([path, bytes]) => [path, hexOf(bytes)]));
}

function linesOf(stored: Stored | undefined): Map<string, string> {
  if (!stored) return new Map();
  return new Map(Object.entries(stored.record.files)).set(RECORD, printRecord(stored.record));
}

/** Where each record is, by its id. */
function foldersIn(folder: string): [string, string][] {
  // A dot folder is the work of a run that was killed: only a whole one that is to be renamed counts.
  const whole = entriesOf(folder)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }): [string, string] => [name, join(folder, name)]);
  return [...whole, ...halfReplaced(folder)].sort(([a], [b]) => (a < b ? -1 : 1));
}

function entriesOf(folder: string) {
  return onDisk(folder, () => {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
    return readdirSync(folder, { withFileTypes: true });
  });
}

interface ReadStored {
  readonly value?: Stored;
  /** Where the archive was. */
  readonly path?: string | undefined;
  readonly errors: readonly SolutionsError[];
  readonly notices: readonly Notice[];
}

function readStored(path: string, id: string): ReadStored {
  const folder = `${FOLDER}/${id}`;
  const bytes = contentOf(join(path, RECORD));
  if (bytes === undefined) {
    const code: MetadataCode = 'record-format';
    const message = 'this folder holds no archive.yaml, so it is not used';
    return {
      errors: [],
      notices: [{ code, message, place: { file: folder }, hint: `remove ${folder}` }],
    };
  }
  let record: ArchiveRecord;
  try {
    record = parseRecord(bytes, `${folder}/${RECORD}`);
  } catch (error) {
    return { errors: solutionsErrors(error), notices: [], path: pathIn(bytes) };
  }
  const errors: SolutionsError[] = [];
  if (record.id !== id) {
    errors.push(
      edited(
        folder,
        `the record is that of ${JSON.stringify(record.id)}: the folder was renamed`,
        '',
      ),
    );
  }
  const files = new Map<string, Uint8Array>();
  for (const [name, expected] of Object.entries(record.files)) {
    const content = isSafePath(name) ? contentOf(join(path, name)) : undefined;
    if (content && hexOf(content) === expected) files.set(name, content);
    else errors.push(fileMistake(`${folder}/${name}`, content));
  }
  return errors.length > 0
    ? { errors, notices: [], path: record.path }
    : { value: { record, files }, errors, notices: strangers(path, folder, record) };
}

function fileMistake(file: string, content: Uint8Array | undefined): SolutionsError {
  const text = content ? Buffer.from(content).toString('latin1') : '';
  return edited(
    file,
    content ? 'the file is not as it was extracted' : 'the file is missing',
    text,
  );
}

function edited(file: string, message: string, text: string): SolutionsError {
  return mistake('record-edited', message, { place: { file }, hint: editedHint(text, file) });
}

/** Files that the record does not know: they have no effect, and the next extraction removes them. */
function strangers(folder: string, shown: string, { files }: ArchiveRecord): Notice[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => path !== RECORD && !Object.hasOwn(files, path))
    .sort();
  const code: MetadataCode = 'record-edited';
  return found.map((path) => ({
    code,
    message: 'this file is not from the archive and has no effect',
    place: { file: `${shown}/${path}` },
    hint: 'remove it',
  }));
}

function contentOf(path: string): Uint8Array | undefined {
  return onDisk(path, () => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true && stat.size <= MAX_FILE ? readFileSync(path) : undefined;
  });
}

function hexOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
