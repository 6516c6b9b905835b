import type { BlobFile } from '../archive/images.ts';
import type { SolutionsError } from '../errors.ts';
import { RegistryError } from '../registry/failure.ts';
import { headManifest, putManifest } from '../registry/manifests.ts';
import type { RegistrySession } from '../registry/session.ts';
import { hasBlob, mountBlob, sendBlob, type Arrival, type BlobToSend } from '../registry/upload.ts';
import { blobBody, BufferPairs } from './blob-body.ts';
import { ClosedRepositories } from './closed-repositories.ts';
import { deliveriesOf, placeOf, type Delivery, type Outcome, type Place } from './delivery.ts';
import type { EarlierVersions } from './earlier.ts';
import { named } from './failed.ts';
import { PushProgress, type PushEvent } from './push-progress.ts';
import type { Consignment, Shipment } from './shipment.ts';
import { verifyImage } from './verify-image.ts';

/** How {@link push} works. */
export interface PushOptions {
  readonly session: RegistrySession;
  readonly earlier: EarlierVersions;
  /** Only look what is there; nothing is sent. */
  readonly isDryRun?: boolean | undefined;
  /** Read every manifest back. */
  readonly isVerified?: boolean | undefined;
  readonly progress?: ((event: PushEvent) => void) | undefined;
}

/** What became of one image. */
export interface PushedImage {
  readonly image: Consignment;
  /** `missing` in a dry run, `pending` after an interruption. */
  readonly status: 'pushed' | 'present' | 'missing' | 'failed' | 'pending';
  /** The digest that its tag had before, where that was another one. */
  readonly replaced?: string | undefined;
  /** Why it failed; images that need the same blob share the error. */
  readonly errors: readonly SolutionsError[];
}

/** Blobs in repositories, and their bytes. */
export interface Count {
  readonly blobs: number;
  readonly bytes: number;
}

/** What a push did; in a dry run, what it would do. */
export interface PushReport {
  /** In the order of the archives and of their images. */
  readonly images: readonly PushedImage[];
  /** Blobs that went over the wire, were taken over from another repository, were there. */
  readonly blobs: Readonly<Record<Arrival, Count>>;
}

/**
 * Sends what a registry does not hold yet. Every blob is sent once, the largest first; the other
 * repositories that need it mount it. A tag is set when all of its image is there.
 *
 * @throws RegistryError where nothing can be sent at all; failures of single images are in the
 *   report
 */
export async function push(
  shipments: readonly Shipment[],
  options: PushOptions,
): Promise<PushReport> {
  const run = new Run(options);
  const images = shipments.flatMap((shipment) => shipment.images);
  const missing = await run.lookUp(images);
  await run.send(missing);
  if (options.isVerified === true && options.isDryRun !== true) await run.verify();
  return run.report(images);
}

/** A blob on its way to one repository. */
interface Task {
  readonly blob: BlobFile;
  readonly archive: string;
  readonly place: Place;
}

