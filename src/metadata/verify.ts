import { createHash } from 'node:crypto';
import type { BlobFile } from '../archive/images.ts';
import { quoted } from '../archive/mistake.ts';
import type { Tree, TreeFile } from '../archive/tree.ts';
import { throwAll, type SolutionsError } from '../errors.ts';
import { formatDigest } from '../oci/digest.ts';
import type { StreamCheck } from '../trust/stream-check.ts';
import { hashAll, type Hashes, type HashOptions } from './hash.ts';
import type { HashJob } from './hash-steps.ts';
import { mistake, type MetadataCode } from './mistake.ts';

/** How {@link verifyArchive} works. */
interface VerifyOptions extends HashOptions {
  /** What else is computed over all bytes of an image; not of a directory. */
  readonly checks?: readonly StreamCheck[] | undefined;
}

/** What a whole archive came to. */
export interface WholeArchive {
  /** Hex. */
  readonly sha256: string;
  /** Of {@link VerifyOptions.checks}, in their order. */
  readonly results: readonly Uint8Array[];
  /** `blob-digest`: each names the image, the layer, its path in the archive and both digests. */
  readonly mistakes: readonly SolutionsError<MetadataCode>[];
}

/**
 * Hashes every blob over all cores, each extent once, and compares it with its name.
 *
 * @throws SolutionsError `blob-digest`, several in an AggregateError: each names the image, the
 *   layer, its path in the archive and both digests; `hash-read`
 */
export async function verifyBlobs(
  tree: Tree,
  blobs: readonly BlobFile[],
  options: HashOptions = {},
): Promise<void> {
  const files = uniqueFiles(blobs.map(({ file }) => file));
  // The largest first: what is left at the end is small, and no core waits for another.
  files.sort((a, b) => b.size - a.size);
  const digests = await hashFiles(files, [], options);
  throwAll(blobMistakes(tree, blobs, digests.files));
}

/**
 * The sha256 (hex) of a whole archive, and every blob compared with its name, all at once: one
 * core reads the image from end to end, the others its blobs.
 *
 * @throws SolutionsError `hash-read`
 */
export async function verifyArchive(
  tree: Tree,
  blobs: readonly BlobFile[],
  options: VerifyOptions = {},
): Promise<WholeArchive> {
  if (tree.kind === 'directory') return verifyDirectory(tree, blobs, options);
  const files = uniqueFiles(blobs.map(({ file }) => file));
  // In the order of the disk: both cores read the same part of the image at about the same time.
  files.sort((a, b) => (a.extents[0]?.offset ?? 0) - (b.extents[0]?.offset ?? 0));
  const digests = await hashFiles(
    files,
    [{ ...wholeImage(tree), checks: options.checks }],
    options,
  );
  const mistakes = blobMistakes(tree, blobs, digests.files);
  return { sha256: digests.first, results: digests.results, mistakes };
}

/**
 * The sha256 (hex) of an archive: of an image, of its bytes; of a directory, of its sorted
 * `<sha256>  <path>` lines.
 *
 * @throws SolutionsError `hash-read`
 */
export async function hashArchive(tree: Tree, options: HashOptions = {}): Promise<string> {
  if (tree.kind === 'directory') return (await verifyDirectory(tree, [], options)).sha256;
  return (await hashFiles([], [wholeImage(tree)], options)).first;
}

async function verifyDirectory(
  tree: Tree,
  blobs: readonly BlobFile[],
  options: HashOptions,
): Promise<WholeArchive> {
  const all = tree.files('');
  const { files } = await hashFiles(uniqueFiles(all), [], options);
  const hash = createHash('sha256');
  for (const { path, content } of all) hash.update(`${files.get(content)}  ${path}\n`);
  const mistakes = blobMistakes(tree, blobs, files);
  return { sha256: hash.digest('hex'), results: [], mistakes };
}

/** What the files of an archive came to; hex. */
interface FileDigests {
  /** Of an image itself; empty for a directory. */
  readonly image: string;
  /** By {@link TreeFile.content}. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * The sha256 of every file, each extent read once, and of the image around them; every blob is
 * compared with its name.
 *
 * @throws as {@link verifyBlobs} does
 */
export async function verifyFiles(
  tree: Tree,
  blobs: readonly BlobFile[],
  options: HashOptions = {},
): Promise<FileDigests> {
  const before = tree.kind === 'iso' ? [wholeImage(tree)] : [];
  const { first, files } = await hashFiles(uniqueFiles(tree.files('')), before, options);
  throwAll(blobMistakes(tree, blobs, files));
  return { image: before.length > 0 ? first : '', files };
}

function wholeImage(tree: Tree): HashJob {
  return { disk: tree.file, extents: [{ offset: 0, length: tree.volume?.size ?? 0 }] };
}

/** Files that share their bytes are hashed once. */
function uniqueFiles(files: readonly TreeFile[]): TreeFile[] {
  return [...new Map(files.map((file) => [file.content, file])).values()];
}

interface Digests extends Pick<Hashes, 'results'> {
  /** Of the first of `before`. */
  readonly first: string;
  /** By {@link TreeFile.content}. */
  readonly files: ReadonlyMap<string, string>;
}

async function hashFiles(
  files: readonly TreeFile[],
  before: readonly HashJob[],
  options: HashOptions,
): Promise<Digests> {
  const jobs = [...before, ...files.map(({ disk, extents }) => ({ disk, extents }))];
  const { digests, results } = await hashAll(jobs, options);
  return {
    results,
    first: digests[0] ?? '',
    files: new Map(
      files.map(({ content }, index) => [content, digests[before.length + index] ?? '']),
    ),
  };
}

function blobMistakes(
  tree: Tree,
  blobs: readonly BlobFile[],
  digests: ReadonlyMap<string, string>,
): SolutionsError<MetadataCode>[] {
  return blobs.flatMap(({ image, role, digest, file }) => {
    const found = formatDigest(digests.get(file.content) ?? '');
    if (found === digest) return [];
    return [
      mistake(
        'blob-digest',
        `image ${quoted(image)}: ${role} has the digest ${found}, its name says ${digest}`,
        {
          place: { file: `${tree.name}:${file.path}` },
          hint: 'the archive is damaged: get it again and compare its checksum with the vendor’s',
        },
      ),
    ];
  });
}
