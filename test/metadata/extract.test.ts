import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { readContents } from '../../src/archive/contents.ts';
import { openTree } from '../../src/archive/tree.ts';
import type { Archive } from '../../src/metadata/archive.ts';
import { extract, type Extraction, type ExtractOptions } from '../../src/metadata/extract.ts';
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

type Options = Partial<ExtractOptions>;

async function run(
  root: string,
  paths: readonly string[],
  options: Options = {},
): Promise<Extraction> {
  const extraction = await begin(root, paths, options);
  extraction.finish();
  return extraction;
}

/** A run whose caller does not get to its end. */
function begin(root: string, paths: readonly string[], options: Options = {}): Promise<Extraction> {
  const archives = paths.map((path, index) => ({
    path,
    place: { file: 'solutions.yaml', line: index + 1 },
  }));
  return extract(archives, { root, locked: false, acceptChanged: false, write: true, ...options });
}

/** A root with the trees of some archives in it. */
function rootWith(trees: Readonly<Record<string, TreeToMake>>): string {
  const root = scratchFolder();
  for (const [name, spec] of Object.entries(trees)) makeTree(join(root, name), spec);
  return root;
}

/** Every file below a folder with its content. */
function filesIn(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(
    files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
  );
}

function records(root: string): Record<string, string> {
  return filesIn(join(root, 'metadata'));
}

function codes(errors: readonly { readonly code: string }[]): string[] {
  return errors.map(({ code }) => code);
}

const artifact = [
  { title: 'store.json', mediaType: 'application/grafana-dashboard+json', text: '{"__inputs":[]}' },
];
const images = [
  { name: 'store-operator', tag: '1.0.0' },
  { name: 'web', tag: '2.0', form: 'index' },
  { name: 'web', tag: 'latest', form: 'docker' },
  { name: 'boards', tag: '1', artifact },
] as const;

/** An archive without its functions. */
function plain({ crds, roles, product, record, notices, files }: Archive) {
  return {
    objects: [...crds, ...roles].map(({ value, place }) => ({ value, place })),
    rest: {
      product,
      record,
      notices,
      files: [...files].map(([path, bytes]) => [path, Buffer.from(bytes)]),
    },
  };
}

describe('an archive that is new', () => {
  test('is recorded: its files byte for byte, and archive.yaml', async () => {
    const root = rootWith({ a: { images } });
    const { archives, changes, notices } = await run(root, ['a']);
    const [archive] = archives;
    expect(notices).toEqual([]);
    expect(archive).toMatchObject({
      path: 'a',
      id: 'store-1.0.0',
      name: 'store',
      version: '1.0.0',
      displayName: 'Store',
    });
    const board = archive?.record.images[0]?.contents?.[0]?.digest.slice(7);
    expect(changes).toEqual([
      {
        id: 'store-1.0.0',
        what: 'added',
        files: [
          'archive.yaml',
          `images/boards/1/${board}`,
          'manifest.yaml',
          'operator/deploy/crds/things_crd.yaml',
          'operator/deploy/role.yaml',
        ],
      },
    ]);
    for (const file of changes[0]?.files.slice(1) ?? []) {
      expect(readFileSync(join(root, 'metadata/store-1.0.0', file))).toEqual(
        readFileSync(join(root, 'a', file)),
      );
    }
  });

  test('extracted twice gives equal bytes, and a second run changes nothing', async () => {
    const root = rootWith({ a: { images } });
    await run(root, ['a']);
    const first = records(root);
    expect((await run(root, ['a'])).changes).toEqual([]);
    expect(records(root)).toEqual(first);
    rmSync(join(root, 'metadata'), { recursive: true });
    await run(root, ['a']);
    expect(records(root)).toEqual(first);
  });

  test('gives the same with the archive and without it', async () => {
    const root = rootWith({ a: { images } });
    const first = await run(root, ['a']);
    rmSync(join(root, 'a'), { recursive: true });
    const second = await run(root, ['a']);
    expect(second.archives.map(plain)).toEqual(first.archives.map(plain));
    expect(second.archives[0]?.crds[0]?.place.file).toBe(
      'metadata/store-1.0.0/operator/deploy/crds/things_crd.yaml',
    );
  });

  test('is written by nobody with `write: false`, but told of', async () => {
    const root = rootWith({ a: {} });
    const { changes, archives } = await run(root, ['a'], { write: false });
    expect(changes.map(({ what }) => what)).toEqual(['added']);
    expect(archives).toHaveLength(1);
    expect(readdirSync(root)).toEqual(['a']);
  });

  test('tells of its progress to the end', async () => {
    const root = rootWith({ a: {} });
    const seen: [string, number, number][] = [];
    await run(root, ['a'], { progress: ({ path, done, total }) => seen.push([path, done, total]) });
    const [path, done, total] = seen.at(-1) ?? [];
    expect(path).toBe('a');
    expect(total).toBeGreaterThan(0);
    expect(done).toBe(total);
  });
});

