import {
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { licencesOf } from '../../image/licences.mjs';
import { packageFile, packageVersion } from '../../src/package.ts';
import { scratchFolder, write } from '../support/archive-make.ts';
import { exampleFolder, removeFolders, solutions } from '../support/cli.ts';
import { runContainer } from '../support/image-container.ts';
import { startContainerd } from '../support/image-containerd.ts';
import { startRegistry } from '../support/registry-server.ts';
import { pullWhole, rawDigest } from '../support/registry-skopeo.ts';

const UID = 65_532;
const DIGEST = /sha256:[0-9a-f]{64}/u;
const examples = { '/archives': { source: packageFile('examples'), mode: 'ro' } } as const;

let folder = '';
let archive = '';
let printed = '';
let bundle = '';
let rootfs = '';

/** `npm run image`, without the time that npm takes. */
async function build(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return await execa('node', [packageFile('image/build.mjs'), ...args], { env, reject: false });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'solutions-image-test-'));
  archive = join(folder, 'solutions.oci.tar');
  const { stdout, stderr, exitCode } = await build([archive], { SOURCE_DATE_EPOCH: '' });
  if (exitCode !== 0) throw new Error(stderr);
  printed = stdout;
  const layout = join(folder, 'layout');
  mkdirSync(layout);
  await execa('tar', ['-xf', archive, '-C', layout]);
  bundle = join(folder, 'bundle');
  await execa('umoci', ['unpack', '--image', `${layout}:${packageVersion()}`, bundle]);
  rootfs = join(bundle, 'rootfs');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  removeFolders();
});

/** Every file and folder of a tree, by path, with what `ls -l` tells and the bytes of a file. */
function treeOf(root: string) {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(paths.map((path) => [path, factsOf(join(root, path))]));
}

function factsOf(path: string) {
  const { mode, uid, gid } = lstatSync(path);
  const kind = mode & 0o170_000;
  return { mode: mode & 0o7777, kind, uid, gid };
}

const FOLDER = 0o040_000;
const FILE = 0o100_000;

