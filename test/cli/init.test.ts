import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { jsonSchemas } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { makeTree } from '../support/archive-make.ts';
import { emptyFolder, exampleFolder, program, removeFolders, solutions } from '../support/cli.ts';
import { commitAll, git, startRepository } from '../support/git.ts';

afterAll(removeFolders);

const configs = ['solutions.yaml', 'environments.yaml', 'platform.yaml'] as const;

let site = '';
beforeAll(async () => {
  site = join(emptyFolder(), 'site');
  await solutions(['init', site]);
});

function read(name: string): string {
  return readFileSync(join(site, name), 'utf8');
}

/** The file with each commented setting taken: its `#` has no blank behind it, or two. */
function uncommented(name: string): string {
  return read(name).replaceAll(/^( *)#(?=\S| {2})/gmu, '$1');
}

describe('a new repository', () => {
  it('is nothing yet to synth, and can be synthesised', async () => {
    const folder = join(emptyFolder(), 'site');
    const made = await solutions(['init', folder]);
    expect(made.stderr).toContain(`  cd ${folder}\n  git init\n  solutions synth\n`);
    expect((await solutions(['-C', folder, 'synth'])).stderr).not.toContain('warning');
    expect(readdirSync(join(folder, 'out'))).toEqual([
      '0000-namespaces.yaml',
      'Kustomization',
      'README.md',
      'SHA256SUMS',
    ]);
    const check = ['-C', folder, 'synth', '--locked', '--check'];
    expect((await solutions(check)).exitCode).toBe(0);
  });

  it('says what no files at all would say', () => {
    const { solutions: listed, environments, platform } = loadConfig(site);
    expect(listed).toEqual({ archives: [], active: [] });
    expect(environments).toEqual([]);
    expect(platform).toMatchObject({ gitops: { agent: 'none' }, imageSync: { mode: 'unset' } });
    expect(platform.registry.prefix).toBe('metalk8s-registry-from-config.invalid');
  });

  it('loads with every setting taken', () => {
    const folder = emptyFolder();
    for (const name of configs) writeFileSync(join(folder, name), uncommented(name));
    const { solutions: listed, environments, platform } = loadConfig(folder);
    expect(listed.archives).toHaveLength(2);
    expect(environments).toHaveLength(1);
    expect(platform).toMatchObject({
      gitops: { agent: 'argocd' },
      imageSync: { mode: 'jobs' },
      network: { isEnabled: true },
    });
  });

  it.each(configs)('shows every setting of %s', (name) => {
    const schema: unknown = JSON.parse(
      jsonSchemas().get(name.replace('.yaml', '.schema.json')) ?? '',
    );
    const keys = keysOf(schema);
    expect(keys.size).toBeGreaterThan(3);
    const missing = [...keys].filter((key) => !new RegExp(`\\b${key}\\b`, 'u').test(read(name)));
    expect(missing).toEqual([]);
  });

  it('has the schemas that its files name', () => {
    for (const name of configs) {
      const [, schema = ''] = /\$schema=\.\/(\S+)/u.exec(read(name)) ?? [];
      expect(read(schema)).toBe(jsonSchemas().get(schema.replace('schemas/', '')));
    }
  });

  it('keeps the cache and archives out of Git, and line endings as they are', async () => {
    await startRepository(site);
    const ignored = await git(site, 'check-ignore', '.solutions/x', 'a/b.iso');
    expect(ignored.split('\n')).toEqual(['.solutions/x', 'a/b.iso']);
    const attributes = await git(
      site,
      'check-attr',
      'text',
      'out/a.yaml',
      'metadata/b',
      'gitops/c',
    );
    expect(attributes.match(/: text: unset$/gmu)).toHaveLength(3);
  });

  it('is no second one inside of a repository that is there', async () => {
    const around = await startRepository(emptyFolder());
    const { stderr } = await solutions(['init', 'clusters/paris'], { cwd: around });
    expect(stderr).toContain('  cd clusters/paris\n  solutions synth\n  git add . && git commit');
  });

  it('comes with a README whose command lines all run, in their order', async () => {
    const folder = join(emptyFolder(), 'site');
    await solutions(['init', folder]);
    await startRepository(folder);
    const archives = emptyFolder();
    for (const version of ['1.0.0', '1.1.0']) {
      makeTree(join(archives, `storage-${version}.iso`), { name: 'storage', version });
    }
    const lines = read('README.md')
      .split('\n')
      .flatMap((line) => /^ {4,}(solutions .*)$/u.exec(line)?.[1] ?? [])
      .map((line) => line.replace('/archives', archives));
    expect(lines).toHaveLength(8);
    for (const line of lines) {
      const { exitCode, stderr } = await runLines([line], folder, {});
      expect([line, exitCode]).toEqual([line, line.startsWith('solutions plan') ? 3 : 0]);
      expect(stderr).not.toContain('warning');
    }
  });

  it('is written to an empty folder alone, as JSON says', async () => {
    const folder = emptyFolder();
    await startRepository(folder);
    const first = await solutions(['init', '--output', 'json'], { cwd: folder });
    expect(first.exitCode).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      directory: '.',
      written: expect.arrayContaining(['solutions.yaml', '.gitlab-ci.yml']),
    });
    const again = await solutions(['init'], { cwd: folder });
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain('error: .: the folder is not empty, it holds .gitattributes,');
  });
});