describe('an image and a directory with the same tree', () => {
  test('have the same record but for what is the archive’s own', async () => {
    const root = rootWith({ a: { images } });
    await genisoimage(join(root, 'a'), join(root, 'g.iso'));
    await xorriso(join(root, 'a'), join(root, 'x.iso'));
    const found = [];
    for (const path of ['a', 'g.iso', 'x.iso']) {
      rmSync(join(root, 'metadata'), { recursive: true, force: true });
      const { archives } = await run(root, [path]);
      found.push(archives[0]?.record);
    }
    const [directory, ...isos] = found;
    for (const iso of isos) {
      expect(iso).toMatchObject({
        kind: 'iso',
        volumeId: 'Example 1.0.0',
        names: 'rock-ridge',
        verified: { blobs: 'sha256' },
      });
      expect(iso?.files).toEqual(directory?.files);
      expect(iso?.images).toEqual(directory?.images);
    }
    expect(directory?.kind).toBe('directory');
    expect(isos[0]?.size).toBe(statSync(join(root, 'g.iso')).size);
  });

  test.each([
    ['small', 10],
    ['so large that several threads hash it', 24 << 20],
  ])('the sha256 is that of sha256sum, when the archive is %s', async (_, size) => {
    const text = Array.from({ length: 1000 }, (__, index) => index ** 3)
      .join()
      .padEnd(size, 'x');
    const big = { title: 'big', mediaType: 'application/octet-stream', text };
    const root = rootWith({
      a: { images: [...images, { name: 'big', tag: '1', artifact: [big] }] },
    });
    await genisoimage(join(root, 'a'), join(root, 'g.iso'));
    const sum = async (command: string) => {
      const { stdout } = await execa('sh', ['-c', command], { cwd: root, env: { LC_ALL: 'C' } });
      return stdout.slice(0, 64);
    };
    const image = await run(root, ['g.iso'], { write: false });
    expect(image.archives[0]?.record.sha256).toBe(await sum('sha256sum g.iso'));
    const folder = await run(root, ['a'], { write: false });
    expect(folder.archives[0]?.record.sha256).toBe(
      await sum("cd a && find . -type f -printf '%P\\n' | sort | xargs sha256sum | sha256sum"),
    );
  });
});

