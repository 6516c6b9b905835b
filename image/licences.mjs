// The licences of the npm packages in the bundle: most of them ask that their text goes with every
// copy, and esbuild keeps none of it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = /^.*(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/u;
const LICENCE_FILE = /^(?:licen[cs]e|copying)(?:\.(?:md|txt))?$/iu;

/**
 * The licences of all packages that something was bundled from, sorted by name.
 *
 * @param {readonly string[]} inputs - the paths of esbuild's metafile, relative to `repository`
 * @param {string} repository
 * @throws Error where a package has none
 */
export function licencesOf(inputs, repository) {
  const folders = new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []));
  if (folders.size === 0) throw new Error('nothing of node_modules is in the bundle');
  const texts = [...folders].map((folder) => licence(join(repository, folder)));
  return [...new Set(texts)].sort().join(`\n${'-'.repeat(80)}\n\n`);
}

/** @param {string} folder - of a package */
function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .sort();
  if (files.length === 0) throw new Error(`${name} ${version} has no licence file`);
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  return `${name} ${version} (${license})\n\n${text}\n`;
}
