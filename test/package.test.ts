import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';
import { packageFile, packageVersion } from '../src/package.ts';
import { exampleFolder, removeFolders } from './support/cli.ts';

const scratch = mkdtempSync(join(tmpdir(), 'solutions-package-'));

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
  removeFolders();
});

it('a packed tarball installs offline, brings no dependency, and writes the committed manifests', async () => {
  // In a copy: packing empties build/, which the other tests run.
  const source = join(scratch, 'source');
  const parts = ['bundle', 'examples', 'package.json', 'README.md', 'LICENSE'];
  for (const part of [...parts, 'src', 'templates', 'schemas']) {
    cpSync(packageFile(part), join(source, part), { recursive: true });
  }
  symlinkSync(packageFile('node_modules'), join(source, 'node_modules'));
  const pack = ['pack', '--json', '--pack-destination', scratch];
  await execa('npm', pack, { cwd: source });

  const prefix = join(scratch, 'prefix');
  const tarball = join(scratch, `solutions-${packageVersion()}.tgz`);
  const install = ['install', '--global', '--offline', '--prefix', prefix, tarball];
  await execa('npm', [...install, '--no-audit', '--no-fund']);
  const listed = await execa('npm', ['ls', '--global', '--all', '--parseable', '--prefix', prefix]);
  expect(listed.stdout.trim().split('\n').slice(1)).toHaveLength(1);

  const folder = exampleFolder('metadata');
  await execa(join(prefix, 'bin/solutions'), ['-C', folder, 'synth']);
  const { stdout } = await execa('diff', ['-r', join(folder, 'out'), packageFile('out')], {
    reject: false,
  });
  expect(stdout).toBe('');
});
