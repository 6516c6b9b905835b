import { counted } from '../count.ts';
import { throwAll, type Notice, type SolutionsError } from '../errors.ts';
import { sortByPath, type Entry } from './entry.ts';
import { isoError, notice, type IsoCode, type Spot } from './failure.ts';
import { SECTOR } from './fields.ts';
import { budgetFor } from './limits.ts';
import { refuseLimitedSizes } from './limited-size.ts';
import type { Names } from './names.ts';
import type { Reader } from './reader.ts';
import { readRecord } from './record.ts';
import { readSystemUse, sharingProtocol, type SystemUseContext } from './susp.ts';
import { newSurvey, type Survey } from './survey.ts';
import { readDirectory, type Tree } from './tree.ts';
import { readVolume, type Volume } from './volume.ts';

/** An image that was opened: its directory tree is read, its files are not. */
export interface Image {
  readonly reader: Reader;
  /** As given to {@link openImage}. */
  readonly name: string;
  /** Of the primary volume, without trailing blanks; safe to print. */
  readonly volumeId: string;
  /** Plain names are cut, upper-cased and mangled: tags and digests are lost. */
  readonly names: Names;
  /** Whether there is a Joliet tree, whichever names were read. */
  readonly hasJoliet: boolean;
  /** Whether there is an enhanced volume descriptor (ISO 9660:1999). */
  readonly isEnhanced: boolean;
  /** st_mode of the root directory, where Rock Ridge tells it. */
  readonly rootMode: number | undefined;
  /** Of the tree that was read. */
  readonly survey: Survey;
  /** As claimed, in bytes; the file may be longer. */
  readonly volumeSize: number;
  /** The 512 bytes of the primary volume descriptor where implantisomd5 leaves its sums. */
  readonly applicationUse: Uint8Array;
  readonly notices: readonly Notice[];
  /** What is not among the entries because of its name; {@link openImage} refuses the image. */
  readonly mistakes: readonly SolutionsError<IsoCode>[];
  /** By path, in the order of the bytes of the paths; the root itself is not among them. */
  readonly entries: ReadonlyMap<string, Entry>;
}

/**
 * Reads the volume descriptors and the whole directory tree of an image.
 *
 * Names are those of Rock Ridge, else Joliet, else the plain ones (with a notice). What it costs
 * is bounded whatever the bytes are: 64 levels, 30,000 entries, 64 MiB of directories.
 *
 * @param name what places in errors and notices call the image: `<name>:<path inside>`
 * @param only the one tree to read, where an image has several
 * @throws SolutionsError with an {@link IsoCode}, or several in an AggregateError: names that are
 *   refused. The reader stays open.
 */
export function openImage(reader: Reader, name: string, only?: 'joliet'): Image {
  const image = openFlawedImage(reader, name, only);
  throwAll(image.mistakes);
  return image;
}

/**
 * The same for whoever wants to see all that is wrong: an image with {@link Image.mistakes} is
 * opened all the same.
 *
 * @throws SolutionsError with an {@link IsoCode}. The reader stays open.
 */
export function openFlawedImage(reader: Reader, name: string, only?: 'joliet'): Image {
  const spot: Spot = { image: name, path: '', notices: [] };
  const volume = readVolume(reader, spot);
  const { rootMode, ...best } = treeOf(reader, volume, spot);
  const tree: Tree = only !== undefined && volume.joliet ? { ...best, names: only } : best;
  const root = tree.names === 'joliet' && volume.joliet ? volume.joliet : volume.root;
  readDirectory(tree, { ...root, path: '', depth: 0 });
  spot.path = '';
  refuseLimitedSizes({ ...tree, volumeSize: volume.size }, spot);
  noticeLostNames(tree);
  return {
    reader,
    name,
    volumeId: volume.id,
    names: tree.names,
    hasJoliet: volume.joliet !== undefined,
    isEnhanced: volume.enhanced,
    rootMode,
    survey: tree.survey,
    volumeSize: volume.size,
    applicationUse: volume.applicationUse,
    notices: spot.notices,
    mistakes: tree.refused,
    entries: byPath(tree.entries, spot),
  };
}

