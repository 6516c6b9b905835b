import Handlebars from 'handlebars';
import { readCargo } from '../archive/cargo.ts';
import type { Identity } from '../archive/identity.ts';
import type { ImageRecord } from '../archive/images.ts';
import { quoted } from '../archive/mistake.ts';
import type { Tree } from '../archive/tree.ts';
import type { Notice } from '../errors.ts';
import { digestHex } from '../oci/digest.ts';
import { repositoryMistake } from '../oci/name.ts';
import { compareText } from '../text-order.ts';
import { mistake } from './mistake.ts';
import { manifestsOf } from './shipment.ts';

/** How {@link registryConfig} works. */
export interface RegistryConfigOptions {
  /** Our own Handlebars source; nothing of an archive is ever run through it. */
  readonly template: string;
  /** Where nginx finds the archive's tree; by default where MetalK8s mounts it. */
  readonly root?: string | undefined;
  /** The path above the repositories; by default the archive's id, as everywhere else. */
  readonly prefix?: string | undefined;
}

/** A configuration and what there is to say about it. */
export interface RegistryConfig {
  readonly text: string;
  readonly notices: readonly Notice[];
}

/** One answer: a file under an exact location. */
interface Location {
  readonly uri: string;
  readonly file: string;
  readonly digest: string;
  readonly mediaType?: string | undefined;
}

/** Where MetalK8s mounts Solutions (its salt/metalk8s/solutions/available.sls). */
const MOUNTS = '/srv/scality';
/**
 * The tree in which nginx looks a location up keeps lengths in one byte (nginx up to 1.23.3,
 * src/http/ngx_http_core_module.h): a longer location is never found, and nothing says so.
 */
const MAX_LOCATION = 255;
/** Every character of it may need a backslash, and a path of an archive follows. */
const MAX_ROOT = 1024;
/** A parameter of nginx has at most 4095 bytes (NGX_CONF_BUFFER, src/core/ngx_conf_file.c). */
const MAX_PIECE = 2048;

/**
 * The nginx configuration with which the images of an archive are a registry to pull from (OCI
 * distribution specification 1.1, "Pull" and "Listing tags"): exact locations alone, so that no
 * request can reach any other file. Equal archives and options give equal text.
 *
 * @throws SolutionsError, or several in an AggregateError: those of the archive, and
 *   `registry-config-prefix`, `registry-config-root`, `registry-config-length`
 */
export function registryConfig(
  tree: Tree,
  { template, ...wanted }: RegistryConfigOptions,
): RegistryConfig {
  const { images, ...identity } = readCargo(tree);
  const { id } = identity;
  const prefix =
    wanted.prefix === undefined ? prefixOf(identity, tree) : checkPrefix(wanted.prefix);
  const root = checkRoot(wanted.root ?? `${MOUNTS}/${id}`);
  const repositories = repositoriesOf(tree, images.records, { prefix, images: `${root}/images` });
  for (const { repository, longest } of repositories) refuseLong(repository, longest);
  const facts = {
    id,
    tree: root === '' ? '/' : root,
    prefix,
    images: images.records,
    repositories,
  };
  return { text: render(template, facts), notices: images.notices };
}

/**
 * The same as the file `registry-config.inc.j2` of an archive, in which the import of MetalK8s itself
 * fills in the repository and the folder of the images, by Jinja
 * (its docs/developer/solutions/archive.rst, salt/metalk8s/solutions/available.sls).
 *
 * @throws as {@link registryConfig} does
 */
export function registryConfigTemplate(tree: Tree, template: string): RegistryConfig {
  // Its lengths are those of the real names.
  const { notices } = registryConfig(tree, { template });
  const { id, images } = readCargo(tree);
  const prefix = '{{ repository }}';
  const text = render(template, {
    id,
    tree: `${MOUNTS}/${prefix}`,
    prefix,
    images: images.records,
    repositories: repositoriesOf(tree, images.records, { prefix, images: '{{ registry_root }}' }),
  });
  return { text, notices };
}

/** What the template is about. */
interface Facts {
  readonly id: string;
  /** The folder that nginx reads. */
  readonly tree: string;
  readonly prefix: string;
  readonly images: readonly ImageRecord[];
  readonly repositories: readonly Repository[];
}

function render(template: string, { id, tree, images, ...facts }: Facts): string {
  return Handlebars.compile(template, { strict: true, noEscape: true })({
    ...facts,
    // JSON's escapes keep a version that is no identifier inside its comment.
    id: quoted(id),
    tree: nginxText(tree),
    images: images.map(({ name, tag, digest }) => ({ name, tag, digest })),
  });
}

function prefixOf({ id, idMistake }: Identity, tree: Tree): string {
  if (idMistake === undefined) return id;
  throw mistake('registry-config-prefix', `${quoted(id)}: ${idMistake}`, {
    place: { file: tree.name },
    hint: 'choose another path for its images: `--prefix <path>`',
  });
}

