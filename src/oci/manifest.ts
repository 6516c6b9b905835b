import { SolutionsError, type Place } from '../errors.ts';
import { isDigest } from './digest.ts';

/** What this folder complains of. */
export type OciCode =
  | 'oci-syntax'
  | 'oci-media-type'
  | 'oci-schema-1'
  | 'oci-descriptor'
  | 'oci-too-large'
  | 'oci-missing'
  | 'oci-size'
  | 'oci-digest';

/** What a manifest says of other content. Digest and size are claims until they are compared. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  /** The annotation `org.opencontainers.image.title`: a file name. */
  readonly title?: string | undefined;
  readonly platform?: Platform | undefined;
  /** A foreign layer: it may be left out of a layout and be fetched from elsewhere. */
  readonly foreign: boolean;
}

/** What an image runs on. */
export interface Platform {
  readonly architecture?: string | undefined;
  readonly os?: string | undefined;
  readonly variant?: string | undefined;
}

/** A container image, or another artifact in the same form. */
export interface ImageManifest {
  readonly type: 'image';
  readonly mediaType: string;
  readonly kind: 'image' | 'artifact';
  readonly artifactType?: string | undefined;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** A list of manifests, one a platform: an OCI index or a Docker manifest list. */
export interface IndexManifest {
  readonly type: 'index';
  readonly mediaType: string;
  readonly children: readonly Descriptor[];
}

/** Registries refuse larger manifests (the distribution specification asks for 4 MiB at least). */
export const MAX_MANIFEST = 4 << 20;
/** Layers of an image and children of an index: container engines stop at 127 layers. */
const MAX_DESCRIPTORS = 2000;
const TITLE = 'org.opencontainers.image.title';

const types: Readonly<Record<string, 'image' | 'index'>> = {
  'application/vnd.docker.distribution.manifest.v2+json': 'image',
  'application/vnd.oci.image.manifest.v1+json': 'image',
  'application/vnd.docker.distribution.manifest.list.v2+json': 'index',
  'application/vnd.oci.image.index.v1+json': 'index',
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

const imageConfigs: ReadonlySet<string> = new Set([
  'application/vnd.docker.container.image.v1+json',
  'application/vnd.oci.image.config.v1+json',
]);

/** The media types of file system layers start so, foreign and compressed ones too. */
const layerType = /^application\/vnd\.(?:docker\.image\.rootfs|oci\.image\.layer)\./u;

/**
 * The manifest in `bytes`: Docker schema 2, OCI, their indexes; by its shape where `mediaType` is
 * missing, as the OCI specification allows.
 *
 * @throws SolutionsError with an {@link OciCode}: no JSON, schema 1, an unknown or contradictory
 *   media type, a descriptor that is none.
 */
export function parseManifest(bytes: Uint8Array, place: Place): ImageManifest | IndexManifest {
  const value = parseJson(bytes, place);
  const type = manifestType(value, place);
  if (type === 'index') {
    const children = descriptors(value['manifests'], 'manifests', place);
    return {
      type,
      mediaType: mediaTypeOf(value) ?? 'application/vnd.oci.image.index.v1+json',
      children,
    };
  }
  const config = descriptor(value['config'], 'config', place);
  const layers = descriptors(value['layers'], 'layers', place);
  const artifactType = optionalText(value['artifactType']);
  return {
    type,
    mediaType: mediaTypeOf(value) ?? 'application/vnd.oci.image.manifest.v1+json',
    kind: artifactType === undefined && isImage(config, layers) ? 'image' : 'artifact',
    artifactType,
    config,
    layers,
  };
}

/**
 * The JSON object in `bytes`.
 *
 * @throws SolutionsError `oci-syntax`
 */
export function parseJson(bytes: Uint8Array, place: Place): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw complaint('oci-syntax', 'expected JSON, found something else', { place, cause });
  }
  if (!isObject(value)) throw complaint('oci-syntax', 'expected a JSON object', { place });
  return value;
}

