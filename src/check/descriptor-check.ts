import { imageText } from '../archive/components.ts';
import type { ImageRecord, Images } from '../archive/images.ts';
import { quoted } from '../archive/mistake.ts';
import type { Tree } from '../archive/tree.ts';
import {
  isLayerType,
  MAX_MANIFEST,
  parseJson,
  parseManifest,
  type Descriptor,
} from '../oci/manifest.ts';
import type { Findings } from './finding.ts';

/**
 * Whether manifest.json describes what it lists. Its readers need none of this, registries and
 * container engines do; and no digest tells of damage to it.
 */
export function checkDescriptors(tree: Tree, { records }: Images, findings: Findings): void {
  const files = new Map(tree.files('images').map((file) => [file.path, file]));
  for (const record of records) {
    const path = `images/${record.name}/${record.tag}/manifest.json`;
    const file = files.get(path);
    if (file === undefined) continue;
    for (const flaw of flawsOf(tree.read(file, MAX_MANIFEST), record)) {
      const message = `image ${quoted(imageText(record))}: ${flaw}`;
      findings.add('image-descriptor', message, { at: { path } });
    }
  }
}

function flawsOf(bytes: Uint8Array, record: ImageRecord): string[] {
  const place = { file: 'manifest.json' };
  const { schemaVersion } = parseJson(bytes, place);
  const manifest = parseManifest(bytes, place);
  const versions = schemaVersion === 2 ? [] : ['`schemaVersion` is not 2'];
  if (manifest.type === 'index') {
    return [...versions, ...manifest.children.flatMap((child) => childFlaws(child, record))];
  }
  if (manifest.kind === 'artifact') return versions;
  const strange = manifest.layers.filter(({ mediaType }) => !isLayerType(mediaType));
  return [
    ...versions,
    ...strange.map(({ mediaType, digest }) => `${digest} is no layer, but ${quoted(mediaType)}`),
  ];
}

/** An index in an index has no facts of its own in the record. */
function childFlaws({ digest, mediaType, platform }: Descriptor, { children }: ImageRecord) {
  const child = children?.find((one) => one.digest === digest);
  if (child === undefined) return [];
  const types =
    mediaType === child.mediaType
      ? []
      : [`${digest} is listed as ${quoted(mediaType)}, and is ${quoted(child.mediaType)}`];
  if (platform === undefined || child.kind === 'artifact') return types;
  const [listed, own] = [platform, child].map(({ os = 'none', architecture = 'none' }) =>
    quoted(`${os}/${architecture}`),
  );
  return listed === own
    ? types
    : [...types, `${digest} is listed for ${listed}, and is for ${own}`];
}
