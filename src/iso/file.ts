import type { Entry, Extent } from './entry.ts';
import { isoError, type Spot } from './failure.ts';
import { DIRECTORY, MULTI_EXTENT, type DirectoryRecord } from './record.ts';
import type { SystemUse } from './susp.ts';
import type { Tree } from './tree.ts';

/** A record of a file, and where it stands. */
interface FileRecord {
  readonly bytes: Buffer;
  readonly record: DirectoryRecord;
  readonly tree: Tree;
}

/** A file of which only the first sections were read so far. */
export interface OpenFile {
  /** The identifier that each of its records repeats (ECMA-119 6.5.1, 6.8.2.2). */
  readonly identifier: Buffer;
  readonly entry: { size: number; readonly path: string; readonly extents: Extent[] };
}

const TYPE_MASK = 0o170000;
const TYPE_FILE = 0o100000;
const TYPE_SYMLINK = 0o120000;
const TYPE_DIRECTORY = 0o040000;

/**
 * Adds the file, link or other thing of a record to the tree; returns it when more sections of it
 * must follow.
 *
 * @throws SolutionsError `iso-unsupported`, `iso-extent`, `iso-corrupt`
 */
export function fileEntry(
  found: FileRecord,
  { path, use }: { readonly path: string; readonly use: SystemUse },
): OpenFile | undefined {
  const { bytes, record, tree } = found;
  const { spot } = tree;
  spot.path = path;
  const kind = kindOf(use, spot);
  if (kind !== 'file') {
    tree.entries.push(withoutContent(path, kind, use, spot));
    return undefined;
  }
  if (use.encoded) {
    throw isoError('iso-unsupported', 'the file is stored compressed or sparse', spot, {
      hint: 'ask the vendor for an image made without zisofs compression (mkisofs -z)',
    });
  }
  const extents: Extent[] = [];
  const { mode } = use;
  const entry =
    mode === undefined ? { path, kind, size: 0, extents } : { path, kind, size: 0, extents, mode };
  tree.entries.push(entry);
  addSection(entry, found, spot);
  if ((record.flags & MULTI_EXTENT) === 0) return undefined;
  return { identifier: bytes.subarray(record.identifier, record.identifierEnd), entry };
}

function withoutContent(
  path: string,
  kind: Entry['kind'],
  { mode, target }: SystemUse,
  spot: Spot,
): Entry {
  if (kind === 'symlink' && target === undefined) {
    throw isoError('iso-corrupt', 'a symbolic link leads nowhere', spot);
  }
  return {
    path,
    kind,
    size: 0,
    extents: [],
    ...(kind === 'symlink' && target !== undefined && { target }),
    ...(mode !== undefined && { mode }),
  };
}

/** Adds the next section to an open file; returns it when still more must follow. */
export function nextSection(open: OpenFile, found: FileRecord): OpenFile | undefined {
  const { bytes, record, tree } = found;
  const { spot } = tree;
  spot.path = open.entry.path;
  const identifier = bytes.subarray(record.identifier, record.identifierEnd);
  if (!identifier.equals(open.identifier) || record.flags & DIRECTORY) {
    throw isoError('iso-corrupt', 'the last sections of the file are missing', spot);
  }
  tree.budget.count(0, spot);
  addSection(open.entry, found, spot);
  return record.flags & MULTI_EXTENT ? open : undefined;
}

function addSection(entry: OpenFile['entry'], { record, tree }: FileRecord, spot: Spot): void {
  const { reader, blockSize, volume } = tree;
  if (record.interleaved) {
    throw isoError('iso-unsupported', 'the file is stored interleaved with others', spot);
  }
  if (record.sequence !== 0 && record.sequence !== volume.sequence) {
    throw isoError('iso-unsupported', `the file is on volume ${record.sequence} of a set`, spot);
  }
  const offset = (record.block + record.attributeBlocks) * blockSize;
  const { size: length } = record;
  if (length === 0) {
    tree.empty.set(offset, entry.path);
    return;
  }
  if (offset + length > reader.size) {
    throw isoError(
      'iso-extent',
      `the file ends at byte ${offset + length}, the image at ${reader.size}`,
      spot,
      { hint: 'copy or download the image again and compare its checksum with the vendor’s' },
    );
  }
  entry.size += length;
  if (length > (tree.sections.get(offset) ?? -1)) tree.sections.set(offset, length);
  const last = entry.extents.at(-1);
  if (last !== undefined && last.offset + last.length === offset) {
    entry.extents[entry.extents.length - 1] = { offset: last.offset, length: last.length + length };
  } else {
    entry.extents.push({ offset, length });
  }
}

function kindOf({ mode, target }: SystemUse, spot: Spot): Entry['kind'] {
  if (mode === undefined) return target === undefined ? 'file' : 'symlink';
  switch (mode & TYPE_MASK) {
    case TYPE_FILE:
    case 0:
      return 'file';
    case TYPE_SYMLINK:
      return 'symlink';
    case TYPE_DIRECTORY:
      throw isoError('iso-corrupt', 'the file has the mode of a directory', spot);
    default:
      return 'other';
  }
}