function checkPrefix(prefix: string): string {
  const wrong = repositoryMistake(prefix);
  if (wrong === undefined) return prefix;
  throw mistake('registry-config-prefix', `the prefix ${quoted(prefix)} ${wrong}`, {
    hint: 'it stands between the registry and the name of an image: <registry>/<prefix>/<name>:<tag>',
  });
}

/** The root without its last slash: `''` is the root of the file system. */
function checkRoot(root: string): string {
  const wrong = rootMistake(root);
  if (wrong === undefined) return root.replace(/\/+$/u, '');
  throw mistake('registry-config-root', `the root ${quoted(root)} ${wrong}`, {
    hint: `name the folder where nginx finds the archive's manifest.yaml and images/, such as ${MOUNTS}/storage-1.0.0: \`--root <path>\``,
  });
}

function rootMistake(root: string): string | undefined {
  if (!root.startsWith('/')) return 'must be an absolute path';
  if (Buffer.byteLength(root) > MAX_ROOT) return `has over ${MAX_ROOT} bytes`;
  // A variable starts with `$`, and nginx knows no way to write the character itself.
  if (root.includes('$')) return 'must not hold `$`: nginx has no way to write it';
  return /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u.test(root)
    ? 'must not hold characters that nobody sees'
    : undefined;
}

interface Where {
  readonly prefix: string;
  /** The folder of the images. */
  readonly images: string;
}

/** One name, and how nginx answers for it. */
type Repository = ReturnType<typeof repositoryOf>;

function repositoriesOf(tree: Tree, records: readonly ImageRecord[], where: Where): Repository[] {
  const names = [...new Set(records.map(({ name }) => name))];
  return names.map((name) =>
    repositoryOf(
      tree,
      records.filter((record) => record.name === name),
      { repository: `${where.prefix}/${name}`, images: where.images },
    ),
  );
}

interface Place {
  /** `<prefix>/<name>` */
  readonly repository: string;
  readonly images: string;
}

/** All tags of one name. What they share is served once, from the first that has it. */
function repositoryOf(tree: Tree, records: readonly ImageRecord[], { repository, images }: Place) {
  const tagged: Location[] = [];
  const manifests = new Map<string, Location>();
  const blobs = new Map<string, Location>();
  for (const record of records) {
    const folder = `${images}/${record.name}/${record.tag}`;
    const manifest = (reference: string, digest: string, mediaType: string): Location => ({
      uri: `/v2/${repository}/manifests/${reference}`,
      file: `${folder}/${digest === record.digest ? 'manifest.json' : `${digestHex(digest)}.manifest.json`}`,
      digest,
      mediaType,
    });
    tagged.push(manifest(record.tag, record.digest, record.mediaType));
    for (const { digest, mediaType } of manifestsOf(tree, record)) {
      if (!manifests.has(digest)) manifests.set(digest, manifest(digest, digest, mediaType));
    }
    for (const { digest } of record.blobs) {
      const uri = `/v2/${repository}/blobs/${digest}`;
      if (!blobs.has(digest))
        blobs.set(digest, { uri, file: `${folder}/${digestHex(digest)}`, digest });
    }
  }
  const found = { manifests: [...tagged, ...byUri(manifests)], blobs: byUri(blobs) };
  const all = [...found.manifests, ...found.blobs];
  const tags = records.map(({ tag }) => tag);
  return {
    repository,
    /** Of its addresses, in characters. */
    longest: Math.max(...all.map(({ uri }) => uri.length)),
    tagList: pieces(JSON.stringify({ name: repository, tags: inTagOrder(tags) })),
    manifests: found.manifests.map(asText),
    blobs: found.blobs.map(asText),
  };
}

function byUri(locations: ReadonlyMap<string, Location>): Location[] {
  return [...locations.values()].toSorted((a, b) => compareText(a.uri, b.uri));
}

/** "Case-insensitive alphanumeric order" (OCI distribution specification 1.1, "Listing Tags"). */
function inTagOrder(tags: readonly string[]): string[] {
  return tags.toSorted(
    (a, b) => compareText(a.toLowerCase(), b.toLowerCase()) || compareText(a, b),
  );
}

function refuseLong(repository: string, longest: number): void {
  if (longest <= MAX_LOCATION) return;
  throw mistake(
    'registry-config-length',
    `the repository ${quoted(repository)} makes addresses of ${longest} characters, nginx finds none of over ${MAX_LOCATION}`,
    { hint: 'choose a shorter path for its images: `--prefix <path>`' },
  );
}

function asText({ uri, file, digest, mediaType }: Location) {
  return { uri: nginxText(uri), file: nginxText(file), digest, mediaType };
}

/** A parameter of nginx in quotes. Whether it may hold variables is for the caller to know. */
function nginxText(text: string): string {
  return `"${text.replaceAll(/["\\]/gu, (sign) => `\\${sign}`)}"`;
}

/** A long text, of names and tags, in pieces that nginx takes. */
function pieces(text: string): string[] {
  const count = Math.ceil(text.length / MAX_PIECE);
  return Array.from({ length: count }, (_, index) =>
    text.slice(index * MAX_PIECE, (index + 1) * MAX_PIECE),
  );
}
