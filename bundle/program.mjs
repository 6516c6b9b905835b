// One file, and not a chunk for each command: what a run needs of it is compiled already.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { cacheFileOf } from './code-cache.cjs';
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
 * @returns {string[]} the paths of what was bundled, relative to the repository
 */
export function buildProgram(folder) {
  mkdirSync(folder, { recursive: true });
  const worker = bundled('src/metadata/hash-worker.ts');
  // The package.json above it says `module`.
  place(join(folder, 'package.json'), '{"type":"commonjs"}\n');
  place(join(folder, 'hash-worker.js'), worker.text);
  const inputs = build('src/main.ts', join(folder, 'main'), ['light', 'check', 'whole']);
  return [...inputs, ...worker.inputs];
}

/**
 * Builds the bench beside a program.
 *
 * @param {string} folder
 */
export function buildBench(folder) {
  build('bench/run.ts', join(folder, 'bench'), ['whole']);
}

/**
 * Writes `<target>.bundle.js` with its caches, then what starts it. What is there already is left alone.
 *
 * @param {string} entry - relative to the repository
 * @param {string} target - a path without an extension
 * @param {readonly string[]} parts - the caches to make
 */
function build(entry, target, parts) {
  const { text, inputs } = bundled(entry, {
    banner: { js: `(function(require,module,__filename){${MODULE_URL}` },
    footer: { js: '})' },
  });
  const bundle = `${target}.bundle.js`;
  const isNew = place(bundle, text);
  for (const part of parts) {
    if (isNew || !existsSync(cacheFileOf(bundle, part))) train(bundle, part);
  }
  const start = bundled('bundle/main.cjs', { minifyWhitespace: false, banner: {} });
  place(`${target}.js`, start.text, EXECUTABLE);
  return inputs;
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
 * @param {string} part
 */
function train(bundle, part) {
  const script = join(import.meta.dirname, 'train.mjs');
  // Settings of whoever builds would become a part of what is compiled.
  const env = { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] };
  const args = ['--random-seed=1', script, bundle, part];
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
