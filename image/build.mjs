// Builds the tool's own image without a container engine, offline:
//
//     npm run image                        solutions-<version>-<architecture>.oci.tar
//     npm run image -- <file>              another name
//     npm run image -- --root <folder>     the root file system alone, for the Containerfile
//
// Needs Debian's umoci and GNU tar, no root, and no network. The image is for this machine's
// architecture and holds this machine's Node.js. The same files and the same tools give the same
// bytes: time is SOURCE_DATE_EPOCH or 0, owner root, order by name.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { configOf } from './config.mjs';
import { writeRoot } from './root.mjs';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'));

/** Names of Node.js, and those of OCI images (image-spec 1.1, image index, `platform`). */
const ARCHITECTURES = new Map([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
  ['ppc64', 'ppc64le'],
  ['s390x', 's390x'],
]);

const { values, positionals } = parseArgs({
  options: { root: { type: 'string' } },
  allowPositionals: true,
});

try {
  if (values.root === undefined) buildImage(positionals[0]);
  else writeRoot(resolve(values.root));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

/** @param {string | undefined} name - of the archive */
function buildImage(name) {
  const architecture = ARCHITECTURES.get(process.arch);
  if (architecture === undefined) throw new Error(`no image for ${process.arch}`);
  const time = epoch();
  const target = resolve(name ?? `${manifest.name}-${manifest.version}-${architecture}.oci.tar`);
  const scratch = mkdtempSync(join(tmpdir(), 'solutions-image-'));
  try {
    const layout = join(scratch, 'layout');
    writeRoot(join(scratch, 'root'));
    makeLayout({ layout, scratch, architecture, time });
    replaceWith(target, (part) => pack(layout, part, time));
    report(target, layout);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * An OCI image layout with the one image, tagged with its version: `ctr images import --base-name`
 * and `skopeo copy` put the name before it that a site wants.
 *
 * @param {{ layout: string, scratch: string, architecture: string, time: number }} options
 */
function makeLayout({ layout, scratch, architecture, time }) {
  const image = `--image=${layout}:${manifest.version}`;
  const created = new Date(time * 1000).toISOString().replace('.000Z', 'Z');
  run('umoci', ['init', `--layout=${layout}`]);
  run('umoci', ['new', image]);
  for (const layer of ['node', 'solutions']) {
    const archive = join(scratch, `${layer}.tar`);
    pack(join(scratch, 'root', layer), archive, time);
    const history = [
      `--history.created=${created}`,
      `--history.created_by=npm run image: ${layer}`,
    ];
    run('umoci', ['raw', 'add-layer', image, ...history, archive]);
    rmSync(archive);
  }
  const { user, entrypoint, env, labels } = configOf(manifest);
  run('umoci', [
    'config',
    image,
    '--no-history',
    `--created=${created}`,
    '--os=linux',
    `--architecture=${architecture}`,
    `--config.user=${user}`,
    ...entrypoint.map((word) => `--config.entrypoint=${word}`),
    ...env.map((line) => `--config.env=${line}`),
    ...Object.entries(labels).map(([key, value]) => `--config.label=${key}=${value}`),
  ]);
  run('umoci', ['gc', `--layout=${layout}`]);
}

/** Seconds; see https://reproducible-builds.org/docs/source-date-epoch/ */
function epoch() {
  const text = process.env['SOURCE_DATE_EPOCH'] || '0';
  if (!/^\d{1,10}$/u.test(text)) throw new Error(`SOURCE_DATE_EPOCH is ${text}, expected seconds`);
  return Number(text);
}

/**
 * @param {string} folder - its content, without a leading `./`
 * @param {string} file
 * @param {number} time
 */
function pack(folder, file, time) {
  run('tar', [
    '--create',
    '--format=ustar',
    '--sort=name',
    `--mtime=@${time}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    // umoci's blobs are readable to their owner alone.
    '--mode=a+rX',
    `--file=${file}`,
    `--directory=${folder}`,
    ...readdirSync(folder).sort(),
  ]);
}

/**
 * The old archive stays until the new one is whole.
 *
 * @param {string} target
 * @param {(part: string) => void} make
 */
function replaceWith(target, make) {
  const part = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
  try {
    make(part);
    renameSync(part, target);
  } finally {
    rmSync(part, { force: true });
  }
}

/**
 * @param {string} target
 * @param {string} layout
 */
function report(target, layout) {
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'));
  const size = (statSync(target).size / 2 ** 20).toFixed(1);
  console.log(`${target}, ${size} MiB, ${index.manifests[0].digest}`);
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function run(program, args) {
  try {
    execFileSync(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw missing ? new Error(`${program} is missing: apt-get install ${program}`) : error;
  }
}
