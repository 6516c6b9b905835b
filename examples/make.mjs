// Builds the three Solution archives of this folder; run by hand, its results are committed:
//
//     node examples/make.mjs          needs genisoimage and xorriso, both are in Debian 12
//
// web-store-1.0.0.iso and web-store-1.1.0.iso are two versions of one Solution, made with
// genisoimage; base-images-2.3.0.iso holds images alone and is made with xorriso. The Operator
// files and manifests are in source/, the images are built here: real layers, but with text in
// them and no program, as the README in each says.
//
// A second run gives the same bytes. xorriso follows SOURCE_DATE_EPOCH; genisoimage writes the
// time of the run and each file's ctime, so these are overwritten afterwards. Another zlib (another
// Node.js) may compress the layers to other bytes, and another genisoimage or xorriso may lay out
// the image differently; so the archives are committed and no test builds them.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImageFolder, layer, OCI, SCHEMA_2 } from './image.mjs';
import { registryConfig } from './registry-config.mjs';

const EXAMPLES = import.meta.dirname;
/** The time of everything in the archives, in seconds: 2026-01-01T00:00:00Z. */
const EPOCH = 1_767_225_600;
const SECTOR = 2048;
/** Those that vendors of Solutions use, and `-no-pad`, which saves 300 kB an archive. */
const MKISOFS_OPTIONS = [
  '-rock -joliet -joliet-long -full-iso9660-filenames -iso-level 3 -uid 0 -gid 0',
  '-input-charset utf-8 -output-charset utf-8 -no-pad',
].flatMap((line) => line.split(' '));

const osBase = layer({
  'etc/os-release':
    'PRETTY_NAME="An example base layer"\nNAME="Example"\nID=example\nVERSION_ID=12.11\n',
  'etc/passwd': [
    'root:x:0:0:root:/:/sbin/nologin',
    'cache:x:999:999:cache:/:/sbin/nologin',
    'nonroot:x:65532:65532:nonroot:/:/sbin/nologin',
    '',
  ].join('\n'),
  'etc/group': 'root:x:0:\ncache:x:999:\nnonroot:x:65532:\n',
});

/**
 * An image with the shared base layer and one that says what it is.
 *
 * @param {{ name: string, tag: string, user: string, architecture?: string }} image
 */
function textImage({ name, tag, user, architecture = 'amd64' }) {
  const description = `${name} ${tag} (${architecture}): an example image, it holds no program`;
  const readme = `${description}.\nIt is there to be packed, inspected and pushed, not to be run.\n`;
  const layers = [osBase, layer({ [`usr/share/doc/${name}/README`]: readme })];
  return { architecture, user, description, layers };
}

/**
 * @param {string} version
 * @param {(name: string, tag: string) => ImageFolder} folder
 */
function webStoreImages(version, folder) {
  const operator = { name: 'web-store-operator', tag: version, user: '65532:65532' };
  folder(operator.name, version).writeImage(textImage(operator), OCI, { named: false });

  const storefront = { name: 'storefront', tag: version, user: '65532' };
  folder(storefront.name, version).writeIndex(
    ['amd64', 'arm64'].map((architecture) => textImage({ ...storefront, architecture })),
  );

  const cache = { name: 'session-cache', tag: '7.2.4', user: 'cache' };
  folder(cache.name, cache.tag).writeImage(textImage(cache), SCHEMA_2, { named: true });
}

/** @param {(name: string, tag: string) => ImageFolder} folder */
function baseImages(folder) {
  const base = { ...textImage({ name: 'os-base', tag: '12.11', user: '' }), layers: [osBase] };
  for (const tag of ['12', '12.11']) folder('os-base', tag).writeImage(base, OCI, { named: true });

  const tools = { name: 'shell-tools', tag: '1.4.0', user: '0' };
  folder(tools.name, tools.tag).writeImage(textImage(tools), SCHEMA_2, { named: true });

  folder('host-monitoring', '2.3.0').writeArtifact([
    {
      title: 'host-dashboard.json',
      mediaType: 'application/grafana-dashboard+json',
      bytes: readFileSync(join(EXAMPLES, 'source/monitoring/host-dashboard.json')),
    },
    {
      title: 'host-alerts.yaml',
      mediaType: 'application/prometheus-alerts+yaml',
      bytes: readFileSync(join(EXAMPLES, 'source/monitoring/host-alerts.yaml')),
    },
  ]);
}

