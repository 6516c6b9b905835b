import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { describe, expect, it } from 'vitest';
import { checkArchives } from '../../src/check/archive-check.ts';
import { makeTree, scratchFolder, write } from '../support/archive-make.ts';
import { packed } from '../support/pack-make.ts';

describe('a folder that cannot be packed', () => {
  it.each([
    [
      'a pipe',
      (root: string) => execaSync('mkfifo', [join(root, 'pipe')]),
      'pack-special',
      'tree:pipe',
    ],
    [
      'a device',
      (root: string) => execaSync('mknod', [join(root, 'null'), 'c', '1', '3']),
      'pack-special',
      'tree:null',
    ],
    [
      'a link out of it',
      (root: string) => symlinkSync('/etc/passwd', join(root, 'users')),
      'archive-link',
      'tree:users',
    ],
    [
      'a link to nothing',
      (root: string) => symlinkSync('none', join(root, 'none')),
      'archive-link',
      'tree:none',
    ],
    [
      'a name that is not UTF-8',
      (root: string) =>
        writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]), ''),
      'archive-bad-name',
      'tree',
    ],
    [
      'a name with a line feed',
      (root: string) => write(root, 'a\nb', ''),
      'archive-bad-name',
      'tree',
    ],
    [
      'no manifest',
      (root: string) => rmSync(join(root, 'manifest.yaml')),
      'archive-no-manifest',
      'tree',
    ],
    [
      'a CRD that is gone from Kubernetes',
      (root: string) =>
        write(
          root,
          'operator/deploy/crds/a_crd.yaml',
          'apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\nmetadata: {name: a.b.c}\n',
        ),
      'crd-v1beta1',
      'tree:operator/deploy/crds/a_crd.yaml',
    ],
  ])('has %s: nothing is written', async (_, spoil, code, file) => {
    const root = makeTree(scratchFolder());
    spoil(root);
    const iso = join(scratchFolder(), 'tree.iso');
    await expect(packed(root, { iso })).rejects.toMatchObject({ code, place: { file } });
    expect(readdirSync(join(iso, '..'))).toEqual([]);
  });

  it('has a blob with another digest than its name: all of them are named', async () => {
    const root = makeTree(scratchFolder());
    const image = join(root, 'images/store-operator/1.0.0');
    const layers = readdirSync(image).filter((name) => {
      return /^[0-9a-f]{64}$/u.test(name) && readFileSync(join(image, name))[0] === 0x1f;
    });
    expect(layers.length).toBeGreaterThan(1);
    for (const layer of layers) {
      const bytes = readFileSync(join(image, layer));
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      write(image, layer, bytes);
    }
    const error: unknown = await packed(root).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ errors: layers.map(() => ({ code: 'blob-digest' })) });
  });

  it.each([
    ['a file', 'manifest.yaml'],
    ['nothing', 'none'],
  ])('is %s', async (_, name) => {
    const root = join(makeTree(scratchFolder()), name);
    await expect(packed(root)).rejects.toMatchObject({ code: 'pack-root' });
  });

  it.each(['now', '-1', '1.5', '0x10', '4102444800', '99999999999999999999'])(
    'has no date in SOURCE_DATE_EPOCH=%s',
    async (epoch) => {
      const root = makeTree(scratchFolder());
      await expect(packed(root, { epoch })).rejects.toMatchObject({ code: 'pack-date' });
    },
  );
});

describe('a folder that changes while it is packed', () => {
  const changes: readonly (readonly [string, (root: string) => void])[] = [
    ['another byte in a file', (root) => write(root, 'big.bin', Buffer.alloc(1 << 20, 1))],
    ['a shorter file', (root) => truncateSync(join(root, 'big.bin'), 1000)],
    ['a longer file', (root) => truncateSync(join(root, 'big.bin'), 2 << 20)],
    ['a file less', (root) => rmSync(join(root, 'big.bin'))],
    ['a file more', (root) => write(root, 'docs/more.txt', 'more')],
    ['a mode', (root) => chmodSync(join(root, 'big.bin'), 0o755)],
  ];
  it.each(
    changes.flatMap(([what, change]) =>
      (['writing', 'reading back'] as const).map((phase) => ({ what, change, phase })),
    ),
  )('is refused for $what at the phase $phase', async ({ change, phase }) => {
    const root = makeTree(scratchFolder(), { files: { 'docs/a.txt': 'a' } });
    write(root, 'big.bin', Buffer.alloc(1 << 20));
    const iso = join(scratchFolder(), 'tree.iso');
    let isChanged = false;
    const progress = (event: { phase: string }) => {
      if (event.phase !== phase || isChanged) return;
      isChanged = true;
      change(root);
    };
    await expect(packed(root, { iso, progress })).rejects.toMatchObject({ code: 'pack-changed' });
    expect(readdirSync(join(iso, '..'))).toEqual([]);
  });
});

