import * as z from 'zod';
import { parseAs } from '../config/parse.ts';
import type { Path, YamlDocument } from '../config/yaml.ts';
import type { Notice, Place } from '../errors.ts';
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
import { API_VERSIONS, identityOf, KIND, readManifest, type Identity } from './identity.ts';
import { fewOf, quoted } from './mistake.ts';

/** What `manifest.yaml` says, checked. */
export interface Product extends Identity {
  readonly displayName: string;
  /** Values with the text that they have in the file. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly operator?: ProductOperator | undefined;
  /** Only where `spec.ui` declares one and the archive has its image. */
  readonly ui?: ProductUi | undefined;
  /** `<name>:<tag>`, without junk and duplicates; what `images/` holds where none are declared. */
  readonly images: readonly string[];
  /** The whole document. */
  readonly raw: unknown;
  readonly notices: readonly Notice[];
}

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
  apiVersion: z.enum(API_VERSIONS).optional(),
  kind: z.literal(KIND).optional(),
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
  const document = readManifest(bytes, file);
  const source = parseAs(schema, document);
  const identity = identityOf(document);
  const { id, name, version, idMistake } = identity;
  const notices: Notice[] = [];
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
    ...identity,
    displayName: annotations[DISPLAY_NAME] || name,
    annotations,
    labels: source.metadata.labels,
    operator: operatorOf(source.spec.operator, fallback, context),
    ui: uiOf(source.spec.ui, context),
    images,
    raw: document.value,
    notices,
  };
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
