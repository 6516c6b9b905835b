#!/usr/bin/env node
// Starts <name>.bundle.js, <name> being that of this file, with what the build compiled of it
// (train.mjs): to compile what a short run needs takes as long as the run. Without a cache for this
// Node.js the program runs all the same.

'use strict';

const { readFileSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');
const { cacheFileOf, opened, partOf } = require('./code-cache.cjs');

const program = __filename.replace(/\.js$/u, '.bundle.js');

/** @param {Buffer} source */
function readCache(source) {
  try {
    return opened(source, readFileSync(cacheFileOf(program, partOf(process.argv.slice(2)))));
  } catch {
    return undefined;
  }
}

// A function, so that 4 MiB of bytes are not kept.
function compile() {
  const source = readFileSync(program);
  // The file is ASCII: as UTF-8 it takes longer to decode, to the same text. The name is in the cache.
  return new Script(source.toString('latin1'), {
    filename: path.basename(program),
    cachedData: readCache(source),
  });
}

compile().runInThisContext()(require, module, program);
