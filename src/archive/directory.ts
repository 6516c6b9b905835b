import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '../disk/failure.ts';
import { throwAll, type SolutionsError } from '../errors.ts';
import { isPrintable } from '../printable.ts';
import { mistake, quoted, unreadable, type ArchiveCode } from './mistake.ts';
import type { TreeEntry } from './links.ts';

/** A directory that holds what an ISO image would hold. */
export interface Directory {
  /** By path inside, `/` between the parts, the root not included. */
  readonly entries: ReadonlyMap<string, TreeEntry>;
  /** sha256 (hex) over path, size, times and inode of every entry: changes when any file does. */
  readonly fingerprint: string;
  /** Of all files, in bytes. */
  readonly size: number;
  /** When any of them changed last, in milliseconds since 1970. */
  readonly changed: number;
  /** What is not among the entries because of its name; {@link walkDirectory} refuses the directory. */
  readonly mistakes: readonly SolutionsError<ArchiveCode>[];
}

/** As many as an ISO image may have: more is no Solution archive. */
const MAX_ENTRIES = 30_000;
const MAX_DEPTH = 64;
/** Refused names that are collected: with more of them a directory is no archive with a slip in it. */
const MAX_REFUSED = 100;

/**
 * Walks a directory without following any link.
 *
 * @param name - the directory as the user wrote it, for places
 * @throws SolutionsError `archive-not-readable`, `archive-too-large`, or several in an
 *   AggregateError: `archive-bad-name`
 */
export function walkDirectory(root: string, name: string): Directory {
  const directory = walkFlawed(root, name);
  throwAll(directory.mistakes);
  return directory;
}

/**
 * The same for whoever wants to see all that is wrong: a directory with {@link Directory.mistakes}
 * is walked all the same.
 *
 * @throws SolutionsError `archive-not-readable`, `archive-too-large`, and `archive-bad-name` where
 *   there are over 100 of these
 */
export function walkFlawed(root: string, name: string): Directory {
  const mistakes: SolutionsError<ArchiveCode>[] = [];
  const entries = new Map<string, TreeEntry>();
  const hash = createHash('sha256');
  let size = 0;
  let changed = 0;
  const walk = (folder: string, depth: number): void => {
    for (const base of list(join(root, folder), `${name}:${folder}`)) {
      if (isRefused(base)) {
        const refusal = badName(base, folder === '' ? name : `${name}:${folder}`);
        if (mistakes.length === MAX_REFUSED) throw refusal;
        mistakes.push(refusal);
        continue;
      }
      const path = folder === '' ? base : `${folder}/${base}`;
      const file = join(root, path);
      const stat = lstatSync(file, { bigint: true });
      entries.set(path, toEntry(file, stat));
      if (stat.isFile()) size += Number(stat.size);
      changed = Math.max(changed, Number(stat.ctimeMs));
      hash.update(`${path}\0${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.ino}\n`);
      if (entries.size > MAX_ENTRIES || depth > MAX_DEPTH) {
        throw mistake(
          'archive-too-large',
          `the directory has over ${MAX_ENTRIES} entries, or ${MAX_DEPTH} levels`,
          {
            file: name,
            hint: 'is it the root of a Solution, the folder with manifest.yaml?',
          },
        );
      }
      if (stat.isDirectory()) walk(path, depth + 1);
    }
  };
  try {
    walk('', 1);
  } catch (cause) {
    throw isSystemError(cause) ? unreadable('the archive', name, cause) : cause;
  }
  return { entries, fingerprint: hash.digest('hex'), size, changed, mistakes };
}

function list(folder: string, file: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw unreadable('the folder', file, cause);
  }
}

function toEntry(file: string, stat: BigIntStats): TreeEntry {
  const size = Number(stat.size);
  if (stat.isSymbolicLink())
    return { kind: 'symlink', size, extents: [], target: readlinkSync(file) };
  if (stat.isDirectory()) return { kind: 'directory', size, extents: [] };
  // Opening a pipe or a device could block for ever.
  if (!stat.isFile()) return { kind: 'other', size, extents: [] };
  return {
    kind: 'file',
    size,
    extents: [{ offset: 0, length: size }],
    inode: `${stat.dev}:${stat.ino}`,
  };
}

/** The same names are refused in an ISO image. */
function isRefused(base: string): boolean {
  // U+FFFD is what the bytes of another encoding become: such a file could not be opened again.
  return !isPrintable(base) || base.includes('\uFFFD');
}

function badName(base: string, file: string): SolutionsError<ArchiveCode> {
  return mistake(
    'archive-bad-name',
    `a file name holds control characters or is not UTF-8: ${quoted(base)}`,
    { file },
  );
}
