import { linkSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { readContents, type Contents } from '../../src/archive/contents.ts';
import { openTree } from '../../src/archive/tree.ts';
import { placeText } from '../../src/errors.ts';
import { errorsOf } from '../support/archive-errors.ts';
import {
  crdText,
  makeTree,
  realTrees,
  scratchFolder,
  treeFrom,
  write,
  type TreeToMake,
} from '../support/archive-make.ts';
import { genisoimage, mkisofs, xorriso } from '../support/iso-make.ts';

function read(path: string): Contents {
  const tree = openTree(path, 'a.iso');
  try {
    return readContents(tree);
  } finally {
    tree.close();
  }
}

function readTree(spec: TreeToMake, edit: (folder: string) => void = () => {}): Contents {
  const folder = makeTree(scratchFolder(), spec);
  edit(folder);
  return read(folder);
}

/** The path of the first layer of the first image. */
function layerOf(folder: string): string {
  const { blobs } = read(folder).images;
  return blobs.find(({ role }) => role === 'layer 1 of 2')?.file.path ?? '';
}

const manifest = `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: Solution
metadata:
  name: store
spec:
  version: 1.0.0
`;

describe('a good archive', () => {
  test('has a product, CRDs, roles, files and images', () => {
    const contents = readTree({
      images: [
        { name: 'store-operator', tag: '1.0.0' },
        { name: 'web', tag: '2.0', form: 'docker', user: '' },
        { name: 'old', tag: '1', form: 'untyped' },
        { name: 'many', tag: '1', form: 'index' },
        {
          name: 'dashboards',
          tag: '1',
          artifact: [
            {
              title: 'store.json',
              mediaType: 'application/grafana-dashboard+json',
              text: '{"panels":[]}',
            },
          ],
        },
      ],
    });
    expect(contents.notices).toEqual([]);
    expect(contents.product).toMatchObject({
      id: 'store-1.0.0',
      displayName: 'Store',
      operator: { image: { name: 'store-operator', tag: '1.0.0' } },
    });
    expect(contents.crds.map(({ value }) => value['kind'])).toEqual(['CustomResourceDefinition']);
    expect(contents.roles.map(({ value }) => value['kind'])).toEqual(['Role', 'ClusterRole']);
    expect(contents.images.records.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'dashboards artifact',
      'many image',
      'old image',
      'store-operator image',
      'web image',
    ]);
    const [dashboards, many, , operator, web] = contents.images.records;
    expect(dashboards?.contents).toMatchObject([{ title: 'store.json' }]);
    expect(
      contents.files
        .get(`images/dashboards/1/${dashboards?.contents?.[0]?.digest.slice(7)}`)
        ?.toString(),
    ).toBe('{"panels":[]}');
    expect(many?.children?.map(({ architecture, user }) => `${architecture} ${user}`)).toEqual([
      'amd64 65532',
      'arm64 65532',
    ]);
    expect(operator).toMatchObject({ user: '65532', os: 'linux' });
    expect(web?.user).toBeUndefined();
  });

  test('keeps 64-bit bounds, nulls and quoted digits of a CRD', () => {
    const [crd] = readTree({}).crds;
    const text = JSON.stringify(crd?.value, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    );
    expect(text).toContain('"maximum":"9223372036854775807n","default":null');
    expect(text).toContain('"default":"0755"');
  });

  test('may have no Operator, CRDs, roles and images at all', () => {
    const folder = scratchFolder();
    write(folder, 'manifest.yaml', manifest);
    expect(read(folder)).toMatchObject({
      crds: [],
      roles: [],
      images: { records: [] },
      notices: [],
    });
  });

  test('reads a tag that is a hard-linked copy of another', () => {
    const { records, blobs } = readTree({
      images: [
        { name: 'web', tag: '1.0' },
        { name: 'web', tag: 'latest' },
      ],
    }).images;
    expect(new Set(records.map(({ digest }) => digest)).size).toBe(1);
    expect(new Set(blobs.map(({ file }) => file.content)).size).toBe(3);
  });

  test('finds every CRD below operator/deploy/crds at any depth, and no sample', () => {
    const { crds, notices } = readTree({
      crds: {
        'a_crd.yaml': crdText('as') + crdText('bs'),
        'deeper/still/c_crd.yaml': crdText('cs'),
        'a_cr.yaml': 'apiVersion: v1\nkind: Secret\n',
      },
    });
    expect(crds).toHaveLength(3);
    expect(notices).toEqual([]);
  });

  test('follows links that stay inside', () => {
    const contents = readTree({}, (folder) => {
      symlinkSync('1.0.0', join(folder, 'images/store-operator/latest'));
    });
    expect(contents.images.records.map(({ tag }) => tag)).toEqual(['1.0.0', 'latest']);
  });

  test('is never run through a template engine', () => {
    const { files, crds } = readTree({
      crds: { 'a_crd.yaml': `${crdText('as')}          description: "{{ .Values.x }}"\n` },
    });
    expect(files.get('operator/deploy/crds/a_crd.yaml')?.toString()).toContain('{{ .Values.x }}');
    expect(crds).toHaveLength(1);
  });
});

