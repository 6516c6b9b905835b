import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import {
  emptyFolder,
  exampleFolder,
  program,
  removeFolders,
  snapshot,
  solutions,
} from '../support/cli.ts';

afterAll(removeFolders);

function edit(folder: string, file: string, change: (text: string) => string): void {
  const path = join(folder, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

/** A folder with one imported archive, whose CRD is too large for client-side apply. */
function largeCrdFolder(): string {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'big/operator/deploy/crds'), { recursive: true });
  mkdirSync(join(folder, 'big/images'));
  writeFileSync(
    join(folder, 'solutions.yaml'),
    [
      'apiVersion: solutions.metalk8s.scality.com/v1alpha1',
      'kind: SolutionsConfiguration',
      'archives: [big]',
      'active: {big: 1.0.0}',
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'big/manifest.yaml'),
    [
      'apiVersion: solutions.metalk8s.scality.com/v1alpha1',
      'kind: Solution',
      'metadata: {name: big}',
      'spec: {version: 1.0.0}',
      '',
    ].join('\n'),
  );
  const schema = { type: 'object', description: 'x'.repeat(400_000) };
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'disks.big.example' },
    spec: {
      group: 'big.example',
      names: { plural: 'disks', singular: 'disk', kind: 'Disk', listKind: 'DiskList' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
  writeFileSync(
    join(folder, 'big/operator/deploy/crds/disks_crd.yaml'),
    `${JSON.stringify(crd)}\n`,
  );
  return folder;
}

describe('synth on the example', () => {
  it('is what is committed', async () => {
    const folder = exampleFolder('metadata', 'out');
    const { exitCode, stderr } = await solutions(['-C', folder, 'synth', '--check', '--locked']);
    expect(stderr).toContain('up to date');
    expect(exitCode).toBe(0);
  });

  it('gives the committed bytes from the archives alone', async () => {
    const folder = exampleFolder();
    const { exitCode } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(0);
    const fresh = await solutions(['synth', '--check'], { cwd: folder });
    expect(fresh.exitCode).toBe(0);
    const committed = await execa('diff', ['-r', join(folder, 'out'), 'out'], { reject: false });
    expect(committed.stdout).toBe('');
    const record = await execa('diff', ['-r', join(folder, 'metadata'), 'metadata'], {
      reject: false,
    });
    expect(record.stdout).toBe('');
  });

  it('writes nothing when nothing changed', async () => {
    const folder = exampleFolder();
    await solutions(['synth'], { cwd: folder });
    const before = snapshot(folder);
    const { exitCode, stderr } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(' 0 written, 0 removed');
    expect(snapshot(folder)).toEqual(before);
  });

  it('needs no archive once it has the metadata', async () => {
    const folder = exampleFolder('metadata', 'out');
    rmSync(join(folder, 'examples'), { recursive: true });
    expect((await solutions(['synth', '--check'], { cwd: folder })).exitCode).toBe(0);
  });

  it('says what to do when there is neither an archive nor its record', async () => {
    const folder = exampleFolder();
    rmSync(join(folder, 'examples'), { recursive: true });
    const { exitCode, stderr } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr.match(/^error: solutions\.yaml:\d+:\d+: /gmu)).toHaveLength(3);
    expect(stderr).toContain('hint:');
    expect(readdirSync(folder)).not.toContain('out');
  });

  it('forbids extraction when locked', async () => {
    const folder = exampleFolder();
    const { exitCode, stderr } = await solutions(['synth', '--locked'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('--locked');
    expect(readdirSync(folder)).not.toContain('metadata');
  });

  it('writes to the folder that cdk8s-cli names, with the same bytes', async () => {
    const folder = exampleFolder('metadata', 'out');
    const other = join(emptyFolder(), 'dist');
    const env = { CDK8S_OUTDIR: other, CDK8S_DISABLE_SORT: '1' };
    expect((await solutions(['synth'], { cwd: folder, env })).exitCode).toBe(0);
    expect(snapshot(other).size).toBe(snapshot(join(folder, 'out')).size);
    await execa('diff', ['-r', other, join(folder, 'out')]);
  });

  it('is read by kubectl as it is, file by file and through kustomize', async () => {
    const folder = exampleFolder('metadata', 'out');
    const label = ['label', '--local', '-f', join(folder, 'out'), 'a=b', '-o', 'name'];
    const names = (await execa('kubectl', label)).stdout.trim().split('\n');
    expect(names[0]).toBe('namespace/metalk8s-solutions');
    expect(names).toContain('deployment.apps/web-store-operator');
    const kustomized = await execa('kubectl', ['kustomize', join(folder, 'out')]);
    expect(kustomized.stdout.match(/^kind: /gmu)).toHaveLength(names.length);
  });
});

describe('a change', () => {
  it('is shown by --check as a unified diff, with exit code 3 and nothing written', async () => {
    const folder = exampleFolder('metadata', 'out');
    const committed = snapshot(join(folder, 'out'));
    edit(folder, 'environments.yaml', (text) => text.replace('memory: 512Mi', 'memory: 1Gi'));
    const before = snapshot(folder);
    const { exitCode, stdout } = await solutions(['synth', '--check'], { cwd: folder });
    expect(exitCode).toBe(3);
    expect(stdout).toContain('-            memory: 512Mi\n+            memory: 1Gi\n');
    expect(snapshot(folder)).toEqual(before);

    await execa('git', ['apply', '-'], { cwd: folder, input: stdout });
    const { exitCode: after } = await solutions(['synth', '--check'], { cwd: folder });
    expect(after).toBe(0);
    expect(snapshot(join(folder, 'out'))).not.toEqual(committed);
  });

  it('that removes objects is followed by the lines that delete them', async () => {
    const folder = exampleFolder('metadata', 'out');
    edit(folder, 'environments.yaml', (text) => text.slice(0, text.indexOf('---\n')));
    const { exitCode, stderr } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('  kubectl delete deployment.apps -n staging web-store-operator\n');
    expect(stderr).toMatch(
      /Only when nobody needs it any more:\n {2}kubectl delete namespace staging\n/u,
    );
    expect(readdirSync(join(folder, 'out'))).not.toContain('0400-operator.staging.web-store.yaml');
  });

  it('that takes an archive away is followed by the line that removes its images', async () => {
    const folder = exampleFolder('metadata', 'out');
    edit(folder, 'solutions.yaml', (text) =>
      text.replace('  - examples/base-images-2.3.0.iso\n', ''),
    );
    const line = 'solutions unpush base-images-2.3.0 --from registry.example:5000/solutions';
    const planned = await solutions(['synth', '--check'], { cwd: folder });
    expect(planned.exitCode).toBe(3);
    expect(planned.stderr).toContain(`\n  ${line}\n`);
    const json = await solutions(['synth', '--check', '--output', 'json'], { cwd: folder });
    expect(JSON.parse(json.stdout)).toMatchObject({ unpush: [line] });
    const { exitCode, stderr } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`\n  ${line}\n`);
    expect(stderr).toMatch(
      /kubectl delete job\.batch -n metalk8s-solutions images-base-images-2-3-0-[0-9a-f]{10}\n/u,
    );
    expect((await solutions(['synth'], { cwd: folder })).stderr).not.toContain('unpush');
  });

  it('that takes an archive away says nothing of a registry that takes no images', async () => {
    const folder = exampleFolder('metadata', 'out');
    rmSync(join(folder, 'platform.yaml'));
    edit(folder, 'solutions.yaml', (text) =>
      text.replace('  - examples/base-images-2.3.0.iso\n', ''),
    );
    const { exitCode, stderr } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain('unpush');
    expect(readdirSync(join(folder, 'out')).filter((name) => name.includes('images'))).toEqual([]);
  });

  it('of an archive under one version is an error with both digests until it is accepted', async () => {
    const folder = exampleFolder('metadata', 'out');
    const archive = join(folder, 'examples/web-store-1.0.0.iso');
    const bytes = readFileSync(archive);
    // The preparer's text in the volume descriptor: nothing else depends on it.
    bytes[32_768 + 446 + 5] = 0x58;
    writeFileSync(archive, bytes);
    const before = snapshot(folder);
    const refused = await solutions(['synth'], { cwd: folder });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr.match(/[0-9a-f]{64}/gu)).toHaveLength(2);
    expect(refused.stderr).toContain('--accept-changed');
    expect(new Map([...snapshot(folder)].filter(([name]) => !name.startsWith('.')))).toEqual(
      before,
    );
    const accepted = await solutions(['synth', '--accept-changed'], { cwd: folder });
    expect(accepted.exitCode).toBe(0);
    expect(accepted.stdout).toContain('metadata/web-store-1.0.0 changed');
  });
});

