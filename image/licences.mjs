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
  const texts = [...folders].map((folder) => licence(join(repository, folder), repository));
  return [...new Set(texts)].sort().join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * @param {string} folder - of a package
 * @param {string} repository
 */
function licence(folder, repository) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .sort();
  // The text of this one names nobody, and is that of this repository.
  const paths =
    files.length === 0 && license === 'Apache-2.0'
      ? [join(repository, 'LICENSE')]
      : files.map((file) => join(folder, file));
  if (paths.length === 0) throw new Error(`${name} ${version} has no licence file`);
  const text = paths.map((path) => readFileSync(path, 'utf8').trim()).join('\n\n');
  return `${name} ${version} (${license})\n\n${text}\n`;
}
