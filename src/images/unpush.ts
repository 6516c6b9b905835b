import type { ImageRecord } from '../archive/images.ts';
import { SolutionsError, solutionsErrors } from '../errors.ts';
import { deleteManifest } from '../registry/manifests.ts';
import type { RegistrySession } from '../registry/session.ts';
import type { RemovalItem, RepositoryRemoval } from './removal.ts';

/** A {@link RemovalItem} and what became of it. */
export interface RemovedItem extends Omit<RemovalItem, 'status'> {
  /** `there` in a dry run, `pending` where nobody tried. */
  readonly status: RemovalItem['status'] | 'deleted' | 'failed' | 'pending';
}

/** What a removal did. */
export interface UnpushReport {
  /** In the order of the survey. */
  readonly items: readonly RemovedItem[];
  /** Manifests. */
  readonly deleted: number;
  readonly errors: readonly SolutionsError[];
}

type Outcome = 'deleted' | 'gone' | 'failed' | 'pending';

/**
 * Deletes what a survey found, by digest alone: a tag that moved meanwhile stays what it is.
 *
 * An index goes before what it names, and where one manifest of a repository cannot be deleted its
 * others stay: nothing that is still there has lost a part. Whether the registry allows deletion
 * at all shows at the first repository; where it fails, the others are not tried.
 */
export async function unpush(
  repositories: readonly RepositoryRemoval[],
  session: RegistrySession,
): Promise<UnpushReport> {
  const outcomes = new Map<RepositoryRemoval, ReadonlyMap<string, Outcome>>();
  const errors: SolutionsError[] = [];
  const work = async (removal: RepositoryRemoval) => {
    outcomes.set(removal, await removeFrom(removal, session, errors));
  };
  const [first, ...others] = repositories.filter(({ digests }) => digests.length > 0);
  if (first) await work(first);
  if (errors.length === 0) {
    await Promise.all(others.map((removal) => session.slots.run(() => work(removal))));
  }
  const items = repositories.flatMap((removal) =>
    removal.items.map((item) => removedItem(item, outcomes.get(removal))),
  );
  const all = [...outcomes.values()].flatMap((outcome) => [...outcome.values()]);
  return { items, deleted: all.filter((outcome) => outcome === 'deleted').length, errors };
}

/**
 * The most that the registry's garbage collection can give back for the images of `digests`, in
 * bytes: blobs that other images need stay.
 */
export function spaceOf(images: readonly ImageRecord[], digests: ReadonlySet<string>): number {
  const sizes = new Map<string, number>();
  for (const image of images) {
    if (!digests.has(image.digest)) continue;
    for (const { digest, size } of [image, ...(image.children ?? []), ...image.blobs]) {
      sizes.set(digest, size);
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function removedItem(
  item: RemovalItem,
  outcomes: ReadonlyMap<string, Outcome> | undefined,
): RemovedItem {
  return item.status === 'there'
    ? { ...item, status: outcomes?.get(item.digest) ?? 'pending' }
    : item;
}

async function removeFrom(
  { repository, digests }: RepositoryRemoval,
  session: RegistrySession,
  errors: SolutionsError[],
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const digest of digests) {
    try {
      const isDeleted = await deleteManifest({ session, repository }, digest);
      outcomes.set(digest, isDeleted ? 'deleted' : 'gone');
    } catch (error) {
      const [found] = solutionsErrors(error);
      if (found === undefined || found.code === 'registry-interrupted') break;
      outcomes.set(digest, 'failed');
      errors.push(inRepository(found, `${session.host}/${repository}@${digest}`));
      break;
    }
  }
  return outcomes;
}

function inRepository(error: SolutionsError, file: string): SolutionsError {
  const { code, message, hint } = error;
  return new SolutionsError(message, { code, hint, place: { file }, cause: error });
}
