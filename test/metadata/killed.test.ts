import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { extract, type ExtractOptions } from '../../src/metadata/extract.ts';
import { scratch, runProgram, tree } from '../disk/killed.ts';
import { crdText, makeTree, write } from '../support/archive-make.ts';

let module = '';
beforeAll(async () => {
  module = join(scratch(), 'extract.mjs');
  const banner =
    "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";
  await build({
    entryPoints: ['src/metadata/extract.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: banner },
    outfile: module,
    logLevel: 'error',
  });
});

function optionsOf(root: string): ExtractOptions {
  return { root, locked: false, acceptChanged: true, write: true };
}

function program(root: string): string {
  return `import { extract } from ${JSON.stringify(module)};
    (await extract(${JSON.stringify(archives)}, ${JSON.stringify(optionsOf(root))})).finish();`;
}

/** The records below `root` that are whole, each by its folder. */
function recordsOf(root: string): Record<string, unknown> {
  const folder = join(root, 'metadata');
  const ids = readdirSync(root).includes('metadata') ? readdirSync(folder) : [];
  return Object.fromEntries(
    ids.filter((id) => !id.startsWith('.')).map((id) => [id, tree(join(folder, id))]),
  );
}

const paths = ['a', 'c'];
const archives = paths.map((path) => ({ path, place: { file: 'solutions.yaml' } }));

/** A root where one archive has changed since its extraction, one has gone and one has come. */
async function start(): Promise<string> {
  const root = scratch();
  makeTree(join(root, 'a'), { images: [] });
  makeTree(join(root, 'b'), { images: [], version: '2.0.0' });
  await extract([...archives.slice(0, 1), { path: 'b', place: { file: 'x' } }], optionsOf(root));
  write(root, 'a/operator/deploy/crds/more_crd.yaml', crdText('more'));
  makeTree(join(root, 'c'), { images: [], crds: {}, version: '3.0.0' });
  return root;
}

test('a kill before any change of the disk leaves each record old or new, and the next run ends right', async () => {
  const root = await start();
  const before = recordsOf(root);
  let kills = 0;
  let wanted: Record<string, unknown> | undefined;
  for (let dieAt = 1; ; dieAt += 1) {
    const copy = scratch();
    cpSync(root, copy, { recursive: true });
    const { killed, stderr } = await runProgram(program(copy), { dieAt });
    const found = recordsOf(copy);
    (await extract(archives, optionsOf(copy))).finish();
    const after = recordsOf(copy);
    wanted ??= after;
    expect(stderr).toBe('');
    expect(Object.keys(after)).toEqual(['store-1.0.0', 'store-3.0.0']);
    expect(after).toEqual(wanted);
    for (const [id, files] of Object.entries(found)) {
      expect([before[id], after[id]]).toContainEqual(files);
    }
    if (!killed) break;
    kills += 1;
  }
  expect(kills).toBeGreaterThan(15);
}, 120_000);
