import { describe, expect, test } from 'vitest';
import { readCargo, type Cargo } from '../../src/archive/cargo.ts';
import { readContents } from '../../src/archive/contents.ts';
import { openTree } from '../../src/archive/tree.ts';
import { placeText } from '../../src/errors.ts';
import { errorsOf } from '../support/archive-errors.ts';
import { makeTree, scratchFolder, type TreeToMake } from '../support/archive-make.ts';

const manifest = `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: Solution
metadata:
  name: store
spec:
  version: 1.10
`;

function cargoOf(spec: TreeToMake): Cargo {
  return readCargo(openTree(makeTree(scratchFolder(), spec), 'a.iso'));
}

describe('what is pushed of an archive', () => {
  test('is what the whole archive has', () => {
    const folder = makeTree(scratchFolder(), { manifest });
    const { images, ...identity } = readCargo(openTree(folder, 'a.iso'));
    const contents = readContents(openTree(folder, 'a.iso'));
    const { id, name, version, idMistake } = contents.product;
    expect(identity).toEqual({ id, name, version, idMistake });
    expect(version).toBe('1.10');
    expect(images.records).toEqual(contents.images.records);
    expect(images.blobs).toEqual(contents.images.blobs);
  });

  test('does not ask for its CRDs, its dashboards and what else its manifest says', async () => {
    const spec: TreeToMake = {
      manifest: `${manifest}  images: {a: b}\n`,
      crds: { 'a_crd.yaml': 'a: {' },
      files: { 'monitoring/dashboards/a.json': '{' },
    };
    expect(cargoOf(spec).id).toBe('store-1.10');
    expect(
      await errorsOf(() => readContents(openTree(makeTree(scratchFolder(), spec), 'a.iso'))),
    ).not.toEqual([]);
  });

  test.each<[string, TreeToMake, string, string]>([
    [
      'no Solution',
      { manifest: manifest.replace('kind: Solution', 'kind: Pod') },
      'schema',
      ':2:1',
    ],
    ['another group', { manifest: manifest.replace('solutions.metalk8s', 'x') }, 'schema', ':1:1'],
    ['no name', { manifest: manifest.replace('name:', 'nome:') }, 'schema', ':3:1'],
    ['a name of an object', { manifest: manifest.replace('store', '{}') }, 'schema', ':4:3'],
    ['an empty version', { manifest: manifest.replace('1.10', '""') }, 'schema', ':6:3'],
    ['a bad name', { manifest: manifest.replace('store', '../x') }, 'product-name', ':4:3'],
    ['a bad version', { manifest: manifest.replace('1.10', 'latest') }, 'product-version', ':6:3'],
    ['two documents', { manifest: `${manifest}---\n${manifest}` }, 'product-documents', ''],
    ['a bad image', { manifest, images: [{ name: 'Web', tag: '1' }] }, 'image-name', ''],
  ])('%s is refused, and the vendor is named', async (_, spec, code, position) => {
    const errors = await errorsOf(() => cargoOf(spec));
    expect(errors.map((error) => error.code)).toEqual([code]);
    for (const { place, hint } of errors) {
      expect(place && placeText(place)).toContain(
        code === 'image-name' ? 'a.iso:images' : 'a.iso:manifest.yaml',
      );
      expect(place && placeText(place)).toMatch(new RegExp(`${position}$`, 'u'));
      expect(hint).toContain('the vendor must');
    }
  });

  test('what is wrong with the manifest and with images is told together', async () => {
    const spec = {
      manifest: manifest.replace('store', 'S').replace('1.10', 'latest'),
      images: [{ name: 'Web', tag: '1' }],
    };
    expect((await errorsOf(() => cargoOf(spec))).map(({ code }) => code)).toEqual([
      'image-name',
      'product-name',
      'product-version',
    ]);
  });
});
