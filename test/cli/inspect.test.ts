import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { packageFile } from '../../src/package.ts';
import { emptyFolder, removeFolders, solutions } from '../support/cli.ts';
import { dashboardOf } from '../support/monitoring-make.ts';

afterAll(removeFolders);

const archive = packageFile('examples/web-store-1.1.0.iso');

/** A directory that is an archive with this display name, in YAML's double quotes. */
function evilFolder(displayName: string): string {
  const folder = join(emptyFolder(), 'evil');
  mkdirSync(join(folder, 'images'), { recursive: true });
  writeFileSync(
    join(folder, 'manifest.yaml'),
    [
      'apiVersion: solutions.metalk8s.scality.com/v1alpha1',
      'kind: Solution',
      'metadata:',
      '  name: evil',
      '  annotations:',
      `    solutions.metalk8s.scality.com/display-name: "${displayName}"`,
      'spec: {version: 1.0.0}',
      '',
    ].join('\n'),
  );
  return folder;
}

describe('inspect', () => {
  it('shows product, Operator, images, CRDs, roles and what else is there', async () => {
    const { exitCode, stdout, stderr } = await solutions(['inspect', archive]);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Solution +Web Store \(web-store\)$/mu);
    expect(stdout).toMatch(/^Version +1\.1\.0$/mu);
    expect(stdout).toMatch(/^Operator +web-store-operator:1\.1\.0$/mu);
    expect(stdout).toMatch(/^storefront:1\.1\.0 +index of 2 +linux\/amd64, linux\/arm64 +65532 /mu);
    expect(stdout).toMatch(/^shops\.web-store\.example\.com +Namespaced +v1alpha1, v1beta1 /mu);
    expect(stdout).toMatch(/^ClusterRole +manager-role +\d+$/mu);
    expect(stdout).toMatch(/^registry-config\.inc\.j2 /mu);
  });

  it('gives a program the same as JSON', async () => {
    const { stdout } = await solutions(['inspect', archive, '--output', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      id: 'web-store-1.1.0',
      kind: 'iso',
      names: 'rock-ridge',
      operator: { image: 'web-store-operator:1.1.0' },
      images: [{ name: 'session-cache' }, { name: 'storefront' }, { name: 'web-store-operator' }],
      warnings: [],
    });
  });

  it('never sends control characters of an archive to the terminal', async () => {
    const folder = evilFolder(String.raw`\e[31mred\u202Ereversed\r\x9b2J`);
    writeFileSync(join(folder, 'a\u001B[2Jb'), '');
    const { exitCode, stdout, stderr } = await solutions(['inspect', folder]);
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E]/u);
    expect(`${stdout}${stderr}`).toContain('[2J');
    expect([0, 1]).toContain(exitCode);
  });

  it('gives a program no control characters, and the text that they are part of', async () => {
    const folder = evilFolder(String.raw`a\x7fb\x9b2J\u202Ec\uFEFFd`);
    const { stdout } = await solutions(['inspect', folder, '--output', 'json']);
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E\uFEFF]/u);
    expect(JSON.parse(stdout)).toMatchObject({
      displayName: 'a\u007Fb\u009B2J\u202Ec\uFEFFd',
    });
  });

  it('gives a text of an archive no line of its own', async () => {
    const folder = evilFolder(String.raw`nice\nOther files: none\tat all`);
    const { stdout } = await solutions(['inspect', folder]);
    expect(stdout).toMatch(/^Solution +nice\\u000aOther files: none\\u0009at all \(evil\)$/mu);
    const missing = await solutions(['inspect', '/nowhere/a\nerror: b']);
    expect(missing.stderr.match(/^error: /gmu)).toHaveLength(1);
  });

  it('names every file that it does not show otherwise, whatever folder it is in', async () => {
    const folder = evilFolder('Evil');
    const stray = ['images/README', 'operator/deploy/crds/a_cr.yaml', 'operator/deploy/x.yaml'];
    mkdirSync(join(folder, 'operator/deploy/crds'), { recursive: true });
    for (const path of stray) writeFileSync(join(folder, path), 'kind: Sample\n');
    const { stdout } = await solutions(['inspect', folder, '--output', 'json']);
    const { extras } = z
      .object({ extras: z.array(z.object({ path: z.string() })) })
      .parse(JSON.parse(stdout));
    expect(extras.map(({ path }) => path)).toEqual(expect.arrayContaining(stray));
    const good = await solutions(['inspect', archive]);
    expect(good.stdout).toMatch(/\nOther files: 2\n/u);
  });

  it('shows dashboards and alerts, and what they may be told', async () => {
    const folder = evilFolder('Evil');
    mkdirSync(join(folder, 'monitoring/dashboards'), { recursive: true });
    mkdirSync(join(folder, 'monitoring/alerts'));
    writeFileSync(join(folder, 'monitoring/dashboards/orders.json'), dashboardOf());
    writeFileSync(join(folder, 'monitoring/alerts/orders.yaml'), 'groups: []\n');
    const { stdout } = await solutions(['inspect', folder]);
    expect(stdout).toContain('\nDashboards and alerts: 2\n');
    expect(stdout).toMatch(
      /^dashboard +orders +DS_PROMETHEUS, namespace, job +monitoring\/dashboards\/orders\.json$/mu,
    );
    expect(stdout).toMatch(/^alerts +orders +- +monitoring\/alerts\/orders\.yaml$/mu);
    expect(stdout).toContain('\nOther files: none');
    const json = await solutions(['inspect', folder, '--output', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      monitoring: [{ inputs: [{ value: null }, { name: 'namespace', value: 'vendor' }, {}] }, {}],
    });
  });

  it('says what a file is that is no archive', async () => {
    const { exitCode, stderr } = await solutions(['inspect', packageFile('package.json')]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: .*package\.json/u);
    expect(stderr).toContain('hint:');
  });
});
