// Runs the program in this process, as people run it, and writes down what V8 compiled for that:
//
//     node --random-seed=1 bundle/train.mjs <bundle>
//
// The seed makes it the same bytes each time: without one V8 orders its tables by chance. A cache that
// was made with a seed is taken without it.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { cacheFileOf, sealed } from './code-cache.cjs';
import { startRegistry } from './registry.mjs';
import { replaceFile } from './replace.mjs';

const ARCHIVES = ['base-images-2.3.0', 'web-store-1.0.0', 'web-store-1.1.0'];
const ARCHIVE = 'web-store-1.1.0.iso';
const CONFIG = {
  'solutions.yaml': `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: SolutionsConfiguration
archives: [${ARCHIVES.map((name) => `${name}.iso`).join(', ')}]
active: {web-store: latest}
`,
  'environments.yaml': `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: Environment
metadata: {name: one}
spec:
  description: One
  namespaces:
    - name: one
      solutions: [{name: web-store, version: latest, webhook: true}]
`,
};

/** By the name of the bundle. */
const trainings = {
  'main.bundle.js': whole,
  'main-check.bundle.js': check,
  'main-completion.bundle.js': completion,
  'main-inspect.bundle.js': () => [['inspect', ARCHIVE]],
  'main-push.bundle.js': push,
  'bench.bundle.js': bench,
};

const [path = ''] = process.argv.splice(2);
const program = resolve(path);
const source = readFileSync(program);
const training = Object.entries(trainings).find(([name]) => name === basename(path));
if (training === undefined) throw new Error(`there is no bundle ${path}`);
// Not the end of the path: V8 writes down the whole string that it is a part of.
const [filename, commandsOf] = training;
const script = new Script(source.toString('latin1'), { filename });
const run = script.runInThisContext();
const require = createRequire(program);

// On a busy machine a run would take longer and tell more, and what changed just now is read again.
Date.now = () => 2 ** 42;
process.uptime = () => 0;
// What ran early is still there at the end, and no thread that optimises marks what it is done with.
setFlagsFromString('--no-flush-bytecode');
setFlagsFromString('--no-opt');

/** @type {string[]} */
const failed = [];
const folder = makeFolder();
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
// What is found beside a run is a part of it.
process.chdir(folder);
const registry = await startRegistry();
for (const args of commandsOf()) await runOnce(args);
// Then the last connections have ended on this side, too.
await registry.stop();
await turn();

// A cache is of the flags at its end.
setFlagsFromString('--flush-bytecode');
setFlagsFromString('--opt');
replaceFile(cacheFileOf(program), sealed(source, script.createCachedData()));
if (failed.length > 0) throw new Error(`failed: ${failed.join(', ')}`);

/** Each kind of work that is done again and again; what is rare would make every start longer. */
function whole() {
  return [['--help'], ['synth'], ['synth'], ['synth', '--locked', '--check']];
}

function push() {
  const pushing = ['push', ARCHIVE, '--to', registry.host, '--plain-http'];
  return [pushing, [...pushing, '--output', 'json']];
}

function completion() {
  return [
    ['complete', '--', ''],
    ['complete', '--', 'synth', '--'],
    ['complete', '--', 'activate', '--name', ''],
  ];
}

function check() {
  return [
    ['check', ...ARCHIVES.map((name) => `${name}.iso`)],
    ['check', ARCHIVE, '--output', 'json'],
  ];
}

/** What the bench times in its first call. */
function bench() {
  writeFileSync('list', 'manifest.yaml\n');
  return [['probe', 'texts-first', ARCHIVE, 'list']];
}

/** @param {readonly string[]} args - of the program */
async function runOnce(args) {
  process.argv.splice(2, Infinity, ...args);
  /** @type {{ exports: { ended?: Promise<void> } }} */
  const module = { exports: {} };
  run(require, module, program);
  await module.exports.ended;
  // What failed is told at the end: what ran before it is worth having.
  if (process.exitCode) failed.push(args.join(' '));
  process.exitCode = undefined;
}

function makeFolder() {
  const made = mkdtempSync(join(tmpdir(), 'solutions-train-'));
  for (const name of ARCHIVES) {
    cpSync(new URL(`../examples/${name}.iso`, import.meta.url), join(made, `${name}.iso`));
  }
  for (const [name, text] of Object.entries(CONFIG)) writeFileSync(join(made, name), text);
  return made;
}
