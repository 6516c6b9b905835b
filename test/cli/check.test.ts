import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { packageFile } from '../../src/package.ts';
import { goodTree } from '../support/check-make.ts';
import { emptyFolder, removeFolders, snapshot, solutions } from '../support/cli.ts';

afterAll(removeFolders);

const EXAMPLE = packageFile('examples/web-store-1.1.0.iso');
const OPERATOR = { name: 'store-operator', tag: '1.0.0' };

describe('check', () => {
  test('says of a good archive that there is nothing to say, and exits 0', async () => {
    const { exitCode, stdout, stderr } = await solutions([
      'check',
      goodTree(),
      '--strict',
      '--deep',
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/\(store-1\.0\.0\): nothing to say\n$/u);
  });

  test('names the archive, the rule, the place, and what to do', async () => {
    const cwd = emptyFolder();
    const { exitCode, stdout } = await solutions(['check', EXAMPLE], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${EXAMPLE} (web-store-1.1.0): 3 warnings, `);
    expect(stdout).toContain(
      '  warning: a ClusterRole has the name that a generator gives [role-generic-name]\n' +
        '    operator/deploy/role.yaml:30:1: the ClusterRole is named "manager-role"\n',
    );
    expect(stdout).toContain('    mend: Let the name start with that of the Solution');
    expect(snapshot(cwd).size).toBe(0);
  });

  test('fails for warnings with --strict alone, and for errors always', async () => {
    expect((await solutions(['check', EXAMPLE, '--strict'])).exitCode).toBe(1);
    const bad = goodTree({ manifest: 'kind: [' });
    expect((await solutions(['check', bad])).exitCode).toBe(1);
  });

  test('checks every archive, counts all findings, and -C says what paths are relative to', async () => {
    const bad = goodTree({ manifest: 'kind: [' });
    const { exitCode, stdout } = await solutions(['-C', bad, 'check', 'nowhere.iso', '.', EXAMPLE]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('nowhere.iso: 1 error\n');
    expect(stdout).toContain('.: 1 error\n');
    expect(stdout).toMatch(/\nall 3: 2 errors, 3 warnings, \d notes\n$/u);
  });

  test('gives a program the same as JSON', async () => {
    const { stdout } = await solutions(['check', goodTree({ manifest: 'kind: [' }), '-o', 'json']);
    const report: unknown = JSON.parse(stdout);
    expect(report).toMatchObject({
      errors: 1,
      warnings: 0,
      reports: [
        {
          kind: 'directory',
          id: null,
          findings: [
            { rule: 'product-yaml', level: 'error', at: { path: 'manifest.yaml', line: 1 } },
          ],
        },
      ],
    });
  });

  test('says what vouches for an image, and what could and does not', async () => {
    const folder = emptyFolder();
    copyFileSync(EXAMPLE, join(folder, 'a.iso'));
    const sums = await execa('sha256sum', ['a.iso'], { cwd: folder });
    writeFileSync(join(folder, 'a.iso.sha256'), `${sums.stdout}\n`);
    const { stdout } = await solutions(['-C', folder, 'check', 'a.iso', '--deep']);
    expect(stdout).toContain('  checked: a.iso.sha256: the archive has the sha256 that it lists\n');
    expect(stdout).toContain(
      '  absent: no MD5 sums are implanted in it; no signature lies beside it\n',
    );
    const json = await solutions(['-C', folder, 'check', 'a.iso', '--deep', '-o', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      reports: [
        {
          subject: 'a.iso',
          trust: [
            { check: 'sha256-file', state: 'checked', file: 'a.iso.sha256' },
            { check: 'implanted-md5', state: 'absent' },
            { check: 'signature', state: 'absent' },
          ],
        },
      ],
    });
  });

  test('sends nothing of an archive to a terminal or into XML as it is', async () => {
    const bad = '\\u001b[2J\\u202e\\ufffe<&';
    const archive = goodTree({
      manifest: `metadata: {name: store}\nspec: {version: 1.0.0, images: ["${bad}"]}\n`,
      images: [{ ...OPERATOR, user: '\u001B[31m</failure>\uFFFF' }],
    });
    const obeyed = ['\u001B', '\u202E'];
    for (const format of ['text', 'json', 'sarif', 'junit']) {
      const { stdout, stderr } = await solutions(['check', archive, '-o', format]);
      expect(stdout).toContain('spec.images[0]');
      const never = format === 'junit' ? [...obeyed, '\uFFFE', '\uFFFF'] : obeyed;
      expect(never.filter((character) => `${stdout}${stderr}`.includes(character))).toEqual([]);
    }
  });

  test('tells how far it is only where it takes long', async () => {
    const { stderr } = await solutions(['check', EXAMPLE, '--deep']);
    expect(stderr).toBe('');
  });

  test('refuses an unknown format with the usage', async () => {
    const { exitCode, stderr } = await solutions(['check', EXAMPLE, '-o', 'xml']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('text, json, sarif, junit');
    expect((await solutions(['check'])).exitCode).toBe(2);
  });

  test('has a help that names its exit codes and the page of the rules', async () => {
    const { stdout } = await solutions(['help', 'check']);
    expect(stdout).toContain('docs/rules.md');
    expect(stdout).toContain('Exit codes: 0');
  });
});
