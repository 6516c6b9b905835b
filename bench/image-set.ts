import { createCipheriv, createHash } from 'node:crypto';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeImage } from './large-archive.ts';

/** Twelve images in ten repositories: 31 blobs in 50 places, 297 MB. */
export interface ImageSet {
  /** The directory, for tools that read no ISO image. */
  readonly tree: string;
  /** The same as version 1.0.0. */
  readonly iso: string;
  /** Version 1.1.0, with the same images. */
  readonly nextIso: string;
  readonly images: readonly { readonly name: string; readonly tag: string }[];
  /** Of all blobs, each once, in bytes. */
  readonly size: number;
}

const MEGABYTE = 1e6;
/** Written at once. */
const PIECE = 1 << 20;
/** Layers that the first so many repositories have, and their size in megabytes. */
const SHARED = [
  { count: 10, size: 12 },
  { count: 4, size: 20 },
  { count: 3, size: 10 },
  { count: 3, size: 8 },
  { count: 2, size: 8 },
  { count: 2, size: 6 },
  { count: 2, size: 4 },
];
/** The layer that each image has for itself; the last two are second tags of the first two. */
const OWN = [60, 40, 30, 25, 20, 15, 12, 9, 7, 5, 4, 2];
const REPOSITORIES = 10;
const HOLE = 1536 << 20;

/** Makes the set in `folder`, equal layers as hard links. */
export function makeImageSet(folder: string): ImageSet {
  const tree = join(folder, 'set');
  const shared = SHARED.map(({ size }, seed) => ({ size: size * MEGABYTE, seed }));
  let size = shared.reduce((sum, layer) => sum + layer.size, 0);
  const pool: Pool = new Map();
  const images = OWN.map((megabytes, index) => {
    const isSecond = index >= REPOSITORIES;
    const name = `image-${index % REPOSITORIES}`;
    const tag = isSecond ? '2.0.0' : '1.0.0';
    const own = { size: megabytes * MEGABYTE, seed: SHARED.length + index };
    const layers = shared.filter((_, layer) => index < (SHARED[layer]?.count ?? 0));
    const image = new ImageFolder(join(tree, 'images', name, tag), pool);
    const config = image.writeImage([...(isSecond ? shared.slice(0, 1) : layers), own]);
    size += own.size + config;
    return { name, tag };
  });
  const [iso = '', nextIso = ''] = ['1.0.0', '1.1.0'].map((version) => {
    writeProduct(tree, version);
    const file = join(folder, `set-${version}.iso`);
    makeImage(tree, file);
    return file;
  });
  return { tree, iso, nextIso, images, size };
}

/** An archive, a directory, with one layer of 1.5 GiB that takes no space: nothing but zeros. */
export function makeHole(folder: string): string {
  const tree = join(folder, 'hole');
  writeProduct(tree, '1.0.0');
  new ImageFolder(join(tree, 'images/image-0/1.0.0'), new Map()).writeHole(HOLE);
  return tree;
}

/** Bytes that nothing compresses, the same each time. */
interface Noise {
  readonly size: number;
  readonly seed: number;
}

/** Layers by seed: where the first copy is. */
type Pool = Map<number, { readonly file: string; readonly hex: string }>;

/**
 * Writes noise to a file, and gives its SHA-256. Never all of it in memory: starting a process takes
 * longer the more memory there is to fork, and what is measured is started from here.
 */
function writeNoise(file: string, { size, seed }: Noise): string {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  const hash = createHash('sha256');
  const zeros = Buffer.alloc(PIECE);
  const descriptor = openSync(file, 'w');
  for (let done = 0; done < size; done += PIECE) {
    const bytes = cipher.update(zeros.subarray(0, size - done));
    hash.update(bytes);
    writeSync(descriptor, bytes);
  }
  closeSync(descriptor);
  return hash.digest('hex');
}

function writeProduct(tree: string, version: string): void {
  mkdirSync(tree, { recursive: true });
  const text = `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: Solution
metadata: {name: set}
spec: {version: ${version}}
`;
  writeFileSync(join(tree, 'manifest.yaml'), text);
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** One image in skopeo's `dir:` layout; the pool has the paths of the blobs that were written. */
class ImageFolder {
  readonly #folder: string;
  readonly #pool: Pool;

  constructor(folder: string, pool: Pool) {
    this.#folder = folder;
    this.#pool = pool;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'version'), 'Directory Transport Version: 1.1\n');
  }

  /** Gives the size of the config, in bytes. */
  writeImage(layers: readonly Noise[]): number {
    return this.#writeManifest(layers.map((layer) => this.#writeLayer(layer)));
  }

  writeHole(size: number): void {
    const zeros = Buffer.alloc(PIECE);
    const hash = createHash('sha256');
    for (let done = 0; done < size; done += zeros.length) hash.update(zeros);
    const hex = hash.digest('hex');
    writeFileSync(join(this.#folder, hex), '');
    truncateSync(join(this.#folder, hex), size);
    this.#writeManifest([describe('layer.v1.tar', hex, size)]);
  }

  #writeManifest(layers: readonly Descriptor[]): number {
    const bytes = Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: { User: '65532', Labels: { 'org.example.folder': this.#folder } },
        rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
      }),
    );
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(this.#folder, hex), bytes);
    const config = describe('config.v1+json', hex, bytes.length);
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const manifest = { schemaVersion: 2, mediaType, config, layers };
    writeFileSync(join(this.#folder, 'manifest.json'), JSON.stringify(manifest));
    return bytes.length;
  }

  #writeLayer(layer: Noise): Descriptor {
    const first = this.#pool.get(layer.seed);
    const part = join(this.#folder, 'part');
    const hex = first?.hex ?? writeNoise(part, layer);
    const file = join(this.#folder, hex);
    if (first) linkSync(first.file, file);
    else renameSync(part, file);
    this.#pool.set(layer.seed, { file, hex });
    return describe('layer.v1.tar', hex, layer.size);
  }
}

function describe(type: string, hex: string, size: number): Descriptor {
  return { mediaType: `application/vnd.oci.image.${type}`, digest: `sha256:${hex}`, size };
}