describe('an archive that changed', () => {
  test('under its id is an error with both digests, until that is accepted', async () => {
    const root = rootWith({ a: {} });
    const before = (await run(root, ['a'])).archives[0]?.record.sha256;
    const old = records(root);
    write(root, 'a/operator/deploy/crds/more_crd.yaml', crdText('more'));
    const [error] = await errorsOf(() => run(root, ['a']));
    expect(error).toMatchObject({
      code: 'archive-changed',
      place: { file: 'solutions.yaml', line: 1 },
      hint: expect.stringContaining('--accept-changed'),
    });
    expect(error?.message).toContain(before);
    expect(records(root)).toEqual(old);

    const accepted = await run(root, ['a'], { acceptChanged: true });
    expect(error?.message).toContain(accepted.archives[0]?.record.sha256);
    expect(accepted.changes).toEqual([
      {
        id: 'store-1.0.0',
        what: 'changed',
        files: ['archive.yaml', 'operator/deploy/crds/more_crd.yaml'],
      },
    ]);
    expect(accepted.archives[0]?.crds).toHaveLength(2);
  });

  test('is the same wherever it lies: only the path is updated', async () => {
    const root = rootWith({ a: {} });
    await run(root, ['a']);
    renameSync(join(root, 'a'), join(root, 'b'));
    const { changes, archives } = await run(root, ['b']);
    expect(changes).toEqual([{ id: 'store-1.0.0', what: 'changed', files: ['archive.yaml'] }]);
    expect(archives[0]?.record.path).toBe('b');
    rmSync(join(root, 'b'), { recursive: true });
    expect((await run(root, ['b'])).changes).toEqual([]);
  });

  test('to another version at its path takes the place of the old one', async () => {
    const root = rootWith({ a: {} });
    await run(root, ['a']);
    rmSync(join(root, 'a'), { recursive: true });
    makeTree(join(root, 'a'), { version: '1.1.0' });
    const { changes } = await run(root, ['a']);
    expect(changes.map(({ id, what }) => `${id} ${what}`)).toEqual([
      'store-1.0.0 removed',
      'store-1.1.0 added',
    ]);
    expect(readdirSync(join(root, 'metadata'))).toEqual(['store-1.1.0']);
  });

  test('at another path under the id of a record is an error, too', async () => {
    const root = rootWith({ a: {}, b: { crds: {} } });
    await run(root, ['a']);
    const [error] = await errorsOf(() => run(root, ['b']));
    expect(error?.code).toBe('archive-changed');
    expect(error?.message).toContain('extracted from "a"');
  });

  test('while it was read is an error', async () => {
    const root = rootWith({ a: {} });
    const errors = await errorsOf(() =>
      run(root, ['a'], { progress: () => write(root, 'a/new', `${Math.random()}`) }),
    );
    expect(codes(errors)).toEqual(['archive-busy']);
    expect(records(root)).toEqual({});
  });

  test('is known by the cache of times, which is written once a change is old enough', async () => {
    const root = rootWith({ a: {} });
    await run(root, ['a']);
    expect(existsSync(join(root, '.solutions'))).toBe(false);
    await sleep(2100);
    await run(root, ['a']);
    const cache = join(root, '.solutions/archives.json');
    const text = readFileSync(cache, 'utf8');
    expect(await hashed(root)).toBe(false);
    write(root, '.solutions/archives.json', 'no JSON');
    expect(await hashed(root)).toBe(true);
    expect(readFileSync(cache, 'utf8')).toBe(text);
    write(root, 'a/README', 'another');
    expect(codes(await errorsOf(() => run(root, ['a'])))).toEqual(['archive-changed']);
  });
});

/** Whether a run reads the archive `a` in whole. */
async function hashed(root: string): Promise<boolean> {
  let isHashed = false;
  await run(root, ['a'], { progress: () => (isHashed = true) });
  return isHashed;
}

describe('records of archives that are no longer listed', () => {
  test('are removed, and that is told', async () => {
    const root = rootWith({ a: {}, b: { version: '2.0.0' } });
    await run(root, ['a', 'b']);
    const { changes, archives } = await run(root, ['b']);
    expect(changes).toMatchObject([{ id: 'store-1.0.0', what: 'removed' }]);
    expect(archives.map(({ id }) => id)).toEqual(['store-2.0.0']);
    expect(readdirSync(join(root, 'metadata'))).toEqual(['store-2.0.0']);
  });

  test('stay where there is an error: a mistyped path costs no record', async () => {
    const root = rootWith({ a: {} });
    await run(root, ['a']);
    const [error] = await errorsOf(() => run(root, ['typo/a']));
    expect(error).toMatchObject({
      code: 'record-missing',
      hint: expect.stringContaining('metadata/store-1.0.0 was extracted from "a"'),
    });
    expect(readdirSync(join(root, 'metadata'))).toEqual(['store-1.0.0']);
  });
});

