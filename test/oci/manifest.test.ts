import { describe, expect, test } from 'vitest';
import { digestOf, isDigest } from '../../src/oci/digest.ts';
import { parseManifest } from '../../src/oci/manifest.ts';

const place = { file: 'manifest.json' };
const digest = digestOf(Buffer.from('x'));
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 1 };
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: 1 };
const image = { schemaVersion: 2, config, layers: [layer] };

function parse(value: unknown) {
  return parseManifest(
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    place,
  );
}

describe('what a manifest is', () => {
  test.each([
    ['an OCI image', { ...image, mediaType: 'application/vnd.oci.image.manifest.v1+json' }],
    ['an OCI image without a media type', image],
  ])('%s is known', (_, value) => {
    expect(parse(value)).toMatchObject({
      type: 'image',
      kind: 'image',
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
    });
  });

  test('a Docker schema 2 image keeps its media type', () => {
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
    const docker = { ...config, mediaType: 'application/vnd.docker.container.image.v1+json' };
    expect(parse({ ...image, mediaType, config: docker })).toMatchObject({
      kind: 'image',
      mediaType,
    });
  });

  test.each([
    ['an OCI index', 'application/vnd.oci.image.index.v1+json'],
    ['a Docker list', 'application/vnd.docker.distribution.manifest.list.v2+json'],
  ])('%s is an index', (_, mediaType) => {
    const platform = { architecture: 'arm64', os: 'linux', variant: 'v8' };
    const manifests = [{ mediaType: 'x', digest, size: 3, platform }];
    expect(parse({ schemaVersion: 2, mediaType, manifests })).toMatchObject({
      type: 'index',
      mediaType,
      children: [{ digest, size: 3, platform }],
    });
  });

  test('an index without a media type is known by its shape', () => {
    expect(parse({ schemaVersion: 2, manifests: [] })).toMatchObject({
      type: 'index',
      mediaType: 'application/vnd.oci.image.index.v1+json',
    });
  });

  test.each([
    [
      'another config type',
      { ...image, config: { ...config, mediaType: 'application/vnd.oci.empty.v1+json' } },
    ],
    ['an artifact type', { ...image, artifactType: 'application/grafana-dashboard+json' }],
    [
      "an image's config type over layers that are no file system",
      { ...image, layers: [{ ...layer, mediaType: 'application/vnd.in-toto+json' }] },
    ],
  ])('%s makes an artifact', (_, value) => {
    expect(parse(value)).toMatchObject({ type: 'image', kind: 'artifact' });
  });

  test('a foreign layer is told apart from one that must be there', () => {
    const foreign = {
      ...layer,
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      urls: ['https://example.com/layer'],
    };
    expect(parse({ ...image, layers: [foreign, layer] })).toMatchObject({
      layers: [{ foreign: true }, { foreign: false }],
    });
  });
});

describe('what is refused', () => {
  test.each([
    ['no JSON', 'oops', 'oci-syntax'],
    ['a list', '[]', 'oci-syntax'],
    ['Docker schema 1', { schemaVersion: 1, fsLayers: [] }, 'oci-schema-1'],
    [
      'signed Docker schema 1',
      { schemaVersion: 2, mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' },
      'oci-schema-1',
    ],
    ['neither shape', { schemaVersion: 2 }, 'oci-media-type'],
    ['both shapes', { ...image, manifests: [] }, 'oci-media-type'],
    [
      "an image with an index's media type",
      { ...image, mediaType: 'application/vnd.oci.image.index.v1+json' },
      'oci-media-type',
    ],
    ['an unknown media type', { ...image, mediaType: 'text/plain' }, 'oci-media-type'],
    ['layers that are no list', { ...image, layers: {} }, 'oci-descriptor'],
    [
      'a digest with a path in it',
      { ...image, layers: [{ ...layer, digest: 'sha256:../../etc' }] },
      'oci-descriptor',
    ],
    [
      'another algorithm',
      { ...image, config: { ...config, digest: `sha512:${'0'.repeat(128)}` } },
      'oci-descriptor',
    ],
    ['a negative size', { ...image, layers: [{ ...layer, size: -1 }] }, 'oci-descriptor'],
    [
      'a size that is rounded',
      { ...image, layers: [{ ...layer, size: 2 ** 60 }] },
      'oci-descriptor',
    ],
    [
      'two thousand and one layers',
      { ...image, layers: Array.from({ length: 2001 }, () => layer) },
      'oci-too-large',
    ],
  ])('%s', (_, value, code) => {
    expect(() => parse(value)).toThrow(expect.objectContaining({ code, place }));
  });

  test.each(['sha256:', `sha256:${'A'.repeat(64)}`, `${digest}0`, `${digest}\n`, digest.slice(7)])(
    '%j is no digest',
    (text) => {
      expect(isDigest(text)).toBe(false);
    },
  );

  test('a real digest is one', () => {
    expect(isDigest(digest)).toBe(true);
  });
});
