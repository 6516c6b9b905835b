import type { ImageRecord } from '../archive/images.ts';
import { quoted } from '../archive/mistake.ts';
import { REPOSITORY_COMPONENT, TAG } from '../oci/name.ts';
import type { Destination, RegistrySession } from '../registry/session.ts';
import { mistake } from './mistake.ts';
import { RepositoryManifests, type Tags } from './repository-manifests.ts';
import { repositoryBelow, requireRepository, type Target } from './target.ts';

/** One tag of an archive, or one manifest of it that none of its tags names. */
export interface RemovalItem {
  readonly repository: string;
  /** Absent for the manifest of a platform, and for what a tag that is gone or moved has left. */
  readonly tag?: string | undefined;
  /** As the archive has it. */
  readonly digest: string;
  /** `moved`: the tag is another image by now. `needed`: a tag that is not of the archive needs it. */
  readonly status: 'there' | 'gone' | 'moved' | 'needed';
  /** Of a tag that moved: the digest that it has now. */
  readonly found?: string | undefined;
  /** Of a manifest that is needed: the tags that need it, sorted. */
  readonly neededBy?: readonly string[] | undefined;
}

/** What there is to remove from one repository. */
export interface RepositoryRemoval {
  readonly repository: string;
  readonly items: readonly RemovalItem[];
  /** Of the manifests to delete, an index before what it names. */
  readonly digests: readonly string[];
}

interface Wanted {
  readonly id: string;
  readonly images: readonly ImageRecord[];
}

/**
 * Looks up what a registry holds of an archive; deletes nothing.
 *
 * A repository belongs to one archive: its last two components are the id and the name of the
 * image, and neither holds a `/`. So no other archive that is pushed below the same registry needs
 * anything of it, and only other tags in it are looked at.
 *
 * @returns one removal a repository, in the order of the images
 * @throws SolutionsError `push-name`, `unpush-crowded`; RegistryError
 */
export async function surveyRemoval(
  { id, images }: Wanted,
  session: RegistrySession,
  target: Target,
): Promise<RepositoryRemoval[]> {
  const groups = new Map<string, ImageRecord[]>();
  for (const image of images) {
    const repository = repositoryOf(id, image, target);
    groups.set(repository, [...(groups.get(repository) ?? []), image]);
  }
  const surveys = [...groups].map(
    ([repository, own]) =>
      () =>
        surveyRepository({ session, repository }, own),
  );
  // Whether the registry can be used at all shows here: one error then, not one a repository.
  const [first, ...others] = surveys;
  if (first === undefined) return [];
  const found = await first();
  return [found, ...(await Promise.all(others.map((survey) => session.slots.run(survey))))];
}

/** A record comes from a repository that many may write to: its names are checked again. */
function repositoryOf(id: string, { name, tag }: ImageRecord, target: Target): string {
  const repository = repositoryBelow(target, `${id}/${name}`);
  requireRepository(target, repository);
  if (REPOSITORY_COMPONENT.test(name) && TAG.test(tag)) return repository;
  throw mistake('push-name', `the record holds an image with the name ${quoted(`${name}:${tag}`)}`);
}

async function surveyRepository(
  at: Destination,
  images: readonly ImageRecord[],
): Promise<RepositoryRemoval> {
  const { repository } = at;
  const manifests = new RepositoryManifests(at);
  const tags = await manifests.tagsNow(images);
  const own = await manifests.ownOf(images, tags);
  const needed = await manifests.neededBy(strangersAmong(tags, images), own);
  const items = [...tagItems(images, tags), ...untaggedItems(images, tags, own)].map((item) => {
    const neededBy = item.status === 'there' ? needed.get(item.digest) : undefined;
    const status = neededBy === undefined ? item.status : 'needed';
    return { ...item, repository, status, neededBy };
  });
  const going = [...own].filter(([digest, isThere]) => isThere && !needed.has(digest));
  return { repository, items, digests: manifests.parentsFirst(going.map(([digest]) => digest)) };
}

/** Tags that are not of the archive, and those of it that are another image by now. */
function strangersAmong(tags: Tags, images: readonly ImageRecord[]): string[] {
  const recorded = new Map(images.map(({ tag, digest }) => [tag, digest]));
  const isStranger = (tag: string, found: string | undefined) => {
    const digest = recorded.get(tag);
    return digest === undefined || (found !== undefined && found !== digest);
  };
  return [...tags]
    .filter(([tag, found]) => isStranger(tag, found))
    .map(([tag]) => tag)
    .sort();
}

type Item = Omit<RemovalItem, 'repository' | 'neededBy'>;

function tagItems(images: readonly ImageRecord[], tags: Tags): Item[] {
  return images.map(({ tag, digest }) => {
    const found = tags.get(tag);
    if (found === undefined) return { tag, digest, status: 'gone' };
    return found === digest
      ? { tag, digest, status: 'there' }
      : { tag, digest, status: 'moved', found };
  });
}

/** Those of platforms always; what a tag has left only where there is something left. */
function untaggedItems(
  images: readonly ImageRecord[],
  tags: Tags,
  own: ReadonlyMap<string, boolean>,
): Item[] {
  const tagged = new Set(
    images.filter(({ tag, digest }) => tags.get(tag) === digest).map((i) => i.digest),
  );
  const top = new Set(images.map(({ digest }) => digest));
  return [...own]
    .filter(([digest, isThere]) => !tagged.has(digest) && (isThere || !top.has(digest)))
    .map(([digest, isThere]) => ({ digest, status: isThere ? 'there' : 'gone' }));
}
