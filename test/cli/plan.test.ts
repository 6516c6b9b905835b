import { generateKeyPairSync } from 'node:crypto';
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageFile } from '../../src/package.ts';
import { crdText, makeTree, write, type TreeToMake } from '../support/archive-make.ts';
import { emptyFolder, exampleFolder, removeFolders, snapshot, solutions } from '../support/cli.ts';
import { commitAll, git, startRepository } from '../support/git.ts';

afterAll(removeFolders);

const golden = (name: string) => join(import.meta.dirname, '..', 'golden', 'plan', name);

/** Runs `plan` in `folder`; git must not look at the settings of whoever runs the tests. */
async function plan(folder: string, ...args: readonly string[]) {
  return solutions(['plan', ...args], { cwd: folder, env: { GIT_CONFIG_GLOBAL: '/dev/null' } });
}

async function synth(folder: string, ...args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await solutions(['synth', ...args], { cwd: folder });
  expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
}

/** A PATH with Node alone. */
function withoutGit(): string {
  const folder = emptyFolder();
  symlinkSync(process.execPath, join(folder, 'node'));
  return folder;
}

/** What a repository says: archives by path, `web` and `environments.yaml`. */
interface Wanted {
  readonly archives: readonly string[];
  /** The version of `store` in the Environment `shop`; none: there is no Environment. */
  readonly version?: string;
  readonly platform?: string;
}

const apiVersion = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1';

function say(folder: string, { archives, version, platform }: Wanted): void {
  write(
    folder,
    'solutions.yaml',
    `${apiVersion}\nkind: SolutionsConfiguration\narchives: [${archives.join(', ')}]\n` +
      (archives.length === 0 ? '' : 'active: {store: latest}\n'),
  );
  write(
    folder,
    'environments.yaml',
    version === undefined
      ? ''
      : `${apiVersion}\nkind: Environment\nmetadata: {name: shop}\nspec:\n  namespaces:\n    - name: shop\n      solutions: [{name: store, version: ${version}}]\n`,
  );
  if (platform !== undefined) {
    write(folder, 'platform.yaml', `${apiVersion}\nkind: Platform\nspec: ${platform}\n`);
  }
}

/** A repository in which `store` 1.0.0 runs, written and committed; 1.1.0 lies beside it. */
async function storeRepository(next: TreeToMake = {}): Promise<string> {
  const folder = await startRepository(emptyFolder());
  write(folder, '.gitignore', '/store-*\n/.solutions/\n');
  makeTree(join(folder, 'store-1.0.0'));
  makeTree(join(folder, 'store-1.1.0'), { version: '1.1.0', ...next });
  say(folder, { archives: ['store-1.0.0'], version: '1.0.0' });
  await synth(folder);
  await commitAll(folder, 'store 1.0.0');
  return folder;
}

const upgraded: Wanted = { archives: ['store-1.0.0', 'store-1.1.0'], version: '1.1.0' };

/** A CRD that lost the field `mode`, which is a breaking change. */
const smallerCrd = {
  'things_crd.yaml': crdText('things').replace(/^ +mode: .*\n/mu, ''),
};

