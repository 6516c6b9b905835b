import { closeSync, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { solutionsErrors, throwAll, type Notice, type SolutionsError } from '../errors.ts';
import { openFlawedImage, readEntry, type Image } from '../iso/image.ts';
import { openFile } from '../iso/reader.ts';
import { walkFlawed } from './directory.ts';
import {
  childrenOf,
  follow,
  listFiles,
  type Children,
  type Extent,
  type Listing,
  type TreeEntry,
} from './links.ts';
import { mistake, quoted, unreadable } from './mistake.ts';

/** One archive that is open: an ISO image, or a directory with the same content. */
export interface Tree {
  readonly kind: 'iso' | 'directory';
  /** The archive as the user wrote it; places are `<name>:<path inside>`. */
  readonly name: string;
  /** Where it is on this machine. */
  readonly file: string;
  /** Of an image: its volume identifier, its size in bytes and where its names come from. */
  readonly volume?:
    | {
        readonly id: string;
        readonly size: number;
        readonly names: 'rock-ridge' | 'joliet';
        readonly image: Image;
      }
    | undefined;
  readonly notices: readonly Notice[];
  /** What is wrong with the archive although it can be read; {@link openTree} refuses it. */
  readonly mistakes: readonly SolutionsError[];
  /** Devices, pipes and sockets, by path: they are in no listing. */
  specialFiles(): readonly string[];
  /**
   * The files below a folder (`''` for all), sorted by the bytes of their paths. Links are
   * resolved inside the archive.
   *
   * @param strict - refuse links that lead nowhere or outside, rather than leave them out
   * @throws SolutionsError `archive-link`, `archive-too-large`
   */
  files(folder: string, strict?: boolean): readonly TreeFile[];
  /** The file at `path`, links resolved, or undefined. */
  find(path: string): TreeFile | undefined;
  /**
   * The whole content of a file.
   *
   * @throws SolutionsError `archive-too-large`, `archive-not-readable`, and those of iso/
   */
  read(file: TreeFile, limit: number): Uint8Array;
  close(): void;
}

/** One file of an archive and where its bytes are. */
export interface TreeFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** The file on this machine that holds it: the image, or the file itself. */
  readonly disk: string;
  readonly extents: readonly Extent[];
  /** Equal for files that share their bytes: one extent of an image, hard links. */
  readonly content: string;
}

/**
 * Opens the archive at `file`; the caller closes it.
 *
 * @param name - the archive as the user wrote it
 * @throws SolutionsError with an ArchiveCode or an IsoCode
 */
export function openTree(file: string, name: string): Tree {
  const tree = openFlawed(file, name);
  if (tree.mistakes.length > 0) tree.close();
  throwAll(tree.mistakes);
  return tree;
}

/**
 * The same for whoever wants to see all that is wrong: an archive with {@link Tree.mistakes} is
 * opened all the same.
 *
 * @throws SolutionsError with an ArchiveCode or an IsoCode
 */
export function openFlawed(file: string, name: string): Tree {
  return statArchive(file, name).isDirectory() ? openDirectory(file, name) : openIso(file, name);
}

/**
 * The files below a folder. A link that leads nowhere is one of `errors`, and its file is missing.
 *
 * @throws SolutionsError `archive-too-large`
 */
export function filesBelow(
  tree: Tree,
  folder: string,
  errors: SolutionsError[],
): readonly TreeFile[] {
  try {
    return tree.files(folder, true);
  } catch (error) {
    errors.push(...solutionsErrors(error));
    return tree.files(folder);
  }
}

function statArchive(file: string, name: string): Stats {
  let stat: Stats | undefined;
  try {
    stat = statSync(file, { throwIfNoEntry: false });
  } catch (cause) {
    throw unreadable('the archive', name, cause);
  }
  if (stat === undefined) {
    throw mistake('archive-missing', `there is no archive at ${quoted(name)}`, {
      file: name,
      hint: 'correct the path, or copy or mount the archive there',
    });
  }
  if (stat.isDirectory() || stat.isFile()) return stat;
  throw mistake('archive-kind', 'expected an ISO image or a directory, found something else', {
    file: name,
    hint: 'name the .iso file, or the folder that holds manifest.yaml',
  });
}

