// The bundles of a program, and V8's code cache of each as a file beside it. The build writes them, the
// start reads one.

'use strict';

const { crc32 } = require('node:zlib');

/** In bytes. */
const SUM = 4;

/**
 * The commands that have a bundle of their own, by the module of src/cli that runs them: a start reads
 * and checks all of its bundle, and these are called often, or are done soon.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const SHARES = {
  check: ['check'],
  completion: ['complete', 'completion'],
  inspect: ['inspect'],
  push: ['push'],
};

/**
 * Which bundle runs a command line: that of its first word, else the one of all commands.
 *
 * @param {string} program - `main`, or `bench`, which has no commands
 * @param {readonly string[]} args
 */
function bundleFor(program, [first = '']) {
  const shares = program === 'main' ? Object.entries(SHARES) : [];
  const share = shares.find(([, commands]) => commands.includes(first));
  return `${share === undefined ? program : `${program}-${share[0]}`}.bundle.js`;
}

/**
 * The file of a bundle's cache for the Node.js that runs this: V8 takes none of another version.
 *
 * @param {string} bundle - path
 */
function cacheFileOf(bundle) {
  return `${bundle}.${process.version}-${process.arch}.cache`;
}

/**
 * The content of the file for what V8 gave.
 *
 * @param {Buffer} source - the bytes of the bundle
 * @param {Buffer} data
 */
function sealed(source, data) {
  const sum = Buffer.alloc(SUM);
  sum.writeUInt32LE(sumOf(source, data));
  return Buffer.concat([data, sum]);
}

/**
 * What V8 gave, or undefined where the file is damaged or of another build. V8 itself compares no more
 * of the source than its length, and of its own data nothing: damaged data ends the process.
 *
 * @param {Buffer} source - the bytes of the bundle
 * @param {Buffer} file
 */
function opened(source, file) {
  if (file.length <= SUM) return undefined;
  const data = file.subarray(0, -SUM);
  return file.readUInt32LE(data.length) === sumOf(source, data) ? data : undefined;
}

/**
 * @param {Buffer} source
 * @param {Buffer} data
 */
function sumOf(source, data) {
  return crc32(data, crc32(source));
}

module.exports = { bundleFor, cacheFileOf, opened, sealed, SHARES };
