import { mistake as schemaMistake } from '../config/mistake.ts';
import { readYaml, type Path, type YamlDocument } from '../config/yaml.ts';
import { throwAll } from '../errors.ts';
import { fieldOf } from '../kubernetes/value.ts';
import { REPOSITORY_COMPONENT } from '../oci/name.ts';
import { attempts } from './attempts.ts';
import { mistake, quoted } from './mistake.ts';

/** Which Solution an archive is, as its `manifest.yaml` says. */
export interface Identity {
  /** `<name>-<version>`: the folder in metadata/ and the prefix of its images in a registry. */
  readonly id: string;
  /** An RFC 1123 label of at most 54 characters. */
  readonly name: string;
  /** The text of the file: `1.10` stays `1.10`. */
  readonly version: string;
  /** Why no registry accepts the id, where none does: an error wherever it is rendered or pushed. */
  readonly idMistake?: string | undefined;
}

/** Two in the field, where it is given. */
export const API_VERSIONS = [
  'solutions.metalk8s.scality.com/v1alpha1',
  'metalk8s.scality.com/v1alpha1',
] as const;
export const KIND = 'Solution';

/** Where it is in an archive. */
export const MANIFEST = 'manifest.yaml';
/** Of that file, in bytes. */
export const MAX_PRODUCT = 1 << 20;

/** `<name>-operator` is a label of at most 63 characters (output.md, section 3). */
const MAX_NAME = 54;
const MAX_VERSION = 128;

/**
 * The document in the bytes of `manifest.yaml`.
 *
 * @param file - the file in places
 * @throws SolutionsError, or several in an AggregateError: those of YAML, `product-documents`,
 *   `archive-legacy`
 */
export function readManifest(bytes: Uint8Array, file: string): YamlDocument {
  const document = soleDocument(readYaml(bytes, { file, isText }), file);
  refuseLegacy(document, file);
  return document;
}

/**
 * Which Solution a manifest is of.
 *
 * @throws SolutionsError, or both in an AggregateError: `product-name`, `product-version`, `schema`
 */
export function identityOf(document: YamlDocument): Identity {
  requireKnown(document);
  const { errors, attempt } = attempts();
  const name = attempt(() => nameIn(document));
  const version = attempt(() => versionIn(document));
  throwAll(errors);
  if (name === undefined || version === undefined)
    throw new Error('a name failed without an error');
  const id = `${name}-${version}`;
  return { id, name, version, idMistake: registryMistake(id) };
}

/** `spec.operator.image.tag` */
const MAX_TEXT_DEPTH = 4;

/** Where a scalar is text whatever it looks like: names, versions, tags, annotations. */
function isText(path: Path): boolean {
  // Nothing of it is deeper; the names on a deep path may be long.
  if (path.length > MAX_TEXT_DEPTH) return false;
  const where = path.map((key) => (typeof key === 'number' ? '0' : key)).join('/');
  return (
    /^(?:metadata\/)?(?:annotations|labels)\/[^]+$/u.test(where) ||
    ['metadata/name', 'spec/version', 'spec/images/0'].includes(where) ||
    /^spec\/(?:operator|ui)\/image\/(?:name|tag)$/u.test(where)
  );
}

function soleDocument(documents: readonly YamlDocument[], file: string): YamlDocument {
  const [document] = documents;
  if (document && documents.length === 1) return document;
  throw mistake('product-documents', `expected one YAML document, found ${documents.length}`, {
    file,
    hint: 'the vendor must ship one document of kind Solution',
  });
}

function refuseLegacy(document: YamlDocument, file: string): void {
  const { value } = document;
  if (typeof value !== 'object' || value === null || !('kind' in value)) return;
  if (value.kind !== 'SolutionConfig') return;
  throw mistake('archive-legacy', 'this is a `SolutionConfig`, the format before `Solution`', {
    file,
    hint: LEGACY_HINT,
  });
}

/** What the vendor of an archive in an older format must do. */
export const LEGACY_HINT =
  'the vendor must build the archive again in the current format: manifest.yaml of kind Solution, ' +
  'images/<name>/<tag>/, operator/deploy/crds/*_crd.yaml, operator/deploy/role.yaml';

/** Where it is given; what is known of a field is more than these, and checked with all others. */
function requireKnown(document: YamlDocument): void {
  for (const [key, known] of [['apiVersion', API_VERSIONS] as const, ['kind', [KIND]] as const]) {
    const found = fieldOf(document.value, key);
    if (found === undefined || known.some((one) => one === found)) continue;
    throw schemaMistake(
      'schema',
      `\`${key}\` is not ${known.map((one) => `\`${one}\``).join(' or ')}`,
      {
        place: document.placeOf([key]),
      },
    );
  }
}

function nameIn(document: YamlDocument): string {
  const { text: name, place } = textAt(document, ['metadata', 'name']);
  if (/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/u.test(name) && name.length <= MAX_NAME) return name;
  throw mistake(
    'product-name',
    `\`metadata.name\` ${quoted(name)} is not a name of at most ${MAX_NAME} lower-case letters, digits and dashes`,
    {
      file: place.file,
      place,
      hint: 'the vendor must choose another: `<name>-operator` names objects of Kubernetes',
    },
  );
}

function versionIn(document: YamlDocument): string {
  const { text: version, place } = textAt(document, ['spec', 'version']);
  const wrong = versionMistake(version);
  if (wrong === undefined) return version;
  throw mistake('product-version', `\`spec.version\` ${quoted(version)} ${wrong}`, {
    file: place.file,
    place,
    hint: `the vendor must choose another: at most ${MAX_VERSION} characters, no slashes, no control characters, no blanks at the ends, not \`latest\``,
  });
}

function textAt(document: YamlDocument, [above, key]: readonly [string, string]) {
  const text = fieldOf(fieldOf(document.value, above), key);
  const place = document.placeOf([above, key]);
  if (typeof text === 'string' && text !== '') return { text, place };
  throw schemaMistake('schema', `\`${above}.${key}\` is missing or no text`, { place });
}

/** The version becomes part of a path: metadata/<name>-<version>/. */
function versionMistake(version: string): string | undefined {
  const [odd] = /[/\\\p{C}]/u.exec(version) ?? [];
  if (odd !== undefined) return `holds ${quoted(odd)}, which becomes no part of a path`;
  if (/^\s|\s$/u.test(version)) return 'starts or ends with a blank';
  if (version.length > MAX_VERSION) return `has ${version.length} characters, over ${MAX_VERSION}`;
  // environments.yaml and solutions.yaml mean the newest version by it.
  if (version === 'latest') return 'is no version: it stands for the newest one';
  return undefined;
}

function registryMistake(id: string): string | undefined {
  if (REPOSITORY_COMPONENT.test(id)) return undefined;
  return 'no registry accepts this id: lower-case letters and digits alone, with `.`, `_` or `-` between them';
}
