// What a build was made of, so that the next one need not be made again: bundling takes a second of
// every `npm run synth`.

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './replace.mjs';

const REPOSITORY = join(import.meta.dirname, '..');
/** What a bundle depends on without being made of it. */
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json'];
const NAME = 'stamp.json';
/** Of the clock of inodes, in milliseconds. */
const TICK = 10;

/**
 * What a build was made of, relative to the repository, and what it made, relative to its folder.
 *
 * @typedef {{ inputs: readonly string[], outputs: readonly string[] }} Made
 */

/**
 * Whether a folder holds what would be built now.
 *
 * @param {string} folder
 */
export function isCurrent(folder) {
  try {
    const text = readFileSync(join(folder, NAME), 'utf8');
    /** @type {{ inputs: Record<string, unknown>, outputs: Record<string, unknown> }} */
    const { inputs, outputs } = JSON.parse(text);
    return text === stampOf(folder, { inputs: Object.keys(inputs), outputs: Object.keys(outputs) });
  } catch {
    return false;
  }
}

/**
 * Notes that a build begins: until {@link writeStamp} the folder is not current.
 *
 * @param {string} folder - is made
 * @returns {string} what that wants to know
 */
export function beginStamp(folder) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, NAME);
  replaceFile(path, '');
  return stateOf(path);
}

/**
 * Notes what the build in a folder was made of. Where a source changed after it began, another build
 * ran at the same time, or a file is missing, nobody knows, and the next build is made.
 *
 * @param {string} folder
 * @param {string} begun - from {@link beginStamp}
 * @param {Made} made
 */
export function writeStamp(folder, begun, { inputs, outputs }) {
  const path = join(folder, NAME);
  const tools = readdirSync(import.meta.dirname).map((name) => `bundle/${name}`);
  const sources = [...inputs, ...tools, ...SETTINGS];
  try {
    const isSole = stateOf(path) === begun;
    // By one clock, that of the files, which ticks every few milliseconds.
    const begin = statSync(path).ctimeMs - TICK;
    if (isSole && sources.every((name) => statSync(join(REPOSITORY, name)).ctimeMs < begin)) {
      replaceFile(path, stampOf(folder, { inputs: sources, outputs }));
      return;
    }
  } catch {
    // One of the files is gone.
  }
  rmSync(path, { force: true });
}

/**
 * @param {string} folder
 * @param {Made} made
 */
function stampOf(folder, { inputs, outputs }) {
  return JSON.stringify({
    // Node.js runs what it made code caches of.
    node: process.version,
    inputs: statesOf(inputs, REPOSITORY),
    outputs: statesOf(outputs, folder),
  });
}

/**
 * @param {readonly string[]} names
 * @param {string} folder - that they are relative to
 */
function statesOf(names, folder) {
  const sorted = [...new Set(names)].sort();
  return Object.fromEntries(sorted.map((name) => [name, stateOf(join(folder, name))]));
}

/**
 * Nobody sets the time at which an inode changed; that of the content comes out of a tarball.
 *
 * @param {string} path
 */
function stateOf(path) {
  const { size, ctimeMs, ino } = statSync(path);
  return `${size} ${ctimeMs} ${ino}`;
}
