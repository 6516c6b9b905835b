import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { openTree, type Tree } from '../../src/archive/tree.ts';
import { checkArchives } from '../../src/check/archive-check.ts';
import { openImage, type Image } from '../../src/iso/image.ts';
import { openFile } from '../../src/iso/reader.ts';
import type { PackProgress } from '../../src/pack/pack.ts';
import { makeTree, realTrees, scratchFolder, treeFrom, write } from '../support/archive-make.ts';
import { packed, unpacked } from '../support/pack-make.ts';

function withTree<Value>(iso: string, work: (tree: Tree) => Value): Value {
  const tree = openTree(iso, 'tree.iso');
  try {
    return work(tree);
  } finally {
    tree.close();
  }
}

function withImage<Value>(iso: string, work: (image: Image) => Value): Value {
  const reader = openFile(iso);
  try {
    return work(openImage(reader, 'tree.iso'));
  } finally {
    reader.close();
  }
}

/** Every folder and file below `root`, files with what they hold. */
function contentOf(root: string): Map<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
  return new Map(
    names.map((name) => {
      const file = join(root, name);
      return [name, statSync(file).isDirectory() ? 'a folder' : readFileSync(file, 'base64')];
    }),
  );
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** The rules that an archive breaks. */
async function rulesOf(file: string): Promise<Set<string>> {
  const reports = await checkArchives([{ file, name: 'tree' }], { deep: true });
  return new Set(reports.flatMap(({ findings }) => findings.map(({ rule }) => rule)));
}

/** Copies a tree so that nothing but its names and bytes is the same. */
function copiedOtherwise(root: string): string {
  const copy = join(scratchFolder(), 'elsewhere');
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted().toReversed();
  for (const path of paths) {
    const [from, to] = [join(root, path), join(copy, path)];
    if (statSync(from).isDirectory()) mkdirSync(to, { recursive: true });
    else {
      mkdirSync(join(to, '..'), { recursive: true });
      writeFileSync(to, readFileSync(from));
      chmodSync(to, (statSync(from).mode & 0o100) === 0 ? 0o600 : 0o711);
      utimesSync(to, 1_000_000_000, 1_000_000_000);
    }
  }
  return copy;
}

const long = `${'x'.repeat(102)}_crd.txt`;

const operatorOf = z.object({
  spec: z.object({
    operator: z.object({ image: z.object({ name: z.string(), tag: z.string() }) }),
  }),
});

/** What is hard on a writer of images. */
const odd: Readonly<Record<string, string>> = {
  [`docs/${long}`]: 'over what Joliet has',
  [`docs/${'x'.repeat(102)}_crd.tyt`]: 'the same in Joliet',
  [`docs/${'é'.repeat(127)}`]: 'as long as a name can be',
  'a/b/c/d/e/f/g/h/i/j/k': 'deeper than ISO 9660 goes',
  'rr_moved/own': 'where deep folders are put',
  'bin/it\'s "a" =[name]* \\ €😀 #': 'quotes, patterns, two planes of Unicode',
  'bin/a?b': 'one of two that Joliet writes alike',
  'bin/a*b': 'two of two that Joliet writes alike',
  'bin/README': 'in capitals',
  'bin/readme': 'not in capitals',
  'bin/-quiet': 'no option',
  'bin/empty-1': '',
  'bin/empty-2': '',
};

function oddTree(): string {
  const root = makeTree(scratchFolder(), { files: odd });
  mkdirSync(join(root, 'bin/nothing'));
  chmodSync(join(root, 'bin/-quiet'), 0o700);
  return root;
}

