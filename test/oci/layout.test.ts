import { describe, expect, test } from 'vitest';
import { digestHex, digestOf } from '../../src/oci/digest.ts';
import { readLayout, type LayoutFolder } from '../../src/oci/layout.ts';
import { errorsOf } from '../support/archive-errors.ts';

type Files = Record<string, Buffer>;

function folderOf(files: Files): LayoutFolder {
  return {
    sizeOf: (name) => files[name]?.length,
    read: (name) => files[name] ?? Buffer.alloc(0),
    placeOf: (name) => ({ file: `a.iso:images/web/1.0/${name}` }),
  };
}

function bytesOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function put(files: Files, content: Buffer, mediaType: string) {
  const digest = digestOf(content);
  files[digestHex(digest)] = content;
  return { mediaType, digest, size: content.length };
}

function imageOf(files: Files, architecture: string, user?: string): Buffer {
  const config = bytesOf({ architecture, os: 'linux', config: { User: user } });
  return bytesOf({
    schemaVersion: 2,
    config: put(files, config, 'application/vnd.oci.image.config.v1+json'),
    layers: [
      put(files, Buffer.from('base'), 'application/vnd.oci.image.layer.v1.tar+gzip'),
      put(files, Buffer.from(architecture), 'application/vnd.oci.image.layer.v1.tar+gzip'),
    ],
  });
}

function indexOf(files: Files): Buffer {
  const manifests = ['amd64', 'arm64'].map((architecture) => {
    const child = imageOf(files, architecture, '65532');
    files[`${digestHex(digestOf(child))}.manifest.json`] = child;
    return {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(child),
      size: child.length,
    };
  });
  return bytesOf({ schemaVersion: 2, manifests });
}

function childOf(files: Files): string {
  return Object.keys(files).find((name) => name.endsWith('.manifest.json')) ?? '';
}

async function codesOf(edit: (files: Files) => void): Promise<string[]> {
  const files: Files = {};
  files['manifest.json'] = indexOf(files);
  edit(files);
  return (await errorsOf(() => readLayout(folderOf(files)))).map(({ code }) => code);
}

test('an image has the digest of its manifest, and user and platform of its config', () => {
  const files: Files = {};
  files['manifest.json'] = imageOf(files, 'amd64', 'nonroot:nonroot');
  const layout = readLayout(folderOf(files));
  expect(layout).toMatchObject({
    digest: digestOf(files['manifest.json']),
    size: files['manifest.json'].length,
    isIndex: false,
    images: [{ kind: 'image', user: 'nonroot:nonroot', architecture: 'amd64', os: 'linux' }],
  });
  expect(layout.images[0]?.blobs.map(({ role }) => role)).toEqual([
    'config',
    'layer 1 of 2',
    'layer 2 of 2',
  ]);
});

test('the children of an index lie beside it', () => {
  const files: Files = {};
  files['manifest.json'] = indexOf(files);
  const { isIndex, images } = readLayout(folderOf(files));
  expect(isIndex).toBe(true);
  expect(images.map(({ architecture }) => architecture)).toEqual(['amd64', 'arm64']);
});

test('an index inside an index is taken apart', () => {
  const files: Files = {};
  const inner = indexOf(files);
  files[`${digestHex(digestOf(inner))}.manifest.json`] = inner;
  const child = {
    mediaType: 'application/vnd.oci.image.index.v1+json',
    digest: digestOf(inner),
    size: inner.length,
  };
  files['manifest.json'] = bytesOf({ schemaVersion: 2, manifests: [child, child] });
  expect(readLayout(folderOf(files)).images).toHaveLength(2);
});

describe('what is not as the manifest says', () => {
  const base = digestHex(digestOf(Buffer.from('base')));
  const armLayer = digestHex(digestOf(Buffer.from('arm64')));
  test('the untouched image has no mistake', async () => {
    expect(await codesOf(() => {})).toEqual([]);
  });

  test.each<[string, (files: Files) => void, string]>([
    ['a missing layer', (files) => Reflect.deleteProperty(files, armLayer), 'oci-missing'],
    ['a layer of another size', (files) => (files[base] = Buffer.from('longer')), 'oci-size'],
    ['a missing child', (files) => Reflect.deleteProperty(files, childOf(files)), 'oci-missing'],
    [
      'a child with another content of the same size',
      (files) => {
        const name = childOf(files);
        files[name] = Buffer.from((files[name] ?? '').toString().replace('config', 'konfig'));
      },
      'oci-digest',
    ],
  ])('%s', async (_, edit, code) => {
    expect(await codesOf(edit)).toContain(code);
  });

  test('a config with another content of the same size', () => {
    const files: Files = {};
    files['manifest.json'] = imageOf(files, 'amd64');
    const config = Object.keys(files).find((name) => (files[name] ?? '').includes('linux')) ?? '';
    files[config] = Buffer.from((files[config] ?? '').toString().replace('linux', 'lynux'));
    expect(() => readLayout(folderOf(files))).toThrow(
      expect.objectContaining({ code: 'oci-digest' }),
    );
  });

  test('all missing blobs of an image are named together', async () => {
    const manifest = imageOf({}, 'amd64');
    const errors = await errorsOf(() => readLayout(folderOf({ 'manifest.json': manifest })));
    expect(errors).toHaveLength(3);
  });
});
