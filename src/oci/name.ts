/** One component of a repository's name (OCI distribution specification 1.1, "Pulling manifests"). */
export const REPOSITORY_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/u;

/** A tag (same clause). */
export const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/u;

/** Of registry, slash and repository: what clients allow together (same clause). */
const MAX_NAME = 255;

const HOST =
  /^(?<host>[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[(?<ipv6>[0-9A-Fa-f:.]+)\])(?::(?<port>[1-9][0-9]{0,4}))?$/u;

/** The form of a registry's host, the range of the port and the groups of an IPv6 address apart. */
export const REGISTRY_HOST_FORM = HOST.source.replaceAll(/\?<[a-z0-9]+>/gu, '?:');

/**
 * Why `text` is no host of a registry with an optional port, as the end of a sentence about it, or
 * nothing where it is one. Without a point or a port every client takes the first part of an
 * image's name for a repository on Docker Hub.
 *
 * @see https://github.com/distribution/reference/blob/v0.6.0/normalize.go (splitDockerDomain)
 */
export function registryHostMistake(text: string): string | undefined {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//u.test(text)) return 'must be a host, without a scheme';
  if (text.includes('/')) return 'must be a host alone: what follows the `/` belongs to `base`';
  const found = text.length > MAX_NAME ? undefined : HOST.exec(text)?.groups;
  if (!found || (found['ipv6'] !== undefined && !URL.canParse(`http://[${found['ipv6']}]`))) {
    return 'must be a host with an optional port, such as registry.example:5000';
  }
  if (Number(found['port'] ?? 1) > 65_535) return 'must have a port of at most 65535';
  return /[.:]/u.test(text) || text === 'localhost'
    ? undefined
    : 'must have a point or a port: without them it means a repository on Docker Hub';
}

/** Why `text` is no repository's name, as the end of a sentence about it, or nothing. */
export function repositoryMistake(text: string): string | undefined {
  if (text.length > MAX_NAME) {
    return `has ${text.length} characters, at most ${MAX_NAME} are allowed`;
  }
  if (text.startsWith('/') || text.endsWith('/')) return 'must not start or end with `/`';
  return text.split('/').every((part) => REPOSITORY_COMPONENT.test(part))
    ? undefined
    : 'must be lower-case letters and digits, with `.`, `_`, `-` or `/` between them';
}

/** The form of the name of an image that says which one it is: a tag, a digest or both. */
export const IMAGE_FORM = String.raw`^[^\s@]+(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})$`;

/** Of name, tag and digest together. */
const MAX_IMAGE = MAX_NAME + ':'.length + 128 + '@sha256:'.length + 64;

/**
 * Why `text` is no image that a Pod can name, as the end of a sentence about it, or nothing where it
 * is one. `latest` by default is refused: nobody can say which image that is.
 *
 * @see https://github.com/distribution/reference/blob/v0.6.0/reference.go
 */
export function imageMistake(text: string): string | undefined {
  const match =
    text.length > MAX_IMAGE
      ? null
      : /^(?<name>[^\s@]+?)(?::(?<tag>[^:/@]*))?(?:@(?<digest>.*))?$/u.exec(text);
  const { name = '', tag, digest } = match?.groups ?? {};
  if (tag !== undefined && !TAG.test(tag)) return 'has a tag that is none';
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/u.test(digest)) {
    return 'has a digest that is none, expected `@sha256:` and 64 digits or letters from a to f';
  }
  const [first = '', ...rest] = name.split('/');
  const hasHost = rest.length > 0 && registryHostMistake(first) === undefined;
  if (repositoryMistake(hasHost ? rest.join('/') : name) !== undefined) {
    return 'must be an image such as registry.example:5000/solutions:0.1.0@sha256:<digest>';
  }
  return tag === undefined && digest === undefined
    ? 'has neither a tag nor a digest: which image is it?'
    : undefined;
}