describe('the same archive in other forms', () => {
  const images = [
    { name: 'store-operator', tag: '1.0.0' },
    { name: 'web', tag: '2.0', form: 'index' },
  ] as const;

  test.each([
    ['genisoimage', genisoimage],
    ['xorriso', xorriso],
  ] as const)('an image by %s has the content of the directory', async (_, make) => {
    const folder = makeTree(scratchFolder(), { images });
    const iso = join(scratchFolder(), 'a.iso');
    await make(folder, iso);
    const [fromIso, fromFolder] = [read(iso), read(folder)];
    expect(fromIso.images.records).toEqual(fromFolder.images.records);
    expect(fromIso.files).toEqual(
      new Map([...fromFolder.files].map(([path, bytes]) => [path, Buffer.from(bytes)])),
    );
    expect(fromIso.product).toEqual(fromFolder.product);
    expect(fromIso.notices).toEqual([]);
  });

  test('an image with Joliet names alone is read when no name was cut', async () => {
    const folder = makeTree(scratchFolder(), {});
    const iso = join(scratchFolder(), 'a.iso');
    await mkisofs('genisoimage', iso, ['-joliet', '-joliet-long', '-iso-level', '3', '-f', folder]);
    expect(read(iso).images.records).toEqual(read(folder).images.records);
  });
});

describe('values of manifest.yaml keep their text', () => {
  test.each(['1.10', '1.0', '010', '1e3', '2024-01-01', 'true', '1_0', '0x10', '12:30:45'])(
    'the version %s stays what was written',
    (version) => {
      const text = manifest.replace('1.0.0', version);
      expect(readTree({ manifest: text, images: [] }).product.version).toBe(version);
    },
  );

  test('annotations that look like booleans, timestamps and numbers are text', () => {
    const text = manifest.replace(
      'name: store',
      `name: store
  annotations:
    a: true
    b: 2024-10-23T15:17:11Z
    c: 1.10
    d: '0'
    e: 2.10.4-0-g22a339f
    f:
  labels: {g: no, h: 017}`,
    );
    const { annotations, labels } = readTree({ manifest: text, images: [] }).product;
    expect(annotations).toEqual({
      a: 'true',
      b: '2024-10-23T15:17:11Z',
      c: '1.10',
      d: '0',
      e: '2.10.4-0-g22a339f',
      f: '',
    });
    expect(labels).toEqual({ g: 'no', h: '017' });
  });

  test('a display name may stand in top-level annotations', () => {
    const text = `annotations: {solutions.metalk8s.scality.com/display-name: The Store}\n${manifest}`;
    expect(readTree({ manifest: text, images: [] }).product.displayName).toBe('The Store');
  });

  test('unknown keys are kept', () => {
    const text = `${manifest}  vendor: {x: [1]}\nextra: yes\n`;
    const { product } = readTree({ manifest: text, images: [] });
    expect(product.raw).toMatchObject({ extra: 'yes', spec: { vendor: { x: [1] } } });
  });
});

