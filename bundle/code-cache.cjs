// V8's code cache of the program, as a file beside it. The build writes it, the start reads it.

'use strict';

const { crc32 } = require('node:zlib');

/** In bytes. */
const SUM = 4;

/** Commands that render nothing. What renders is most of the code: they start faster without it. */
const LIGHT = new Set(['push', 'unpush', 'inspect', 'registry-config', 'completion', '--version']);

/**
 * Which cache is for a command: `light`, `check` or `whole`. With another one it runs all the same.
 *
 * @param {readonly string[]} args
 */
function partOf(args) {
  if (args.some((arg) => LIGHT.has(arg))) return 'light';
  return args[0] === 'check' ? 'check' : 'whole';
}

/**
 * The file of a cache for the Node.js that runs this: V8 takes none of another version.
 *
 * @param {string} program - path of the program's file
 * @param {string} part
 */
function cacheFileOf(program, part) {
  return `${program}.${process.version}-${process.arch}.${part}.cache`;
}

/**
 * The content of the file for what V8 gave.
 *
 * @param {Buffer} source - the bytes of the program's file
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
 * @param {Buffer} source - the bytes of the program's file
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

module.exports = { cacheFileOf, opened, partOf, sealed };
