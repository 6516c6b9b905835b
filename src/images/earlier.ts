import type { ArchiveRecord } from '../metadata/record.ts';
import { quoted } from '../archive/mistake.ts';
import { repositoryMistake } from '../oci/name.ts';
import { mistake } from './mistake.ts';
import type { Shipment } from './shipment.ts';
import { repositoryBelow, type Target } from './target.ts';

/** A repository that may hold a blob. */
export interface Earlier {
  readonly repository: string;
  /** The version that it belongs to; none where no record says that it holds the blob. */
  readonly id?: string | undefined;
  /** The value of `from` that led there. */
  readonly from?: string | undefined;
}

/**
 * Refuses what can be no id and no repository in a registry.
 *
 * @throws SolutionsError `push-mount-from`
 */
export function requireEarlier(from: readonly string[]): void {
  for (const value of from) {
    const wrong = repositoryMistake(value);
    if (wrong === undefined) continue;
    throw mistake('push-mount-from', `the value ${quoted(value)} of \`--mount-from\` ${wrong}`, {
      hint: 'expected another id, such as storage-1.0.0, or the repository before the names of images',
    });
  }
}

interface EarlierOptions {
  /** All that is known; asked for when it is first needed. */
  readonly records: () => Promise<readonly ArchiveRecord[]>;
  /** What is pushed now. */
  readonly shipments: readonly Shipment[];
  readonly target: Target;
  /** Ids, or repositories with a `/` that stand before the names of images, to ask first. */
  readonly from: readonly string[];
}

/**
 * Where other versions may have left blobs. A version whose blob was not there is not asked again:
 * it was removed from the registry, or never pushed.
 */
export class EarlierVersions {
  readonly #options: EarlierOptions;
  /** By digest, the likeliest version first. */
  #known: Promise<ReadonlyMap<string, readonly Earlier[]>> | undefined;
  readonly #gone = new Set<string>();
  /** By value of `from` that was tried: whether anything could be mounted. */
  readonly #tried = new Map<string, boolean>();

  constructor(options: EarlierOptions) {
    this.#options = options;
  }

  /** The repository to mount a blob of the image `name` from, or undefined. */
  async guess(digest: string, name: string): Promise<Earlier | undefined> {
    this.#known ??= readIndex(this.#options);
    const index = await this.#known;
    const known = index.get(digest)?.find(({ id = '' }) => !this.#gone.has(id));
    if (known) return { ...known, from: this.#options.from.find((from) => from === known.id) };
    return this.#unrecorded(name);
  }

  /** Whether the blob was there. */
  answered({ id, from }: Earlier, isThere: boolean): void {
    if (id !== undefined && !isThere) this.#gone.add(id);
    if (from !== undefined) this.#tried.set(from, isThere || this.#tried.get(from) === true);
  }

  /** The values of `from` that were asked for blobs and had none. */
  get useless(): readonly string[] {
    return [...this.#tried].filter(([, isThere]) => !isThere).map(([from]) => from);
  }

  /** Another name of the same image is all that is known of a version without a record. */
  #unrecorded(name: string): Earlier | undefined {
    const { from, target } = this.#options;
    const [first] = from;
    if (first === undefined) return undefined;
    const folder = first.includes('/') ? first : repositoryBelow(target, first);
    return { repository: `${folder}/${name}`, from: first };
  }
}

async function readIndex(options: EarlierOptions): Promise<Map<string, Earlier[]>> {
  return indexOf(candidates(await options.records(), options), options.target);
}

/** The records that are wanted, then other versions of the same Solutions, most in common first. */
function candidates(
  records: readonly ArchiveRecord[],
  { shipments, from }: EarlierOptions,
): ArchiveRecord[] {
  const own = new Set(shipments.map(({ id }) => id));
  const wanted = new Set(
    shipments.flatMap(({ images }) => images.flatMap((image) => image.blobs)).map((b) => b.digest),
  );
  return records
    .filter(({ id }) => !own.has(id))
    .filter(
      ({ id }) => from.includes(id) || shipments.some(({ name }) => id.startsWith(`${name}-`)),
    )
    .map((record) => ({
      record,
      rank: from.includes(record.id) ? Infinity : shared(record, wanted),
    }))
    .sort((a, b) => b.rank - a.rank || (a.record.id < b.record.id ? -1 : 1))
    .map(({ record }) => record);
}

function shared({ images }: ArchiveRecord, wanted: ReadonlySet<string>): number {
  const digests = new Set(images.flatMap(({ blobs }) => blobs.map(({ digest }) => digest)));
  return [...digests].filter((digest) => wanted.has(digest)).length;
}

function indexOf(records: readonly ArchiveRecord[], target: Target): Map<string, Earlier[]> {
  const known = new Map<string, Earlier[]>();
  const all = records.flatMap(({ id, images }) =>
    images.flatMap(({ name, blobs }) =>
      blobs.map(({ digest }) => ({
        digest,
        id,
        repository: repositoryBelow(target, `${id}/${name}`),
      })),
    ),
  );
  for (const { digest, id, repository } of all) {
    const list = known.get(digest) ?? [];
    known.set(digest, list);
    list.push({ id, repository });
  }
  return known;
}