describe('the place of an archive', () => {
  it('is never one in the folder that is packed, by whatever path', async () => {
    const root = makeTree(scratchFolder());
    const link = join(scratchFolder(), 'link');
    symlinkSync(root, link);
    for (const iso of [join(root, 'a.iso'), join(root, 'docs/new/a.iso'), join(link, 'a.iso')]) {
      await expect(packed(root, { iso })).rejects.toMatchObject({ code: 'pack-target' });
    }
    expect(readdirSync(root)).not.toContain('docs');
    const beside = `${root}-beside.iso`;
    await packed(root, { iso: beside });
    rmSync(beside);
    rmSync(`${beside}.sha256`);
  });

  it.each(['tree.iso', 'tree.iso.sha256'])('is refused where there is a file %s', async (name) => {
    const root = makeTree(scratchFolder());
    const folder = scratchFolder();
    write(folder, name, 'precious');
    const iso = join(folder, 'tree.iso');
    await expect(packed(root, { iso })).rejects.toMatchObject({ code: 'pack-exists' });
    expect(readFileSync(join(folder, name), 'utf8')).toBe('precious');
    const { sha256: sum } = await packed(root, { iso, overwrite: true });
    expect(readFileSync(`${iso}.sha256`, 'utf8')).toBe(`${sum}  tree.iso\n`);
  });

  it('is not judged by what vouches for other archives beside it', async () => {
    const root = makeTree(scratchFolder());
    const folder = scratchFolder();
    // `check` reads no sums so large, and takes that for an error.
    write(folder, 'SHA256SUM', Buffer.alloc(2 << 20, '#'));
    const iso = join(folder, 'tree.iso');
    await packed(root, { iso });
    const [report] = await checkArchives([{ file: iso, name: iso }]);
    expect(report?.findings.map(({ rule }) => rule)).toContain('sums-wrong');
  });

  it.each([
    ['a folder', (iso: string) => mkdirSync(iso)],
    ['a link', (iso: string) => symlinkSync('/etc/hostname', iso)],
    ['a device', (iso: string) => execaSync('mknod', [iso, 'c', '1', '3'])],
  ])('is refused where there is %s, even to be overwritten', async (_, make) => {
    const iso = join(scratchFolder(), 'tree.iso');
    make(iso);
    const root = makeTree(scratchFolder());
    const running = packed(root, { iso, overwrite: true });
    await expect(running).rejects.toMatchObject({ code: 'pack-target' });
  });

  it('has a name that sha256sum writes as it is', async () => {
    const root = makeTree(scratchFolder());
    for (const name of ['a\nb.iso', 'a\\b.iso', 'a\u001B[2J.iso']) {
      const iso = join(scratchFolder(), name);
      await expect(packed(root, { iso })).rejects.toMatchObject({ code: 'pack-target' });
    }
    const strange = join(scratchFolder(), 'it\'s "an" archive [1]*.iso');
    await packed(root, { iso: strange });
    const { stdout } = await execa('sha256sum', ['-c', `${strange}.sha256`], {
      cwd: join(strange, '..'),
    });
    expect(stdout).toContain(': OK');
  });

  it('may be a folder that is not there yet', async () => {
    const iso = join(scratchFolder(), 'dist/archives/tree.iso');
    await packed(makeTree(scratchFolder()), { iso });
    expect(statSync(iso).isFile()).toBe(true);
  });

  it('is that of one run at a time', async () => {
    const root = makeTree(scratchFolder());
    const iso = join(scratchFolder(), 'tree.iso');
    const ends = await Promise.allSettled([packed(root, { iso }), packed(root, { iso })]);
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(readdirSync(join(iso, '..'))).toEqual(['tree.iso', 'tree.iso.sha256']);
  });
});