describe('an edited file in out/', () => {
  it('stops the run, and nothing is written', async () => {
    const folder = exampleFolder('metadata', 'out');
    edit(folder, 'out/0000-namespaces.yaml', (text) => `${text}# mine\n`);
    edit(folder, 'environments.yaml', (text) => text.replace('512Mi', '1Gi'));
    edit(folder, 'solutions.yaml', (text) =>
      text.replace('  - examples/base-images-2.3.0.iso\n', ''),
    );
    const states = () => ['out', 'metadata'].map((part) => snapshot(join(folder, part)));
    const before = states();
    const { exitCode, stderr } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: out/0000-namespaces.yaml: ');
    expect(states()).toEqual(before);
    expect((await solutions(['synth', '--overwrite'], { cwd: folder })).exitCode).toBe(0);
    expect((await solutions(['synth', '--check'], { cwd: folder })).exitCode).toBe(0);
  });

  it('that is not ours stays, with a warning when kubectl would apply it', async () => {
    const folder = exampleFolder('metadata', 'out');
    writeFileSync(join(folder, 'out/9999-mine.yaml'), 'kind: ConfigMap\n');
    const { exitCode, stderr } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('warning: out/9999-mine.yaml: ');
    expect(readFileSync(join(folder, 'out/9999-mine.yaml'), 'utf8')).toBe('kind: ConfigMap\n');
  });
});

