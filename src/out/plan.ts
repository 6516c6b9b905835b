import { dirname, join } from 'node:path';
import { onDisk } from '../disk/failure.ts';
import { SolutionsError } from '../errors.ts';
import { listIn, readFolder, type OutCode, type OwnedFolder } from './folder.ts';
import { digestOf, hasOtherLineEndings, MAX_FILE_BYTES } from './owned-file.ts';
import {
  inByteOrder,
  isOwnName,
  NEXT_SUMS,
  SUMS,
  sumsText,
  type MayHold,
  type Sums,
} from './sums.ts';

/** The files that are wanted: content by name, a text as UTF-8. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

/** What it takes to make a folder hold exactly the wanted files of ours. Names in byte order. */
export interface Plan {
  readonly write: readonly string[];
  readonly remove: readonly string[];
  readonly unchanged: readonly string[];
  /** The text of the new `SHA256SUMS`; nothing where no file is wanted, and so no list either. */
  readonly sums: string | undefined;
  /** What speaks against it, unless overwriting was asked for. */
  readonly objections: readonly SolutionsError<OutCode>[];
  /** What speaks against it in any case. */
  readonly obstacles: readonly SolutionsError<OutCode>[];
}

/** A folder as it is, what is wanted of it, and what it takes: read once, for all that a run does. */
export interface FolderPlan {
  readonly folder: OwnedFolder;
  readonly plan: Plan;
  readonly files: Files;
}

interface PlanOptions {
  /** The name of the folder in messages and diffs; by default the last step of its path. */
  readonly label?: string | undefined;
  /** Which names files of ours may have there: a list that has others is not believed in them. */
  readonly mayHold?: MayHold | undefined;
  /** What a file of ours there has in it: a list of nothing but files without it is not believed. */
  readonly mark?: string | undefined;
}

/**
 * Reads `dir`, and compares it with the files that are wanted there. Writes nothing.
 *
 * @param files by name: at most one sub-folder deep, no dot files, at most 64 MiB each.
 * @throws SolutionsError with code `not-a-file` when `dir` is no folder, or with a DiskCode.
 */
export function planFolder(dir: string, files: Files, options: PlanOptions = {}): FolderPlan {
  return compared(dir, files, { ...options, wanted: digestsOf(files, options.mayHold) });
}

/**
 * Whether `dir` holds exactly the files that are wanted there. Where its list says something else, no
 * other file is read.
 *
 * @throws as {@link planFolder}
 */
export function isCurrent(dir: string, files: Files, options: PlanOptions = {}): boolean {
  const wanted = digestsOf(files, options.mayHold);
  if (wanted.size > 0 && listIn(dir, options.label) !== sumsText(wanted)) return false;
  return isDone(compared(dir, files, { ...options, wanted }));
}

interface Wanted extends PlanOptions {
  readonly wanted: ReadonlyMap<string, string>;
}

function compared(dir: string, files: Files, { wanted, ...options }: Wanted): FolderPlan {
  const folder = readFolder(dir, { ...options, wanted: wanted.keys() });
  return { folder, plan: planFor(folder, wanted), files };
}

/** sha256 by name of what is wanted. Throws on a name or a size that this folder cannot hold. */
export function digestsOf(files: Files, mayHold: MayHold = isOwnName): Map<string, string> {
  return new Map(
    [...files].map(([name, bytes]) => {
      if (!isOwnName(name) || !mayHold(name))
        throw new Error(`not a name for a file of ours: ${JSON.stringify(name)}`);
      if (files.has(dirname(name))) throw new Error(`a file and a folder of one name: ${name}`);
      if (Buffer.byteLength(bytes) > MAX_FILE_BYTES) {
        throw new Error(`too large for a file of ours: ${name}`);
      }
      return [name, digestOf(bytes)];
    }),
  );
}

/**
 * Compares what is there with what is wanted. A file that already has the wanted bytes is never
 * edited and never in the way, whoever wrote it.
 *
 * @param folder was read with the wanted names.
 * @param wanted sha256 by name.
 */
function planFor(folder: OwnedFolder, wanted: ReadonlyMap<string, string>): Plan {
  const names = inByteOrder(folder.files.keys());
  const isUnchanged = (name: string) =>
    wanted.has(name) && folder.files.get(name)?.digest === wanted.get(name);
  const changed = names.filter((name) => !isUnchanged(name));
  return {
    write: changed.filter((name) => wanted.has(name)),
    remove: changed.filter(
      (name) => !wanted.has(name) && folder.files.get(name)?.kind !== 'missing',
    ),
    unchanged: names.filter(isUnchanged),
    sums: wanted.size === 0 ? undefined : sumsText(wanted),
    objections: [...listObjections(folder, wanted), ...fileObjections(folder, changed)],
    obstacles: folder.blocked.map(({ name, expected }) =>
      complaint('not-a-file', `${folder.label}/${name}`, {
        message: `this is not ${expected}, and ${expected} is expected here`,
        hint: 'move it away: nothing that this program did not write is removed',
      }),
    ),
  };
}

