import { openTree, type Tree } from '../archive/tree.ts';
import { fewOf, quoted } from '../archive/mistake.ts';
import type { HashOptions } from '../metadata/hash.ts';
import { verifyFiles } from '../metadata/verify.ts';
import { changedMistake } from './changed.ts';
import type { Layout } from './layout.ts';
import type { Volume } from './script.ts';

/** What should be in an image. */
interface Expected {
  readonly layout: Layout;
  readonly volume: Volume;
}

/** An image that was read back and is right. */
export interface ReadImage {
  /** In bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Reads an image with the reader that every import uses: its folders and files must be those of the
 * layout, every byte of them, and equal files must share their bytes.
 *
 * @param name the image as the user wrote it
 * @throws SolutionsError `pack-changed`, those of archive/ and iso/, `hash-read`; an Error where the
 *   image is wrong in a way that no change of the folder explains
 */
export async function readBack(
  { file, name }: { readonly file: string; readonly name: string },
  expected: Expected,
  options: HashOptions,
): Promise<ReadImage> {
  const tree = openTree(file, name);
  try {
    requireNames(tree, expected);
    const { image, files } = await verifyFiles(tree, [], options);
    requireContent(tree, expected.layout, files);
    return { size: tree.volume?.size ?? 0, sha256: image };
  } finally {
    tree.close();
  }
}

/** Nothing that the folder does can change these: xorriso was told each. */
function requireNames({ volume }: Tree, { layout, volume: { id } }: Expected): void {
  if (volume?.id !== id) {
    throw new Error(`the volume id became ${quoted(volume?.id ?? '')}, expected ${quoted(id)}`);
  }
  const wanted = new Map([
    ...layout.folders.map((path) => [path, 'directory'] as const),
    ...layout.files.map(({ path }) => [path, 'file'] as const),
  ]);
  const { entries } = volume.image;
  const missing = [...wanted].flatMap(([path, kind]) =>
    entries.get(path)?.kind === kind ? [] : [path],
  );
  const unknown = [...entries.keys()].filter((path) => !wanted.has(path));
  if (missing.length + unknown.length === 0) return;
  throw new Error(`the image lacks ${fewOf(missing)}, and has ${fewOf(unknown)} for it`);
}

function requireContent(tree: Tree, { files }: Layout, digests: ReadonlyMap<string, string>): void {
  const found = new Map(tree.files('').map(({ path, content }) => [path, content]));
  const changed = files.filter(({ path, sha256 }) => digests.get(found.get(path) ?? '') !== sha256);
  if (changed.length > 0) throw changedMistake(changed.map(({ path }) => path));
  const distinct = new Set(files.map(({ sha256 }) => sha256));
  if (digests.size > distinct.size) {
    throw new Error(`${distinct.size} different files became ${digests.size} in the image`);
  }
}