describe('a plan of a repository', () => {
  it('is empty where nothing changed since the commit, and writes nothing', async () => {
    const folder = await storeRepository();
    const before = snapshot(folder);
    const { exitCode, stdout, stderr } = await plan(folder);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Plan against HEAD \([0-9a-f]{12}\)\n {2}Nothing changes\.\n$/u);
    expect(snapshot(folder)).toEqual(before);
  });

  it('needs no archive, but a record of each', async () => {
    const folder = await storeRepository();
    rmSync(join(folder, 'store-1.0.0'), { recursive: true });
    expect((await plan(folder)).exitCode).toBe(0);
    say(folder, upgraded);
    const { exitCode, stderr } = await plan(folder);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error: solutions\.yaml:3:\d+: there is no record of "store-1\.1\.0"/mu,
    );
    expect(stderr).toContain('run `solutions synth`');
  });

  it('walks with an upgrade: before it is synthesised, committed and long after', async () => {
    const folder = await storeRepository();
    await git(folder, 'tag', 'first');
    say(folder, upgraded);
    await synth(folder);
    const edited = await plan(folder);
    expect([edited.exitCode, edited.stderr]).toEqual([3, '']);
    expect(edited.stdout).toContain('shop: store 1.0.0 -> 1.1.0\n');
    expect(edited.stdout).toContain('store: 1.1.0 imported; active 1.0.0 -> 1.1.0\n');
    expect(edited.stdout).toContain(
      '! Deployment store-operator in shop: restarts (image, configuration, labels)\n',
    );
    await commitAll(folder, 'store 1.1.0');
    expect((await plan(folder)).exitCode).toBe(0);
    for (const revision of ['first', 'HEAD~1', 'main~1']) {
      const { stdout } = await plan(folder, '--against', revision);
      const [title, ...rest] = stdout.split('\n');
      expect(title).toContain(`Plan against ${revision} (`);
      expect(rest).toEqual(edited.stdout.split('\n').slice(1));
    }
  });

  it('is of a downgrade what the upgrade was, the other way round', async () => {
    const folder = await storeRepository();
    say(folder, upgraded);
    await synth(folder);
    await commitAll(folder, 'store 1.1.0');
    say(folder, { ...upgraded, version: '1.0.0' });
    const { exitCode, stdout, stderr } = await plan(folder);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('shop: store 1.1.0 -> 1.0.0\n');
    expect(stderr).toContain('out/ is not what the files say, and the plan is of the files');
    expect(stderr).toContain('run `solutions synth` before you commit');
  });

  it('tells of a removal the lines that an apply does not do, in their order', async () => {
    const folder = await storeRepository();
    say(folder, { archives: [] });
    const { exitCode, stdout } = await plan(folder);
    expect(exitCode).toBe(3);
    const lines = stdout.split('\n').filter((line) => /^ {2}(?:kubectl|#)/u.test(line));
    expect(lines.slice(0, 2)).toEqual([
      '  # Custom resources that nobody needs go first, while the Operator can still clean up.',
      '  kubectl delete deployment.apps -n shop store-operator',
    ]);
    expect(lines.slice(-4)).toEqual([
      '  # With much inside: all custom resources of a CRD, everything in a Namespace.',
      '  # Only when nobody needs it any more:',
      '  kubectl delete customresourcedefinition.apiextensions.k8s.io things.store.example.com',
      '  kubectl delete namespace shop',
    ]);
    expect(stdout).toContain('store: 1.0.0 no longer imported; none active\n');
  });

  it('is of everything where nothing was committed, or no manifests yet', async () => {
    const folder = await startRepository(emptyFolder());
    makeTree(join(folder, 'store-1.0.0'));
    say(folder, { archives: ['store-1.0.0'], version: '1.0.0' });
    await synth(folder);
    const first = await plan(folder);
    expect(first.exitCode).toBe(3);
    expect(first.stdout).toContain('Nothing was committed yet: everything is new.\n');
    expect(first.stdout).toContain('+ Deployment store-operator in shop: starts\n');
    await git(folder, 'add', 'solutions.yaml');
    await git(folder, 'commit', '--quiet', '--message', 'one');
    const second = await plan(folder);
    expect(second.stdout).toContain('The revision has no manifests in out/: everything is new.\n');
  });

  it('is the same in a folder of the repository, and passes over what is not ours', async () => {
    const folder = await startRepository(emptyFolder());
    const inner = join(folder, 'clusters/paris');
    makeTree(join(inner, 'store-1.0.0'));
    say(inner, { archives: ['store-1.0.0'], version: '1.0.0' });
    await synth(inner);
    write(inner, 'out/mine.yaml', 'apiVersion: v1\nkind: Secret\nmetadata: {name: mine}\n');
    await commitAll(folder, 'paris');
    const { exitCode, stdout } = await plan(inner);
    expect(stdout).toContain('Nothing changes.');
    expect(exitCode).toBe(0);
    // What git tells its hooks holds for the top of the repository alone.
    const env = { GIT_DIR: '.git', GIT_INDEX_FILE: '.git/index', GIT_PREFIX: '' };
    const hooked = await solutions(['-C', 'clusters/paris', 'plan'], { cwd: folder, env });
    expect(hooked.stdout).toBe(stdout);
  });

  it('knows what somebody edited in what was committed', async () => {
    const folder = await storeRepository();
    const file = join(folder, 'out/0400-operator.shop.store.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('replicas: 1', 'replicas: 5'));
    await commitAll(folder, 'a quick fix');
    writeFileSync(file, text);
    const { stdout } = await plan(folder);
    expect(stdout).toContain('! Deployment store-operator in shop: 5 -> 1 Pods\n');
    expect(stdout).toContain('    spec.replicas: 5 -> 1\n');
  });

  it('tells of another registry, and of the images that stay in the old one', async () => {
    const folder = await storeRepository();
    const [one, other] = ['one', 'other'].map((name) => `{registry: {endpoint: ${name}.example}}`);
    say(folder, { ...upgraded, platform: one });
    await synth(folder);
    await commitAll(folder, 'a registry');
    say(folder, { archives: ['store-1.1.0'], version: '1.1.0', platform: other });
    await synth(folder);
    const { stdout } = await plan(folder);
    expect(stdout).toMatch(
      /^Images: 1 added, 1 removed, [0-9.]+ (?:KiB|B) to transfer\n! another registry: one\.example -> other\.example$/mu,
    );
    expect(stdout).toMatch(/^ {2}solutions unpush store-1\.0\.0 --from one\.example$/mu);
    await commitAll(folder, 'another registry');
    // A file of another version says no registry: what it rendered is compared all the same.
    write(folder, 'platform.yaml', 'kind: Other\n');
    await commitAll(folder, 'of another time');
    say(folder, { archives: ['store-1.1.0'], version: '1.1.0', platform: one });
    const { stdout: unknown } = await plan(folder);
    expect(unknown).toContain('Deployment store-operator in shop: restarts (image');
    expect(unknown).not.toContain('another registry');
  });

  it('refuses what synth refuses: a record without the signature that platform.yaml requires', async () => {
    const folder = await storeRepository();
    const { publicKey } = generateKeyPairSync('ed25519');
    write(folder, 'vendor.pub', publicKey.export({ format: 'pem', type: 'spki' }));
    const trust = '{policy: required, keys: [{name: vendor, file: vendor.pub}]}';
    say(folder, { archives: ['store-1.0.0'], version: '1.0.0', platform: `{trust: ${trust}}` });
    const { exitCode, stderr } = await plan(folder);
    expect(stderr).toContain('names no signature by a key of platform.yaml');
    expect(exitCode).toBe(1);
  });

  it('compares gitops/ as well', async () => {
    const folder = await storeRepository();
    const platform =
      '{gitops: {agent: argocd, repoURL: "https://git.example/clusters.git", path: out}}';
    say(folder, { archives: ['store-1.0.0'], version: '1.0.0', platform });
    const { stdout, stderr } = await plan(folder);
    expect(stdout).toMatch(/^\+ Application .* in argocd$/mu);
    expect(stderr).toContain('gitops/ is not what the files say');
  });
});

describe('what a plan cannot compare with', () => {
  it.each([
    ['a revision that is not there', ['--against', 'gone'], 'git knows no commit "gone"'],
    ['an option', ['--against=--all'], 'git knows no commit "--all"'],
  ])('is an error: %s', async (_, args, message) => {
    const { exitCode, stderr } = await plan(await storeRepository(), ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });

  it('is an error: no repository, no git', async () => {
    const folder = exampleFolder('metadata', 'out');
    expect((await plan(folder)).stderr).toContain('is in no git repository');
    const { stderr, exitCode } = await solutions(['plan'], {
      cwd: folder,
      env: { PATH: withoutGit() },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('git is not on the PATH');
  });

  it('is an error: files of other versions, all of them with their places', async () => {
    const folder = await storeRepository();
    const record = join(folder, 'metadata/store-1.0.0/archive.yaml');
    const text = readFileSync(record, 'utf8');
    writeFileSync(record, 'apiVersion: other/v9\n');
    writeFileSync(join(folder, 'out/0000-namespaces.yaml'), 'a: [1\n');
    await commitAll(folder, 'from another time');
    writeFileSync(record, text);
    await synth(folder, '--overwrite');
    const { exitCode, stderr } = await plan(folder, '--against', 'main');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'main:metadata/store-1.0.0/archive.yaml: what was committed cannot be read',
    );
    expect(stderr).toMatch(
      /main:out\/0000-namespaces\.yaml:\d+:\d+: what was committed cannot be/u,
    );
    expect(stderr).toContain('compare with a revision that this version wrote');
  });
});

describe('a breaking change of a CRD', () => {
  it('is told first, and fails a strict run unless it is waived', async () => {
    const folder = await storeRepository({ crds: smallerCrd });
    say(folder, upgraded);
    await synth(folder);
    const { exitCode, stdout } = await plan(folder);
    expect(exitCode).toBe(3);
    expect(stdout).toContain(
      '\nCRDs: 1 breaking change without a waiver\n  things.store.example.com\n',
    );
    expect(stdout).toMatch(/^- {3}breaking: v1: spec\.mode: .*\(field-removed\)$/mu);
    const strict = await plan(folder, '--strict', '--output', 'json');
    expect(strict.exitCode).toBe(1);
    expect(strict.stderr).toBe(
      '--strict: 1 breaking change of a CRD is not waived; `crdWaivers` in platform.yaml says why one is right\n',
    );
    const crdWaivers = '[{name: things.store.example.com, reason: nobody sets it}]';
    say(folder, { ...upgraded, platform: `{crdWaivers: ${crdWaivers}}` });
    const waived = await plan(folder, '--strict');
    expect(waived.exitCode).toBe(3);
    expect(waived.stdout).toContain('      waived: nobody sets it\n');
  });

  it('is told and fails a strict run where another version that runs has to live with it', async () => {
    const folder = await storeRepository({ crds: smallerCrd });
    say(folder, { ...upgraded, version: '1.0.0' });
    await synth(folder);
    const shared =
      '! things.store.example.com of store-1.1.0, which store-1.0.0 shares: incompatible';
    const { exitCode, stdout } = await plan(folder, '--strict');
    expect(stdout).toContain(`${shared}\n`);
    expect(exitCode).toBe(1);
    await commitAll(folder, '1.1.0 is active, 1.0.0 runs');
    // Once somebody took that on, it is told and fails no other change.
    const after = await plan(folder, '--strict');
    expect([after.exitCode, after.stdout]).toEqual([
      0,
      expect.stringContaining(`\nCRDs\n${shared}, as before\n`),
    ]);
    expect(after.stderr).toContain('which breaks store-1.0.0');
  });
});

/** Text of a vendor that would break out of Markdown or obey a terminal. */
const hostile = '```\n</details><img src=x onerror=alert(1)> @everyone [x](http://evil)\u001b[31m';

describe('text of a vendor', () => {
  it('breaks out of no Markdown, and a terminal does not obey it', async () => {
    const values = JSON.stringify(['``````\n<b>@everyone']);
    const crds = {
      'things_crd.yaml': crdText('things').replace('default: "0755"', `enum: ${values}`),
    };
    const folder = await storeRepository({ displayName: hostile, crds });
    say(folder, upgraded);
    await synth(folder);
    const { stdout } = await plan(folder, '--output', 'markdown');
    expect(stdout).toContain('@everyone');
    expect(stdout).not.toContain('\u001b');
    expect(outsideOfCode(stdout)).not.toMatch(/@everyone|<img|evil|<b>/u);
    const text = await plan(folder);
    expect(text.stdout).not.toContain('\u001b');
    // What is left of a line that would be one of ours starts in no first column.
    expect(text.stdout).not.toMatch(/^<\/details>/mu);
  });
});

/** Markdown without its fenced blocks and code spans. */
function outsideOfCode(markdown: string): string {
  return markdown
    .replaceAll(/^(`{3,})[a-z]+\n[\s\S]*?^\1$/gmu, '')
    .replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/gu, '');
}

/** The example as it was before web-store 1.1.0, with what came since in the working tree. */
async function exampleRepository(): Promise<string> {
  const folder = await startRepository(exampleFolder('metadata', 'out'));
  const [solutionsText = '', environments = ''] = ['solutions.yaml', 'environments.yaml'].map(
    (name) => readFileSync(join(folder, name), 'utf8'),
  );
  const without = solutionsText.replace(/^.*web-store-1\.1\.0\.iso\n/mu, '');
  writeFileSync(join(folder, 'solutions.yaml'), without);
  writeFileSync(
    join(folder, 'environments.yaml'),
    environments.replaceAll('name: staging', 'name: lab'),
  );
  await synth(folder, '--locked');
  await commitAll(folder, 'as it was');
  await git(folder, 'tag', 'v1');
  writeFileSync(join(folder, 'solutions.yaml'), solutionsText);
  writeFileSync(
    join(folder, 'environments.yaml'),
    environments.replace('version: 1.0.0', 'version: 1.1.0').replace('cpu: 100m', 'cpu: 200m'),
  );
  const id = 'web-store-1.1.0';
  cpSync(packageFile(`metadata/${id}`), join(folder, 'metadata', id), { recursive: true });
  return folder;
}

/** The keys of a plan as docs/plan.md has them: `objects.added` of an object, and of an item its own. */
function keysIn(value: unknown, depth = 0): string[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => keysIn(item, 2));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const isGroup = depth === 0 && typeof inner === 'object' && !Array.isArray(inner);
    if (!isGroup) return [key, ...keysIn(inner, 2)];
    return Object.entries(inner ?? {}).flatMap(([name, item]: [string, unknown]) => [
      `${key}.${name}`,
      ...keysIn(item, 2),
    ]);
  });
}

describe('the formats of a plan', () => {
  it('are text and Markdown that read well', async () => {
    const folder = await exampleRepository();
    await synth(folder, '--locked');
    const commit = (await git(folder, 'rev-parse', 'v1')).slice(0, 12);
    for (const [format, file] of [
      ['text', 'upgrade.txt'],
      ['markdown', 'upgrade.md'],
    ] as const) {
      const { stdout } = await plan(folder, '--against', 'v1', '--output', format);
      // The name of a Job ends in a hash of all that is in it, which is not what is looked at here.
      const text = stdout
        .replaceAll(commit, '<commit>')
        .replaceAll(/(?<=images-[\w-]+-)[0-9a-f]{10}\b/gu, '<hash>');
      await expect(text).toMatchFileSnapshot(golden(file));
    }
  });

  it('are JSON with all that the others tell', async () => {
    const folder = await exampleRepository();
    const { exitCode, stdout, stderr } = await plan(folder, '--output', 'json');
    expect([exitCode, stderr]).toEqual([3, '']);
    const found: unknown = JSON.parse(stdout);
    expect(found).toMatchObject({
      base: { against: 'HEAD', manifests: true },
      changes: true,
      placement: {
        placed: expect.arrayContaining([
          {
            environment: 'production',
            namespace: 'production',
            solution: 'web-store',
            before: '1.0.0',
            after: '1.1.0',
          },
        ]),
      },
      crds: { breaking: 0 },
      rights: expect.arrayContaining([expect.objectContaining({ lost: [] })]),
      workloads: { jobs: [expect.objectContaining({ kind: 'Job' })] },
      images: { archives: [expect.objectContaining({ id: 'web-store-1.1.0' })] },
      deleteLines: expect.arrayContaining([expect.stringMatching(/^kubectl delete /u)]),
      warnings: expect.arrayContaining([expect.objectContaining({ code: 'folder-stale' })]),
    });
    const document = readFileSync(packageFile('docs/plan.md'), 'utf8');
    const missing = keysIn(found).filter((key) => !document.includes(`\`${key}\``));
    expect([...new Set(missing)]).toEqual([]);
  });
});