/** Whether the folder is as the plan wants it, to the last left-over of a killed run. */
export function isDone({ folder, plan }: FolderPlan): boolean {
  return (
    plan.write.length + plan.remove.length + plan.obstacles.length + folder.parts.length === 0 &&
    folder.next === undefined &&
    folder.sums?.text === plan.sums
  );
}

interface Complaint {
  readonly message: string;
  readonly hint: string;
  readonly line?: number;
}

function complaint(code: OutCode, file: string, { message, hint, line }: Complaint) {
  const place = line === undefined ? { file } : { file, line };
  return new SolutionsError<OutCode>(message, { code, hint, place });
}

function listObjections(
  folder: OwnedFolder,
  wanted: ReadonlyMap<string, string>,
): SolutionsError<OutCode>[] {
  const { label, sums, next } = folder;
  if (sums === undefined && next === undefined) {
    const there = inByteOrder(wanted.keys()).filter(
      (name) => folder.files.get(name)?.kind !== 'missing',
    );
    if (there.length === 0) return [];
    return [
      complaint('sums-missing', `${label}/${SUMS}`, {
        message: `the list of our files is missing, but there are files with our names: ${some(there)}`,
        hint: `\`git checkout ${label}/${SUMS}\` brings it back; \`--overwrite\` replaces the files with our names, and can remove no others`,
      }),
    ];
  }
  return [
    ...sumsObjections(`${label}/${SUMS}`, sums, label),
    ...sumsObjections(`${label}/${NEXT_SUMS}`, next, label),
  ];
}

function sumsObjections(
  file: string,
  sums: Sums | undefined,
  label: string,
): SolutionsError<OutCode>[] {
  if (!sums?.problem) return [];
  const { kind, line } = sums.problem;
  if (kind === 'conflict') {
    return [
      complaint('sums-conflict', file, {
        message: 'the list of our files holds merge-conflict markers',
        hint: `resolve the conflicts in the input files, then \`--overwrite\` writes ${label}/ anew`,
        line,
      }),
    ];
  }
  if (kind === 'foreign') {
    return [
      complaint('sums-foreign', file, {
        message:
          'the list names a file that this program never writes: the line, or the list, is not ours',
        hint: 'take what is not ours to another folder, with its list; `--overwrite` writes the list anew, and leaves that file',
        line,
      }),
    ];
  }
  if (kind === 'unmarked') {
    return [
      complaint('sums-foreign', file, {
        message: 'no file that the list names was written by this program: the list is not ours',
        hint: 'take these files to another folder, with their list; `--overwrite` replaces those with names of ours',
        line,
      }),
    ];
  }
  return [
    complaint('sums-malformed', file, {
      message:
        'a line of the list of our files is not `<sha256>  <name>`, or names no file of ours',
      hint: `\`git checkout ${file}\` brings it back; \`--overwrite\` writes it anew`,
      line,
    }),
  ];
}

/** The objections to replacing or removing `names`. */
function fileObjections(folder: OwnedFolder, names: readonly string[]): SolutionsError<OutCode>[] {
  const { label, files } = folder;
  const edited = names.filter((name) => files.get(name)?.state === 'edited');
  const converted = edited.filter((name) => isConverted(folder, name));
  const errors = edited
    .filter((name) => !converted.includes(name))
    .map((name) =>
      complaint('edited', `${label}/${name}`, {
        message: 'this file was edited since it was written',
        hint: `\`--overwrite\` replaces it, and the edit is lost; \`git checkout ${label}/${name}\` takes the edit back`,
      }),
    );
  if (converted.length > 0) {
    errors.unshift(
      complaint('line-endings', label, {
        message: `CRLF line endings were put into ${some(converted)}`,
        hint: `git does so on checkout: put \`/${label}/** -text\` into .gitattributes; \`--overwrite\` writes them anew`,
      }),
    );
  }
  if (!isListTrusted(folder)) return errors;
  const unlisted = names.filter((name) => {
    const file = files.get(name);
    return file?.state === 'unlisted' && file.kind !== 'missing' && file.kind !== 'folder';
  });
  return [
    ...errors,
    ...unlisted.map((name) =>
      complaint('in-the-way', `${label}/${name}`, {
        message: `a file of this name is to be written, but ${SUMS} does not list the one that is here`,
        hint: 'move it away; `--overwrite` replaces it',
      }),
    ),
  ];
}

/** Without a good list every file is unlisted, and one complaint about the list says it all. */
function isListTrusted({ sums, next }: OwnedFolder): boolean {
  return (sums ?? next) !== undefined && !sums?.problem && !next?.problem;
}

function isConverted(folder: OwnedFolder, name: string): boolean {
  if (folder.files.get(name)?.kind !== 'file') return false;
  const digests = [folder.sums, folder.next].flatMap((sums) => [
    ...(sums?.digests.get(name) ?? []),
  ]);
  return onDisk(`${folder.label}/${name}`, () =>
    hasOtherLineEndings(join(folder.path, name), new Set(digests)),
  );
}

const SHOWN = 3;

function some(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