/** Whether `value` is a JSON object, neither list nor null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` where it is text with something in it. */
export function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function manifestType(value: Readonly<Record<string, unknown>>, place: Place): 'image' | 'index' {
  const mediaType = mediaTypeOf(value);
  if (value['schemaVersion'] === 1 || mediaType?.includes('distribution.manifest.v1') === true) {
    throw complaint(
      'oci-schema-1',
      'this is a Docker schema 1 manifest, which registries no longer take',
      {
        place,
        hint: 'the vendor must convert the image: `skopeo copy --format v2s2`',
      },
    );
  }
  const isIndex = 'manifests' in value;
  const isImageShape = 'config' in value && 'layers' in value;
  // Both shapes in one document is how one digest was made to mean two images (CVE-2021-41190).
  if (isIndex === isImageShape || (isIndex && ('config' in value || 'layers' in value))) {
    throw complaint(
      'oci-media-type',
      'this is neither an image manifest nor an index of manifests',
      { place },
    );
  }
  const shape = isIndex ? 'index' : 'image';
  if (mediaType !== undefined && types[mediaType] !== shape) {
    throw complaint(
      'oci-media-type',
      `the media type ${JSON.stringify(mediaType)} is not one of ${shape} manifests`,
      {
        place,
        hint: `known: ${Object.keys(types).join(', ')}`,
      },
    );
  }
  return shape;
}

function mediaTypeOf(value: Readonly<Record<string, unknown>>): string | undefined {
  return optionalText(value['mediaType']);
}

/** Some artifacts carry an image's config type: then their layers show what they are. */
function isImage(config: Descriptor, layers: readonly Descriptor[]): boolean {
  if (!imageConfigs.has(config.mediaType)) return false;
  return layers.length === 0 || layers.some(({ mediaType }) => isLayerType(mediaType));
}

/** Whether a media type is one of file system layers, however they are packed. */
export function isLayerType(mediaType: string): boolean {
  return layerType.test(mediaType);
}

function descriptors(value: unknown, name: string, place: Place): Descriptor[] {
  if (!Array.isArray(value))
    throw complaint('oci-descriptor', `\`${name}\`: expected a list`, { place });
  if (value.length > MAX_DESCRIPTORS) {
    throw complaint(
      'oci-too-large',
      `\`${name}\` has ${value.length} entries, more than ${MAX_DESCRIPTORS}`,
      { place },
    );
  }
  return value.map((item: unknown, index) => descriptor(item, `${name}[${index}]`, place));
}

function descriptor(value: unknown, name: string, place: Place): Descriptor {
  if (!isObject(value))
    throw complaint('oci-descriptor', `\`${name}\`: expected a descriptor`, { place });
  const { digest, size } = value;
  if (typeof digest !== 'string' || !isDigest(digest)) {
    throw complaint(
      'oci-descriptor',
      `\`${name}.digest\`: expected a sha256 digest, found ${shown(digest)}`,
      { place },
    );
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw complaint(
      'oci-descriptor',
      `\`${name}.size\`: expected a size in bytes, found ${shown(size)}`,
      { place },
    );
  }
  const mediaType = optionalText(value['mediaType']) ?? '';
  const annotations = isObject(value['annotations']) ? value['annotations'] : {};
  return {
    mediaType,
    digest,
    size,
    title: optionalText(annotations[TITLE]),
    platform: isObject(value['platform']) ? platformOf(value['platform']) : undefined,
    foreign: /foreign|nondistributable/u.test(mediaType) && Array.isArray(value['urls']),
  };
}

/** What a config or a descriptor says of its platform. */
export function platformOf(value: Readonly<Record<string, unknown>>): Platform {
  return {
    architecture: optionalText(value['architecture']),
    os: optionalText(value['os']),
    variant: optionalText(value['variant']),
  };
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}

interface ComplaintOptions {
  readonly place: Place;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An error of this folder. */
export function complaint(
  code: OciCode,
  message: string,
  options: ComplaintOptions,
): SolutionsError<OciCode> {
  return new SolutionsError(message, { code, ...options });
}