/** The keys of all settings of a schema. */
function keysOf(schema: unknown): Set<string> {
  if (typeof schema !== 'object' || schema === null) return new Set();
  const own = 'properties' in schema ? Object.keys(Object(schema.properties)) : [];
  return new Set([...own, ...Object.values(schema).flatMap((below) => [...keysOf(below)])]);
}

const workflow = z.object({
  jobs: z.object({
    check: z.object({
      steps: z.array(z.object({ uses: z.string().optional(), run: z.string().optional() })),
    }),
  }),
});
const pipeline = z.object({
  check: z.object({ script: z.array(z.string()) }),
  plan: z.object({ script: z.array(z.string()) }),
});

/** What a pipeline gets: a clone of the example, on a branch that deploys another version. */
async function pullRequest(): Promise<string> {
  const origin = await startRepository(exampleFolder('metadata', 'out'));
  await commitAll(origin, 'Start');
  const clone = emptyFolder();
  await git(origin, 'clone', '--quiet', origin, clone);
  await git(clone, 'switch', '--quiet', '--create', 'upgrade');
  const file = join(clone, 'environments.yaml');
  const text = readFileSync(file, 'utf8').replace('version: 1.0.0', 'version: 1.1.0');
  writeFileSync(file, text);
  expect((await solutions(['synth', '--locked'], { cwd: clone })).exitCode).toBe(0);
  await commitAll(clone, 'Upgrade');
  return clone;
}

/** Runs lines as the runners of both do, `solutions` being this program. */
async function runLines(lines: readonly string[], cwd: string, env: Record<string, string>) {
  const bin = emptyFolder();
  writeFileSync(join(bin, 'solutions'), `#!/bin/sh\nexec node '${program}' "$@"\n`);
  chmodSync(join(bin, 'solutions'), 0o755);
  const PATH = `${bin}:${process.env['PATH'] ?? ''}`;
  return execa('bash', ['-e', '-o', 'pipefail', '-c', lines.join('\n')], {
    cwd,
    env: { ...env, PATH, GIT_CONFIG_GLOBAL: '/dev/null' },
    reject: false,
  });
}

function isOurs(line: string): boolean {
  return /\bsolutions (?:synth|plan)\b/u.test(line);
}

describe('the samples for CI', () => {
  it('check and plan a pull request on GitHub', async () => {
    const { steps } = workflow.parse(parse(read('.github/workflows/solutions.yml'))).jobs.check;
    const runs = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(runs[0]).toBe('npm install --global ./tools/solutions-*.tgz');
    expect(runs.at(-1)).toContain('gh pr comment');
    const clone = await pullRequest();
    const summary = join(emptyFolder(), 'summary.md');
    const env = { BASE: 'main', GITHUB_STEP_SUMMARY: summary };
    const { exitCode, stderr } = await runLines(runs.filter(isOurs), clone, env);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('up to date')]);
    expect(readFileSync(summary, 'utf8')).toContain('web-store');
    expect(readFileSync(summary, 'utf8')).toBe(readFileSync(join(clone, 'plan.md'), 'utf8'));
  });

  it('check and plan a merge request on GitLab', async () => {
    const { check, plan } = pipeline.parse(parse(read('.gitlab-ci.yml')));
    expect(check.script).toEqual(['solutions synth --locked --check']);
    const clone = await pullRequest();
    const env = { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main', PLAN_TOKEN: '' };
    const { exitCode, stderr } = await runLines([...check.script, ...plan.script], clone, env);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('up to date')]);
    expect(readFileSync(join(clone, 'plan.md'), 'utf8')).toContain('web-store');
  });

  it('fail where out/ is not what the files say', async () => {
    const { check } = pipeline.parse(parse(read('.gitlab-ci.yml')));
    const clone = await pullRequest();
    const file = join(clone, 'environments.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('version: latest', 'version: 1.0.0'));
    expect((await runLines(check.script, clone, {})).exitCode).toBe(3);
  });
});