function openIso(file: string, name: string): Tree {
  const reader = openFile(file);
  try {
    const image = openFlawedImage(reader, name);
    if (image.names === 'plain') {
      throw mistake(
        'archive-plain-names',
        'the image has plain ISO 9660 names alone: tags and digests are lost',
        {
          file: name,
          hint: 'the vendor must make it with Rock Ridge names: `mkisofs -rock`',
        },
      );
    }
    return {
      kind: 'iso',
      name,
      file,
      volume: { id: image.volumeId, size: reader.size, names: image.names, image },
      notices: image.notices,
      mistakes: [...image.mistakes, ...tailMistakes(reader.size, image.volumeSize, name)],
      ...filesOf(image.entries, {
        name,
        diskOf: () => file,
        contentOf: contentOfExtents,
      }),
      read(wanted, limit) {
        return readEntry(image, wanted, limit);
      },
      close: () => reader.close(),
    };
  } catch (error) {
    reader.close();
    throw error;
  }
}

/**
 * Bytes behind a volume. isohybrid fills up a cylinder (8 MiB at most), xorriso appends boot
 * partitions and the copy of a GPT; beyond that the file is not what the vendor made, and hashing
 * it could take hours.
 */
const MAX_TAIL = 16 << 20;

function tailMistakes(size: number, volumeSize: number, name: string): SolutionsError[] {
  if (size <= volumeSize + MAX_TAIL) return [];
  return [
    mistake(
      'archive-size',
      `the file has ${size} bytes, the volume in it ${volumeSize}: ${size - volumeSize} bytes follow it`,
      {
        file: name,
        hint: 'copy or download it again and compare its size and checksum with the vendor’s',
      },
    ),
  ];
}

function openDirectory(file: string, name: string): Tree {
  const { entries, mistakes } = walkFlawed(file, name);
  return {
    kind: 'directory',
    name,
    file,
    notices: [],
    mistakes,
    ...filesOf(entries, {
      name,
      diskOf: (real) => join(file, real),
      contentOf: ({ inode }, real) => inode ?? real,
    }),
    read(wanted, limit) {
      return readWhole(wanted, name, limit);
    },
    close() {},
  };
}

function contentOfExtents({ extents }: TreeEntry): string {
  return extents.map(({ offset, length }) => `${offset}+${length}`).join();
}

interface FilesOptions {
  readonly name: string;
  readonly diskOf: (real: string) => string;
  readonly contentOf: (entry: TreeEntry, real: string) => string;
}

function filesOf(
  entries: ReadonlyMap<string, TreeEntry>,
  { name, diskOf, contentOf }: FilesOptions,
): Pick<Tree, 'files' | 'find' | 'specialFiles'> {
  const toFile = (path: string, real: string): TreeFile | undefined => {
    const entry = entries.get(real);
    if (entry?.kind !== 'file') return undefined;
    const { size, extents } = entry;
    return { path, size, disk: diskOf(real), extents, content: contentOf(entry, real) };
  };
  let children: Children | undefined;
  // Several parts of a run list the same folders.
  const listings = new Map<string, Listing>();
  const listed = new Map<string, readonly TreeFile[]>();
  return {
    specialFiles() {
      return [...entries].flatMap(([path, { kind }]) => (kind === 'other' ? [path] : [])).sort();
    },
    files(folder, strict = false) {
      children ??= childrenOf(entries);
      const listing = listings.get(folder) ?? listFiles(entries, children, folder);
      listings.set(folder, listing);
      checkListing(listing, name, strict);
      const files =
        listed.get(folder) ?? listing.files.flatMap(({ path, real }) => toFile(path, real) ?? []);
      listed.set(folder, files);
      return files;
    },
    find(path) {
      const found = follow(entries, path);
      return 'real' in found ? toFile(path, found.real) : undefined;
    },
  };
}

function checkListing({ broken, isTooLarge }: Listing, name: string, strict: boolean): void {
  const [first] = broken;
  if (strict && first) {
    throw mistake('archive-link', `a link cannot be followed: ${first.reason}`, {
      file: `${name}:${first.path}`,
      hint: 'links inside an archive must lead to a file of the same archive',
    });
  }
  if (isTooLarge) {
    throw mistake('archive-too-large', 'links to folders multiply the files of this archive', {
      file: name,
    });
  }
}

/** A file of a directory; of the size that it had when the directory was walked. */
function readWhole({ disk, path, size }: TreeFile, name: string, limit: number): Uint8Array {
  const file = `${name}:${path}`;
  if (size > limit) {
    throw mistake('archive-too-large', `the file has ${size} bytes, at most ${limit} are read`, {
      file,
    });
  }
  try {
    const descriptor = openSync(disk, 'r');
    try {
      const bytes = Buffer.allocUnsafeSlow(size);
      const count = readSync(descriptor, bytes, 0, size, 0);
      if (count === size && fstatSync(descriptor).size === size) return bytes;
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw unreadable('the file', file, cause);
  }
  throw mistake('archive-not-readable', 'the file changed while it was read', {
    file,
    hint: 'wait until whatever writes this directory is done, then run it again',
  });
}
