// Few bundles, and not a chunk for each command: all that a run needs is compiled already.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { bundleFor, cacheFileOf, SHARES } from './code-cache.cjs';
import { replaceFile } from './replace.mjs';

const REPOSITORY = join(import.meta.dirname, '..');
const EXECUTABLE = 0o755;
/** In milliseconds; it takes one second. */
const MAX_TRAINING = 60_000;
const MODULE_URL = 'const moduleUrl=require("node:url").pathToFileURL(__filename).href;';

/** @type {import('esbuild').BuildOptions} */
const OPTIONS = {
  absWorkingDir: REPOSITORY,
  bundle: true,
  // Paths are in what is written: the same bytes, wherever node_modules leads.
  preserveSymlinks: true,
  platform: 'node',
  // Of the scripts that Node.js has, the kind that starts fastest, and the only one with a code cache.
  format: 'cjs',
  target: 'node20.17',
  // Of what is not bundled, Node.js' own modules: a script has no loader for `import()`.
  supported: { 'dynamic-import': false },
  // Names stay: `--debug` shows them.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 200,
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: MODULE_URL },
  logLevel: 'warning',
};

/**
 * Builds the program.
 *
 * @param {string} folder - `build` below the folder that package.json and templates/ are in; is made
 * @returns {import('./stamp.mjs').Made}
 */
export function buildProgram(folder) {
  mkdirSync(folder, { recursive: true });
  const worker = bundled('src/metadata/hash-worker.ts');
  // The package.json above it says `module`.
  place(join(folder, 'package.json'), '{"type":"commonjs"}\n');
  place(join(folder, 'hash-worker.js'), worker.text);
  const entry = 'src/main.ts';
  const shares = Object.entries(SHARES).map(([module, commands]) => ({
    name: bundleFor('main', commands),
    external: othersThan(module),
  }));
  const whole = { name: bundleFor('main', []), external: [] };
  const inputs = [...shares, whole].flatMap(({ name, external }) =>
    placeBundle(entry, join(folder, name), external),
  );
  placeStart(folder, 'main');
  const bundles = [...shares, whole].flatMap(({ name }) => [name, cacheFileOf(name)]);
  return {
    inputs: [...new Set([...inputs, ...worker.inputs])],
    outputs: ['package.json', 'hash-worker.js', 'main.js', ...bundles],
  };
}

/**
 * Builds the bench beside a program.
 *
 * @param {string} folder
 */
export function buildBench(folder) {
  placeBundle('bench/run.ts', join(folder, bundleFor('bench', [])));
  placeStart(folder, 'bench');
}

/**
 * The modules that only other commands load: `<name>-command.ts` imports `<name>.ts` when a command of
 * it is called.
 *
 * @param {string} module
 */
function othersThan(module) {
  const ending = '-command.ts';
  return readdirSync(join(REPOSITORY, 'src/cli'))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .filter((name) => name !== module)
    .map((name) => `./src/cli/${name}.ts`);
}

/**
 * Writes a bundle with its cache. What is there already is left alone.
 *
 * @param {string} entry - relative to the repository
 * @param {string} path
 * @param {readonly string[]} external - modules that it goes without
 */
function placeBundle(entry, path, external = []) {
  const { text, inputs } = bundled(entry, {
    external: [...external],
    banner: { js: `(function(require,module,__filename){${MODULE_URL}` },
    footer: { js: '})' },
  });
  const isNew = place(path, text);
  if (isNew || !existsSync(cacheFileOf(path))) train(path);
  return inputs;
}

/**
 * Writes what starts the bundles of a program.
 *
 * @param {string} folder
 * @param {string} name - of the program
 */
function placeStart(folder, name) {
  const { text } = bundled('bundle/main.cjs', { minifyWhitespace: false, banner: {} });
  place(join(folder, `${name}.js`), text, EXECUTABLE);
}

/**
 * @param {string} entry - relative to the repository
 * @param {import('esbuild').BuildOptions} [options]
 */
function bundled(entry, options = {}) {
  const { outputFiles, metafile } = buildSync({
    ...OPTIONS,
    ...options,
    entryPoints: [entry],
    write: false,
    metafile: true,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return { text: output.text, inputs: Object.keys(metafile.inputs) };
}

/**
 * Writes a file where it has another content, or none.
 *
 * @param {string} path
 * @param {string} text
 * @param {number} [mode]
 */
function place(path, text, mode) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  replaceFile(path, text, mode);
  return true;
}

/**
 * Writes a cache. The program is the same without one: that it fails, in the middle of somebody's
 * work, is no reason to build none.
 *
 * @param {string} bundle
 */
function train(bundle) {
  const script = join(import.meta.dirname, 'train.mjs');
  // Settings of whoever builds would become a part of what is compiled.
  const env = { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] };
  const args = ['--random-seed=1', script, bundle];
  const { status, stderr } = spawnSync(process.execPath, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: MAX_TRAINING,
  });
  if (status === 0) return;
  console.error('warning: the program will start slower, for it failed when the build ran it');
  console.error(stderr.trim());
}
