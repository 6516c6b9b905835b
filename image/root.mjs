// The root file system of the image, for `npm run image` and for the Containerfile: this list is the
// only one there is. It runs on a Debian with Node.js and npm, which is the machine itself or the
// build stage of the Containerfile; Node.js, its libraries and the CAs are taken from there.
//
// Two layers, because Node.js changes seldom and is 50 times as large as the program.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { buildProgram } from '../bundle/program.mjs';
import { HOME_OF_PROGRAM, USER } from './config.mjs';
import { licencesOf } from './licences.mjs';

const REPOSITORY = join(import.meta.dirname, '..');
const EXECUTABLE = 0o755;
const PLAIN = 0o644;

/**
 * One file or folder of the image: its path there, without a slash in front, and what it holds.
 * Without `copyOf` and `text` it is a folder.
 *
 * @typedef {{ path: string, mode: number, copyOf?: string, text?: string }} Entry
 */

/**
 * Writes `<folder>/node/` and `<folder>/solutions/`, one tree a layer. Owners and times are those of
 * the moment; whoever packs the trees sets them.
 *
 * @param {string} folder - is made
 */
export function writeRoot(folder) {
  // Folders and the bundle get the same modes whoever builds.
  process.umask(0o022);
  const node = join(folder, 'node');
  const solutions = join(folder, 'solutions');
  for (const entry of nodeEntries()) write(node, entry);
  for (const entry of programEntries()) write(solutions, entry);
  const build = join(solutions, HOME_OF_PROGRAM, 'build');
  const { inputs } = buildProgram(build);
  // The launcher starts it.
  chmodSync(join(build, 'main.js'), PLAIN);
  write(solutions, {
    path: `${HOME_OF_PROGRAM}/THIRD-PARTY-LICENSES`,
    mode: PLAIN,
    text: licencesOf(inputs, REPOSITORY),
  });
}

/** @returns {Entry[]} Node.js, and what a process needs that finds hosts and trusts CAs */
function nodeEntries() {
  return [
    { path: 'usr/bin/node', mode: EXECUTABLE, copyOf: process.execPath },
    ...libraries(process.execPath),
    { path: 'etc/passwd', mode: PLAIN, text: passwd },
    { path: 'etc/group', mode: PLAIN, text: `root:x:0:\nnonroot:x:${USER}:\n` },
    { path: 'etc/nsswitch.conf', mode: PLAIN, text: 'hosts: files dns\n' },
    { path: 'etc/ssl/certs/ca-certificates.crt', mode: PLAIN, text: authorities() },
    { path: 'usr/share/doc/nodejs/LICENSE', mode: PLAIN, copyOf: nodeLicence() },
    ...['libc6', 'libgcc-s1', 'libstdc++6', 'ca-certificates'].map(copyright),
    // Read-only and owned by root: HOME is where people mount credentials.
    { path: 'home/nonroot', mode: EXECUTABLE },
    { path: 'tmp', mode: 0o1777 },
    // A runtime mounts over these, and cannot make them in a read-only root.
    ...['dev', 'proc', 'sys'].map((path) => ({ path, mode: EXECUTABLE })),
  ];
}

const passwd = [
  'root:x:0:0:root:/root:/sbin/nologin',
  `nonroot:x:${USER}:${USER}:nonroot:/home/nonroot:/sbin/nologin`,
  '',
].join('\n');

// The `#!/usr/bin/env node` of the bundle needs an `env`; this needs Node.js alone.
const launcher = `#!/usr/bin/node\nrequire('/${HOME_OF_PROGRAM}/build/main.js');\n`;

/**
 * @param {string} folder - relative to the repository
 * @returns {string[]} the paths of all files below it, in one order
 */
function filesBelow(folder) {
  const entries = readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)))
    .sort();
}

/** @returns {Entry[]} the program, but for what is built */
function programEntries() {
  const files = ['package.json', 'LICENSE', ...filesBelow('templates')];
  return [
    { path: 'usr/bin/solutions', mode: EXECUTABLE, text: launcher },
    ...files.map((path) => ({
      path: `${HOME_OF_PROGRAM}/${path}`,
      mode: PLAIN,
      copyOf: join(REPOSITORY, path),
    })),
  ];
}

/**
 * The shared libraries of a program and its loader, under the paths where the loader looks.
 *
 * @param {string} program
 * @returns {Entry[]}
 */
function libraries(program) {
  // Nothing of LD_PRELOAD or LD_LIBRARY_PATH.
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  const lines = execFileSync('ldd', [program], { env, encoding: 'utf8' }).trim().split('\n');
  return lines.flatMap((line) => {
    if (/^\s*linux-(?:vdso|gate)\S*\.so/u.test(line)) return []; // the kernel's
    const path = /^\s*(?:\S+ => )?(?<path>\/\S+) \(0x[0-9a-f]+\)$/u.exec(line)?.groups?.['path'];
    if (path === undefined) throw new Error(`ldd ${program} printed: ${line.trim()}`);
    return [{ path: path.slice(1), mode: EXECUTABLE, copyOf: path }];
  });
}

/**
 * Mozilla's CAs as Debian packages them. Not the machine's own bundle: that holds whatever CAs its
 * administrator added, and they are no business of everybody who runs the image.
 */
function authorities() {
  const folder = '/usr/share/ca-certificates/mozilla';
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  if (names.length === 0) throw new Error(`${folder} is empty: install ca-certificates`);
  return names.map((name) => `${readFileSync(join(folder, name), 'utf8').trim()}\n`).join('');
}

/** Debian's and NodeSource's packages have it under doc, nodejs.org's archive at its root. */
function nodeLicence() {
  const places = [
    '/usr/share/doc/nodejs/LICENSE',
    '/usr/share/doc/nodejs/copyright',
    join(dirname(process.execPath), '../LICENSE'),
  ];
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`no licence of Node.js at ${places.join(', ')}`);
  return found;
}

/** @param {string} name - of a Debian package */
function copyright(name) {
  const path = `usr/share/doc/${name}/copyright`;
  return { path, mode: PLAIN, copyOf: `/${path}` };
}

/**
 * @param {string} root
 * @param {Entry} entry
 */
function write(root, { path, mode, copyOf, text }) {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  if (copyOf !== undefined) copyFileSync(copyOf, target);
  else if (text !== undefined) writeFileSync(target, text);
  else mkdirSync(target);
  chmodSync(target, mode);
}
