import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { exampleFolder, removeFolders, snapshot, solutions } from '../support/cli.ts';
import { commitAll, startRepository } from '../support/git.ts';

afterAll(removeFolders);

/** An object that people hand to their agent themselves. */
const MINE = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: mine
  namespace: argocd
`;

/** The example, handed over to an agent. */
async function folderFor(agent: 'argocd' | 'flux'): Promise<string> {
  const folder = exampleFolder('metadata', 'out');
  const settings = `{ agent: ${agent}, repoURL: https://git.example/site.git }`;
  appendFileSync(join(folder, 'platform.yaml'), `  gitops: ${settings}\n`);
  expect((await synth(folder)).exitCode).toBe(0);
  return folder;
}

function synth(folder: string, ...flags: readonly string[]) {
  return solutions(['synth', '--locked', ...flags], { cwd: folder });
}

function name(folder: string, agent: string): void {
  const file = join(folder, 'platform.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/agent: \w+/u, `agent: ${agent}`));
}

/** No run says or plans anything of gitops/. */
async function expectNoWordOfIt(folder: string): Promise<void> {
  for (const flags of [['synth', '--locked'], ['synth', '--locked', '--overwrite'], ['plan']]) {
    const { exitCode, stdout, stderr } = await solutions(flags, { cwd: folder });
    expect(exitCode).toBe(0);
    expect(stdout + stderr).not.toContain('gitops');
  }
}

describe('synth for an agent', () => {
  it.each(['argocd', 'flux'] as const)(
    'writes gitops/ beside out/, once, for %s',
    async (agent) => {
      const folder = await folderFor(agent);
      expect(readdirSync(join(folder, 'gitops'))).toEqual(
        agent === 'argocd'
          ? ['SHA256SUMS', 'application.yaml']
          : [
              'Kustomization',
              'SHA256SUMS',
              'base',
              'flux.yaml',
              'images',
              'monitoring',
              'operators',
            ],
      );
      await execa('sha256sum', ['--check', '--strict', 'SHA256SUMS'], {
        cwd: join(folder, 'gitops'),
      });
      const before = snapshot(folder);
      expect((await synth(folder)).stderr).toMatch(/^gitops\/: \d files, 0 written, 0 removed$/mu);
      expect((await synth(folder, '--check')).exitCode).toBe(0);
      expect(snapshot(folder)).toEqual(before);
    },
  );

  it('checks both folders, with one diff that git applies', async () => {
    const folder = await folderFor('flux');
    name(folder, 'argocd');
    const { exitCode, stdout, stderr } = await synth(folder, '--check');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('out/ and gitops/ are not what the files say: run `solutions synth`');
    await execa('git', ['apply', '-'], { cwd: folder, input: stdout });
    expect((await synth(folder, '--check')).exitCode).toBe(0);
  });

  it('says what the other agent leaves in the cluster, first what uses, then what is used', async () => {
    const folder = await folderFor('flux');
    name(folder, 'argocd');
    const { stderr } = await synth(folder);
    const flux = ['monitoring', 'operators', 'images', 'base'].map(
      (step) =>
        `  kubectl delete kustomization.kustomize.toolkit.fluxcd.io -n flux-system solutions-${step}\n`,
    );
    const source =
      '  kubectl delete gitrepository.source.toolkit.fluxcd.io -n flux-system solutions\n';
    expect(stderr).toContain(flux.join('') + source);
  });

  it('takes its files away when no agent is named any more, and leaves what is not ours', async () => {
    const folder = await folderFor('flux');
    writeFileSync(join(folder, 'gitops/mine.yaml'), 'mine');
    name(folder, 'none');
    const { exitCode, stdout } = await synth(folder, '--output', 'json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      gitops: { written: [], unchanged: [], removed: expect.arrayContaining(['flux.yaml']) },
    });
    expect(readdirSync(join(folder, 'gitops'))).toEqual(['mine.yaml']);
    const { stderr } = await synth(folder);
    expect(stderr).not.toContain('gitops');
  });

  it.each([
    ['without a list', () => {}],
    [
      'with a list',
      (cwd: string) => execFileSync('sh', ['-c', 'sha256sum * > SHA256SUMS'], { cwd }),
    ],
  ])("leaves a gitops/ that is somebody else's, %s, and plans nothing for it", async (_, list) => {
    const folder = exampleFolder('metadata', 'out');
    const theirs = join(folder, 'gitops');
    mkdirSync(theirs);
    writeFileSync(join(theirs, 'mine.yaml'), MINE);
    writeFileSync(join(theirs, 'Kustomization'), 'resources: [mine.yaml]\n');
    list(theirs);
    await commitAll(await startRepository(folder), 'ours and theirs');
    const before = snapshot(theirs);
    await expectNoWordOfIt(folder);
    expect(snapshot(theirs)).toEqual(before);
  });

  it("neither removes nor replaces somebody else's application.yaml with its own sums", async () => {
    const folder = exampleFolder('metadata', 'out');
    const theirs = join(folder, 'gitops');
    mkdirSync(theirs);
    writeFileSync(join(theirs, 'application.yaml'), MINE);
    execFileSync('sh', ['-c', 'sha256sum * > SHA256SUMS'], { cwd: theirs });
    await commitAll(await startRepository(folder), 'ours and theirs');
    const before = snapshot(theirs);
    await expectNoWordOfIt(folder);
    const settings = '{ agent: argocd, repoURL: https://git.example/site.git }';
    appendFileSync(join(folder, 'platform.yaml'), `  gitops: ${settings}\n`);
    const { exitCode, stderr } = await synth(folder);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: gitops/SHA256SUMS:1: no file that the list names was written');
    expect(snapshot(theirs)).toEqual(before);
  });

  it('writes what was deleted, or emptied by a power cut, as if it were there', async () => {
    const folder = await folderFor('flux');
    const file = join(folder, 'gitops/flux.yaml');
    const before = readFileSync(file, 'utf8');
    rmSync(join(folder, 'gitops/Kustomization'));
    writeFileSync(file, '');
    expect((await synth(folder)).exitCode).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect((await synth(folder, '--check')).exitCode).toBe(0);
  });

  it('stops before it writes anything when a file of either folder was edited', async () => {
    const folder = await folderFor('argocd');
    const edited = join(folder, 'gitops/application.yaml');
    appendFileSync(edited, '# mine\n');
    name(folder, 'flux');
    const before = snapshot(folder);
    const { exitCode, stderr } = await synth(folder);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: gitops/application.yaml: this file was edited since');
    expect(snapshot(folder)).toEqual(before);
    expect((await synth(folder, '--check')).stderr).toContain('and files in gitops/ were edited');
    expect((await synth(folder, '--overwrite')).exitCode).toBe(0);
    expect(existsSync(edited)).toBe(false);
  });

  it('asks for the repository where none is named', async () => {
    const folder = exampleFolder('metadata', 'out');
    appendFileSync(join(folder, 'platform.yaml'), '  gitops: { agent: argocd }\n');
    const { exitCode, stderr } = await synth(folder);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error: platform\.yaml:\d+:3: `spec\.gitops\.repoURL` is missing, expected the repository that argocd reads\n {2}hint: /u,
    );
  });
});
