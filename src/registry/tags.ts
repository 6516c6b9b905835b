import type { Answer } from './exchange.ts';
import { RegistryError } from './failure.ts';
import { fieldOf, jsonOf } from './json.ts';
import { locationFrom } from './location.ts';
import type { Destination } from './session.ts';

/** More are not of Solutions; some registries never end. */
const MAX_TAGS = 10_000;
const MAX_PAGES = 1000;
/** Of one page, in bytes: all tags with 128 characters each. */
const MAX_PAGE = 2 << 20;

/**
 * All tags of a repository; none where the registry does not know it. They are what the registry
 * says, whatever that is.
 *
 * @throws RegistryError
 */
export async function listTags({ session, repository }: Destination): Promise<string[]> {
  const tags: string[] = [];
  let path: string | URL | undefined = 'tags/list';
  for (let page = 0; path !== undefined; page += 1) {
    const answer: Answer = await session.call({
      method: 'GET',
      repository,
      path,
      limit: MAX_PAGE,
      action: 'listing the tags',
      expected: [200, 404],
    });
    if (answer.status === 404) break;
    tags.push(...tagsIn(answer));
    if (tags.length > MAX_TAGS || page === MAX_PAGES) {
      throw new RegistryError('registry-protocol', `listing the tags: more than ${MAX_TAGS}`);
    }
    path = nextPage(answer);
  }
  return [...new Set(tags)];
}

/** OCI distribution specification 1.1, "Listing Tags"; docker-registry says `null` for none. */
function tagsIn({ body }: Answer): string[] {
  const tags = fieldOf(jsonOf(body), 'tags');
  if (tags === null) return [];
  if (Array.isArray(tags) && tags.every((tag: unknown) => typeof tag === 'string')) return tags;
  throw new RegistryError('registry-protocol', 'listing the tags: the answer is no list of tags', {
    hint: 'is the address that of the registry itself?',
  });
}

/** RFC 8288: `</v2/<name>/tags/list?n=..&last=..>; rel="next"`. */
function nextPage({ headers, url }: Answer): URL | undefined {
  const { link } = headers;
  const [, target] = /<([^<>]{1,2000})>\s*;\s*rel="?next"?/u.exec(String(link ?? '')) ?? [];
  return locationFrom(target, url);
}