describe('the Operator', () => {
  const own = { name: 'store-operator', tag: '1.0.0' };

  test('without spec.operator it is the default image, when the archive has that', () => {
    expect(readTree({ manifest, images: [own] }).product.operator?.image).toEqual(own);
  });

  test('nothing is invented where the archive has no such image', () => {
    expect(
      readTree({ manifest, images: [{ ...own, tag: '1.0' }] }).product.operator,
    ).toBeUndefined();
  });

  test("its tag need not be the Solution's version", () => {
    const text = `${manifest}  operator: {image: {name: store-operator, tag: 1.10}}\n`;
    const { product } = readTree({
      manifest: text,
      images: [{ name: 'store-operator', tag: '1.10' }],
    });
    expect(product.operator?.image.tag).toBe('1.10');
    expect(product.notices).toEqual([]);
  });

  test('an image that is not in the archive is named', () => {
    const text = `${manifest}  operator: {image: {name: store-operator, tag: v9}}\n`;
    expect(readTree({ manifest: text, images: [] }).notices).toMatchObject([
      { code: 'product-operator-image', message: expect.stringContaining('store-operator:v9') },
    ]);
  });
});

describe('the UI', () => {
  test('is the image that spec.ui declares, its tag as it is written', () => {
    const image = { name: 'store-ui', tag: '1.10' };
    const { product } = readTree({
      manifest: `${manifest}  ui: {image: {name: store-ui, tag: 1.10}}\n`,
      images: [image],
    });
    expect(product.ui).toEqual({ image });
    expect(product.notices).toEqual([]);
  });

  test('is nothing where none is declared, whatever images there are', () => {
    const { product } = readTree({ manifest, images: [{ name: 'store-ui', tag: '1.0.0' }] });
    expect(product.ui).toBeUndefined();
    expect(product.notices).toEqual([]);
  });

  test.each([
    ['is not in the archive', '{name: store-ui, tag: v9}', 'the image of the UI, "store-ui:v9", '],
    ['is text', 'store-ui:1.0.0', '`spec.ui` has no `image` '],
    ['has no tag', '{name: store-ui}', '`spec.ui` has no `image` '],
    ['is empty', '', '`spec.ui` has no `image` '],
  ])('whose image %s is a warning, and nothing is rendered for it', (_, image, message) => {
    const { product, notices } = readTree({
      manifest: `${manifest}  ui: {image: ${image}}\n`,
      images: [{ name: 'store-ui', tag: '1.0.0' }],
    });
    expect(product.ui).toBeUndefined();
    expect(notices).toMatchObject([
      { code: 'product-ui', message: expect.stringContaining(message), place: { line: 7 } },
    ]);
  });
});

describe('what deserves a warning', () => {
  test('junk in spec.images is named and left out; declared and absent images are named', () => {
    const text = `${manifest}  images: [store-operator:1.0.0, ":1.1.1", store-operator:1.0.0, gone:1.10, {a: b}, null]\n`;
    const { product } = readTree({ manifest: text });
    expect(product.images).toEqual(['store-operator:1.0.0', 'gone:1.10']);
    expect(product.notices.map(({ code, place }) => `${code} ${place?.line}`)).toEqual([
      'product-images 7',
      'product-images 7',
      'product-images 7',
      'image-absent 7',
    ]);
    expect(product.notices[0]?.message).toContain('":1.1.1"');
    expect(product.notices[3]?.message).toContain('"gone:1.10"');
  });

  test('without spec.images it is what images/ holds', () => {
    expect(readTree({ manifest, images: [{ name: 'web', tag: '2' }] }).product.images).toEqual([
      'web:2',
    ]);
  });

  test.each(['1.0.0+build', '1.0.0-RC1'])(
    'the id of version %s, which no registry accepts',
    (version) => {
      const { product } = readTree({ manifest: manifest.replace('1.0.0', version), images: [] });
      expect(product.idMistake).toContain('no registry accepts');
      expect(product.notices).toMatchObject([
        { code: 'product-id', hint: expect.stringContaining('the vendor must') },
      ]);
    },
  );

  test.each([
    ['operator/deploy/crds/a.yaml', crdText('as')],
    ['operator/deploy/crds/a_crd.yml', crdText('as')],
    ['operator/deploy/a_crd.yaml', crdText('as')],
    [
      'operator/deploy/a.json',
      '{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition"}',
    ],
    ['operator/deploy/crds/a_crd.YAML', crdText('as')],
    ['operator/deploy/crds/a_crd', crdText('as')],
    ['operator/a_crd.yaml', crdText('as')],
    ['deploy/crds/a_crd.yaml', crdText('as')],
    ['a.Json', '{"kind" : "CustomResourceDefinition"}'],
  ])('a CRD in %s, where nobody looks', (path, text) => {
    const { crds, notices } = readTree({ crds: {}, files: { [path]: text } });
    expect(crds).toEqual([]);
    expect(notices).toMatchObject([{ code: 'crd-unseen', place: { file: `a.iso:${path}` } }]);
  });

  test('a CRD in the folder of the older format, beside the one that counts', () => {
    const path = 'operator/crds/a_crd.yaml';
    const { crds, notices } = readTree({ files: { [path]: crdText('as'), README: 'crds' } });
    expect(crds).toHaveLength(1);
    expect(notices).toMatchObject([{ code: 'crd-unseen', place: { file: `a.iso:${path}` } }]);
  });

  test('a thousand CRDs where nobody looks: some by name, the rest by number', () => {
    const files = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`lost/${index}_crd.yaml`, crdText('as')]),
    );
    const { notices } = readTree({ files });
    expect(notices).toHaveLength(21);
    expect(notices.at(-1)?.message).toContain('and 980 more files');
  });

  test('nothing of a file that is too large for a CRD, and of images', () => {
    const { notices } = readTree({
      files: {
        'docs/a_crd.yaml': crdText('as').padEnd(5 << 20),
        'images/store-operator/1.0.0/a_crd.yaml': crdText('as'),
      },
    });
    expect(notices).toEqual([]);
  });

  test('files of the Operator whose names no repository takes', () => {
    const files = { 'operator/deploy/crds/a:b_crd.yaml': crdText('as') };
    const { crds, notices } = readTree({ files });
    expect(crds).toHaveLength(1);
    expect(notices).toMatchObject([
      { code: 'archive-bad-name', message: expect.stringContaining('a:b_crd.yaml"') },
      { code: 'crd-unseen' },
    ]);
  });

  test('an image that is not at images/<name>/<tag>', () => {
    const { notices } = readTree({
      files: {
        'images/library/web/1/manifest.json': '{}',
        'images/web.tar': '',
        'images/docs/en/README': '',
      },
    });
    expect(notices).toMatchObject([
      {
        code: 'image-place',
        message: expect.stringMatching(/library.*web\.tar.*"images\/docs\/en"/u),
      },
    ]);
  });
});

