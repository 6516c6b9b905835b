import type { RuleText } from './rule.ts';

const COPY = 'Copy the image again: `skopeo copy ... dir:images/<name>/<tag>`.';

/** `images/<name>/<tag>/`: the `dir:` layout of skopeo. */
export const imageRules = {
  'image-name': {
    level: 'error',
    title: 'no registry accepts the name or the tag of an image',
    why: 'The OCI distribution specification has lower-case letters and digits with `.`, `_` or `-` between them, and tags of at most 128 characters.',
    mend: 'Rename the folder.',
  },
  'image-place': {
    level: 'warning',
    title: 'an image is not at images/<name>/<tag>/',
    why: 'It is left out: never pushed, never served.',
    mend: COPY,
  },
  'image-manifest-missing': {
    level: 'error',
    title: 'the folder of an image holds no manifest.json',
    why: 'Without it nothing says which blobs belong to the image.',
    mend: COPY,
  },
  'image-manifest': {
    level: 'error',
    title: 'a manifest or a config is not what it should be',
    why: 'Docker schema 2 and OCI manifests and their indexes are read, with sha256 digests.',
    mend: COPY,
  },
  'image-media-type': {
    level: 'error',
    title: 'the media type of a manifest is unknown, or contradicts its content',
    why: 'One document that is an image to one reader and an index to another has two meanings under one digest (CVE-2021-41190).',
    mend: COPY,
  },
  'image-descriptor': {
    level: 'warning',
    title: 'a manifest does not describe what it lists',
    why: 'Registries want `schemaVersion` 2; container engines choose by the platforms of an index, and unpack layers by their media types.',
    mend: COPY,
  },
  'image-schema-1': {
    level: 'error',
    title: 'a manifest has Docker schema 1',
    why: 'Registries no longer take it.',
    mend: 'Convert the image: `skopeo copy --format v2s2`.',
  },
  'blob-missing': {
    level: 'error',
    title: 'a blob, or the manifest of a platform, is not in the archive',
    why: 'The image cannot be pulled.',
    mend: COPY,
  },
  'blob-size': {
    level: 'error',
    title: 'a blob has another size than its manifest says',
    why: 'It was cut off or replaced: its digest cannot be right.',
    mend: COPY,
  },
  'blob-digest': {
    level: 'error',
    title: 'a blob has another sha256 than its name says',
    why: 'Its bytes were changed or damaged. Blobs are hashed with `--deep` only; configs and manifests always.',
    mend: 'Get the archive again and compare its checksum with that of the vendor.',
  },
  'blob-copies': {
    level: 'note',
    title: 'equal blobs take space several times',
    why: 'As hard links they share their bytes in the archive.',
    mend: 'Run `hardlink -c images` before mkisofs.',
  },
  'blob-unused': {
    level: 'note',
    title: 'no manifest names a file of an image',
    why: 'It takes space and is never pushed.',
    mend: COPY,
  },
  'image-platforms': {
    level: 'note',
    title: 'an image is there for several architectures',
    why: 'Each of them takes space and is pushed.',
    mend: 'Copy one of them where one is enough: `skopeo copy --override-arch amd64`.',
  },
  'image-no-amd64': {
    level: 'note',
    title: 'an image is not there for amd64',
    why: 'MetalK8s runs on x86-64.',
    mend: 'Copy the image for linux/amd64.',
  },
  'image-user': {
    level: 'note',
    title: 'an image runs as root, or as a user without a number',
    why: 'A Pod under the profile `restricted` needs a uid beside it.',
    mend: 'Let the image name a uid that is not 0.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
