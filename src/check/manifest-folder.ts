import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { isSystemError, onDisk, systemText } from '../disk/failure.ts';
import { compareText } from '../text-order.ts';

/** A folder of manifests, or one file of them. */
export interface ManifestsToCheck {
  /** Where it is on this machine. */
  readonly file: string;
  /** As the user wrote it. */
  readonly name: string;
}

interface ManifestFiles {
  /** Paths are relative to the folder, with `/`; of a single file its name. In their order. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly mistakes: readonly { readonly path: string; readonly message: string }[];
}

/** Names that kubectl reads in a folder, but for what kustomize reads and nobody applies. */
const READ = /\.(?:ya?ml|json)$/u;
const KUSTOMIZATION = /^kustomization\.ya?ml$/u;

/** Files; bytes of one, as of the largest object of any cluster with room; folders in each other. */
const MAX_FILES = 20_000;
const MAX_FILE = 4 << 20;
const MAX_BYTES = 256 << 20;
const MAX_DEPTH = 16;

/** What makes a folder the tree of an archive, a whole one or not. */
const ARCHIVE = new Set(['images', 'operator', 'product.txt', 'registry-config.inc.j2']);

/**
 * Whether a path is one of manifests: a file that kubectl reads, or a folder that holds such files, at
 * any depth, and is not the tree of an archive. What is not there, or may not be read, is none.
 */
export function holdsManifests(file: string): boolean {
  try {
    const stat = statSync(file);
    if (!stat.isDirectory()) return stat.isFile() && READ.test(file);
    const names = readdirSync(file);
    if (names.some((name) => ARCHIVE.has(name))) return false;
    if (names.includes('manifest.yaml') && isProduct(join(file, 'manifest.yaml'))) return false;
    return listFiles(file).paths.length > 0;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** A folder of manifests may have a manifest.yaml, too. */
function isProduct(file: string): boolean {
  const text = Buffer.from(readBounded(file) ?? '').toString('latin1');
  return /^kind:[ \t]*["']?Solution/mu.test(text);
}

/**
 * Reads the files of a folder, at any depth, that kubectl would read with `-R`; links are not followed,
 * and folders whose names start with a dot are passed over.
 *
 * @throws SolutionsError with a DiskCode where the folder itself cannot be read
 */
export function readManifestFiles({ file, name }: ManifestsToCheck): ManifestFiles {
  const isFolder = onDisk(name, () => statSync(file).isDirectory());
  const { paths, mistakes } = isFolder
    ? onDisk(name, () => listFiles(file))
    : { paths: [''], mistakes: [] };
  const files: { path: string; bytes: Uint8Array }[] = [];
  let size = 0;
  for (const path of paths) {
    const shown = path === '' ? basename(file) : path;
    const found = readOne(join(file, path));
    if (typeof found !== 'string' && size + found.length <= MAX_BYTES) {
      size += found.length;
      files.push({ path: shown, bytes: found });
    } else {
      const tooMuch = `the files before it have ${size} bytes: at most ${MAX_BYTES} are read`;
      mistakes.push({ path: shown, message: typeof found === 'string' ? found : tooMuch });
    }
  }
  return { files, mistakes };
}

/** The bytes of a file, or why there are none. */
function readOne(file: string): Uint8Array | string {
  try {
    return (
      readBounded(file) ?? `it is no file, or has more than ${MAX_FILE} bytes, which are not read`
    );
  } catch (error) {
    if (isSystemError(error)) return `it cannot be read: ${systemText(error)}`;
    throw error;
  }
}

/** Nothing where it is no file, or too large; a pipe is not waited for. */
function readBounded(file: string): Uint8Array | undefined {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    return stat.isFile() && stat.size <= MAX_FILE ? readFileSync(descriptor) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

interface Listing {
  readonly paths: string[];
  readonly mistakes: { path: string; message: string }[];
}

function listFiles(root: string): Listing {
  const listing: Listing = { paths: [], mistakes: [] };
  listBelow({ root, folder: '', depth: 1 }, listing);
  return listing;
}

interface Folder {
  readonly root: string;
  readonly folder: string;
  readonly depth: number;
}

function listBelow({ root, folder, depth }: Folder, listing: Listing): void {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => compareText(a.name, b.name))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !entry.name.startsWith('.')) {
      if (depth < MAX_DEPTH) listBelow({ root, folder: path, depth: depth + 1 }, listing);
      else listing.mistakes.push({ path, message: `over ${MAX_DEPTH} folders deep` });
    }
    if (!entry.isFile() || !READ.test(entry.name) || KUSTOMIZATION.test(entry.name)) continue;
    if (listing.paths.length >= MAX_FILES) {
      listing.mistakes.push({ path, message: `over ${MAX_FILES} files: the others are not read` });
      return;
    }
    listing.paths.push(path);
  }
}