describe('an archive that was packed', () => {
  it('holds every folder and file of the tree, to our reader, to bsdtar and to isoinfo', async () => {
    const root = oddTree();
    const { iso, added, files } = await packed(root);
    expect(added).toEqual(['registry-config.inc.j2']);
    const [before, after] = [contentOf(root), contentOf(await unpacked(iso))];
    expect(after.delete('registry-config.inc.j2')).toBe(true);
    expect(after).toEqual(before);

    const paths = withTree(iso, (tree) => tree.files('').map(({ path }) => path));
    expect(paths).toHaveLength(files);
    const { stdout } = await execa('isoinfo', ['-f', '-R', '-i', iso]);
    // It shows folders that were moved where they lie.
    const shown = paths.filter((path) => !path.startsWith('a/'));
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(shown.map((path) => `/${path}`)));
  });

  it('is after the guidelines: no finding of `check` is about the image', async () => {
    const root = makeTree(scratchFolder(), { displayName: 'Corner Store', version: '1.2.3' });
    const { iso, volume } = await packed(root);
    expect(volume.id).toBe('Corner Store 1.2.3');
    const [report] = await checkArchives([{ file: iso, name: 'tree.iso' }], { deep: true });
    expect(report?.findings.map(({ rule }) => rule)).toEqual(['role-generic-name']);
    const { stdout } = await execa('isoinfo', ['-d', '-i', iso]);
    expect(stdout).toContain('Volume id: Corner Store 1.2.3');
    expect(stdout).toContain('Joliet with UCS level 3 found');
    expect(stdout).toContain('Rock Ridge signatures');
  });

  it('is as right as its folder, even the oddest: only deep folders moved', async () => {
    const root = oddTree();
    const { iso } = await packed(root);
    const [before, after] = [await rulesOf(root), await rulesOf(iso)];
    expect([...after].filter((rule) => !before.has(rule))).toEqual(['iso-relocated']);
    expect([...before].filter((rule) => !after.has(rule))).toEqual(['registry-config-missing']);
  });

  it('gives everything to root, readable for all, and executable where it was for its owner', async () => {
    const { iso } = await packed(oddTree());
    const modes = withImage(iso, ({ entries }) => [...entries.values()]);
    const modeOf = (path: string) => modes.find((entry) => entry.path === path)?.mode;
    expect(modeOf('bin')).toBe(0o040_755);
    expect(modeOf('bin/-quiet')).toBe(0o100_755);
    expect(new Set(modes.map(({ mode }) => mode))).toEqual(
      new Set([0o040_755, 0o100_755, 0o100_644]),
    );
    expect(withImage(iso, ({ survey }) => survey.owned.count)).toBe(0);
  });

  it('has equal files once, hard links or not, and leaves the tree alone', async () => {
    const layers = ['base', 'shared'];
    const images = ['a', 'b'].map((name) => ({ name, tag: '1.0.0', layers }));
    const root = makeTree(scratchFolder(), {
      images: [{ name: 'store-operator', tag: '1.0.0' }, ...images],
      files: { 'one.txt': 'the same bytes', 'two.txt': 'the same bytes' },
    });
    linkSync(join(root, 'one.txt'), join(root, 'three.txt'));
    const copy = copiedOtherwise(root);
    const before = readdirSync(copy, { recursive: true, encoding: 'utf8' }).map((name) =>
      statSync(join(copy, name)),
    );
    const { iso, shared } = await packed(copy);
    const after = readdirSync(copy, { recursive: true, encoding: 'utf8' }).map((name) =>
      statSync(join(copy, name)),
    );
    expect(after.map(({ ctimeMs, nlink }) => [ctimeMs, nlink])).toEqual(
      before.map(({ ctimeMs, nlink }) => [ctimeMs, nlink]),
    );
    const contents = withTree(iso, (tree) =>
      tree.files('').map(({ path, content, size }) => ({ path, content, size })),
    );
    const texts = contents.filter(({ path }) => /^(?:one|two|three)\.txt$/u.test(path));
    expect(new Set(texts.map(({ content }) => content)).size).toBe(1);
    const blobs = contents.filter(({ path }) => /\/[0-9a-f]{64}$/u.test(path));
    const names = new Set(blobs.map(({ path }) => path.slice(-64)));
    expect(new Set(blobs.map(({ content }) => content)).size).toBe(names.size);
    expect(blobs.length).toBeGreaterThan(names.size);
    const all = contents.reduce((sum, { size }) => sum + size, 0);
    const once = [...new Map(contents.map(({ content, size }) => [content, size])).values()];
    expect(shared).toBe(all - once.reduce((sum, size) => sum + size, 0));
  });

  it('has the same bytes, whatever the order, dates, modes and place of the tree', async () => {
    const root = oddTree();
    const [first, second] = [await packed(root), await packed(copiedOtherwise(root))];
    expect(second.sha256).toBe(first.sha256);
    expect(sha256(second.iso)).toBe(sha256(first.iso));
    write(root, 'bin/readme', 'anything else');
    expect((await packed(root)).sha256).not.toBe(first.sha256);
  });

  it.each([
    [
      'that is asked for',
      { epoch: '1000000000', timestamp: '2026-04-02T14:05:00Z' },
      '2001-09-09T01:46:40Z',
    ],
    ['of the manifest', { timestamp: '2026-04-02T14:05:00+02:00' }, '2026-04-02T12:05:00Z'],
    [
      'that is fixed, where no zone tells what the manifest means',
      { timestamp: '2026-04-02T14:05:00' },
      '1980-01-01T00:00:00Z',
    ],
    [
      'that is fixed, where the manifest has one of no image',
      { timestamp: '9999-12-31T00:00:00Z' },
      '1980-01-01T00:00:00Z',
    ],
    ['that is fixed, where there is none', { epoch: '' }, '1980-01-01T00:00:00Z'],
  ])(
    'has one date, %s',
    async (_, { epoch, timestamp }: { epoch?: string; timestamp?: string }, date) => {
      const root = makeTree(scratchFolder());
      const manifest = readFileSync(join(root, 'manifest.yaml'), 'utf8');
      const line = `    solutions.metalk8s.scality.com/build-timestamp: ${timestamp}`;
      if (timestamp !== undefined) {
        write(root, 'manifest.yaml', manifest.replace('  annotations:', `  annotations:\n${line}`));
      }
      const { iso } = await packed(root, { epoch });
      const folder = await unpacked(iso);
      const times = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
        statSync(join(folder, name)).mtime.toISOString(),
      );
      expect(new Set(times)).toEqual(new Set([date.replace('Z', '.000Z')]));
      const digits = date.replaceAll(/[^0-9]/gu, '');
      // When the volume was made and changed (ECMA-119 8.4.26, 8.4.27).
      const [made, changed] = [813, 830].map((at) =>
        readFileSync(iso).toString('latin1', 16 * 2048 + at, 16 * 2048 + at + 14),
      );
      expect([made, changed]).toEqual([digits, digits]);
    },
  );

  it('is told of while it is made, phase after phase, and never back', async () => {
    const events: PackProgress[] = [];
    await packed(makeTree(scratchFolder()), { progress: (event) => events.push(event) });
    expect([...new Set(events.map(({ phase }) => phase))]).toEqual([
      'reading',
      'writing',
      'reading back',
    ]);
    for (const phase of ['reading', 'writing', 'reading back']) {
      const own = events.filter((event) => event.phase === phase);
      expect(own.map(({ done }) => done)).toEqual(
        own.map(({ done }) => done).toSorted((a, b) => a - b),
      );
      expect(own.at(-1)?.done).toBe(own.at(-1)?.total);
    }
  });

  it('has a file of sums beside it that sha256sum takes', async () => {
    const { iso, sums } = await packed(makeTree(scratchFolder()));
    expect(sums).toBe('tree.iso.sha256');
    const { stdout } = await execa('sha256sum', ['-c', 'tree.iso.sha256'], {
      cwd: join(iso, '..'),
    });
    expect(stdout).toBe('tree.iso: OK');
    expect(readdirSync(join(iso, '..'))).toEqual(['tree.iso', 'tree.iso.sha256']);
  });

  it('has the files that links led to, in their place', async () => {
    const root = makeTree(scratchFolder(), { files: { 'docs/a.txt': 'text' } });
    symlinkSync('docs/a.txt', join(root, 'b.txt'));
    symlinkSync('1.0.0', join(root, 'images/store-operator/1.0'));
    const { iso } = await packed(root);
    const after = contentOf(await unpacked(iso));
    expect(after.get('b.txt')).toBe(after.get('docs/a.txt'));
    expect(after.get('images/store-operator/1.0/manifest.json')).toBe(
      after.get('images/store-operator/1.0.0/manifest.json'),
    );
    expect(
      withImage(iso, ({ entries }) => [...entries.values()].map(({ kind }) => kind)),
    ).not.toContain('symlink');
  });

  it('keeps the registry-config.inc.j2 that the tree has', async () => {
    const root = makeTree(scratchFolder(), { files: { 'registry-config.inc.j2': '# ours\n' } });
    const { iso, added } = await packed(root);
    expect(added).toEqual([]);
    expect(readFileSync(join(await unpacked(iso), 'registry-config.inc.j2'), 'utf8')).toBe(
      '# ours\n',
    );
  });

  it.runIf(realTrees.length > 0).each(realTrees)(
    'is made of what vendors ship: %s',
    async (source) => {
      const manifest = operatorOf.parse(parse(readFileSync(join(source, 'manifest.yaml'), 'utf8')));
      const root = treeFrom(source, scratchFolder(), [manifest.spec.operator.image]);
      const { iso } = await packed(root);
      const after = contentOf(await unpacked(iso));
      after.delete('registry-config.inc.j2');
      expect(after).toEqual(contentOf(root));
    },
  );
});
