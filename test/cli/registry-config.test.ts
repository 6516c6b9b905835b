import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageFile } from '../../src/package.ts';
import { makeTree, scratchFolder } from '../support/archive-make.ts';
import { exampleFolder, removeFolders, solutions } from '../support/cli.ts';
import { ask, startNginx } from '../support/nginx.ts';

afterAll(removeFolders);

const archive = packageFile('examples/web-store-1.1.0.iso');

describe('registry-config', () => {
  it('prints what nginx takes, for the folder where MetalK8s mounts the archive', async () => {
    const { exitCode, stdout, stderr } = await solutions(['registry-config', archive]);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^# Tree: +"\/srv\/scality\/web-store-1\.1\.0", /mu);
    expect(stdout).toMatch(/^# Images: <host>\/web-store-1\.1\.0\/<name>:<tag>$/mu);
    expect(stdout).toMatch(/^# +storefront:1\.1\.0 sha256:[0-9a-f]{64}$/mu);
    expect(stdout.endsWith('\n}\n')).toBe(true);
    const nginx = await startNginx([stdout]);
    expect((await ask(nginx, '/v2/')).status).toBe(200);
  });

  it('takes another root and prefix, and a path relative to -C', async () => {
    const folder = exampleFolder();
    const args = ['registry-config', join('examples', 'web-store-1.0.0.iso')];
    const flags = ['--root', '/mnt/store/', '--prefix', 'vendor/store'];
    const { exitCode, stdout } = await solutions(['-C', folder, ...args, ...flags]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('location ^~ "/v2/vendor/store/" {');
    expect(stdout).toContain('alias "/mnt/store/images/web-store-operator/1.0.0/manifest.json";');
    expect(stdout).not.toContain('/srv/scality');
  });

  it('warns of images that it leaves out, beside the result', async () => {
    const files = { 'images/astray/manifest.json': '{}' };
    const { exitCode, stdout, stderr } = await solutions([
      'registry-config',
      makeTree(scratchFolder(), { files }),
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('astray');
    expect(stderr).toMatch(/^warning: .*images: not at `images\/<name>\/<tag>\/`.*astray/mu);
  });

  it.each([
    [['--root', 'mnt'], 'the root "mnt" must be an absolute path', '--root <path>'],
    [['--root', '/mnt/$x'], 'must not hold `$`', '--root <path>'],
    [['--prefix', 'Store'], 'the prefix "Store" must be lower-case', '<registry>/<prefix>/<name>'],
  ])('fails for %j with a hint, and prints no result', async (flags, message, hint) => {
    const { exitCode, stdout, stderr } = await solutions(['registry-config', archive, ...flags]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  it('names the archive that is not there', async () => {
    const { exitCode, stderr } = await solutions(['registry-config', '/nowhere/nothing.iso']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('there is no archive at "/nowhere/nothing.iso"');
  });

  it('has help with examples', async () => {
    const { exitCode, stdout } = await solutions(['registry-config', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Examples:\n  $ solutions registry-config ');
  });
});