describe('a bad archive', () => {
  test.each<[string, TreeToMake, string, string?]>([
    [
      'a manifest of two documents',
      { manifest: `${manifest}---\n${manifest}` },
      'product-documents',
    ],
    ['an empty manifest', { manifest: '' }, 'product-documents'],
    ['a manifest that is no YAML', { manifest: 'a: [' }, 'yaml-syntax', 'a.iso:manifest.yaml:1:'],
    ['a manifest with a tab', { manifest: 'a:\n\tb: 1\n' }, 'yaml-syntax'],
    ['a manifest with a key twice', { manifest: `${manifest}spec: {}\n` }, 'yaml-syntax'],
    [
      'no version',
      { manifest: manifest.replace('version', 'release') },
      'schema',
      'a.iso:manifest.yaml:5:1',
    ],
    ['no name', { manifest: manifest.replace('  name: store', '  x: y') }, 'schema'],
    [
      'another kind',
      { manifest: manifest.replace('kind: Solution', 'kind: Pod') },
      'schema',
      'a.iso:manifest.yaml:2:1',
    ],
    ['another group', { manifest: manifest.replace('solutions.metalk8s', 'nothing') }, 'schema'],
    [
      'a version that is a map',
      { manifest: manifest.replace('1.0.0', '{a: b}') },
      'schema',
      'a.iso:manifest.yaml:6:3',
    ],
    [
      'images that are a map',
      { manifest: `${manifest}  images: {a: b}\n` },
      'schema',
      'a.iso:manifest.yaml:7:3',
    ],
    ['an annotation that is a list', { manifest: `${manifest}annotations: {a: [b]}\n` }, 'schema'],
    [
      'the kind of the older format',
      { manifest: manifest.replace('kind: Solution', 'kind: SolutionConfig') },
      'archive-legacy',
    ],
    [
      'capitals in the name',
      { manifest: manifest.replace('store', 'Store') },
      'product-name',
      'a.iso:manifest.yaml:4:3',
    ],
    [
      'a name that leads elsewhere',
      { manifest: manifest.replace('store', '../../x') },
      'product-name',
    ],
    [
      'a name of 55 characters',
      { manifest: manifest.replace('store', 'a'.repeat(55)) },
      'product-name',
    ],
    [
      'a version with a slash',
      { manifest: manifest.replace('1.0.0', '1/../../x') },
      'product-version',
    ],
    [
      'a version with an escape',
      { manifest: manifest.replace('1.0.0', '"1\\e[31m"') },
      'product-version',
    ],
    ['the version `latest`', { manifest: manifest.replace('1.0.0', 'latest') }, 'product-version'],
    [
      'a version that ends in a blank',
      { manifest: manifest.replace('1.0.0', '"1.0 "') },
      'product-version',
    ],
    [
      'a version of 129 characters',
      { manifest: manifest.replace('1.0.0', '1'.repeat(129)) },
      'product-version',
    ],
    [
      'operator/crds of the older format',
      { crds: {}, files: { 'operator/crds/a_crd.yaml': '' } },
      'archive-legacy',
    ],
    [
      'a v1beta1 CRD',
      { crds: { 'a_crd.yaml': crdText('as').replace('io/v1', 'io/v1beta1') } },
      'crd-v1beta1',
      'a.iso:operator/deploy/crds/a_crd.yaml:2:1',
    ],
    [
      'another kind in a CRD file',
      { crds: { 'a_crd.yaml': 'apiVersion: v1\nkind: Secret\n' } },
      'crd-kind',
    ],
    [
      'a CRD without a name',
      { crds: { 'a_crd.yaml': crdText('as').replace('name:', 'nome:') } },
      'crd-name',
    ],
    ['a CRD file that is no YAML', { crds: { 'a_crd.yaml': 'a: {' } }, 'manifest-syntax'],
    [
      'a binding in role.yaml',
      { roles: 'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n' },
      'role-kind',
      'a.iso:operator/deploy/role.yaml:1:1',
    ],
    [
      'a v1beta1 role',
      { roles: 'apiVersion: rbac.authorization.k8s.io/v1beta1\nkind: Role\n' },
      'role-kind',
    ],
    [
      'a role without a name',
      { roles: 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n' },
      'role-name',
    ],
    ['an image with capitals', { images: [{ name: 'Web', tag: '1' }] }, 'image-name'],
    ['a tag that is none', { images: [{ name: 'web', tag: '-1' }] }, 'image-name'],
    [
      'an image folder without a manifest',
      { files: { 'images/web/1/version': '' } },
      'image-manifest-missing',
    ],
    [
      'a Docker schema 1 image',
      { files: { 'images/web/1/manifest.json': '{"schemaVersion":1}' } },
      'oci-schema-1',
    ],
    [
      'a file of 5 MiB in operator/deploy',
      { files: { 'operator/deploy/a.json': ' '.repeat(5 << 20) } },
      'archive-too-large',
    ],
  ])('%s is refused', async (_, spec, code, place) => {
    const errors = await errorsOf(() => readTree(spec));
    expect(errors.map((error) => error.code)).toEqual([code]);
    const [found] = errors.map((error) => error.place && placeText(error.place));
    expect(found?.startsWith(place ?? 'a.iso')).toBe(true);
  });

  test.each<[string, TreeToMake, string, string]>([
    [
      'a slash in the version',
      { manifest: manifest.replace('1.0.0', '1/2') },
      '`spec.version` "1/2" holds "/"',
      'at most 128 characters',
    ],
    [
      'a key twice in manifest.yaml',
      { manifest: `${manifest}spec: {}\n` },
      'spec',
      'the vendor must mend it: ',
    ],
    [
      'bytes of another encoding in role.yaml',
      { roles: 'x', files: { 'operator/deploy/role.yaml': '\uFEFF\u0000' } },
      '',
      'the vendor must',
    ],
    ['no document in manifest.yaml', { manifest: '' }, 'found 0', 'the vendor must ship one'],
    ['a CRD file that is no YAML', { crds: { 'a_crd.yaml': 'a: {' } }, '', 'the vendor must mend'],
  ])('%s: the message says what is wrong, the hint who can mend it', async (_, spec, ...texts) => {
    const [error] = await errorsOf(() => readTree(spec));
    const [message, hint] = texts;
    expect(error?.message).toContain(message);
    expect(error?.hint).toContain(hint);
  });

  test.each<[string, (folder: string) => void, string]>([
    ['a missing layer', (folder) => rmSync(join(folder, layerOf(folder))), 'oci-missing'],
    ['a layer of another size', (folder) => write(folder, layerOf(folder), 'x'), 'oci-size'],
    [
      'a link to the outside',
      (folder) => symlinkSync('/etc', join(folder, 'images/etc')),
      'archive-link',
    ],
    [
      'a link up and out',
      (folder) => symlinkSync('../../../x', join(folder, 'operator/deploy/x.yaml')),
      'archive-link',
    ],
    ['a link to itself', (folder) => symlinkSync('x', join(folder, 'images/x')), 'archive-link'],
    [
      'a link to a folder above',
      (folder) => symlinkSync('..', join(folder, 'images/store-operator/up')),
      'archive-link',
    ],
    ['no manifest.yaml', (folder) => rmSync(join(folder, 'manifest.yaml')), 'archive-no-manifest'],
    [
      'a folder above the archive',
      (folder) => {
        rmSync(join(folder, 'manifest.yaml'));
        write(folder, 'product.txt', 'NAME=x');
        write(folder, 'config.yaml', '');
      },
      'archive-legacy',
    ],
    ['a name with an escape', (folder) => write(folder, 'x\u001B[31m', ''), 'archive-bad-name'],
  ])('%s is refused', async (_, edit, code) => {
    const [error, ...more] = await errorsOf(() => readTree({}, edit));
    expect(error?.code).toBe(code);
    expect(more).toEqual([]);
    expect(error?.message).not.toMatch(/\p{Cc}/u);
  });

  test('an error of an image names the image, and all mistakes come together', async () => {
    const errors = await errorsOf(() =>
      readTree({ manifest: manifest.replace('1.0.0', '{a: b}'), roles: 'kind: Pod' }, (folder) => {
        rmSync(join(folder, 'images/store-operator/1.0.0/manifest.json'));
      }),
    );
    expect(errors.map(({ code }) => code)).toEqual([
      'image-manifest-missing',
      'schema',
      'role-kind',
    ]);
    expect(errors[0]?.message).toContain('image "store-operator:1.0.0"');
  });

  test('links that multiply are given up on', async () => {
    const folder = makeTree(scratchFolder());
    for (let level = 0; level < 20; level += 1) {
      write(folder, `images/l${level}/x`, '');
      symlinkSync(`../l${level + 1}`, join(folder, `images/l${level}/a`));
      symlinkSync(`../l${level + 1}`, join(folder, `images/l${level}/b`));
    }
    write(folder, 'images/l20/x', '');
    const started = performance.now();
    expect((await errorsOf(() => read(folder)))[0]?.code).toBe('archive-too-large');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('a manifest of 1 GiB is not read', async () => {
    const folder = makeTree(scratchFolder());
    truncateSync(join(folder, 'manifest.yaml'), 2 ** 30);
    const started = performance.now();
    const errors = await errorsOf(() => read(folder));
    expect(errors.map(({ code }) => code)).toEqual(['archive-too-large']);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('a pipe in a directory is not opened', async () => {
    const folder = makeTree(scratchFolder());
    rmSync(join(folder, 'operator/deploy/role.yaml'));
    await execa('sh', ['-c', 'mkfifo "$0"', join(folder, 'operator/deploy/role.yaml')]);
    expect(read(folder).roles).toEqual([]);
  });

  test('a blob that is hard-linked from elsewhere is a file like any other', () => {
    const folder = makeTree(scratchFolder());
    const layer = join(folder, layerOf(folder));
    linkSync(layer, join(scratchFolder(), 'twin'));
    expect(read(folder).images.records).toHaveLength(1);
  });

  test.each([
    ['64 characters', ['-joliet'], 'a'.repeat(60)],
    ['103 characters', ['-joliet', '-joliet-long'], 'a'.repeat(99)],
  ])('Joliet names that were cut at %s lose no CRD in silence', async (_, options, base) => {
    const folder = makeTree(scratchFolder(), { crds: { [`${base}_crd.yaml`]: crdText('as') } });
    const iso = join(scratchFolder(), 'a.iso');
    await mkisofs('genisoimage', iso, [...options, '-iso-level', '3', folder]);
    expect(await errorsOf(() => read(iso))).toMatchObject([
      {
        code: 'archive-cut-names',
        place: { file: expect.stringMatching(/^a\.iso:operator\/deploy\/crds\/a+_crd?$/u) },
        hint: expect.stringContaining('-rock'),
      },
    ]);
  });

  test('a Joliet name as long as they get is taken when its ending is there', async () => {
    const folder = makeTree(scratchFolder(), {
      crds: { [`${'a'.repeat(55)}_crd.yaml`]: crdText('as') },
    });
    const iso = join(scratchFolder(), 'a.iso');
    await mkisofs('genisoimage', iso, ['-joliet', '-iso-level', '3', folder]);
    expect(read(iso).crds).toHaveLength(1);
  });

  test('an image with plain names alone says what the vendor must do', async () => {
    const iso = join(scratchFolder(), 'a.iso');
    await mkisofs('genisoimage', iso, ['-iso-level', '3', makeTree(scratchFolder())]);
    const [error] = await errorsOf(() => read(iso));
    expect(error).toMatchObject({
      code: 'archive-plain-names',
      hint: expect.stringContaining('-rock'),
    });
  });

  test('an image in a file of 1 TiB is refused at once, with both sizes', async () => {
    const iso = join(scratchFolder(), 'a.iso');
    await genisoimage(makeTree(scratchFolder()), iso);
    const { size } = statSync(iso);
    truncateSync(iso, 2 ** 40);
    const started = performance.now();
    const errors = await errorsOf(() => read(iso));
    expect(errors).toMatchObject([{ code: 'archive-size', place: { file: 'a.iso' } }]);
    expect(errors[0]?.message).toContain(`${2 ** 40} bytes, the volume in it ${size}:`);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('an image may be followed by what makes it bootable', async () => {
    const folder = makeTree(scratchFolder());
    const scratch = scratchFolder();
    const [iso, boot] = [join(scratch, 'a.iso'), join(scratch, 'boot.img')];
    write(scratch, 'boot.img', Buffer.alloc(4 << 20));
    await xorriso(folder, iso, ['-append_partition', '2', '0xef', boot, '-appended_part_as_gpt']);
    expect(statSync(iso).size).toBeGreaterThan(4 << 20);
    expect(read(iso).crds).toHaveLength(1);
  });

  test('an image without manifest.yaml is no Solution', async () => {
    const folder = scratchFolder();
    write(folder, 'README', 'x');
    const iso = join(scratchFolder(), 'a.iso');
    await genisoimage(folder, iso);
    expect((await errorsOf(() => read(iso)))[0]?.code).toBe('archive-no-manifest');
  });

  test.each(['manifest: text', '', '\u001F\u008B\b\0 gzip'])(
    'a file that is no image (%j) is refused',
    async (text) => {
      const folder = scratchFolder();
      write(folder, 'a.iso', text);
      const [error] = await errorsOf(() => read(join(folder, 'a.iso')));
      expect(error?.code).toBe('iso-not-an-image');
    },
  );

  test('a path where there is nothing says so', async () => {
    const [error] = await errorsOf(() => read(join(scratchFolder(), 'gone.iso')));
    expect(error?.code).toBe('archive-missing');
    expect(error?.hint).toContain('correct the path');
  });

  test.each<[string, (path: string) => unknown, RegExp, RegExp]>([
    [
      'a link to itself',
      (path) => symlinkSync('a.iso', path),
      /too many symbolic links encountered \(ELOOP\)/u,
      /leads back to itself/u,
    ],
    ['a pipe', (path) => execa('mkfifo', [path]), /found something else/u, /the \.iso file/u],
  ])('%s in place of an archive says what to do', async (_, make, message, hint) => {
    const path = join(scratchFolder(), 'a.iso');
    await make(path);
    expect(await errorsOf(() => read(path))).toMatchObject([
      { message: expect.stringMatching(message), hint: expect.stringMatching(hint) },
    ]);
  });
});

describe.runIf(realTrees.length > 0)('real archives', () => {
  test.each(realTrees)('%s is read with images added', (source) => {
    const folder = scratchFolder();
    const images = ['v1.6.3', '1.0.3', '1.1.1'].flatMap((tag) =>
      ['zenko-operator', 'example-solution-operator', 'base-server'].map((name) => ({ name, tag })),
    );
    const contents = read(treeFrom(source, folder, images));
    expect(contents.product.operator).toBeDefined();
    expect(contents.images.records).toHaveLength(9);
    expect(contents.notices.every(({ code }) => code === 'product-images')).toBe(true);
  });
});
