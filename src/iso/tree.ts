import type { SolutionsError } from '../errors.ts';
import type { Entry } from './entry.ts';
import { isoError, type IsoCode, type Spot } from './failure.ts';
import { byteAt, SECTOR } from './fields.ts';
import { fileEntry, nextSection, type OpenFile } from './file.ts';
import { decodeJoliet, decodeText, faultOf, shown, withoutVersion } from './names.ts';
import type { Names } from './names.ts';
import { ASSOCIATED, DIRECTORY, HIDDEN, isDot, MULTI_EXTENT, readRecord } from './record.ts';
import type { DirectoryRecord } from './record.ts';
import { readSystemUse, type SystemUse, type SystemUseContext } from './susp.ts';
import { tally, type Survey } from './survey.ts';
import type { Volume } from './volume.ts';

/** What reading a tree needs, and what it fills. */
export interface Tree extends SystemUseContext {
  readonly volume: Volume;
  readonly names: Names;
  /** Bytes before the System Use entries of a record (SUSP 5.3). */
  readonly skip: number;
  /** A directory before what is in it, otherwise as recorded. */
  readonly entries: Entry[];
  /** Where empty files claim to be: what is left of a file whose size was cut to 0. */
  readonly empty: Map<number, string>;
  /** The longest section at each place, in bytes, by its offset. */
  readonly sections: Map<number, number>;
  /** The offsets of the directories that were read. */
  readonly seen: Set<number>;
  readonly survey: Survey;
  /** What is left out because of its name, a directory with all that is in it. */
  readonly refused: SolutionsError<IsoCode>[];
}

/** Refused names that are collected: with more of them an image is no archive with a slip in it. */
const MAX_REFUSED = 100;

/** A directory to read. Bytes. */
interface Directory {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  readonly depth: number;
}

/** A directory while it is being read. */
interface Listing {
  readonly tree: Tree;
  readonly directory: Directory;
  readonly bytes: Buffer;
  readonly children: { readonly entry: Entry; readonly directory: Directory }[];
  /** A file of which another section must follow. */
  open: OpenFile | undefined;
  /** Whether another section must follow of a file whose name was refused. */
  refused: boolean;
  /** Whether a record was skipped because it belongs elsewhere, and whether any was not. */
  relocated: boolean;
  kept: boolean;
}

const NOTHING: SystemUse = {};

/**
 * Reads a directory and everything below it into `tree.entries`, depth first: that is the order in
 * which the writers lay directories out. Returns whether it holds relocated directories and
 * nothing else.
 *
 * @throws SolutionsError: any code that is about records, names, loops and limits.
 */
export function readDirectory(tree: Tree, directory: Directory): boolean {
  enter(tree, directory);
  const bytes = tree.reader.view(directory.offset, directory.size);
  const listing: Listing = {
    tree,
    directory,
    bytes,
    children: [],
    open: undefined,
    refused: false,
    relocated: false,
    kept: false,
  };
  readRecords(listing);
  for (const child of listing.children) {
    const { length } = tree.entries;
    tree.entries.push(child.entry);
    const wasShelter = readDirectory(tree, child.directory);
    // RR_MOVED was invented by the writer (RRIP 4.1.5): its content is where it came from.
    if (wasShelter && child.directory.depth === 1) tree.entries.length = length;
  }
  return listing.relocated && !listing.kept;
}

function enter(
  { reader, spot, budget, seen }: Tree,
  { path, offset, size, depth }: Directory,
): void {
  spot.path = path;
  budget.enter(depth, spot);
  if (offset + size > reader.size) {
    throw isoError(
      'iso-extent',
      `the directory ends at byte ${offset + size}, the image at ${reader.size}`,
      spot,
    );
  }
  if (seen.has(offset)) {
    throw isoError('iso-loop', 'the directory is at the same place as another one', spot, {
      hint: 'such a tree may have no end; no writer makes one: ask the vendor for another image',
    });
  }
  seen.add(offset);
  budget.spend(size, spot);
}

function readRecords(listing: Listing): void {
  const { bytes, tree, directory } = listing;
  const { blockSize, spot } = tree;
  let at = 0;
  while (at < bytes.length) {
    if (byteAt(bytes, at) === 0) {
      // Nothing more in this block: no record crosses the end of a sector (6.8.1.1).
      at = (Math.floor(at / blockSize) + 1) * blockSize;
      continue;
    }
    const sectorEnd = at + SECTOR - ((directory.offset + at) % SECTOR);
    const record = readRecord(bytes, at, Math.min(sectorEnd, bytes.length), spot);
    at = record.end;
    if (isDot(bytes, record)) continue;
    take(listing, record);
    spot.path = directory.path;
  }
  if (listing.open !== undefined) {
    throw isoError('iso-corrupt', 'the last sections of a file are missing', spot);
  }
}

