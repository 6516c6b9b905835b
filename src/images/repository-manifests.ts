import type { ImageRecord } from '../archive/images.ts';
import { isDigest } from '../oci/digest.ts';
import { TAG } from '../oci/name.ts';
import { RegistryError } from '../registry/failure.ts';
import { fieldOf, jsonOf, textField } from '../registry/json.ts';
import { getManifest, headManifest } from '../registry/manifests.ts';
import type { Destination } from '../registry/session.ts';
import { listTags } from '../registry/tags.ts';
import { mistake } from './mistake.ts';

/**
 * The digests that tags have: undefined for one of the archive that is not there, and for one of
 * somebody else, which nobody has asked for yet.
 */
export type Tags = ReadonlyMap<string, string | undefined>;

interface Child {
  readonly digest: string;
  readonly isIndex: boolean;
}

/** Tags in a repository that are not of its archive. */
const MAX_STRANGERS = 1000;
/** Manifests of one repository that are read, and what indexes among them name together. */
const MAX_READS = 2000;
const MAX_CHILDREN = 100_000;

const INDEX = /(?:image\.index\.v1|manifest\.list\.v2)\+json$/u;

/** What one repository holds, each index read once. */
export class RepositoryManifests {
  readonly #at: Destination;
  /** What an index names, by its digest; nothing for a manifest that is no index. */
  readonly #children = new Map<string, readonly Child[]>();
  #reads = 0;
  #named = 0;

  constructor(at: Destination) {
    this.#at = at;
  }

  /**
   * All tags of the repository, and those of the archive.
   *
   * @throws RegistryError
   */
  async tagsNow(images: readonly ImageRecord[]): Promise<Tags> {
    const listed = await listTags(this.#at);
    const tags = new Map<string, string | undefined>();
    for (const tag of listed) if (TAG.test(tag)) tags.set(tag, undefined);
    for (const { tag } of images) tags.set(tag, await headManifest(this.#at, tag));
    return tags;
  }

  /**
   * Whether each manifest of the archive is there, by digest.
   *
   * @throws RegistryError
   */
  async ownOf(images: readonly ImageRecord[], tags: Tags): Promise<Map<string, boolean>> {
    const own = new Map<string, boolean>();
    const tagged = new Set(tags.values());
    for (const { digest, children } of images) {
      const isThere =
        children === undefined
          ? tagged.has(digest) || (await this.#isThere(digest))
          : (await this.#read(digest)) !== undefined;
      own.set(digest, isThere);
    }
    for (const { digest, children = [] } of images) {
      // A record has the images below an index; an index between them only the registry knows.
      for (const below of [...this.#below(digest), ...children.map((child) => child.digest)]) {
        if (!own.has(below)) own.set(below, await this.#isThere(below));
      }
    }
    return own;
  }

  /**
   * The tags of `strangers` that need a manifest of `own`, by its digest: they are it, or an index
   * with it.
   *
   * @throws SolutionsError `unpush-crowded`; RegistryError
   */
  async neededBy(
    strangers: readonly string[],
    own: ReadonlyMap<string, boolean>,
  ): Promise<Map<string, string[]>> {
    if (strangers.length > MAX_STRANGERS) throw this.#crowded('tags');
    const needed = new Map<string, string[]>();
    for (const tag of strangers) {
      const digest = await this.#read(tag);
      for (const one of digest === undefined ? [] : [digest, ...this.#below(digest)]) {
        if (own.has(one)) needed.set(one, [...(needed.get(one) ?? []), tag]);
      }
    }
    return needed;
  }

  /** `digests` with every index before what it names. */
  parentsFirst(digests: readonly string[]): string[] {
    const childrenFirst = new Set<string>();
    // A digest cannot name itself, so that the visit ends.
    const visit = (digest: string): void => {
      if (childrenFirst.has(digest)) return;
      for (const child of this.#children.get(digest) ?? []) visit(child.digest);
      childrenFirst.add(digest);
    };
    for (const digest of digests.toReversed()) visit(digest);
    const wanted = new Set(digests);
    return [...childrenFirst].filter((digest) => wanted.has(digest)).toReversed();
  }

  async #isThere(digest: string): Promise<boolean> {
    return this.#children.has(digest) || (await headManifest(this.#at, digest)) === digest;
  }

  /** Reads a manifest and all indexes below it; gives its digest, or undefined if there is none. */
  async #read(reference: string): Promise<string | undefined> {
    if (this.#children.has(reference)) return reference;
    this.#reads += 1;
    if (this.#reads > MAX_READS) throw this.#crowded('manifests');
    const manifest = await getManifest(this.#at, reference);
    if (manifest === undefined) return undefined;
    const { digest, bytes } = manifest;
    const children = childrenIn(bytes);
    if (children === undefined || (isDigest(reference) && digest !== reference)) {
      throw new RegistryError('registry-protocol', `${reference} is no manifest, or another one`, {
        hint: 'is something between here and the registry changing what is sent?',
      });
    }
    this.#children.set(digest, children);
    this.#named += children.length;
    if (this.#named > MAX_CHILDREN) throw this.#crowded('manifests');
    for (const child of children) if (child.isIndex) await this.#read(child.digest);
    return digest;
  }

  /** All that an index names, and the indexes in it. */
  #below(digest: string): Set<string> {
    const found = new Set<string>();
    const queue = [digest];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const child of this.#children.get(next) ?? []) {
        if (!found.has(child.digest)) queue.push(child.digest);
        found.add(child.digest);
      }
    }
    return found;
  }

  #crowded(what: string): Error {
    return mistake('unpush-crowded', `${this.#at.repository} holds too many ${what} of others`, {
      hint: 'is this repository of the archive alone? Remove what is not of it first',
    });
  }
}

/** Nothing where it is no JSON; what is no index names nothing. */
function childrenIn(bytes: Uint8Array): Child[] | undefined {
  const value = jsonOf(bytes);
  if (value === undefined) return undefined;
  const manifests = fieldOf(value, 'manifests');
  if (!Array.isArray(manifests)) return [];
  return manifests.flatMap((entry: unknown) => {
    const digest = textField(entry, 'digest') ?? '';
    if (!isDigest(digest)) return [];
    return [{ digest, isIndex: INDEX.test(textField(entry, 'mediaType') ?? '') }];
  });
}
