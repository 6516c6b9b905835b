import { readCargo } from '../archive/cargo.ts';
import type { BlobFile, ImageRecord } from '../archive/images.ts';
import { quoted } from '../archive/mistake.ts';
import type { Tree } from '../archive/tree.ts';
import type { Notice } from '../errors.ts';
import { digestHex, digestOf } from '../oci/digest.ts';
import { MAX_MANIFEST, parseManifest } from '../oci/manifest.ts';
import type { Manifest } from '../registry/manifests.ts';
import { mistake } from './mistake.ts';
import { repositoryBelow, requireRepository, type Target } from './target.ts';

/** An archive as it is sent. */
export interface Shipment {
  /** The archive as the user wrote it. */
  readonly archive: string;
  /** `<name>-<version>`: the folder of its repositories. */
  readonly id: string;
  /** Of the Solution. */
  readonly name: string;
  readonly images: readonly Consignment[];
  /** What is not sent though somebody may expect it. */
  readonly notices: readonly Notice[];
}

/** One image and where it goes. */
export interface Consignment {
  readonly archive: string;
  /** Of the archive. */
  readonly id: string;
  /** `<name>:<tag>`, as in the archive. */
  readonly text: string;
  readonly name: string;
  readonly tag: string;
  /** `[<base>/]<id>/<name>` */
  readonly repository: string;
  /** Children before the index that names them; the last one gets the tag. */
  readonly manifests: readonly Manifest[];
  /** The digest of the last manifest. */
  readonly digest: string;
  /** Each once. */
  readonly blobs: readonly BlobFile[];
}

/**
 * What an archive has to send. Names, sizes and the digests of manifests and configs are checked;
 * layers are hashed while they are sent.
 *
 * @throws SolutionsError, or all mistakes of the archive in one AggregateError
 */
export function readShipment(tree: Tree, target: Target): Shipment {
  const { id, name, idMistake, images } = readCargo(tree);
  if (idMistake !== undefined) {
    throw mistake('push-id', `${quoted(id)}: ${idMistake}`, {
      place: { file: tree.name },
      hint: 'the vendor must choose another version: its images can never be in a registry',
    });
  }
  const blobs = byImage(images.blobs);
  return {
    archive: tree.name,
    id,
    name,
    notices: images.records.length > 0 ? images.notices : [...images.notices, empty(tree)],
    images: images.records.map((record) => {
      const text = `${record.name}:${record.tag}`;
      const repository = repositoryBelow(target, `${id}/${record.name}`);
      requireRepository(target, repository);
      return {
        archive: tree.name,
        id,
        text,
        name: record.name,
        tag: record.tag,
        repository,
        manifests: manifestsOf(tree, record),
        digest: record.digest,
        blobs: [...(blobs.get(text)?.values() ?? [])],
      };
    }),
  };
}

function empty(tree: Tree): Notice {
  return mistake('push-empty', 'there is no image in the archive', {
    place: { file: tree.name },
    hint: 'is it whole? Images are in `images/<name>/<tag>/`',
  });
}

/** By image and digest. */
function byImage(blobs: readonly BlobFile[]): Map<string, Map<string, BlobFile>> {
  const images = new Map<string, Map<string, BlobFile>>();
  for (const blob of blobs) {
    const own = images.get(blob.image) ?? new Map<string, BlobFile>();
    images.set(blob.image, own);
    if (!own.has(blob.digest)) own.set(blob.digest, blob);
  }
  return images;
}

/**
 * The manifests of an image, children first: the order in which a registry takes them. The layout
 * was checked when it was read.
 *
 * @throws SolutionsError `push-changed`
 */
export function manifestsOf(tree: Tree, { name, tag, digest }: ImageRecord): Manifest[] {
  const folder = `images/${name}/${tag}`;
  const found = new Map<string, Manifest>();
  const visit = (file: string, expected: string): void => {
    const bytes = readManifest(tree, `${folder}/${file}`, expected);
    const manifest = parseManifest(bytes, { file: `${tree.name}:${folder}/${file}` });
    for (const child of manifest.type === 'index' ? manifest.children : []) {
      if (!found.has(child.digest)) visit(`${digestHex(child.digest)}.manifest.json`, child.digest);
    }
    found.set(expected, { digest: expected, mediaType: manifest.mediaType, bytes });
  };
  visit('manifest.json', digest);
  return [...found.values()];
}

/** A digest cannot name itself, so that the visit above ends. */
function readManifest(tree: Tree, path: string, digest: string): Uint8Array {
  const file = tree.find(path);
  const bytes = file && tree.read(file, MAX_MANIFEST);
  if (bytes && digestOf(bytes) === digest) return bytes;
  throw mistake('push-changed', 'the archive changed while it was read', {
    place: { file: `${tree.name}:${path}` },
    hint: 'wait until whatever writes it is done, then run it again',
  });
}