describe('the archive of the image', () => {
  it('has the same bytes whoever builds it, wherever and whenever', async () => {
    const again = join(folder, 'again.oci.tar');
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    const script = 'umask 077; exec node "$0" "$1"';
    const env = { SOURCE_DATE_EPOCH: '0', TZ: 'Asia/Tokyo', LC_ALL: 'C.UTF-8', TMPDIR: elsewhere };
    await execa('sh', ['-c', script, packageFile('image/build.mjs'), again], { env });
    expect(readFileSync(again).equals(readFileSync(archive))).toBe(true);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('is one image, whose digest the build prints', async () => {
    const { stdout } = await execa('skopeo', ['inspect', `oci-archive:${archive}`]);
    const { Digest, Layers } = z
      .looseObject({ Digest: z.string(), Layers: z.array(z.string()) })
      .parse(JSON.parse(stdout));
    expect(printed).toContain(Digest);
    expect(Layers).toHaveLength(2);
  });

  it('says who it is, that it runs as 65532, and what it starts', async () => {
    expect(await imageConfig()).toEqual({
      created: '1970-01-01T00:00:00Z',
      os: 'linux',
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      config: {
        User: `${UID}:${UID}`,
        Entrypoint: ['/usr/bin/solutions'],
        Env: ['PATH=/usr/bin'],
        Labels: {
          'org.opencontainers.image.title': 'solutions',
          'org.opencontainers.image.description': expect.stringContaining('MetalK8s Solutions'),
          'org.opencontainers.image.licenses': 'Apache-2.0',
          'org.opencontainers.image.version': packageVersion(),
        },
      },
    });
  });

  it('refuses a time that is none, and leaves no archive behind', async () => {
    const target = join(folder, 'never.oci.tar');
    const { exitCode, stderr } = await build([target], { SOURCE_DATE_EPOCH: 'yesterday' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('SOURCE_DATE_EPOCH is yesterday, expected seconds');
    expect(readdirSync(folder).filter((name) => name.includes('never'))).toEqual([]);
  });

  it('goes into a registry and comes back with the same digest', async () => {
    const { host } = await startRegistry();
    const image = `${host}/tools/solutions:${packageVersion()}`;
    const source = `oci-archive:${archive}`;
    await execa('skopeo', ['copy', '--dest-tls-verify=false', source, `docker://${image}`]);
    expect(printed).toContain(await rawDigest(image));
    await pullWhole(image);
  });

  it('goes into containerd under the name that platform.yaml gives it, and by digest', async () => {
    const ctr = await startContainerd();
    const base = 'registry.example:5000/solutions/solutions';
    await ctr(['images', 'import', '--no-unpack', '--base-name', base, '--digests', archive]);
    const digest = DIGEST.exec(printed)?.[0];
    expect((await ctr(['images', 'ls', '-q'])).split('\n')).toEqual([
      `${base}:${packageVersion()}`,
      `${base}@${digest}`,
    ]);
  });
});

describe('the root file system', () => {
  it('holds two programs, Node.js and ours: no shell, no package manager', () => {
    const executable = [...treeOf(rootfs)]
      .filter(([, { kind, mode }]) => kind === FILE && (mode & 0o111) !== 0)
      .map(([path]) => path);
    const libraries = executable.filter((path) =>
      /^lib(?:64|\/[^/]+)?\/[^/]+\.so\.\d+$/u.test(path),
    );
    expect(libraries.length).toBeGreaterThan(3);
    expect(executable.filter((path) => !libraries.includes(path))).toEqual([
      'usr/bin/node',
      'usr/bin/solutions',
    ]);
  });

  it('belongs to root, has no links and no set-uid files, and only /tmp is writable', () => {
    const strange = [...treeOf(rootfs)].filter(([path, { kind, mode, uid, gid }]) => {
      const usual = path === 'tmp' ? 0o1777 : (mode & 0o111) === 0 ? 0o644 : 0o755;
      return ![FOLDER, FILE].includes(kind) || uid !== 0 || gid !== 0 || mode !== usual;
    });
    expect(strange).toEqual([]);
  });

  it('trusts the public CAs alone, whatever the machine that built it trusts', () => {
    const bundleFile = join(rootfs, 'etc/ssl/certs/ca-certificates.crt');
    const count = readFileSync(bundleFile, 'utf8').split('-----BEGIN CERTIFICATE-----').length - 1;
    expect(count).toBe(readdirSync('/usr/share/ca-certificates/mozilla').length);
    expect(count).toBeGreaterThan(50);
  });
});

describe('the licences in the image', () => {
  it('are those of the packages in the bundle, and of no other', () => {
    const file = join(rootfs, 'usr/lib/solutions/THIRD-PARTY-LICENSES');
    const texts = readFileSync(file, 'utf8').split(`\n${'-'.repeat(80)}\n\n`);
    const names = texts.map((text) => text.split(' ', 1)[0]);
    expect(names).toEqual(expect.arrayContaining(['cdk8s', 'commander', 'yaml', 'zod']));
    for (const name of ['vitest', 'typescript', 'esbuild']) expect(names).not.toContain(name);
    for (const text of texts) expect(text).toMatch(/copyright|apache license/iu);
  });

  it('are not left out in silence where a package brings none', () => {
    const repository = scratchFolder();
    const path = 'node_modules/@scope/bare/package.json';
    write(repository, path, '{"name": "@scope/bare", "version": "1.2.3"}');
    expect(() => licencesOf([path], repository)).toThrow('@scope/bare 1.2.3 has no licence file');
  });

  it('are the text of Apache that this repository has where a package names only that', () => {
    const repository = scratchFolder();
    const path = 'node_modules/bare/package.json';
    write(repository, path, '{"name": "bare", "version": "1.2.3", "license": "Apache-2.0"}');
    write(repository, 'LICENSE', readFileSync(packageFile('LICENSE'), 'utf8'));
    expect(licencesOf([path], repository)).toMatch(
      /^bare 1\.2\.3 \(Apache-2\.0\)\n\nApache License\n/u,
    );
  });

  it('hold that of Node.js, too', () => {
    expect(readFileSync(join(rootfs, 'usr/share/doc/nodejs/LICENSE'), 'utf8')).toContain('Node.js');
  });
});

/** What follows an instruction of the Containerfile, each time that it stands in `lines`. */
function values(instruction: string, lines: readonly string[]): string[] {
  const start = `${instruction} `;
  return lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
}

describe('the Containerfile', () => {
  const lines = readFileSync(packageFile('Containerfile'), 'utf8').split('\n');
  const last = lines.slice(lines.lastIndexOf('FROM scratch'));
  const sources = values('COPY', lines)
    .filter((words) => !words.startsWith('--from'))
    .flatMap((words) => words.split(' ').slice(0, -1));

  it('gives the image the configuration that `npm run image` gives it', async () => {
    const { config } = await imageConfig();
    expect(values('USER', last)).toEqual([config.User]);
    expect(values('ENTRYPOINT', last)).toEqual([JSON.stringify(config.Entrypoint)]);
    expect(values('ENV', last)).toEqual(config.Env.map((line) => line.replace(/=(.*)$/u, '="$1"')));
    expect(values('LABEL', last).toSorted()).toEqual(
      Object.entries(config.Labels)
        .map(([key, value]) => `${key}="${value}"`)
        .toSorted(),
    );
  });

  it('copies enough, and what it runs makes the same files', async () => {
    const stage = scratchFolder();
    for (const source of sources) {
      cpSync(packageFile(source), join(stage, source), { recursive: true });
    }
    expect(values('RUN', lines)).toContain('["node", "image/build.mjs", "--root", "/image"]');
    const root = join(stage, 'root');
    // In place of `npm ci`; the bundle depends on the path of each package.
    mkdirSync(join(stage, 'node_modules'));
    const script = 'mount --bind "$0" node_modules && exec node image/build.mjs --root "$1"';
    const shell = ['sh', '-c', script, packageFile('node_modules'), root];
    await execa('unshare', ['--mount', ...shell], { cwd: stage });
    const layers = readdirSync(root).sort();
    expect(values('COPY', last)).toEqual(layers.map((name) => `--from=build /image/${name}/ /`));
    const merged = join(stage, 'merged');
    for (const name of layers) cpSync(join(root, name), merged, { recursive: true });
    await execa('diff', ['--recursive', '--no-dereference', merged, rootfs]);
    expect(treeOf(merged)).toEqual(treeOf(rootfs));
  });

  it('is given what it copies, and nothing else of the repository', () => {
    const ignore = readFileSync(packageFile('.containerignore'), 'utf8').split('\n');
    const patterns = ignore.filter((line) => line !== '' && !line.startsWith('#'));
    expect(patterns[0]).toBe('*');
    const given = patterns.slice(1).map((line) => line.replace(/^!/u, ''));
    expect(given.toSorted()).toEqual(sources.map((name) => name.replace(/\/$/u, '')).toSorted());
  });
});

describe('the image, run with a read-only root and no capabilities', () => {
  it('prints its version', async () => {
    expect(await runContainer(bundle, ['--version'])).toEqual({
      exitCode: 0,
      stdout: `${packageVersion()}\n`,
      stderr: '',
    });
  });

  it('is found as `solutions` on the PATH, too', async () => {
    const { stdout } = await runContainer(bundle, ['--version'], { entrypoint: ['solutions'] });
    expect(stdout).toBe(`${packageVersion()}\n`);
  });

  it('runs as 65532, holds no capability, and writes to /tmp alone', async () => {
    const { stdout, stderr } = await runContainer(bundle, [probe], {
      entrypoint: ['/usr/bin/node', '-e'],
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      ids: [UID, UID],
      home: '/home/nonroot',
      capabilities: ['0000000000000000', '0000000000000000', '0000000000000000'],
      noNewPrivileges: '1',
      writes: { '/usr/x': 'EROFS', '/home/nonroot/x': 'EROFS', '/tmp/x': 'written' },
      localhost: true,
    });
  });

  it('inspects an archive as the program does outside', async () => {
    const inside = await runContainer(bundle, ['inspect', '/archives/web-store-1.1.0.iso'], {
      mounts: examples,
    });
    const outside = await solutions(['inspect', packageFile('examples/web-store-1.1.0.iso')]);
    expect(inside.exitCode).toBe(0);
    expect(inside.stdout).toBe(outside.stdout.replaceAll(packageFile('examples/'), '/archives/'));
  });

  it('extracts archives and writes out/, with its threads and its templates', async () => {
    const [inside, outside] = [exampleFolder(), exampleFolder()];
    for (const path of ['', ...readdirSync(inside, { recursive: true, encoding: 'utf8' })]) {
      chownSync(join(inside, path), UID, UID);
    }
    const mounts = { '/work': { source: inside, mode: 'rw' } } as const;
    const { exitCode, stderr } = await runContainer(bundle, ['-C', '/work', 'synth'], { mounts });
    expect(stderr).not.toContain('error');
    expect(exitCode).toBe(0);
    await solutions(['-C', outside, 'synth']);
    for (const name of ['out', 'metadata']) {
      await execa('diff', ['--recursive', join(outside, name), join(inside, name)]);
    }
  });

  it('pushes the images of an archive, read from a read-only mount', async () => {
    const { host } = await startRegistry();
    const path = '/archives/web-store-1.1.0.iso';
    const args = ['push', path, '--to', `${host}/solutions`, '--plain-http', '--verify'];
    const { exitCode, stderr } = await runContainer(bundle, args, { mounts: examples });
    expect(stderr).not.toContain('error');
    expect(exitCode).toBe(0);
    const { stdout } = await solutions([
      'inspect',
      packageFile('examples/web-store-1.1.0.iso'),
      '--output',
      'json',
    ]);
    const { id, images } = reportSchema.parse(JSON.parse(stdout));
    expect(images).toHaveLength(3);
    for (const { name, tag, digest } of images) {
      expect(await rawDigest(`${host}/solutions/${id}/${name}:${tag}`)).toBe(digest);
    }
  });
});

const reportSchema = z.object({
  id: z.string(),
  images: z.array(z.object({ name: z.string(), tag: z.string(), digest: z.string() })),
});

const imageConfigSchema = z.object({
  created: z.string(),
  os: z.string(),
  architecture: z.string(),
  config: z.strictObject({
    User: z.string(),
    Entrypoint: z.array(z.string()),
    Env: z.array(z.string()),
    Labels: z.record(z.string(), z.string()),
  }),
});

/** The configuration in the archive, without its layers and their history. */
async function imageConfig() {
  const { stdout } = await execa('skopeo', ['inspect', '--config', `oci-archive:${archive}`]);
  return imageConfigSchema.parse(JSON.parse(stdout));
}

/** Prints what the process may do, as JSON. */
const probe = `
const fs = require('node:fs');
const status = fs.readFileSync('/proc/self/status', 'utf8');
const field = (name) => new RegExp('^' + name + ':\\\\s*(\\\\S+)', 'mu').exec(status)?.[1];
const write = (path) => {
  try { fs.writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; }
};
require('node:dns').lookup('localhost', (error, address) => {
  console.log(JSON.stringify({
    ids: [process.getuid(), process.getgid()],
    home: process.env.HOME,
    capabilities: ['CapPrm', 'CapEff', 'CapBnd'].map(field),
    noNewPrivileges: field('NoNewPrivs'),
    writes: Object.fromEntries(['/usr/x', '/home/nonroot/x', '/tmp/x'].map((path) => [path, write(path)])),
    localhost: address === '127.0.0.1' || address === '::1',
  }));
});
`;