function take(listing: Listing, record: DirectoryRecord): void {
  const { tree, directory, bytes } = listing;
  if (record.flags & ASSOCIATED) {
    tally(tree.survey.hidden, directory.path);
    return; // 9.1.6: a resource fork, not a file of its own
  }
  if (listing.open !== undefined) {
    const next = { bytes, record, tree };
    listing.open = nextSection(listing.open, next);
    return;
  }
  if (listing.refused) {
    tree.budget.count(0, tree.spot);
    listing.refused = (record.flags & MULTI_EXTENT) !== 0;
    return;
  }
  const use = systemUseOf(listing, record);
  if (use.relocated) {
    tree.budget.count(0, tree.spot);
    listing.relocated = true;
    return;
  }
  listing.kept = true;
  const name = nameOf(listing, record, use);
  const fault = faultOf(name);
  if (fault !== undefined) {
    refuse(listing, record, badName(name, fault, tree.spot));
    return;
  }
  const path = directory.path === '' ? name : `${directory.path}/${name}`;
  tree.budget.count(path.length, tree.spot);
  survey(listing, record, { path, use });
  const isDirectory = use.childBlock !== undefined || (record.flags & DIRECTORY) !== 0;
  if (isDirectory) listing.children.push(childOf(listing, record, { path, use }));
  else listing.open = fileEntry({ bytes, record, tree }, { path, use });
}

/** Goes on without what has such a name: nothing is ever found by it. */
function refuse(listing: Listing, record: DirectoryRecord, error: SolutionsError<IsoCode>): void {
  const { refused, budget, spot } = listing.tree;
  if (refused.length === MAX_REFUSED) throw error;
  refused.push(error);
  budget.count(0, spot);
  listing.refused = (record.flags & MULTI_EXTENT) !== 0;
}

/** Levels of directories, the root being the first (6.8.2.1). */
const MAX_LEVEL = 8;
/** Characters of an identifier (7.5.1), and its version with the semicolon (7.5.2). */
const MAX_IDENTIFIER = 31;
const MAX_VERSION = 6;

function survey(
  { bytes, tree, directory }: Listing,
  record: DirectoryRecord,
  { path, use }: Named,
): void {
  const found = tree.survey;
  if (record.flags & HIDDEN) tally(found.hidden, path);
  if (use.owned) tally(found.owned, path);
  if (use.childBlock !== undefined) tally(found.relocated, path);
  if (record.flags & DIRECTORY && directory.depth + 2 > MAX_LEVEL) tally(found.deep, path);
  const { identifier, identifierEnd } = record;
  if (tree.names === 'joliet' || identifierEnd - identifier <= MAX_IDENTIFIER) return;
  const end = Math.min(identifierEnd, identifier + MAX_IDENTIFIER + MAX_VERSION + 1);
  const name = withoutVersion(bytes.toString('latin1', identifier, end));
  if (name.length > MAX_IDENTIFIER) tally(found.longNames, path);
}

function systemUseOf({ bytes, tree }: Listing, record: DirectoryRecord): SystemUse {
  if (tree.names !== 'rock-ridge') return NOTHING;
  return readSystemUse({ bytes, start: record.systemUse + tree.skip, end: record.end }, tree);
}

function nameOf({ bytes, tree }: Listing, record: DirectoryRecord, use: SystemUse): string {
  const { identifier, identifierEnd } = record;
  let name = use.name;
  if (tree.names === 'joliet') {
    name = decodeJoliet(bytes, identifier, identifierEnd)?.replace(/;\d{1,5}$/u, '');
  } else {
    name ??= withoutVersion(decodeText(bytes, identifier, identifierEnd));
  }
  if (name === undefined) {
    throw isoError('iso-corrupt', 'a Joliet name has half a character', tree.spot);
  }
  return name;
}

function badName(name: string, fault: string, spot: Spot): SolutionsError<IsoCode> {
  return isoError('iso-bad-name', `the name \`${shown(name)}\` is refused: ${fault}`, spot, {
    hint: 'ask the vendor to rename the file and to make the image anew',
  });
}

interface Named {
  readonly path: string;
  readonly use: SystemUse;
}

function childOf(listing: Listing, record: DirectoryRecord, { path, use }: Named) {
  const { tree, directory } = listing;
  const { blockSize, spot } = tree;
  if (record.interleaved || record.flags & MULTI_EXTENT) {
    throw isoError('iso-unsupported', 'a directory is stored in pieces', { ...spot, path });
  }
  const place =
    use.childBlock === undefined
      ? { offset: (record.block + record.attributeBlocks) * blockSize, size: record.size }
      : movedTo(use.childBlock * blockSize, tree, { ...spot, path });
  const { mode } = use;
  const entry: Entry =
    mode === undefined
      ? { path, kind: 'directory', size: 0, extents: [] }
      : { path, kind: 'directory', size: 0, extents: [], mode };
  const { offset, size } = place;
  return { entry, directory: { offset, size, path, depth: directory.depth + 1 } };
}

/** A relocated directory tells its size itself, in its first record (RRIP 4.1.5.1). */
function movedTo(offset: number, { reader }: Tree, spot: Spot): { offset: number; size: number } {
  const available = Math.min(SECTOR, reader.size - offset);
  if (available <= 0) {
    throw isoError(
      'iso-extent',
      `the directory is at byte ${offset}, the image ends at ${reader.size}`,
      spot,
    );
  }
  const bytes = reader.view(offset, available);
  const self = readRecord(bytes, 0, available, spot);
  if (!isDot(bytes, self)) {
    throw isoError('iso-corrupt', 'a relocated directory does not begin with itself', spot);
  }
  return { offset, size: self.size };
}