function treeOf(reader: Reader, volume: Volume, spot: Spot): Tree & Pick<Image, 'rootMode'> {
  const budget = budgetFor(reader);
  const { blockSize } = volume;
  const rockRidge = rockRidgeOf({ reader, blockSize, spot, budget }, volume);
  const fallback = volume.joliet === undefined ? 'plain' : 'joliet';
  return {
    reader,
    volume,
    spot,
    budget,
    blockSize,
    names: rockRidge === undefined ? fallback : 'rock-ridge',
    skip: rockRidge?.skip ?? 0,
    rootMode: rockRidge?.mode,
    entries: [],
    empty: new Map(),
    sections: new Map(),
    seen: new Set(),
    survey: newSurvey(),
    refused: [],
  };
}

interface RockRidge {
  /** The skip length of SUSP. */
  readonly skip: number;
  /** Of the root directory. */
  readonly mode: number | undefined;
}

/** What the root directory says of Rock Ridge, where it is there. */
function rockRidgeOf(opening: SystemUseContext, { root }: Volume): RockRidge | undefined {
  const { reader, spot } = opening;
  if (root.size === 0 || root.offset + root.size > reader.size) {
    throw isoError(
      root.size === 0 ? 'iso-corrupt' : 'iso-extent',
      `the root directory has ${counted(root.size, 'byte')} at ${root.offset}, the image ${reader.size}`,
      spot,
    );
  }
  const bytes = reader.view(root.offset, Math.min(root.size, SECTOR));
  const self = readRecord(bytes, 0, bytes.length, spot);
  const sharing = sharingProtocol({ bytes, start: self.systemUse, end: self.end });
  if (sharing === undefined) return undefined;
  const { announced, mode } = readSystemUse(sharing.area, opening);
  return announced || mode !== undefined ? { skip: sharing.skip, mode } : undefined;
}

function noticeLostNames({ names, entries, spot }: Tree): void {
  if (names === 'plain') {
    notice(
      'iso-plain-names',
      'the image has plain ISO 9660 names alone: they are cut and mangled, and shown as stored',
      spot,
      'ask the vendor for an image with Rock Ridge (mkisofs -rock)',
    );
  }
  if (names === 'joliet' && entries.some(({ path }) => mayBeCut(path))) {
    notice(
      'iso-cut-names',
      'the image has Joliet names without Rock Ridge, and some are as long as Joliet allows: they may be cut',
      spot,
      'ask the vendor for an image with Rock Ridge (mkisofs -rock)',
    );
  }
}

/**
 * Whether a Joliet name is as long as they get: 64 characters by the specification, 103 with
 * `-joliet-long`. A sha256 has 64 by nature.
 */
export function mayBeCut(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.length >= 103 || (name.length === 64 && !/^[0-9a-f]{64}$/u.test(name));
}

function byPath(entries: Entry[], spot: Spot): Map<string, Entry> {
  sortByPath(entries);
  const sorted = new Map<string, Entry>();
  entries.forEach((entry) => {
    if (sorted.has(entry.path)) {
      throw isoError(
        'iso-duplicate-name',
        'two entries have this name, and nothing says which is meant',
        { ...spot, path: entry.path },
        { hint: 'ask the vendor for another image' },
      );
    }
    sorted.set(entry.path, entry);
  });
  return sorted;
}

/**
 * The whole content of a small file, in one read of the disk an extent.
 *
 * @param limit in bytes: what the caller is ready to hold
 * @throws SolutionsError `iso-not-a-file`, `iso-file-too-large`, `iso-truncated`,
 *   `iso-unreadable`
 */
export function readEntry(
  image: Image,
  entry: Pick<Entry, 'path' | 'size' | 'extents'> & { readonly kind?: Entry['kind'] },
  limit: number,
): Uint8Array {
  const { reader, name } = image;
  const spot: Spot = { image: name, path: entry.path, notices: [] };
  if ((entry.kind ?? 'file') !== 'file') {
    throw isoError('iso-not-a-file', `expected a file, found a ${entry.kind}`, spot);
  }
  if (entry.size > limit) {
    throw isoError(
      'iso-file-too-large',
      `the file has ${entry.size} bytes, at most ${limit} are read`,
      spot,
    );
  }
  const [first, ...more] = entry.extents;
  if (first === undefined) return new Uint8Array();
  if (more.length === 0) return reader.read(first.offset, first.length);
  return Buffer.concat(entry.extents.map(({ offset, length }) => reader.read(offset, length)));
}
