import { describe, expect, it } from 'vitest';
import { parsePlatform } from '../../src/config/platform.ts';
import { imageChanges, type ImageSource } from '../../src/plan/image-changes.ts';

/** An archive with one image a line: `<name>:<tag> <blob>...`, each blob of 100 bytes. */
function archive(id: string, ...images: readonly string[]): ImageSource {
  return {
    id,
    images: images.map((line) => {
      const [text = '', ...blobs] = line.split(' ');
      const [name = '', tag = ''] = text.split(':');
      return {
        name,
        tag,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        kind: 'image',
        digest: `sha256:${line}`,
        size: 500,
        blobs: blobs.map((digest) => ({ digest, size: 100 })),
      };
    }),
  };
}

/** `<id>: +<added> -<removed> <bytes>` of each archive, then the sum. */
function told(before: readonly ImageSource[], after: readonly ImageSource[]): string[] {
  const registry = undefined;
  const { archives, transfer } = imageChanges(
    { archives: before, registry },
    { archives: after, registry },
  );
  const lines = archives.map(({ id, added, removed, transfer: bytes }) =>
    [
      `${id}:`,
      ...added.map(({ name, tag }) => `+${name}:${tag}`),
      ...removed.map(({ name, tag }) => `-${name}:${tag}`),
      bytes,
    ].join(' '),
  );
  return [...lines, `${transfer}`];
}

describe('the images of archives', () => {
  const first = archive('store-1.0.0', 'operator:1 base a', 'web:1 base b');

  it.each<[string, readonly ImageSource[], readonly ImageSource[], readonly string[]]>([
    ['nothing', [first], [first], ['0']],
    ['a first archive', [], [first], ['store-1.0.0: +operator:1 +web:1 300', '300']],
    [
      'a version that shares layers with one that was there, and within itself',
      [first],
      [first, archive('store-1.1.0', 'operator:2 base a c', 'web:2 base c d')],
      ['store-1.1.0: +operator:2 +web:2 200', '200'],
    ],
    [
      'two new versions that share a layer, which the first one brings',
      [],
      [archive('b-1', 'x:1 base'), archive('a-1', 'x:1 base')],
      ['a-1: +x:1 100', 'b-1: +x:1 0', '100'],
    ],
    [
      'a version that replaces one: what it had need not be sent',
      [first],
      [archive('store-1.1.0', 'operator:2 base a')],
      ['store-1.0.0: -operator:1 -web:1 0', 'store-1.1.0: +operator:2 0', '0'],
    ],
    [
      'a tag that is another image under the same version',
      [first],
      [archive('store-1.0.0', 'operator:1 base z', 'web:1 base b')],
      ['store-1.0.0: +operator:1 -operator:1 100', '100'],
    ],
  ])('change by %s', (_, before, after, expected) => {
    expect(told(before, after)).toEqual(expected);
  });
});

/** A registry as platform.yaml has it. */
function registryOf(fields: string) {
  const text = `apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: Platform\nspec: {${fields}}\n`;
  return parsePlatform(Buffer.from(text), 'platform.yaml').registry;
}

describe('another registry', () => {
  const archives = [archive('a-1', 'x:1 base'), archive('b-1', 'x:1 base y')];
  const old = registryOf('registry: {endpoint: old.example, plainHTTP: true}');
  const next = registryOf('registry: {endpoint: next.example, base: site}');

  it('has none of the images yet, and the old one keeps those that are dropped', () => {
    const [first] = archives;
    if (!first) throw new Error('there are two');
    const before = { archives, registry: old };
    expect(imageChanges(before, { archives: [first], registry: next })).toMatchObject({
      archives: [
        { id: 'a-1', added: [{ name: 'x' }], removed: [], transfer: 100 },
        { id: 'b-1', added: [], removed: [{ name: 'x' }], transfer: 0 },
      ],
      transfer: 100,
      registry: { before: 'old.example', after: 'next.example/site' },
      unpush: ['solutions unpush b-1 --from old.example --plain-http'],
    });
  });

  it.each([
    ['is the same', { before: old, after: old }],
    ['was not known', { before: undefined, after: next }],
  ])('is none where it %s', (_, { before, after }) => {
    const changes = imageChanges({ archives, registry: before }, { archives, registry: after });
    expect(changes).toEqual({ archives: [], transfer: 0, unpush: [] });
  });

  it.each([
    ['nothing was in the old one', [], archives],
    ['nothing is imported', archives, []],
  ])('is none where %s', (_, before, after) => {
    const [was, is] = [
      { archives: before, registry: old },
      { archives: after, registry: next },
    ];
    expect(imageChanges(was, is).registry).toBeUndefined();
  });
});
