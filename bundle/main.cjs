#!/usr/bin/env node
// Starts one of the bundles of the program that this file is named for, with what the build compiled
// of it (train.mjs): to compile what a short run needs takes as long as the run. Without a cache for
// this Node.js it runs all the same.

'use strict';

const { readFileSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');
const { bundleFor, cacheFileOf, opened } = require('./code-cache.cjs');

const name = path.basename(__filename, '.js');
const bundle = path.join(__dirname, bundleFor(name, process.argv.slice(2)));

/** @param {Buffer} source */
function readCache(source) {
  try {
    return opened(source, readFileSync(cacheFileOf(bundle)));
  } catch {
    return undefined;
  }
}

// A function, so that 4 MiB of bytes are not kept.
function compile() {
  const source = readFileSync(bundle);
  // The file is ASCII: as UTF-8 it takes longer to decode, to the same text. The name is in the cache.
  return new Script(source.toString('latin1'), {
    filename: path.basename(bundle),
    cachedData: readCache(source),
  });
}

compile().runInThisContext()(require, module, bundle);