/**
 * Stages one archive's tree and makes the image of it, which replaces the old one when it is whole.
 *
 * @param {string} id
 * @param {{
 *   writeImages: (folder: (name: string, tag: string) => ImageFolder) => void,
 *   makeIso: (tree: string, options: { iso: string, volumeId: string }) => void,
 *   volumeId: string,
 * }} recipe
 */
function makeArchive(id, { writeImages, makeIso, volumeId }) {
  const scratch = mkdtempSync(join(tmpdir(), 'solutions-examples-'));
  try {
    const tree = join(scratch, 'tree');
    cpSync(join(EXAMPLES, 'source', id), tree, { recursive: true });
    const images = join(tree, 'images');
    mkdirSync(images);
    /** @type {Map<string, string>} */
    const pool = new Map();
    writeImages((name, tag) => new ImageFolder(join(images, name, tag), pool));
    writeFileSync(join(tree, 'registry-config.inc.j2'), registryConfig(images));
    settle(tree);

    const iso = join(scratch, `${id}.iso`);
    makeIso(tree, { iso, volumeId });
    const target = join(EXAMPLES, `${id}.iso`);
    cpSync(iso, `${target}.new`);
    chmodSync(`${target}.new`, 0o644);
    renameSync(`${target}.new`, target);
    process.stdout.write(`${id}.iso: ${statSync(target).size} bytes\n`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/**
 * Modes and times are read from the disk: they must not depend on a umask or a clock.
 *
 * @param {string} path
 */
function settle(path) {
  const folder = statSync(path).isDirectory();
  if (folder) for (const name of readdirSync(path)) settle(join(path, name));
  chmodSync(path, folder ? 0o755 : 0o644);
  utimesSync(path, EPOCH, EPOCH);
}

/**
 * @param {string} tree
 * @param {{ iso: string, volumeId: string }} options
 */
function genisoimage(tree, { iso, volumeId }) {
  run('genisoimage', ['-quiet', ...MKISOFS_OPTIONS, '-volid', volumeId, '-o', iso, tree]);
  const image = readFileSync(iso);
  settleDescriptors(image);
  settleAttributes(image);
  writeFileSync(iso, image);
}

/**
 * @param {string} tree
 * @param {{ iso: string, volumeId: string }} options
 */
function xorriso(tree, { iso, volumeId }) {
  const command = ['-as', 'mkisofs', '-quiet', ...MKISOFS_OPTIONS];
  run('xorriso', [...command, '-volid', volumeId, '-o', iso, tree]);
}

/**
 * The volume's own dates (ECMA-119, 8.4.26, 8.4.27 and 8.4.29), in every volume descriptor.
 *
 * @param {Buffer} image
 */
function settleDescriptors(image) {
  const date = new Date(EPOCH * 1000).toISOString().replaceAll(/[^0-9]/gu, '');
  for (let at = 16 * SECTOR; image[at] !== 255; at += SECTOR) {
    for (const field of [813, 830, 864]) {
      image.write(date.slice(0, 16).padEnd(16, '0'), at + field, 'latin1');
      image[at + field + 16] = 0;
    }
  }
}

/**
 * The times in Rock Ridge's TF entries (RRIP 1.12, 4.1.6) as genisoimage writes them: modified, read, changed,
 * seven bytes each. The last two follow the first.
 *
 * @param {Buffer} image
 */
function settleAttributes(image) {
  const signature = Buffer.from([0x54, 0x46, 26, 1, 0x0e]);
  for (let at = image.indexOf(signature); at >= 0; at = image.indexOf(signature, at + 26)) {
    image.copyWithin(at + 12, at + 5, at + 12);
    image.copyWithin(at + 19, at + 5, at + 12);
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function run(command, args) {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC', SOURCE_DATE_EPOCH: String(EPOCH) };
  execFileSync(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
}

for (const version of ['1.0.0', '1.1.0']) {
  makeArchive(`web-store-${version}`, {
    writeImages: (folder) => webStoreImages(version, folder),
    makeIso: genisoimage,
    volumeId: `Web Store ${version}`,
  });
}
makeArchive('base-images-2.3.0', {
  writeImages: baseImages,
  makeIso: xorriso,
  volumeId: 'Base images 2.3.0',
});
