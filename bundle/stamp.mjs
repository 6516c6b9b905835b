// What a build was made of, so that the next one need not be made again: bundling takes a second of
// every `npm run synth`.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './replace.mjs';

const REPOSITORY = join(import.meta.dirname, '..');
/** What a bundle depends on without being made of it. */
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json'];
const NAME = 'stamp.json';

/**
 * Whether a folder holds what would be built now.
 *
 * @param {string} folder
 */
export function isCurrent(folder) {
  try {
    const text = readFileSync(join(folder, NAME), 'utf8');
    /** @type {{ inputs: Record<string, unknown>, outputs: string[] }} */
    const { inputs, outputs } = JSON.parse(text);
    return (
      outputs.every((name) => existsSync(join(folder, name))) &&
      text === stampOf(Object.keys(inputs), outputs)
    );
  } catch {
    return false;
  }
}

/**
 * Notes what the build in a folder was made of.
 *
 * @param {string} folder
 * @param {readonly string[]} inputs - relative to the repository
 */
export function writeStamp(folder, inputs) {
  const tools = readdirSync(import.meta.dirname).map((name) => `bundle/${name}`);
  const outputs = readdirSync(folder).filter((name) => name !== NAME);
  replaceFile(join(folder, NAME), stampOf([...inputs, ...tools, ...SETTINGS], outputs));
}

/**
 * @param {readonly string[]} inputs
 * @param {readonly string[]} outputs
 */
function stampOf(inputs, outputs) {
  const sorted = [...new Set(inputs)].sort();
  return JSON.stringify({
    // Node.js runs what it made code caches of.
    node: process.version,
    inputs: Object.fromEntries(sorted.map((path) => [path, stateOf(path)])),
    outputs,
  });
}

/**
 * Nobody sets the time at which an inode changed; that of the content comes out of a tarball.
 *
 * @param {string} path
 */
function stateOf(path) {
  const { size, ctimeMs, ino } = statSync(join(REPOSITORY, path));
  return `${size} ${ctimeMs} ${ino}`;
}
