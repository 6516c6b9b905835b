import * as z from 'zod';
import { parseAs } from '../config/parse.ts';
import { readYaml, type Path, type YamlDocument } from '../config/yaml.ts';
import { throwAll, type Notice, type Place } from '../errors.ts';
import { REPOSITORY_COMPONENT, TAG } from '../oci/name.ts';
import {
  imageText,
  operatorOf,
  operatorSchema,
  uiOf,
  type ImageName,
  type ProductOperator,
  type ProductUi,
} from './components.ts';
import { fewOf, mistake, quoted } from './mistake.ts';

/** What `manifest.yaml` says, checked. */
export interface Product {
  /** `<name>-<version>`: the folder in metadata/ and the prefix of its images in a registry. */
  readonly id: string;
  /** An RFC 1123 label of at most 54 characters. */
  readonly name: string;
  /** The text of the file: `1.10` stays `1.10`. */
  readonly version: string;
  readonly displayName: string;
  /** Values with the text that they have in the file. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly operator?: ProductOperator | undefined;
  /** Only where `spec.ui` declares one and the archive has its image. */
  readonly ui?: ProductUi | undefined;
  /** `<name>:<tag>`, without junk and duplicates; what `images/` holds where none are declared. */
  readonly images: readonly string[];
  /** Why no registry accepts the id, where none does: an error wherever it is rendered or pushed. */
  readonly idMistake?: string | undefined;
  /** The whole document. */
  readonly raw: unknown;
  readonly notices: readonly Notice[];
}

/** `<name>-operator` is a label of at most 63 characters (output.md, section 3). */
const MAX_NAME = 54;
const MAX_VERSION = 128;
const DISPLAY_NAME = 'solutions.metalk8s.scality.com/display-name';

const texts = z
  .record(z.string(), z.string().nullable())
  .nullish()
  .transform((map) =>
    Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, value ?? ''])),
  );

const text = z.string().min(1);

/** Vendors add keys of their own anywhere. */
const schema = z.looseObject({
  apiVersion: z
    .enum(['solutions.metalk8s.scality.com/v1alpha1', 'metalk8s.scality.com/v1alpha1'])
    .optional(),
  kind: z.literal('Solution').optional(),
  metadata: z.looseObject({ name: text, annotations: texts, labels: texts }),
  annotations: texts,
  spec: z.looseObject({
    version: text,
    operator: operatorSchema.nullish(),
    images: z.array(z.unknown()).nullish(),
    ui: z.unknown().optional(),
  }),
});

type Source = z.output<typeof schema>;

/**
 * The product in the bytes of `manifest.yaml`.
 *
 * @param file - the file in places
 * @param held - the images that the archive has
 * @throws SolutionsError, or several in an AggregateError: YAML, wrong types, the formats before
 *   this one, a name or a version that cannot be used
 */
export function parseProduct(bytes: Uint8Array, file: string, held: readonly ImageName[]): Product {
  const document = soleDocument(readYaml(bytes, { file, isText }), file);
  refuseLegacy(document, file);
  const source = parseAs(schema, document);
  const { name } = source.metadata;
  const { version } = source.spec;
  checkNames(name, version, document);

  const notices: Notice[] = [];
  const id = `${name}-${version}`;
  const idMistake = registryMistake(id);
  const place = document.placeOf(['spec', 'version']);
  if (idMistake)
    notices.push({
      code: 'product-id',
      message: `${quoted(id)}: ${idMistake}`,
      hint: 'its images cannot be pushed, nor its Operator deployed: the vendor must choose another version, such as `1.0.0-build.1`',
      place,
    });
  const images = declaredImages(source, document, notices) ?? held.map(imageText);
  noticeAbsent(images, held, { notices, place: document.placeOf(['spec', 'images']) });
  const context = { held, notices, placeOf: (path: Path) => document.placeOf(path) };
  const fallback = { name: `${name}-operator`, tag: version };
  const annotations = { ...source.annotations, ...source.metadata.annotations };
  return {
    id,
    name,
    version,
    displayName: annotations[DISPLAY_NAME] || name,
    annotations,
    labels: source.metadata.labels,
    operator: operatorOf(source.spec.operator, fallback, context),
    ui: uiOf(source.spec.ui, context),
    images,
    idMistake,
    raw: document.value,
    notices,
  };
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

function checkNames(name: string, version: string, document: YamlDocument): void {
  const at = (path: Path): { file: string; place: Place } => {
    const place = document.placeOf(path);
    return { file: place.file, place };
  };
  const mistakes = [];
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/u.test(name) || name.length > MAX_NAME) {
    mistakes.push(
      mistake(
        'product-name',
        `\`metadata.name\` ${quoted(name)} is not a name of at most ${MAX_NAME} lower-case letters, digits and dashes`,
        {
          ...at(['metadata', 'name']),
          hint: 'the vendor must choose another: `<name>-operator` names objects of Kubernetes',
        },
      ),
    );
  }
  const wrong = versionMistake(version);
  if (wrong) {
    mistakes.push(
      mistake('product-version', `\`spec.version\` ${quoted(version)} ${wrong}`, {
        ...at(['spec', 'version']),
        hint: `the vendor must choose another: at most ${MAX_VERSION} characters, no slashes, no control characters, no blanks at the ends, not \`latest\``,
      }),
    );
  }
  throwAll(mistakes);
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

function declaredImages(
  source: Source,
  document: YamlDocument,
  notices: Notice[],
): string[] | undefined {
  const declared = source.spec.images;
  if (!declared) return undefined;
  const images = new Set<string>();
  let junk = 0;
  for (const [index, entry] of declared.entries()) {
    if (typeof entry === 'string' && isImageText(entry)) images.add(entry);
    else if ((junk += 1) <= MAX_JUNK) {
      notices.push({
        code: 'product-images',
        message: `\`spec.images[${index}]\` is no \`<name>:<tag>\`: ${quoted(typeof entry === 'string' ? entry : JSON.stringify(entry))}`,
        hint: 'it is left out; what `images/` holds counts',
        place: document.placeOf(['spec', 'images', index]),
      });
    }
  }
  if (junk > MAX_JUNK) {
    notices.push({
      code: 'product-images',
      message: `and ${junk - MAX_JUNK} more entries of \`spec.images\` that are no \`<name>:<tag>\``,
      hint: 'they are left out; what `images/` holds counts',
      place: document.placeOf(['spec', 'images']),
    });
  }
  return [...images];
}

/** Notices of them in one archive; they are kept in its record. */
const MAX_JUNK = 20;

function isImageText(entry: string): boolean {
  const [name, tag, ...more] = entry.split(':');
  return (
    name !== undefined &&
    tag !== undefined &&
    more.length === 0 &&
    REPOSITORY_COMPONENT.test(name) &&
    TAG.test(tag)
  );
}

interface AbsentOptions {
  readonly notices: Notice[];
  readonly place: Place;
}

function noticeAbsent(
  images: readonly string[],
  held: readonly ImageName[],
  { notices, place }: AbsentOptions,
): void {
  const present = new Set(held.map(imageText));
  const absent = images.filter((image) => !present.has(image));
  if (absent.length === 0) return;
  notices.push({
    code: 'image-absent',
    message: `declared in \`spec.images\` but not in \`images/\`: ${fewOf(absent)}`,
    hint: 'ask the vendor whether the archive is complete',
    place,
  });
}