describe('a run that fails after the extraction', () => {
  test('keeps what was extracted anew, and no record is lost or replaced', async () => {
    const root = rootWith({ a: {}, b: { version: '2.0.0' }, c: { version: '3.0.0' } });
    await run(root, ['a', 'b', 'c']);
    const before = records(root);
    write(root, 'a/operator/deploy/crds/more_crd.yaml', crdText('more'));
    rmSync(join(root, 'c'), { recursive: true });
    makeTree(join(root, 'c'), { version: '4.0.0' });
    makeTree(join(root, 'd'), { version: '5.0.0' });
    const paths = ['a', 'c', 'd'];
    const extraction = await begin(root, paths, { acceptChanged: true });
    const told = ['1 changed', '2 removed', '3 removed', '4 added', '5 added'];
    expect(extraction.changes.map(({ id, what }) => `${id.slice(6, 7)} ${what}`)).toEqual(told);
    const after = records(root);
    expect(after).toMatchObject(before);
    const added = Object.keys(after).filter((file) => !(file in before));
    expect(new Set(added.map((file) => file.split('/')[0]))).toEqual(new Set(['store-5.0.0']));
    extraction.finish();
    expect(readdirSync(join(root, 'metadata')).sort()).toEqual([
      'store-1.0.0',
      'store-4.0.0',
      'store-5.0.0',
    ]);
    expect((await run(root, paths)).changes).toEqual([]);
  });
});

describe('a run that was killed between two renames', () => {
  test('is read as it will be finished, and nothing is written', async () => {
    const root = rootWith({ a: {}, b: { version: '2.0.0' } });
    await run(root, ['a', 'b']);
    const record = (name: string) => join(root, 'metadata', name);
    renameSync(record('store-1.0.0'), record('.store-1.0.0.solutions-next'));
    cpSync(record('store-2.0.0'), record('.store-1.0.0.solutions-old'), { recursive: true });
    renameSync(record('store-2.0.0'), record('.store-2.0.0.solutions-old'));
    const before = records(root);
    const { archives, changes } = await run(root, ['a'], { locked: true, write: false });
    expect(archives.map(({ id }) => id)).toEqual(['store-1.0.0']);
    expect(changes).toEqual([]);
    expect(records(root)).toEqual(before);
    expect((await run(root, ['a'], { locked: true })).changes).toEqual([]);
    expect(readdirSync(join(root, 'metadata'))).toEqual(['store-1.0.0']);
  });
});

describe('notices that only the archive shows', () => {
  const files = { 'images/web.tar': '', 'deploy/a_crd.yaml': crdText('as') };

  test('are told in every run, with and without the archive, locked, and where it has moved', async () => {
    const root = rootWith({ a: { files } });
    const { notices } = await run(root, ['a']);
    expect(notices.map(({ code, place }) => `${code} ${place?.file}`)).toEqual([
      'image-place a:images',
      'crd-unseen a:deploy/a_crd.yaml',
    ]);
    expect((await run(root, ['a'])).notices).toEqual(notices);
    expect((await run(root, ['a'], { locked: true })).notices).toEqual(notices);
    renameSync(join(root, 'a'), join(root, 'b'));
    const moved = await run(root, ['b']);
    expect(moved.notices.map(({ place }) => place?.file)).toEqual([
      'b:images',
      'b:deploy/a_crd.yaml',
    ]);
    rmSync(join(root, 'b'), { recursive: true });
    expect((await run(root, ['b'])).notices).toEqual(moved.notices);
  });

  test('name an image as a whole, too', async () => {
    const root = rootWith({ a: {} });
    const long = `x${'y'.repeat(110)}`;
    write(root, `a/${long}`, '');
    const options = ['-joliet', '-joliet-long', '-iso-level', '3', '-f', join(root, 'a')];
    await mkisofs('genisoimage', join(root, 'a.iso'), options);
    const { notices } = await run(root, ['a.iso']);
    expect(notices).toMatchObject([{ code: 'iso-cut-names', place: { file: 'a.iso' } }]);
    expect((await run(root, ['a.iso'], { locked: true })).notices).toEqual(notices);
  });
});

