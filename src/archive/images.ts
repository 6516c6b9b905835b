import { SolutionsError, solutionsErrors, type Notice } from '../errors.ts';
import { kindOfType, MAX_MONITORING } from '../monitoring/kind.ts';
import { digestHex, digestOf } from '../oci/digest.ts';
import { readLayout, type Layout, type LayoutBlob, type LayoutImage } from '../oci/layout.ts';
import { REPOSITORY_COMPONENT, TAG } from '../oci/name.ts';
import { compareText } from '../text-order.ts';
import type { ImageName } from './components.ts';
import { costMistake, newCost, type ImageCost } from './image-cost.ts';
import { fewOf, mistake, notice, quoted } from './mistake.ts';
import { filesBelow, type Tree, type TreeFile } from './tree.ts';

/** What is recorded of one image or artifact: `images/<name>/<tag>/`. */
export interface ImageRecord extends ImageFacts {
  readonly name: string;
  readonly tag: string;
  /** For an index: of its children. */
  readonly children?: readonly ImageFacts[] | undefined;
  /** Of an artifact: what its layers are. */
  readonly contents?: readonly ArtifactContent[] | undefined;
  /** Configs and layers of the image, or of all children: once each, in their order. */
  readonly blobs: readonly { readonly digest: string; readonly size: number }[];
}

/** What a manifest and its config say. */
interface ImageFacts {
  readonly mediaType: string;
  readonly kind: 'image' | 'artifact';
  readonly artifactType?: string | undefined;
  /** Of the manifest, `sha256:...`. */
  readonly digest: string;
  /** Of the manifest, in bytes. */
  readonly size: number;
  /** The digest of the config; absent for an index. */
  readonly config?: string | undefined;
  /** `config.User`; absent means root. */
  readonly user?: string | undefined;
  readonly architecture?: string | undefined;
  readonly os?: string | undefined;
  readonly variant?: string | undefined;
}

/** One layer of an artifact. */
interface ArtifactContent {
  readonly digest: string;
  readonly mediaType: string;
  /** Its file name, where it has one. */
  readonly title?: string | undefined;
}

/** A blob that must have the digest in its name, for whoever hashes it. */
export interface BlobFile {
  readonly image: string;
  /** `config`, or `layer 2 of 5`. */
  readonly role: string;
  readonly digest: string;
  readonly file: TreeFile;
}

