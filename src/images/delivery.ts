import type { BlobFile } from '../archive/images.ts';
import type { SolutionsError } from '../errors.ts';
import type { Arrival } from '../registry/upload.ts';
import type { Consignment } from './shipment.ts';

/** What became of a blob in one repository. */
export type Outcome = { readonly arrival: Arrival } | { readonly error: SolutionsError };

/** One repository that needs a blob. */
export interface Place {
  readonly repository: string;
  /** The image's name, without its tag. */
  readonly name: string;
  readonly outcome: Promise<Outcome>;
  readonly settle: (outcome: Outcome) => void;
}

/** One blob and where it goes. */
export interface Delivery {
  readonly blob: BlobFile;
  readonly archive: string;
  /** By repository, in the order of the images. */
  readonly places: Map<string, Place>;
}

/** Each blob once, with every repository that needs it. */
export function deliveriesOf(images: readonly Consignment[]): Delivery[] {
  const deliveries = new Map<string, Delivery>();
  for (const { blobs, repository, name, archive } of images) {
    for (const blob of blobs) {
      const delivery = deliveries.get(blob.digest) ?? { blob, archive, places: new Map() };
      deliveries.set(blob.digest, delivery);
      const { places } = delivery;
      if (!places.has(repository)) places.set(repository, newPlace(repository, name));
    }
  }
  return [...deliveries.values()];
}

function newPlace(repository: string, name: string): Place {
  const settled: { now?: (outcome: Outcome) => void } = {};
  const outcome = new Promise<Outcome>((resolve) => {
    settled.now = resolve;
  });
  return { repository, name, outcome, settle: (found) => settled.now?.(found) };
}

/** The place of a blob in a repository. */
export function placeOf(
  places: ReadonlyMap<string, ReadonlyMap<string, Place>>,
  digest: string,
  repository: string,
): Place {
  const place = places.get(digest)?.get(repository);
  if (place) return place;
  throw new Error(`${digest} was not to be delivered to ${repository}`);
}