/** Of one push: what is known of the registry, and what became of each image. */
class Run {
  readonly #options: PushOptions;
  readonly #session: RegistrySession;
  readonly #buffers = new BufferPairs();
  readonly #progress: PushProgress;
  /** By digest: a repository that is known to hold the blob. */
  readonly #holders = new Map<string, string>();
  readonly #closed = new ClosedRepositories();
  readonly #results = new Map<Consignment, PushedImage>();
  readonly #counts = {
    sent: { blobs: 0, bytes: 0 },
    mounted: { blobs: 0, bytes: 0 },
    present: { blobs: 0, bytes: 0 },
  };

  constructor(options: PushOptions) {
    this.#options = options;
    this.#session = options.session;
    this.#progress = new PushProgress(options.progress ?? (() => {}));
  }

  report(images: readonly Consignment[]): PushReport {
    const found = images.flatMap((image) => this.#results.get(image) ?? []);
    return { images: found, blobs: this.#counts };
  }

  /** One request an image: those whose tag has their digest are done. */
  async lookUp(images: readonly Consignment[]): Promise<Consignment[]> {
    const [first, ...others] = images;
    if (first === undefined) return [];
    // Whether the registry can be used at all shows here: one error then, not one an image.
    const missing = [await this.#lookUp(first, true)];
    const rest = others.map((image) => this.#session.slots.run(() => this.#lookUp(image, false)));
    return [...missing, ...(await Promise.all(rest))].flatMap((image) => image ?? []);
  }

  async #lookUp(image: Consignment, isFirst: boolean): Promise<Consignment | undefined> {
    const { repository, tag, digest, blobs } = image;
    try {
      const found = await headManifest({ session: this.#session, repository }, tag);
      if (found !== digest) {
        this.#results.set(image, { image, status: 'missing', replaced: found, errors: [] });
        return image;
      }
      for (const blob of blobs) this.#holders.set(blob.digest, repository);
      this.#results.set(image, { image, status: 'present', errors: [] });
    } catch (error) {
      const isOfThisImage = error instanceof RegistryError && error.code === 'registry-refused';
      if (isFirst && !isOfThisImage) throw error;
      this.#fail(image, [named(error, image)]);
    }
    return undefined;
  }

  async send(images: readonly Consignment[]): Promise<void> {
    const deliveries = deliveriesOf(images);
    const total = deliveries.reduce((sum, { blob }) => sum + blob.file.size, 0);
    this.#progress.start(total, images.length);
    const bySize = [...deliveries].sort((a, b) => b.blob.file.size - a.blob.file.size);
    const places = new Map(deliveries.map((delivery) => [delivery.blob.digest, delivery.places]));
    await Promise.all([
      ...bySize.map((delivery) => this.#deliver(delivery)),
      ...images.map((image) => this.#finish(image, places)),
    ]);
  }

  /** Reads back what is there. */
  async verify(): Promise<void> {
    const there = [...this.#results.values()].filter(
      ({ status }) => status === 'pushed' || status === 'present',
    );
    await Promise.all(
      there.map(({ image }) => this.#session.slots.run(async () => this.#verify(image))),
    );
  }

  async #verify(image: Consignment): Promise<void> {
    try {
      await verifyImage(this.#session, image);
    } catch (error) {
      this.#fail(image, [named(error, image)]);
    }
  }

  /** Brings a blob into one repository, and from there into all others. */
  async #deliver({ blob, archive, places }: Delivery): Promise<void> {
    let source = this.#holders.get(blob.digest);
    if (source !== undefined) places.get(source)?.settle({ arrival: 'present' });
    const queue = [...places.values()].filter(({ repository }) => repository !== source);
    while (source === undefined) {
      const place = queue.shift();
      if (place === undefined) break;
      const outcome = await this.#session.slots.run(() => this.#first(place, blob, archive));
      place.settle(outcome);
      if ('arrival' in outcome) source = place.repository;
      else if (!isOfRepository(outcome.error)) {
        // What is wrong is the blob or the registry: the other repositories would fare no better.
        for (const other of queue.splice(0)) other.settle(outcome);
      }
    }
    this.#progress.blobDone(blob.digest, blob.file.size);
    const from = source;
    if (from === undefined) return;
    await Promise.all(
      queue.map(async (place) => {
        const task = () => this.#other(place, blob, { archive, source: from });
        place.settle(await this.#session.slots.run(task, true));
      }),
    );
  }

  /** The first repository gets the blob from another version, or from the archive. */
  async #first(place: Place, blob: BlobFile, archive: string): Promise<Outcome> {
    const { earlier, isDryRun } = this.#options;
    const to = { session: this.#session, repository: place.repository };
    return this.#counted({ blob, archive, place }, async (toSend) => {
      const guess = await earlier.guess(blob.digest, place.name);
      if (isDryRun === true) {
        if (await hasBlob(to, toSend)) return 'present';
        return guess?.id === undefined ? 'sent' : 'mounted';
      }
      if (guess === undefined) return sendBlob(to, toSend);
      const source = guess.repository;
      const arrival = await mountBlob(to, toSend, { source, isSure: false });
      earlier.answered(guess, arrival === 'mounted');
      return arrival;
    });
  }

  async #other(
    place: Place,
    blob: BlobFile,
    { archive, source }: { readonly archive: string; readonly source: string },
  ): Promise<Outcome> {
    const to = { session: this.#session, repository: place.repository };
    return this.#counted({ blob, archive, place }, async (toSend) =>
      this.#options.isDryRun === true ? 'mounted' : mountBlob(to, toSend, { source, isSure: true }),
    );
  }

  async #counted(
    { blob, archive, place: { repository } }: Task,
    work: (toSend: BlobToSend) => Promise<Arrival>,
  ): Promise<Outcome> {
    const reason = this.#closed.reason(repository);
    if (reason) return { error: reason };
    let wasRead = false;
    const onRead = () => {
      wasRead = true;
    };
    try {
      const arrival = await work(this.#toSend(blob, archive, onRead));
      const count = this.#counts[arrival];
      count.blobs += 1;
      count.bytes += blob.file.size;
      return { arrival };
    } catch (error) {
      const found = named(error, { archive, text: blob.image, path: blob.file.path });
      return { error: this.#closed.noted(repository, found, wasRead) };
    }
  }

  #toSend(blob: BlobFile, archive: string, onRead: () => void): BlobToSend {
    const { digest, role, file } = blob;
    const onSent = (bytes: number) => this.#progress.blobSent(digest, bytes);
    const body = blobBody(blob, { buffers: this.#buffers, archive, onSent });
    const chunks = () => {
      onRead();
      return body.chunks();
    };
    return { digest, body: { ...body, chunks }, label: `${role} (${file.size} bytes)` };
  }

  /** Sets the tag as soon as all blobs of the image are there. */
  async #finish(
    image: Consignment,
    places: ReadonlyMap<string, ReadonlyMap<string, Place>>,
  ): Promise<void> {
    const { repository, blobs } = image;
    const outcomes = await Promise.all(
      blobs.map(({ digest }) => placeOf(places, digest, repository).outcome),
    );
    const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
    if (errors.length > 0) return this.#fail(image, [...new Set(errors)]);
    if (this.#options.isDryRun === true) return undefined;
    try {
      await this.#session.slots.run(() => this.#putManifests(image), true);
      const replaced = this.#results.get(image)?.replaced;
      this.#results.set(image, { image, status: 'pushed', replaced, errors: [] });
      this.#progress.imageDone();
    } catch (error) {
      this.#fail(image, [named(error, image)]);
    }
    return undefined;
  }

  async #putManifests({ manifests, repository, tag }: Consignment): Promise<void> {
    for (const [index, manifest] of manifests.entries()) {
      const isLast = index === manifests.length - 1;
      await putManifest(
        { session: this.#session, repository },
        isLast ? tag : manifest.digest,
        manifest,
      );
    }
  }

  #fail(image: Consignment, errors: readonly SolutionsError[]): void {
    const isInterrupted = errors.every(({ code }) => code === 'registry-interrupted');
    const status = isInterrupted ? 'pending' : 'failed';
    this.#results.set(image, { image, status, errors: isInterrupted ? [] : errors });
  }
}

/** Whether a refusal may be one of this repository alone: a blob is too large (413) for all of them. */
function isOfRepository({ code, cause }: SolutionsError): boolean {
  return code === 'registry-refused' && !(cause instanceof RegistryError && cause.status === 413);
}