/** All images of an archive. */
export interface Images {
  /** Sorted by name and tag. */
  readonly records: readonly ImageRecord[];
  readonly blobs: readonly BlobFile[];
  /** Dashboards and alerts, by their path in the archive. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly notices: readonly Notice[];
}

/** What can be read of `images/`, and what is wrong with the rest. */
export interface GatheredImages extends Images {
  readonly errors: readonly SolutionsError[];
  /** Those that are there but could not be read. */
  readonly unread: readonly ImageName[];
}

/**
 * Reads `images/`: every manifest and config, and whether all blobs are there with their sizes.
 * Blobs are not hashed here. Each error, with an ArchiveCode or an OciCode, names its image.
 *
 * @throws SolutionsError `archive-too-large`, where the folder cannot be listed
 */
export function gatherImages(tree: Tree): GatheredImages {
  const notices: Notice[] = [];
  const errors: SolutionsError[] = [];
  const folders = imageFolders(tree, { notices, errors });
  const read: ReadImage[] = [];
  const unread: ImageName[] = [];
  const cost = newCost();
  for (const folder of folders) {
    cost.images += 1;
    try {
      const image = readImage(tree, folder, cost);
      read.push(image);
      cost.blobs += image.blobs.length;
    } catch (error) {
      errors.push(...solutionsErrors(error).map((inner) => naming(folder, inner)));
      unread.push({ name: folder.name, tag: folder.tag });
    }
    cost.errors = errors.length;
    const tooMuch = costMistake(cost, tree);
    if (tooMuch) {
      errors.push(tooMuch);
      break;
    }
  }
  return {
    records: read.map(({ record }) => record),
    blobs: read.flatMap((image) => image.blobs),
    files: new Map(read.flatMap(({ files }) => files)),
    notices,
    errors,
    unread,
  };
}

interface ImageFolder {
  readonly name: string;
  readonly tag: string;
  /** By file name. */
  readonly files: ReadonlyMap<string, TreeFile>;
}

/** Where what there is to say of an archive goes while it is read. */
export interface Complaints {
  readonly notices: Notice[];
  readonly errors: SolutionsError[];
}

/** The files below `images/`, by image. */
function imageFolders(tree: Tree, { notices, errors }: Complaints): ImageFolder[] {
  const folders = new Map<string, Map<string, TreeFile>>();
  const astray: string[] = [];
  for (const file of filesBelow(tree, 'images', errors)) {
    const end = file.path.lastIndexOf('/');
    const folder = file.path.slice('images/'.length, end);
    const files = folders.get(folder) ?? (isImageFolder(folder) ? new Map() : undefined);
    if (files) folders.set(folder, files.set(file.path.slice(end + 1), file));
    // Files about an image may lie anywhere; these are images that would be lost.
    else if (/(?:\/manifest\.json|\.tar)$/u.test(file.path)) astray.push(file.path);
  }
  for (const [folder, files] of folders) {
    if ([...files.keys()].some(isLayoutFile)) continue;
    folders.delete(folder);
    astray.push(`images/${folder}`);
  }
  if (astray.length > 0) notices.push(astrayNotice(astray, tree.name));
  return [...folders]
    .map(([folder, files]) => {
      const slash = folder.indexOf('/');
      return { name: folder.slice(0, slash), tag: folder.slice(slash + 1), files };
    })
    .sort((a, b) => compareText(a.name, b.name) || compareText(a.tag, b.tag));
}

/** `<name>/<tag>` */
function isImageFolder(folder: string): boolean {
  const slash = folder.indexOf('/');
  return slash > 0 && !folder.includes('/', slash + 1);
}

/** Any of these says that an image was meant: without them the folder is something else. */
function isLayoutFile(name: string): boolean {
  return name === 'manifest.json' || name === 'version' || /^[0-9a-f]{64}$/u.test(name);
}

function astrayNotice(astray: readonly string[], name: string): Notice {
  return notice('image-place', `not at \`images/<name>/<tag>/\` and left out: ${fewOf(astray)}`, {
    file: `${name}:images`,
    hint: 'the vendor must put each image into a folder of its own, in the `dir:` layout of skopeo',
  });
}

interface ReadImage {
  readonly record: ImageRecord;
  readonly blobs: readonly BlobFile[];
  readonly files: readonly (readonly [string, Uint8Array])[];
}

function readImage(tree: Tree, folder: ImageFolder, cost: ImageCost): ReadImage {
  requireImage(tree, folder);
  const { name, tag, files } = folder;
  const path = `images/${name}/${tag}`;
  const open = (base: string): TreeFile => {
    const found = files.get(base);
    if (found) return found;
    throw new Error(`${path}/${base} was not checked to be there`);
  };
  const layout = readLayout({
    sizeOf: (base) => files.get(base)?.size,
    read(base, limit) {
      const wanted = open(base);
      cost.bytes += wanted.size;
      return tree.read(wanted, limit);
    },
    placeOf: (base) => ({ file: `${tree.name}:${path}/${base}` }),
  });
  const blobs = layout.images.flatMap((image) => image.blobs);
  return {
    record: { name, tag, ...factsOf(layout) },
    blobs: blobs.map(({ role, digest }) => ({
      image: `${name}:${tag}`,
      role,
      digest,
      file: open(digestHex(digest)),
    })),
    files: layout.images
      .flatMap(keptBlobs)
      .map(({ digest }) => readKept(tree, open(digestHex(digest)), digest)),
  };
}

/** Throws where a folder has a name that no image has, or is no image at first sight. */
function requireImage({ name: archive, volume }: Tree, { name, tag, files }: ImageFolder): void {
  const file = `${archive}:images/${name}/${tag}`;
  if (!REPOSITORY_COMPONENT.test(name) || !TAG.test(tag)) {
    throw mistake('image-name', `no registry accepts the name ${quoted(`${name}:${tag}`)}`, {
      file,
      hint: 'the vendor must rename the image: lower-case letters and digits, with `.`, `_` or `-` between them',
    });
  }
  if (!files.has('manifest.json')) {
    throw mistake('image-manifest-missing', 'the folder holds no manifest.json', {
      file,
      hint:
        volume?.names === 'joliet'
          ? 'the names come from Joliet, which cuts long ones: the vendor must use `mkisofs -rock`'
          : 'the vendor must copy the image with `skopeo copy ... dir:images/<name>/<tag>`',
    });
  }
}

function factsOf(layout: Layout): Omit<ImageRecord, 'name' | 'tag'> {
  const { digest, size, mediaType, isIndex, images } = layout;
  const blobs = new Map<string, number>();
  for (const image of images) for (const blob of image.blobs) blobs.set(blob.digest, blob.size);
  const contents = images
    .filter(({ kind }) => kind === 'artifact')
    .flatMap((image) => image.blobs.slice(1))
    .map((blob) => ({ digest: blob.digest, mediaType: blob.mediaType, title: blob.title }));
  const isImage = images.some(({ kind }) => kind === 'image');
  const [first] = images;
  return {
    ...(isIndex || !first
      ? { mediaType, kind: isImage ? 'image' : 'artifact', digest, size }
      : facts(first)),
    children: isIndex ? images.map(facts) : undefined,
    contents: contents.length > 0 ? contents : undefined,
    blobs: [...blobs].map(([blob, length]) => ({ digest: blob, size: length })),
  };
}

function facts(image: LayoutImage): ImageFacts {
  const { mediaType, kind, digest, size, config, user, architecture, os, variant } = image;
  const artifactType = artifactTypeOf(image);
  return { mediaType, kind, artifactType, digest, size, config, user, architecture, os, variant };
}

/** Dashboards and alerts are rendered, and so kept. */
function keptBlobs(image: LayoutImage): LayoutBlob[] {
  if (image.kind !== 'artifact') return [];
  const isKept = kindOfType(artifactTypeOf(image) ?? '') !== undefined;
  return image.blobs
    .slice(1)
    .filter(({ mediaType }) => isKept || kindOfType(mediaType) !== undefined);
}

/**
 * Without a type of its own an artifact has that of its config (OCI image-spec 1.1, manifest); it
 * counts only where it says what is rendered.
 */
function artifactTypeOf({ kind, artifactType, blobs }: LayoutImage): string | undefined {
  const type = kind === 'artifact' ? blobs[0]?.mediaType : undefined;
  return artifactType ?? (kindOfType(type ?? '') ? type : undefined);
}

function readKept(tree: Tree, file: TreeFile, digest: string): readonly [string, Uint8Array] {
  const bytes = tree.read(file, MAX_MONITORING);
  const found = digestOf(bytes);
  if (found === digest) return [file.path, bytes];
  throw mistake('image-digest', `the content has the digest ${found}, its name says ${digest}`, {
    file: `${tree.name}:${file.path}`,
    hint: 'the archive is damaged: get it again and compare its checksum with the vendor’s',
  });
}

function naming({ name, tag }: ImageFolder, error: SolutionsError): SolutionsError {
  const { code, hint, place, message } = error;
  return new SolutionsError(`image ${quoted(`${name}:${tag}`)}: ${message}`, {
    code,
    hint,
    place,
    cause: error,
  });
}