describe('locked', () => {
  test('the record holds, and an archive at hand that differs is told of', async () => {
    const root = rootWith({ a: {} });
    await run(root, ['a']);
    write(root, 'a/operator/deploy/crds/more_crd.yaml', crdText('more'));
    const { archives, notices, changes } = await run(root, ['a'], { locked: true });
    expect(archives[0]?.crds).toHaveLength(1);
    expect(codes(notices)).toEqual(['archive-differs']);
    expect(changes).toEqual([]);
  });

  test('an archive without a record is an error', async () => {
    const root = rootWith({ a: {} });
    expect(codes(await errorsOf(() => run(root, ['a'], { locked: true })))).toEqual([
      'record-missing',
    ]);
  });
});

describe('several archives', () => {
  test('one bad archive hides no other’s errors, and the good ones are recorded', async () => {
    const root = rootWith({
      good: {},
      bad: { name: 'Bad', images: [] },
      worse: { roles: 'kind: Pod', version: '3.0.0' },
    });
    const errors = await errorsOf(() => run(root, ['bad', 'gone', 'good', 'worse']));
    expect(codes(errors)).toEqual(['product-name', 'record-missing', 'role-kind']);
    expect(readdirSync(join(root, 'metadata'))).toEqual(['store-1.0.0']);
    expect(readdirSync(join(root, 'metadata/store-1.0.0'))).toContain('archive.yaml');
  });

  test.each<[string, TreeToMake, TreeToMake]>([
    ['one id twice', {}, { crds: {} }],
    [
      '`a` `b-1` and `a-b` `1`',
      { name: 'a', version: 'b-1', images: [] },
      { name: 'a-b', version: '1', images: [] },
    ],
  ])('%s is an error that names both, and neither is recorded', async (_, a, b) => {
    const root = rootWith({ a, b });
    const errors = await errorsOf(() => run(root, ['a', 'b']));
    expect(codes(errors)).toEqual(['id-twice']);
    expect(errors[0]?.message).toMatch(/"a" \(.*\) and "b" \(/u);
    expect(records(root)).toEqual({});
  });

  test('one path twice is an error', async () => {
    const root = rootWith({ a: {} });
    expect(codes(await errorsOf(() => run(root, ['a', './a'])))).toEqual(['id-twice']);
    await run(root, ['a']);
    expect(codes(await errorsOf(() => run(root, ['a', 'a'])))).toEqual(['id-twice']);
  });
});

describe('an error of an archive as a whole', () => {
  test.each<[string, (path: string) => void]>([
    ['no image', (path) => write(path, '../a', 'text')],
    ['a link to itself', (path) => symlinkSync('a', path)],
    ['a folder without a manifest', (path) => write(path, 'README', '')],
  ])('says where the archive is listed: %s', async (_, make) => {
    const root = scratchFolder();
    make(join(root, 'a'));
    expect(await errorsOf(() => run(root, ['a']))).toMatchObject([
      {
        place: { file: 'a' },
        hint: expect.stringMatching(/.; the archive is listed at solutions\.yaml:1$/u),
      },
    ]);
  });
});

describe('a damaged archive', () => {
  test('names the image, the layer, its path and both digests', async () => {
    const root = rootWith({ a: {} });
    const tree = openTree(join(root, 'a'), 'a');
    const layer = readContents(tree).images.blobs.find(({ role }) => role === 'layer 2 of 2');
    const path = layer?.file.path ?? '';
    write(join(root, 'a'), path, readFileSync(join(root, 'a', path)).fill(0));
    const errors = await errorsOf(() => run(root, ['a']));
    expect(errors).toMatchObject([{ code: 'blob-digest', place: { file: `a:${path}` } }]);
    expect(errors[0]?.message).toMatch(
      /image "store-operator:1\.0\.0": layer 2 of 2 has the digest sha256:[0-9a-f]{64}, its name says sha256:[0-9a-f]{64}/u,
    );
    expect(errors[0]?.message).toContain(layer?.digest);
    expect(records(root)).toEqual({});
  });
});

describe('metadata/ edited by hand', () => {
  const folder = 'metadata/store-1.0.0';

  test.each<[string, (root: string) => void, string]>([
    ['a file', (root) => write(root, `${folder}/manifest.yaml`, 'x: y\n'), 'manifest.yaml'],
    [
      'a file that is gone',
      (root) => rmSync(join(root, folder, 'operator/deploy/role.yaml')),
      'operator/deploy/role.yaml',
    ],
    [
      'archive.yaml',
      (root) =>
        write(
          root,
          `${folder}/archive.yaml`,
          readFileSync(join(root, folder, 'archive.yaml'), 'utf8').replace('amd64', 'arm64'),
        ),
      'archive.yaml',
    ],
  ])('%s is an error, and is not healed in silence', async (_, edit, file) => {
    const root = rootWith({ a: {} });
    await run(root, ['a']);
    edit(root);
    const edited = records(root);
    const only = [{ code: 'record-edited', place: { file: `${folder}/${file}` } }];
    expect(await errorsOf(() => run(root, ['a']))).toMatchObject(only);
    expect(await errorsOf(() => run(root, ['a'], { locked: true }))).toMatchObject(only);
    renameSync(join(root, 'a'), join(root, 'b'));
    expect(await errorsOf(() => run(root, ['a']))).toMatchObject(only);
    expect(await errorsOf(() => run(root, ['b']))).toMatchObject(only);
    renameSync(join(root, 'b'), join(root, 'a'));
    expect(records(root)).toEqual(edited);
    rmSync(join(root, folder), { recursive: true });
    expect((await run(root, ['a'])).changes).toMatchObject([{ what: 'added' }]);
  });

  test('a renamed folder is an error', async () => {
    const root = rootWith({ a: {} });
    await run(root, ['a']);
    renameSync(join(root, folder), join(root, 'metadata/other-1.0.0'));
    expect(codes(await errorsOf(() => run(root, ['a'], { locked: true })))).toContain(
      'record-edited',
    );
  });

  test('a file of somebody else has no effect and is named', async () => {
    const root = rootWith({ a: {} });
    await run(root, ['a']);
    write(root, `${folder}/operator/deploy/crds/mine_crd.yaml`, crdText('mine'));
    write(root, 'metadata/notes/x', '');
    const { archives, notices } = await run(root, ['a']);
    expect(archives[0]?.crds).toHaveLength(1);
    expect(notices.map(({ place }) => place?.file)).toEqual([
      'metadata/notes',
      `${folder}/operator/deploy/crds/mine_crd.yaml`,
    ]);
  });
});

describe.runIf(realTrees.length > 0)('real archives', () => {
  test('every tree is extracted with images added, and read back without it', async () => {
    const root = scratchFolder();
    const names = realTrees.map((source, index) => {
      const text = readFileSync(join(source, 'manifest.yaml'), 'utf8');
      const [, name = ''] = /image:\s+name: (\S+)/u.exec(text) ?? [];
      const [, tag = ''] = /tag: '?([^'\s]+)/u.exec(text) ?? [];
      treeFrom(source, join(root, `${index}`), [{ name, tag, form: 'docker' }]);
      return `${index}`;
    });
    const { archives } = await run(root, names);
    expect(archives.every(({ product }) => product.operator !== undefined)).toBe(true);
    const copy = scratchFolder();
    cpSync(join(root, 'metadata'), join(copy, 'metadata'), { recursive: true });
    const locked = await run(copy, names, { locked: true });
    expect(locked.archives.map(({ id, crds, roles }) => [id, crds.length, roles.length])).toEqual(
      archives.map(({ id, crds, roles }) => [id, crds.length, roles.length]),
    );
  });
});