describe('--check', () => {
  it('names what is stale, and what an edit in out/ takes', async () => {
    const folder = exampleFolder('metadata', 'out');
    rmSync(join(folder, 'metadata/base-images-2.3.0'), { recursive: true });
    const stale = await solutions(['synth', '--check'], { cwd: folder });
    expect(stale.exitCode).toBe(3);
    expect(stale.stderr).toContain(
      '\nmetadata/ is not what the files say: run `solutions synth`\n',
    );
    const env = { CDK8S_OUTDIR: join(folder, 'dist') };
    const elsewhere = await solutions(['synth', '--check'], { cwd: folder, env });
    expect(elsewhere.stderr).toContain(
      `\n${env.CDK8S_OUTDIR}/ and metadata/ are not what the files say: run`,
    );
    edit(folder, 'out/0000-namespaces.yaml', (text) => `${text}# mine\n`);
    const edited = await solutions(['synth', '--check'], { cwd: folder });
    expect(edited.stderr).toContain('files in out/ were edited: `solutions synth --overwrite`');
  });
});

describe('a run', () => {
  it('tells how to apply CRDs that are too large for client-side apply, every time', async () => {
    const folder = largeCrdFolder();
    const line = 'kubectl apply --server-side -f out/server-side/';
    for (const args of [['synth'], ['synth'], ['synth', '--check', '--locked']]) {
      const { exitCode, stderr } = await solutions(args, { cwd: folder });
      expect(exitCode).toBe(0);
      expect(stderr).toContain(`\n  ${line}\n`);
    }
    const json = await solutions(['synth', '--output', 'json'], { cwd: folder });
    expect(JSON.parse(json.stdout)).toMatchObject({ apply: [line, 'kubectl apply -f out/'] });
  });

  it('tells nothing of server-side apply where no CRD is large', async () => {
    const folder = exampleFolder('metadata', 'out');
    const { stdout, stderr } = await solutions(['synth', '--output', 'json'], { cwd: folder });
    expect(`${stdout}${stderr}`).not.toContain('server-side');
  });

  it('stops while another one is at work, and writes nothing', async () => {
    const folder = exampleFolder();
    mkdirSync(join(folder, '.solutions'));
    writeFileSync(join(folder, `.solutions/run.lock.${process.pid}`), '');
    const { exitCode, stderr } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`another run is at work: process ${process.pid}\n`);
    expect(readdirSync(folder)).not.toContain('out');
  });

  it('needs no right to write when nothing is to be written', async () => {
    const folder = exampleFolder('metadata', 'out');
    await execa('chown', ['-R', '65534', folder]);
    await execa('chmod', ['-R', 'a-w', folder]);
    const asNobody = () =>
      execa('setpriv', ['--reuid=65534', '--clear-groups', 'node', program, 'synth'], {
        cwd: folder,
        reject: false,
      });
    const same = await asNobody();
    expect(same.stderr).toContain(' 0 written, 0 removed');
    expect(same.exitCode).toBe(0);
    edit(folder, 'environments.yaml', (text) => text.replace('512Mi', '1Gi'));
    const other = await asNobody();
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toMatch(/^error: .*permission denied/mu);
    expect((await solutions(['synth', '--check'], { cwd: folder })).exitCode).toBe(3);
  });

  it('leaves nothing in a repository that Git would take for a part of it', async () => {
    const folder = exampleFolder();
    await execa('git', ['init', '--quiet'], { cwd: folder });
    await solutions(['synth'], { cwd: folder });
    const { stdout } = await execa('git', ['status', '--porcelain'], { cwd: folder });
    expect(stdout).toContain('?? out/');
    expect(stdout).not.toContain('.solutions');
  });
});

