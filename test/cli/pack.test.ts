import { existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { packageFile } from '../../src/package.ts';
import { makeTree, scratchFolder, write } from '../support/archive-make.ts';
import { exampleFolder, program, removeFolders, solutions } from '../support/cli.ts';
import { sparseFile } from '../support/iso-make.ts';
import { unpacked } from '../support/pack-make.ts';
import { startRegistry } from '../support/registry-server.ts';
import { pullWhole } from '../support/registry-skopeo.ts';

afterAll(removeFolders);

/** A tree for the example's place, and the folder of its archive. */
function treeAndFolder() {
  return { root: makeTree(join(scratchFolder(), 'store')), folder: scratchFolder() };
}

describe('pack', () => {
  it('says what it wrote, and nothing but warnings beside it', async () => {
    const { root, folder } = treeAndFolder();
    const args = ['-C', folder, 'pack', root, '-o', 'dist/store-1.0.0.iso'];
    const { exitCode, stdout, stderr } = await solutions(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Archive +dist\/store-1\.0\.0\.iso, [\d.]+ KiB, volume "Store 1\.0\.0"$/mu,
    );
    expect(stdout).toMatch(/^Added +registry-config\.inc\.j2$/mu);
    expect(stdout).toMatch(/^SHA-256 +[0-9a-f]{64}, in dist\/store-1\.0\.0\.iso\.sha256$/mu);
    expect(stderr).toMatch(/^warning: dist\/store-1\.0\.0\.iso:operator\/deploy\/role\.yaml:/u);
  });

  it('tells a program the same, with --format, and takes any name for a file', async () => {
    const { root, folder } = treeAndFolder();
    const env = { SOURCE_DATE_EPOCH: '1700000000' };
    const args = ['-C', folder, 'pack', root, '-o', 'json'];
    const text = await solutions(args, { env });
    expect(text.stdout).toMatch(/^Archive +json, /u);
    const { stdout } = await solutions([...args, '--overwrite', '--format', 'json'], { env });
    const sha256 = readFileSync(join(folder, 'json.sha256'), 'utf8').slice(0, 64);
    expect(JSON.parse(stdout)).toMatchObject({
      archive: 'json',
      id: 'store-1.0.0',
      volumeId: 'Store 1.0.0',
      date: '2023-11-14T22:13:20Z',
      size: statSync(join(folder, 'json')).size,
      sha256,
      sums: 'json.sha256',
      added: ['registry-config.inc.j2'],
      warnings: [{ code: 'role-generic-name' }],
    });
  });

  it('shows all errors of a folder at once, as text and as JSON', async () => {
    const { root, folder } = treeAndFolder();
    write(root, 'operator/deploy/crds/a_crd.yaml', 'kind: ConfigMap\napiVersion: v1\n');
    write(root, 'operator/deploy/role.yaml', 'kind: Pod\napiVersion: v1\n');
    const args = ['-C', folder, 'pack', root, '-o', 'store.iso'];
    const { exitCode, stdout, stderr } = await solutions(args);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: \S+\/a_crd\.yaml:1:1: /mu);
    expect(stderr).toMatch(/^error: \S+\/role\.yaml:1:1: /mu);
    expect(stderr).toMatch(/^2 errors$/mu);
    const json = await solutions([...args, '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      errors: [{ code: 'crd-kind' }, { code: 'role-kind' }],
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says how xorriso is installed, before anything else is done', async () => {
    const { root, folder } = treeAndFolder();
    const bin = scratchFolder();
    symlinkSync(process.execPath, join(bin, 'node'));
    const args = ['-C', folder, 'pack', root, '-o', 'store.iso'];
    const { exitCode, stderr } = await execa(join(bin, 'node'), [program, ...args], {
      env: { PATH: bin, NO_COLOR: '' },
      reject: false,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error: xorriso, .* is not on the PATH\n {2}hint: .*apt-get install xorriso/u,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('depends on no start-up file, locale, time zone, umask or user', async () => {
    const { root, folder } = treeAndFolder();
    const home = scratchFolder();
    write(home, '.xorrisorc', '-volid EVIL\n-padding 0\n');
    await execa('chmod', ['-R', 'a+rX', dirname(root)]);
    const command = (name: string) => [program, '-C', folder, 'pack', root, '-o', name];
    await execa('node', command('one.iso'), { env: { TZ: 'UTC', LC_ALL: 'C.UTF-8' } });
    const env = { TZ: 'Asia/Kathmandu', LC_ALL: 'C', LANG: '', HOME: home };
    await execa('chmod', ['777', folder]);
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'node'];
    await execa('sh', ['-c', 'umask 077 && exec "$@"', 'sh', ...nobody, ...command('two.iso')], {
      env,
    });
    const [one, two] = ['one.iso', 'two.iso'].map((name) => readFileSync(join(folder, name)));
    expect(two?.equals(one ?? Buffer.of())).toBe(true);
  });

  it('names each file that its user may not read', async () => {
    const { root, folder } = treeAndFolder();
    for (const name of ['a.txt', 'b.txt']) write(root, name, 'secret');
    await execa('chmod', ['-R', 'a+rX', dirname(root)]);
    await execa('chmod', ['600', join(root, 'a.txt'), join(root, 'b.txt')]);
    await execa('chmod', ['777', folder]);
    const { exitCode, stderr } = await execa(
      'setpriv',
      [
        '--reuid=65534',
        '--clear-groups',
        'node',
        program,
        '-C',
        folder,
        'pack',
        root,
        '-o',
        'a.iso',
      ],
      { env: { NO_COLOR: '' }, reject: false },
    );
    expect(exitCode).toBe(1);
    expect(stderr.match(/^error: \S+:[ab]\.txt: .*permission denied \(EACCES\)$/gmu)).toHaveLength(
      2,
    );
  });

  it('says so when the disk is full, and leaves nothing', async () => {
    const { root, folder } = treeAndFolder();
    // Blocks of 512 bytes; an image has 300 KiB of padding alone.
    const limited = ['ulimit -f 400 && exec "$@"', 'sh', 'node', program];
    const args = ['-C', folder, 'pack', root, '-o', 'store.iso'];
    const { exitCode, stderr } = await execa('sh', ['-c', ...limited, ...args], {
      env: { NO_COLOR: '' },
      reject: false,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: store\.iso: .*\n {2}hint: make room/u);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends at a %s with nothing left', async (signal, code) => {
    const { root, folder } = treeAndFolder();
    await sparseFile(join(root, 'large.bin'), 256 << 20);
    const running = startPack(root, folder);
    await whileWriting(folder);
    running.kill(signal);
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(code);
    expect(stderr).toMatch(/^error: interrupted\n {2}hint: nothing was written/mu);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves no archive when it is killed, no process, and the next run cleans up', async () => {
    const { root, folder } = treeAndFolder();
    await sparseFile(join(root, 'large.bin'), 256 << 20);
    const running = startPack(root, folder);
    const part = await whileWriting(folder);
    running.kill('SIGKILL');
    await running;
    expect(existsSync(join(folder, 'store.iso'))).toBe(false);
    await noXorrisoIn(root);
    expect(existsSync(part)).toBe(true);
    await execa('rm', [join(root, 'large.bin')]);
    const { exitCode } = await solutions(['-C', folder, 'pack', root, '-o', 'store.iso']);
    expect(exitCode).toBe(0);
    expect(readdirSync(folder)).toEqual(['store.iso', 'store.iso.sha256']);
  });
});

function startPack(root: string, folder: string) {
  const args = [program, '-C', folder, 'pack', root, '-o', 'store.iso'];
  return execa('node', args, { env: { NO_COLOR: '' }, reject: false, stripFinalNewline: false });
}

/** Waits until some of the image is written, and gives the file that it is written to. */
async function whileWriting(folder: string): Promise<string> {
  for (let tries = 0; tries < 4000; tries += 1) {
    const part = readdirSync(folder).find((name) => /^\.store\.iso\.\d+\.part$/u.test(name));
    if (part !== undefined && statSync(join(folder, part)).size > 0) return join(folder, part);
    await sleep(5);
  }
  throw new Error('nothing was written');
}

/** Waits until no xorriso works in this folder any more. */
async function noXorrisoIn(folder: string): Promise<void> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const { stdout } = await execa('sh', ['-c', 'readlink /proc/[0-9]*/cwd || true']);
    if (!stdout.split('\n').includes(folder)) return;
    await sleep(10);
  }
  throw new Error('xorriso goes on');
}

async function repacked(): Promise<{ readonly site: string; readonly iso: string }> {
  const site = exampleFolder();
  const iso = join(site, 'examples/web-store-1.1.0.iso');
  const root = await unpacked(iso);
  const { exitCode } = await solutions(['pack', root, '-o', iso, '--overwrite']);
  expect(exitCode).toBe(0);
  return { site, iso };
}

/** What `inspect` says of an archive, but for its name and the padding of the image. */
async function reportOf(archive: string): Promise<unknown> {
  const { stdout } = await solutions(['inspect', archive, '-o', 'json']);
  return { ...Object(JSON.parse(stdout)), archive: '', size: 0 };
}

describe('what was packed of the example', () => {
  it('is inspected and synthesised as the archive that a vendor made', async () => {
    const { site, iso } = await repacked();
    const original = packageFile('examples/web-store-1.1.0.iso');
    expect(await reportOf(iso)).toEqual(await reportOf(original));
    const { exitCode, stderr } = await solutions(['synth'], { cwd: site });
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('out/: ')]);
  });

  it('is pushed, and pulled again by skopeo', async () => {
    const { iso } = await repacked();
    const registry = await startRegistry();
    const args = ['push', iso, '--to', registry.host, '--plain-http', '--verify'];
    const { exitCode } = await solutions(args, { env: { REGISTRY_AUTH_FILE: '' } });
    expect(exitCode).toBe(0);
    await pullWhole(`${registry.host}/web-store-1.1.0/storefront:1.1.0`);
  });
});
