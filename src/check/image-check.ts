import { counted } from '../count.ts';
import { imageText } from '../archive/components.ts';
import type { Gathered } from '../archive/contents.ts';
import type { BlobFile, GatheredImages, ImageRecord } from '../archive/images.ts';
import { quoted } from '../archive/mistake.ts';
import type { Tree } from '../archive/tree.ts';
import { runUnder, usersOf } from '../model/operator-image.ts';
import { digestHex, formatDigest } from '../oci/digest.ts';
import { checkDescriptors } from './descriptor-check.ts';
import type { Findings, Spot } from './finding.ts';

/** What is right with an image, and still worth to know: platforms, users, space. */
export function checkImages(tree: Tree, { images, product }: Gathered, findings: Findings): void {
  if (!images) return;
  const components = [product?.operator?.image, product?.ui?.image];
  const others = new Set(components.map((image) => image && imageText(image)));
  for (const record of images.records.filter(({ kind }) => kind === 'image')) {
    checkPlatforms(record, findings);
    // Of the Operator and the UI other rules speak.
    if (!others.has(imageText(record))) checkUser(record, findings);
  }
  checkDescriptors(tree, images, findings);
  checkCopies(images, findings);
  checkUnused(tree, images, findings);
}

function checkPlatforms(record: ImageRecord, findings: Findings): void {
  const all = (record.children ?? [record])
    .filter(({ kind }) => kind === 'image')
    .map(({ os, architecture, variant }) => [os, architecture, variant].filter(Boolean).join('/'));
  const platforms = [...new Set(all)];
  const text = platforms.map(quoted).join(', ');
  if (platforms.length > 1) {
    findings.add('image-platforms', `the index has ${text}`, { at: spotOf(record) });
  }
  if (!platforms.some((platform) => /(?:^|\/)amd64(?:\/|$)/u.test(platform))) {
    findings.add('image-no-amd64', `the image is for ${text}`, { at: spotOf(record) });
  }
}

function checkUser(record: ImageRecord, findings: Findings): void {
  const run = runUnder('restricted', usersOf(record), { runAsUser: undefined, holder: 'it' });
  if (!run.can)
    findings.add('image-user', run.why.replace(/^its image/u, 'the image'), { at: spotOf(record) });
}

/** Equal digests in several places: as hard links they would be one. */
function checkCopies({ blobs }: GatheredImages, findings: Findings): void {
  const places = new Map<string, Map<string, BlobFile>>();
  for (const blob of blobs) {
    const same = places.get(blob.digest) ?? new Map<string, BlobFile>();
    places.set(blob.digest, same.set(blob.file.content, blob));
  }
  const copied = [...places.values()].filter((same) => same.size > 1);
  const wasted = copied.reduce((sum, same) => {
    const [first] = same.values();
    return sum + (same.size - 1) * (first?.file.size ?? 0);
  }, 0);
  const [first] = copied[0]?.values() ?? [];
  if (first === undefined) return;
  const what = copied.length === 1 ? 'one blob is' : `${copied.length} blobs are`;
  const message = `${what} there several times, which takes ${wasted} bytes more; the first is here`;
  findings.add('blob-copies', message, { at: { path: first.file.path } });
}

/** Blobs that no manifest of their image names; other files there may be anything. */
function checkUnused(tree: Tree, { records }: GatheredImages, findings: Findings): void {
  const used = new Map(records.map((record) => [`${record.name}/${record.tag}`, usedBy(record)]));
  for (const { path, size } of tree.files('images')) {
    const [, folder = '', name = ''] = /^images\/([^/]+\/[^/]+)\/([0-9a-f]{64})$/u.exec(path) ?? [];
    if (used.get(folder)?.has(name) === false) {
      findings.add('blob-unused', `a blob of ${counted(size, 'byte')} that belongs to no image`, {
        at: { path },
      });
    }
  }
}

function usedBy({ blobs, config }: ImageRecord): Set<string> {
  const digests = [...blobs.map(({ digest }) => digest), ...(config === undefined ? [] : [config])];
  return new Set(digests.map(digestHex));
}

function spotOf({ name, tag }: ImageRecord): Spot {
  return { path: `images/${name}/${tag}/manifest.json` };
}

/** All blobs to hash: those of images that could not be read, too, by their names. */
export function blobsOf(tree: Tree, images: GatheredImages): BlobFile[] {
  const unread = new Set(images.unread.map(({ name, tag }) => `${name}/${tag}`));
  const others = tree.files('images').flatMap((file): BlobFile[] => {
    const [, folder = '', hex = ''] =
      /^images\/([^/]+\/[^/]+)\/([0-9a-f]{64})$/u.exec(file.path) ?? [];
    if (!unread.has(folder)) return [];
    return [{ image: folder.replace('/', ':'), role: 'blob', digest: formatDigest(hex), file }];
  });
  return [...images.blobs, ...others];
}
