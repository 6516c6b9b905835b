import { closeSync, constants, fstatSync, openSync, opendirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { onDisk } from '../disk/failure.ts';
import { mistakeOf, type SolutionsError } from '../errors.ts';

/** What a saved file is refused for. */
type SavedCode = 'saved-files' | 'saved-file';

/** A file that was saved from a cluster. */
interface SavedFile {
  /** As the user named it, or the folder that it is in. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Of all files of a folder, and of them together in bytes. */
const MAX_FILES = 2000;
const MAX_BYTES = 128 << 20;
/** Folders in folders. */
const MAX_DEPTH = 10;

const mistake = mistakeOf<SavedCode>();

/**
 * The `.yaml`, `.yml` and `.json` files in a folder and below, by name. Links, pipes and dot files are
 * not read.
 *
 * @param folder - absolute, or relative to `root`
 * @throws SolutionsError: no folder, no file in it, or more than {@link MAX_BYTES}; a DiskCode
 */
export function readSavedFiles(root: string, folder: string): SavedFile[] {
  const names = namesIn(root, folder, 0).toSorted();
  if (names.length === 0) {
    throw mistake('saved-files', 'the folder holds no .yaml, .yml or .json file', {
      place: { file: folder },
      hint: 'docs/take-over.md lists what to save',
    });
  }
  let size = 0;
  return names.map((name) => {
    const saved = readSavedFile(root, name, MAX_BYTES - size);
    size += saved.bytes.length;
    return saved;
  });
}

function namesIn(root: string, folder: string, depth: number): string[] {
  const found: string[] = [];
  const directory = onDisk(folder, () => opendirSync(resolve(root, folder)));
  try {
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
      const name = join(folder, entry.name);
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory() && depth < MAX_DEPTH) found.push(...namesIn(root, name, depth + 1));
      else if (entry.isFile() && /\.(?:ya?ml|json)$/u.test(entry.name)) found.push(name);
      if (found.length > MAX_FILES) throw tooMany(folder);
    }
  } finally {
    directory.closeSync();
  }
  return found;
}

function tooMany(folder: string): SolutionsError {
  return mistake('saved-files', `the folder holds more than ${MAX_FILES} files`, {
    place: { file: folder },
    hint: 'a folder of saved files holds a handful: is it the right one?',
  });
}

/**
 * A file that was saved from a cluster.
 *
 * @param file - absolute, or relative to `root`
 * @param limit - in bytes
 * @throws SolutionsError: no file, or one over `limit`; a DiskCode
 */
export function readSavedFile(root: string, file: string, limit = MAX_BYTES): SavedFile {
  // A pipe would wait for its writer.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const descriptor = onDisk(file, () => openSync(resolve(root, file), flags));
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw mistake('saved-file', 'this is no file', { place: { file } });
    if (status.size > limit) throw tooLarge(file, status.size, limit);
    return { file, bytes: onDisk(file, () => readFileSync(descriptor)) };
  } finally {
    closeSync(descriptor);
  }
}

function tooLarge(file: string, size: number, limit: number): SolutionsError {
  return mistake('saved-file', `the file has ${size} bytes, more than ${limit} are not read`, {
    place: { file },
    hint: 'save the objects of the Environments alone',
  });
}