describe('mistakes', () => {
  it('of archives come with a note that the Environments were not checked against them', async () => {
    const folder = exampleFolder();
    rmSync(join(folder, 'examples/web-store-1.0.0.iso'));
    const { exitCode, stderr } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^warning: environments\.yaml was not checked against the archives/mu);
  });

  it('of all files are shown together, each with its place and a hint', async () => {
    const folder = exampleFolder('metadata', 'out');
    edit(folder, 'solutions.yaml', (text) => text.replace('archives:', 'archive:'));
    edit(folder, 'environments.yaml', (text) => text.replace('webhook: true', 'webhook: 1'));
    edit(folder, 'platform.yaml', (text) => text.replace('restricted', 'strict'));
    const { exitCode, stderr, stdout } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    for (const file of ['solutions', 'environments', 'platform']) {
      expect(stderr).toMatch(new RegExp(`^error: ${file}\\.yaml:\\d+:\\d+: `, 'mu'));
    }
    expect(stderr).toContain('did you mean `archives`?');
    expect(stderr).toMatch(/^3 errors$/mu);
  });

  it('are JSON on stdout for a program', async () => {
    const folder = exampleFolder('metadata', 'out');
    edit(folder, 'platform.yaml', (text) => text.replace('restricted', 'strict'));
    const { exitCode, stdout } = await solutions(['synth', '--output', 'json'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      errors: [{ code: 'schema', place: { file: 'platform.yaml', line: 21, column: 3 } }],
    });
  });

  it('of the folder name the folder and -C', async () => {
    const folder = emptyFolder();
    const { exitCode, stderr } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('-C <dir>');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a contradiction', () => {
  it('stops the run, and no record is lost', async () => {
    const folder = exampleFolder('metadata', 'out');
    edit(folder, 'solutions.yaml', (text) =>
      text.replace(/ {2}- examples\/web-store-1\.0\.0\.iso\n/u, ''),
    );
    const before = snapshot(join(folder, 'metadata'));
    const { exitCode } = await solutions(['synth'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(snapshot(join(folder, 'metadata'))).toEqual(before);
  });
});

describe('a killed run', () => {
  it('leaves every file old or new, and the next run is right', { timeout: 180_000 }, async () => {
    const folder = exampleFolder();
    const files = ['metadata', 'out'];
    const variants = [512, 1024];
    for (let round = 0; round < 12; round += 1) {
      edit(folder, 'environments.yaml', (text) =>
        text.replace(/memory: \d+Mi \}$/mu, `memory: ${variants[round % 2] ?? 512}Mi }`),
      );
      if (round % 4 === 0) rmSync(join(folder, 'metadata'), { recursive: true, force: true });
      const run = execa('node', [program, 'synth'], { cwd: folder, reject: false });
      // From before anything happens to after the end, and mostly while files are written.
      setTimeout(() => run.kill('SIGKILL'), 150 + round * 25);
      await run;
      const next = await solutions(['synth', '--output', 'json'], { cwd: folder });
      expect(next.stderr).toBe('');
      expect(next.exitCode).toBe(0);
      expect((await solutions(['synth', '--check'], { cwd: folder })).exitCode).toBe(0);
      const sums = await execa('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], {
        cwd: join(folder, 'out'),
      });
      expect(sums.stdout).toBe('');
      for (const part of files) {
        expect(
          [...snapshot(join(folder, part)).keys()].filter((name) => /\.part|\.next/u.test(name)),
        ).toEqual([]);
      }
    }
  });
});
