import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTree, type ImageToMake } from './archive-make.ts';

/** Layers that several of the ten repositories have: ten, four, three, three, two, two, two. */
const shared: readonly (readonly [string, number])[] = [
  ['base', 10],
  ['runtime', 4],
  ['tls', 3],
  ['locale', 3],
  ['shell', 2],
  ['fonts', 2],
  ['zone', 2],
];

/** Twelve images in ten repositories: 31 unique blobs in 50 places (12 configs, 19 layers). */
function twelveImages(): ImageToMake[] {
  const names = Array.from({ length: 10 }, (_, index) => `image-${index}`);
  const first = names.map((name, index) => ({
    name,
    tag: '1.0.0',
    layers: [...shared.filter(([, count]) => index < count).map(([layer]) => layer), `own-${name}`],
  }));
  const second = names
    .slice(0, 2)
    .map((name) => ({ name, tag: '2.0.0', layers: ['base', `own-${name}-2`] }));
  return [...first, ...second];
}

/** The archive of {@link twelveImages} under another version. */
export function makeTwelve(folder: string, version = '1.0.0'): string {
  return makeTree(folder, { name: 'set', version, images: twelveImages() });
}

/** A plain image of layers that are just bytes, with their sizes. */
export interface BigImage {
  readonly name: string;
  readonly tag: string;
  readonly layers: readonly Uint8Array[];
}

/** Writes an image of large layers below `images/`; gives the digests of the layers. */
export function addBigImage(tree: string, { name, tag, layers }: BigImage): string[] {
  const folder = join(tree, 'images', name, tag);
  mkdirSync(folder, { recursive: true });
  const put = (mediaType: string, bytes: Uint8Array) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(folder, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const descriptors = layers.map((bytes) => put('application/vnd.oci.image.layer.v1.tar', bytes));
  const config = put(
    'application/vnd.oci.image.config.v1+json',
    Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: { User: '65532' },
        rootfs: { type: 'layers', diff_ids: descriptors.map(({ digest }) => digest) },
      }),
    ),
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = { schemaVersion: 2, mediaType, config, layers: descriptors };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return descriptors.map(({ digest }) => digest);
}

/** `size` bytes that nothing compresses. */
export function noise(size: number): Uint8Array {
  return randomBytes(size);
}

/** The digest of each image's manifest.json, by `<name>:<tag>`. */
export function digestsIn(tree: string): Map<string, string> {
  const images = join(tree, 'images');
  return new Map(
    readdirSync(images).flatMap((name) =>
      readdirSync(join(images, name)).map((tag): [string, string] => [
        `${name}:${tag}`,
        `sha256:${createHash('sha256')
          .update(readFileSync(join(images, name, tag, 'manifest.json')))
          .digest('hex')}`,
      ]),
    ),
  );
}
