import type { ArchiveRecord } from '../metadata/record.ts';
import { compareText } from '../text-order.ts';

/** What is read of a record. */
export type ImageSource = Pick<ArchiveRecord, 'id' | 'images'>;

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
}

/** Compares the images of the archives that were imported with those that are. */
export function imageChanges(
  before: readonly ImageSource[],
  after: readonly ImageSource[],
): ImageChanges {
  const known = new Set(
    before.flatMap(({ images }) => images.flatMap(({ blobs }) => blobs.map((b) => b.digest))),
  );
  const [old, next] = [before, after].map((records) => new Map(records.map((r) => [r.id, r])));
  const ids = [...new Set([...before, ...after].map(({ id }) => id))].sort(compareText);
  const archives = ids.flatMap((id): ArchiveImages[] => {
    const [was, is] = [old?.get(id), next?.get(id)];
    const added = missingIn(was, is);
    const removed = missingIn(is, was);
    const transfer = is ? newBytes(is, known) : 0;
    return added.length + removed.length === 0 ? [] : [{ id, added, removed, transfer }];
  });
  return { archives, transfer: archives.reduce((sum, { transfer }) => sum + transfer, 0) };
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
