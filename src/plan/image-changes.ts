import type { Platform } from '../config/platform.ts';
import type { ArchiveRecord } from '../metadata/record.ts';
import { compareText } from '../text-order.ts';
import { unpushLines } from './unpush-lines.ts';

/** What is read of a record. */
export type ImageSource = Pick<ArchiveRecord, 'id' | 'images'>;

/** The images of a state. */
export interface ImageState {
  readonly archives: readonly ImageSource[];
  /** Where nodes pull them from; nothing where it is not known. */
  readonly registry: Platform['registry'] | undefined;
}

/** An image of an archive. */
export interface PlannedImage {
  readonly name: string;
  readonly tag: string;
  /** Of the manifest. */
  readonly digest: string;
}

/** What changes among the images of one archive. */
export interface ArchiveImages {
  /** `<name>-<version>` */
  readonly id: string;
  /** A tag that is another image than before is here and under `removed`. */
  readonly added: readonly PlannedImage[];
  readonly removed: readonly PlannedImage[];
  /** In bytes: blobs that no archive had before, each counted once, for the first archive. */
  readonly transfer: number;
}

/** What changes among the images of all archives. */
export interface ImageChanges {
  /** Those in which something changes, by id. */
  readonly archives: readonly ArchiveImages[];
  /** In bytes, of all of them. */
  readonly transfer: number;
  /** `<registry>[/<base>]`, where it is another one: all images are new to it. */
  readonly registry?: { readonly before: string; readonly after: string };
  /** The commands that remove the images of what is no longer imported. */
  readonly unpush: readonly string[];
}

/** Compares the images of the archives that were imported with those that are. */
export function imageChanges(before: ImageState, after: ImageState): ImageChanges {
  const registry = registryChange(before, after);
  const there = registry ? [] : before.archives;
  const known = new Set(
    there.flatMap(({ images }) => images.flatMap(({ blobs }) => blobs.map((b) => b.digest))),
  );
  const [old, had, next] = [before.archives, there, after.archives].map(
    (records) => new Map(records.map((r) => [r.id, r])),
  );
  const ids = [...new Set([...before.archives, ...after.archives].map(({ id }) => id))].sort(
    compareText,
  );
  const archives = ids.flatMap((id): ArchiveImages[] => {
    const is = next?.get(id);
    const added = missingIn(had?.get(id), is);
    const removed = missingIn(is, old?.get(id));
    const transfer = is ? newBytes(is, known) : 0;
    return added.length + removed.length === 0 ? [] : [{ id, added, removed, transfer }];
  });
  const dropped = ids.filter((id) => next?.has(id) !== true);
  return {
    archives,
    transfer: archives.reduce((sum, { transfer }) => sum + transfer, 0),
    ...(registry ? { registry } : {}),
    // They are where they were pushed to.
    unpush: unpushLines(dropped, before.registry ?? after.registry),
  };
}

function registryChange(before: ImageState, after: ImageState): ImageChanges['registry'] {
  const [was, is] = [before.registry?.prefix, after.registry?.prefix];
  if (was === undefined || is === undefined || was === is) return undefined;
  // Where nothing was imported, or nothing is, no image has to be anywhere else.
  if (before.archives.length === 0 || after.archives.length === 0) return undefined;
  return { before: was, after: is };
}

/** The images of `there` that are not in `elsewhere`. */
function missingIn(elsewhere: ImageSource | undefined, there: ImageSource | undefined) {
  const known = new Set((elsewhere?.images ?? []).map(keyOf));
  return (there?.images ?? [])
    .filter((image) => !known.has(keyOf(image)))
    .map(({ name, tag, digest }): PlannedImage => ({ name, tag, digest }));
}

function keyOf({ name, tag, digest }: PlannedImage): string {
  return `${name}:${tag}@${digest}`;
}

/** Counts each blob once: it is known from then on. */
function newBytes({ images }: ImageSource, known: Set<string>): number {
  let sum = 0;
  for (const { digest, size } of images.flatMap(({ blobs }) => blobs)) {
    if (!known.has(digest)) sum += size;
    known.add(digest);
  }
  return sum;
}
