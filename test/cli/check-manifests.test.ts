import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyFolder, exampleFolder, removeFolders, snapshot, solutions } from '../support/cli.ts';

afterAll(removeFolders);

const reportSchema = z.object({
  reports: z.array(
    z.object({
      kind: z.string(),
      findings: z.array(z.object({ rule: z.string(), waiver: z.string().optional() })),
    }),
  ),
  errors: z.number(),
  warnings: z.number(),
});

const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {b: c}\n';

describe('solutions check out/', () => {
  it('finds no error in the example, and changes nothing', async () => {
    const folder = exampleFolder('out');
    const before = snapshot(folder);
    const { exitCode, stdout } = await solutions(['check', 'out/', '-o', 'json'], { cwd: folder });
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report.reports.map(({ kind }) => kind)).toEqual(['manifests']);
    expect([report.errors, exitCode]).toEqual([0, 0]);
    expect(snapshot(folder)).toEqual(before);
  });

  it('takes a folder of manifests beside an archive, each in its place', async () => {
    const folder = exampleFolder('out');
    const names = ['out', 'examples/web-store-1.0.0.iso', 'out/0000-namespaces.yaml'];
    const { stdout } = await solutions(['check', ...names, '-o', 'json'], { cwd: folder });
    const { reports } = reportSchema.parse(JSON.parse(stdout));
    expect(reports.map(({ kind }) => kind)).toEqual(['manifests', 'iso', 'manifests']);
  });

  it('waives what platform.yaml of -C says, with its reason, and fails nothing for it', async () => {
    const folder = exampleFolder('out');
    const strict = ['-C', folder, 'check', 'out', '--strict'];
    const failed = await solutions(strict);
    expect(failed.exitCode).toBe(1);
    expect(failed.stdout).toContain(
      'warning: an image is named by its tag alone [image-no-digest]',
    );
    appendFileSync(
      join(folder, 'platform.yaml'),
      '  waivers:\n    - {rule: image-no-digest, object: {kind: Job}, reason: built on site}\n',
    );
    const waived = await solutions(strict);
    expect(waived.exitCode).toBe(0);
    expect(waived.stdout).toContain('waived: built on site');
  });

  it('fails for a Secret in a folder of others, without a platform.yaml', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'a.yml'), SECRET);
    const { exitCode, stdout } = await solutions(['check', '.'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('a.yml:4:1: Secret "a" has its content in `stringData`');
  });

  it('says what is wrong with platform.yaml before it judges by half of it', async () => {
    const folder = emptyFolder();
    cpSync(join(exampleFolder('out'), 'out'), join(folder, 'out'), { recursive: true });
    writeFileSync(join(folder, 'platform.yaml'), 'apiVersion: [\n');
    const { exitCode, stderr, stdout } = await solutions(['check', 'out'], { cwd: folder });
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('platform.yaml:');
  });

  it('renders the policy of images from the example, which check has nothing against', async () => {
    const folder = exampleFolder('out', 'metadata');
    appendFileSync(join(folder, 'platform.yaml'), '  imageAdmission: {enabled: true}\n');
    const { exitCode } = await solutions(['synth', '--locked'], { cwd: folder });
    expect(exitCode).toBe(0);
    const policy = readFileSync(join(folder, 'out', '0280-admission.yaml'), 'utf8');
    expect(policy).toContain('name: admitted-images-production');
    expect((await solutions(['check', 'out'], { cwd: folder })).exitCode).toBe(0);
  });
});
