// V8's code cache of the program, as a file beside it. The build writes it, the start reads it.

'use strict';

const { crc32 } = require('node:zlib');

/** In bytes. */
const SUM = 4;

/**
 * The file for the Node.js that runs this: V8 takes no cache of another version.
 *
 * @param {string} program - path of the program's file
 */
function cacheFileOf(program) {
  return `${program}.${process.version}-${process.arch}.cache`;
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

module.exports = { cacheFileOf, opened, sealed };
