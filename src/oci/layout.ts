import { counted } from '../count.ts';
import { SolutionsError, throwAll, type Place } from '../errors.ts';
import { digestHex, digestOf } from './digest.ts';
import {
  complaint,
  isObject,
  MAX_MANIFEST,
  optionalText,
  parseJson,
  parseManifest,
  platformOf,
  type Descriptor,
  type ImageManifest,
  type OciCode,
  type Platform,
} from './manifest.ts';

/** The files of one image: skopeo's `dir:` layout, wherever it lies. */
export interface LayoutFolder {
  /** The size of a file in bytes, or undefined where there is none of this name. */
  sizeOf(name: string): number | undefined;
  /** The whole content of a file. */
  read(name: string, limit: number): Uint8Array;
  placeOf(name: string): Place;
}

/** A blob of an image and what it is there. */
export interface LayoutBlob {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
  readonly title?: string | undefined;
  /** `config`, or `layer 2 of 5`. */
  readonly role: string;
}

/** One image manifest, with what its config says. */
export interface LayoutImage extends Platform {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
  readonly kind: 'image' | 'artifact';
  readonly artifactType?: string | undefined;
  readonly config: string;
  /** `config.User`: a number, a name, `<user>:<group>`; absent means root. */
  readonly user?: string | undefined;
  readonly blobs: readonly LayoutBlob[];
}

/** What `images/<name>/<tag>/` holds: one image, or an index and its children. */
export interface Layout {
  /** sha256 of manifest.json: the digest of the image. */
  readonly digest: string;
  /** Of manifest.json, in bytes. */
  readonly size: number;
  readonly mediaType: string;
  readonly isIndex: boolean;
  /** The image itself, or the children of the index in its order. */
  readonly images: readonly LayoutImage[];
}

/** Image configs hold history and labels; the largest ones seen are below 100 KiB. */
const MAX_CONFIG = 8 << 20;
/** Manifests of one index, those of indexes inside it included. */
const MAX_CHILDREN = 500;
const CUT_HINT = 'the image was not copied in whole: the vendor must build the archive again';

/**
 * The image in `folder`; presence, claimed size and, for what is read, digest of all its parts
 * are checked.
 *
 * @throws SolutionsError, several in an AggregateError, with an {@link OciCode}
 */
export function readLayout(folder: LayoutFolder): Layout {
  const bytes = folder.read('manifest.json', MAX_MANIFEST);
  const place = folder.placeOf('manifest.json');
  const manifest = parseManifest(bytes, place);
  const self = { digest: digestOf(bytes), size: bytes.length, mediaType: manifest.mediaType };
  const images =
    manifest.type === 'image'
      ? [readImage(manifest, self, folder)]
      : readChildren(manifest.children, folder, place).map(({ image, own }) =>
          readImage(image, own, folder),
        );
  return { ...self, isIndex: manifest.type === 'index', images };
}

interface Own extends Platform {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
}

/** The image manifests below an index, an index in an index taken apart. */
function readChildren(
  children: readonly Descriptor[],
  folder: LayoutFolder,
  place: Place,
): { image: ImageManifest; own: Own }[] {
  const found: { image: ImageManifest; own: Own }[] = [];
  const queue = [...children];
  const seen = new Set<string>();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next.digest)) continue;
    seen.add(next.digest);
    if (seen.size > MAX_CHILDREN) {
      throw complaint('oci-too-large', `the index has more than ${MAX_CHILDREN} manifests`, {
        place,
      });
    }
    const name = `${digestHex(next.digest)}.manifest.json`;
    const bytes = readVerified(next, name, folder, MAX_MANIFEST);
    const child = parseManifest(bytes, folder.placeOf(name));
    if (child.type === 'index') queue.unshift(...child.children);
    else {
      const own = {
        ...next.platform,
        digest: next.digest,
        size: next.size,
        mediaType: child.mediaType,
      };
      found.push({ image: child, own });
    }
  }
  return found;
}

function readImage(manifest: ImageManifest, own: Own, folder: LayoutFolder): LayoutImage {
  const count = manifest.layers.length;
  const blobs = [blobOf(manifest.config, 'config')];
  const mistakes = missingBlob(manifest.config, 'config', folder);
  for (const [index, layer] of manifest.layers.entries()) {
    // A foreign layer that is there is treated like any other.
    if (layer.foreign && folder.sizeOf(digestHex(layer.digest)) === undefined) continue;
    const role = `layer ${index + 1} of ${count}`;
    blobs.push(blobOf(layer, role));
    mistakes.push(...missingBlob(layer, role, folder));
  }
  throwAll(mistakes);

  const { kind, config, artifactType } = manifest;
  const settings = kind === 'image' ? readConfig(config, folder) : {};
  return {
    ...own,
    kind,
    artifactType,
    config: config.digest,
    user: settings.user,
    // The config is what runs; an index merely repeats it.
    architecture: settings.architecture ?? own.architecture,
    os: settings.os ?? own.os,
    variant: settings.variant ?? own.variant,
    blobs,
  };
}

function blobOf({ digest, size, mediaType, title }: Descriptor, role: string): LayoutBlob {
  return { digest, size, mediaType, title, role };
}

interface Settings extends Platform {
  readonly user?: string | undefined;
}

function readConfig(config: Descriptor, folder: LayoutFolder): Settings {
  const name = digestHex(config.digest);
  const value = parseJson(readVerified(config, name, folder, MAX_CONFIG), folder.placeOf(name));
  const user = isObject(value['config']) ? optionalText(value['config']['User']) : undefined;
  return { ...platformOf(value), user };
}

function readVerified(
  expected: Descriptor,
  name: string,
  folder: LayoutFolder,
  limit: number,
): Uint8Array {
  throwAll(missingBlob(expected, 'manifest of a platform', folder, name));
  const bytes = folder.read(name, limit);
  const digest = digestOf(bytes);
  if (digest === expected.digest) return bytes;
  throw complaint(
    'oci-digest',
    `the content has the digest ${digest}, its manifest says ${expected.digest}`,
    {
      place: folder.placeOf(name),
      hint: CUT_HINT,
    },
  );
}

/** What is wrong with the presence of one file, none or one mistake. */
function missingBlob(
  { digest, size }: Descriptor,
  role: string,
  folder: LayoutFolder,
  name = digestHex(digest),
): SolutionsError<OciCode>[] {
  const found = folder.sizeOf(name);
  if (found === size) return [];
  const place = folder.placeOf(name);
  const mistake =
    found === undefined
      ? complaint(
          'oci-missing',
          `the ${role} (${digest}, ${counted(size, 'byte')}) is not in the archive`,
          {
            place,
            hint: CUT_HINT,
          },
        )
      : complaint(
          'oci-size',
          `the ${role} has ${counted(found, 'byte')}, the manifest says ${size}`,
          {
            place,
            hint: CUT_HINT,
          },
        );
  return [mistake];
}
