import { statSync } from 'node:fs';
import { relative } from 'node:path';
import type { Directory } from '../archive/directory.ts';
import type { Tree, TreeFile } from '../archive/tree.ts';
import { compareText } from '../text-order.ts';

/** A file as it will be in the image. */
export interface PackedFile {
  /** `/` between its parts. */
  readonly path: string;
  /** The file on this machine with its bytes: the same for all that are equal. */
  readonly source: string;
  /** In bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  readonly isExecutable: boolean;
}

/** Everything that will be in an image, sorted: plain files and folders. */
export interface Layout {
  readonly folders: readonly string[];
  readonly files: readonly PackedFile[];
}

/** What there is in a tree, and what it came to. */
interface Hashed {
  readonly directory: Directory;
  readonly files: readonly TreeFile[];
  /** sha256 by {@link TreeFile.content}, hex. */
  readonly digests: ReadonlyMap<string, string>;
}

/**
 * The layout of a directory. Links became the files that they lead to, which costs no space: equal
 * files have one source, whether they are hard links or not, and so one extent in the image.
 */
export function layoutOf(tree: Tree, { directory, files, digests }: Hashed): Layout {
  const sources = new Map<string, string>();
  const packed = files.map(({ path, disk, size, content }): PackedFile => {
    const sha256 = digests.get(content) ?? '';
    const source = sources.get(sha256) ?? `./${relative(tree.file, disk)}`;
    sources.set(sha256, source);
    return { path, source, size, sha256, isExecutable: (statSync(disk).mode & 0o100) !== 0 };
  });
  const own = [...directory.entries].flatMap(([path, { kind }]) =>
    kind === 'directory' ? [path] : [],
  );
  const folders = new Set([...own, ...packed.flatMap(({ path }) => foldersAbove(path))]);
  return { folders: [...folders].sort(compareText), files: packed };
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** The layout with one more file. */
export function withFile({ folders, files }: Layout, file: PackedFile): Layout {
  return { folders, files: [...files, file].sort((a, b) => compareText(a.path, b.path)) };
}

/** Bytes of an image that its files take, equal ones once. */
export function dataSize({ files }: Layout): number {
  const sizes = new Map(files.map(({ sha256, size }) => [sha256, size]));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
