import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  emptyFolder,
  exampleFolder,
  program,
  removeFolders,
  snapshot,
  solutions,
} from '../support/cli.ts';

afterAll(removeFolders);

/** The files that a user sees; the cache and the lock are nobody's. */
function visible(folder: string): Map<string, string> {
  return new Map([...snapshot(folder)].filter(([name]) => !name.startsWith('.solutions')));
}

function textOf(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

/** Runs a command that is to succeed, and after which `synth` finds nothing to do. */
async function done(folder: string, ...args: readonly string[]) {
  const run = await solutions(args, { cwd: folder });
  expect(run).toMatchObject({ exitCode: 0 });
  const check = await solutions(['synth', '--check', '--locked'], { cwd: folder });
  expect(check.stderr).toContain('up to date');
  return run;
}

/** The example with a comment in every line of its two files that can have one. */
function commentedFolder(): string {
  const folder = exampleFolder('metadata', 'out');
  for (const file of ['solutions.yaml', 'environments.yaml']) {
    const lines = textOf(folder, file).split('\n');
    const commented = lines.map((line, index) =>
      line === '' || line.startsWith('---') ? line : `${line}   # mine: ${index}`,
    );
    writeFileSync(join(folder, file), `${commented.join('\r\n')}# the end`);
  }
  return folder;
}

describe('the life of a Solution', () => {
  it('changes the lines of what is asked for, and takes back to the byte what it added', async () => {
    const folder = commentedFolder();
    rmSync(join(folder, 'metadata/web-store-1.1.0'), { recursive: true });
    const files = ['solutions.yaml', 'environments.yaml'] as const;
    const [start, environments] = files.map((file) => textOf(folder, file));
    const without = start?.replace(/\r\n {2}- examples\/web-store-1\.1\.0\.iso.*/u, '') ?? '';
    writeFileSync(join(folder, 'solutions.yaml'), without);
    await solutions(['synth'], { cwd: folder });

    await done(folder, 'import', '-a', 'examples/web-store-1.1.0.iso');
    expect(textOf(folder, 'solutions.yaml')).toBe(
      start?.replace(/(web-store-1\.1\.0\.iso) .*/u, '$1'),
    );
    await done(folder, 'create-env', '-n', 'lab', '-d', 'A lab: # 1', '-N', 'lab-a');
    await done(folder, 'create-env', '--name', 'lab', '--namespace', 'lab-b');
    await done(
      folder,
      'add-solution',
      '-n',
      'lab',
      '-N',
      'lab-b',
      '-s',
      'web-store',
      '-V',
      '1.0.0',
      '-w',
    );
    await done(
      folder,
      'add-solution',
      '-n',
      'lab',
      '-N',
      'lab-b',
      '-s',
      'web-store',
      '--version',
      '1.1.0',
    );
    const lab = parseAllDocuments(textOf(folder, 'environments.yaml')).at(-1);
    expect(lab?.toJS()).toMatchObject({
      metadata: { name: 'lab' },
      spec: {
        description: 'A lab: # 1',
        namespaces: [
          { name: 'lab-a' },
          { name: 'lab-b', solutions: [{ name: 'web-store', version: '1.1.0', webhook: true }] },
        ],
      },
    });
    const down = await done(
      folder,
      'add-solution',
      '-n',
      'lab',
      '-N',
      'lab-b',
      '-s',
      'web-store',
      '-V',
      '1.0.0',
    );
    expect(down.stderr).toContain('changed web-store from 1.1.0 to 1.0.0');
    await done(folder, 'delete-solution', '-n', 'lab', '-N', 'lab-b', '-s', 'web-store');
    await done(folder, 'delete-env', '-n', 'lab', '-N', 'lab-b');
    const gone = await done(folder, 'delete-env', '-n', 'lab');
    expect(gone.stderr).toContain('  kubectl delete namespace lab-a\n');
    expect(textOf(folder, 'environments.yaml')).toBe(environments);

    await done(folder, 'activate', '-n', 'web-store', '-V', '1.0.0');
    expect(textOf(folder, 'solutions.yaml')).toContain('  web-store: 1.0.0   # mine: 11\r\n');
    await done(folder, 'add-solution', '-n', 'staging', '-s', 'web-store', '-V', '1.0.0');
    await done(folder, 'unimport', '-a', join(folder, 'examples/web-store-1.1.0.iso'));
    expect(textOf(folder, 'solutions.yaml')).toBe(
      without.replace('web-store: latest', 'web-store: 1.0.0'),
    );
    expect(textOf(folder, 'environments.yaml')).toBe(
      environments?.replace('version: latest', 'version: 1.0.0'),
    );
  });

  it('starts in an empty folder with an archive', async () => {
    const folder = emptyFolder();
    cpSync('examples', join(folder, 'isos'), { recursive: true });
    const archives = ['isos/web-store-1.0.0.iso', './isos//web-store-1.1.0.iso'];
    await done(folder, 'import', '-a', ...archives, '--archive', 'isos/base-images-2.3.0.iso');
    expect(textOf(folder, 'solutions.yaml')).toBe(
      [
        'apiVersion: solutions.metalk8s.scality.com/v1alpha1',
        'kind: SolutionsConfiguration',
        'archives:',
        '  - isos/web-store-1.0.0.iso',
        '  - isos/web-store-1.1.0.iso',
        '  - isos/base-images-2.3.0.iso',
        '',
      ].join('\n'),
    );
    await done(folder, 'activate', '-n', 'web-store');
    await done(folder, 'create-env', '-n', 'production');
    await done(folder, 'add-solution', '-n', 'production', '-s', 'web-store', '-V', 'latest');
    expect(textOf(folder, 'environments.yaml')).toContain('          version: latest\n');
  });

  it('deactivates, and says what becomes of the CRDs', async () => {
    const folder = exampleFolder('metadata', 'out');
    for (const name of ['production', 'staging']) {
      await done(folder, 'delete-solution', '-n', name, '-s', 'web-store');
    }
    const { stderr } = await done(folder, 'deactivate', '-n', 'web-store');
    expect(stderr).toMatch(
      /^warning: the CRDs of web-store are no longer rendered; an apply leaves them/mu,
    );
    expect(textOf(folder, 'solutions.yaml')).toContain('\nactive: {}\n');
  });
});

describe('what is so already', () => {
  it.each([
    [['import', '-a', 'examples/../examples/web-store-1.0.0.iso']],
    [['activate', '-n', 'web-store']],
    [['deactivate', '-n', 'base-images']],
    [['create-env', '-n', 'production', '-d', 'The shop that customers see']],
    [['add-solution', '-n', 'staging', '-s', 'web-store', '-V', 'latest', '--webhook']],
  ])('is said, and nothing is written: %j', async (args) => {
    const folder = exampleFolder('metadata', 'out');
    const before = visible(folder);
    const { exitCode, stderr, stdout } = await solutions(args, { cwd: folder });
    expect(stderr).toContain('nothing to do, nothing was written\n');
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(visible(folder)).toEqual(before);
  });
});

describe('a refusal', () => {
  it.each<[string[], string]>([
    [
      ['unimport', '-a', 'examples/web-store-1.1.0.iso'],
      'error: web-store-1.1.0 is in use: active (as `latest`) and in the Namespace `staging` of the Environment `staging` (as `latest`)\n  hint: give each another version with `solutions add-solution` or `solutions activate -n web-store -V <version>`, or take it away: `solutions delete-solution -n staging -N staging -s web-store`\n',
    ],
    [
      ['unimport', '-a', 'examples/web-store-1.0.iso'],
      'hint: did you mean `examples/web-store-1.0.0.iso`?\n',
    ],
    [['activate', '-n', 'web-stor'], 'hint: did you mean `web-store`?\n'],
    [
      ['activate', '-n', 'web-store', '-V', '1.2.0'],
      'error: version 1.2.0 of the Solution `web-store` is not imported\n  hint: imported: 1.0.0 and 1.1.0; ',
    ],
    [
      ['deactivate', '-n', 'web-store'],
      'error: web-store runs in the Namespace `production` of the Environment `production` and in the Namespace `staging` of the Environment `staging`, and needs its CRDs\n',
    ],
    [['deactivate', '-n', 'shop'], 'error: no archive of the Solution `shop` is imported\n'],
    [
      ['create-env', '-n', 'lab', '-N', 'staging'],
      'error: the Namespace `staging` belongs to the Environment `staging`\n',
    ],
    [['create-env', '-n', 'kube-lab'], 'the prefix `kube-` is reserved by Kubernetes'],
    [['delete-env', '-n', 'productoin'], 'hint: did you mean `production`?\n'],
    [['delete-env', '-n', 'lab'], 'hint: environments.yaml has production and staging; '],
    [['delete-env', '-n', 'production', '-N', 'staging'], 'it belongs to `staging`\n'],
    [
      ['add-solution', '-n', 'production', '-s', 'web-store', '-V', '1.1'],
      'version 1.1 of the Solution `web-store` is not imported\n',
    ],
    [
      ['add-solution', '-n', 'production', '-N', 'prod', '-s', 'web-store', '-V', '1.1.0'],
      'the Environment `production` has no Namespace `prod`\n',
    ],
    [
      ['delete-solution', '-n', 'production', '-s', 'base-images'],
      'the Solution `base-images` is not in the Namespace `production`\n  hint: there: web-store\n',
    ],
    [['import', '-a', 'none.iso', 'examples/make.mjs'], '2 errors\n'],
  ])('names the reason, and leaves every file as it was: %j', async (args, expected) => {
    const folder = exampleFolder('metadata', 'out');
    const before = visible(folder);
    const run = await solutions(args, { cwd: folder });
    expect(run.stderr).toContain(expected);
    expect(run.exitCode).toBe(1);
    expect(visible(folder)).toEqual(before);
  });

  it.each<[string[], string]>([
    [['import', '-a', ''], 'error: the path of an archive is empty\n'],
    [['unimport', '-a', ''], 'error: the path of an archive is empty\n'],
    [['activate', '-n', 'web-store', '-V', ''], 'the version is empty\n'],
    [
      ['add-solution', '-n', 'staging', '-s', 'web-store', '--version', ''],
      'the version is empty\n',
    ],
    ...['', '.', '/srv/isos/', '..'].map((as): [string[], string] => [
      ['import', '-a', 'examples/web-store-1.1.0.iso', '--as', as],
      `error: --as is the path of the archive itself, such as ${join(as, 'web-store-1.1.0.iso')}\n`,
    ]),
  ])('of what cannot be meant is wrong usage: %j', async (args, expected) => {
    const folder = exampleFolder();
    const before = visible(folder);
    const { exitCode, stderr } = await solutions(args, { cwd: folder });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(expected)]);
    expect(visible(folder)).toEqual(before);
  });

  it('of an archive whose id is imported from another path names that one', async () => {
    const folder = exampleFolder('metadata', 'out');
    cpSync(join(folder, 'examples/web-store-1.0.0.iso'), join(folder, 'copy.iso'));
    const before = visible(folder);
    const { exitCode, stderr } = await solutions(['import', '-a', 'copy.iso'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'copy.iso is web-store-1.0.0, which is imported already, from examples/web-store-1.0.0.iso\n',
    );
    expect(visible(folder)).toEqual(before);
  });

  it('of what contradicts the rest comes before a record or a line is written', async () => {
    const folder = exampleFolder();
    writeFileSync(
      join(folder, 'solutions.yaml'),
      textOf(folder, 'solutions.yaml').replace('  - examples/web-store-1.0.0.iso\n', ''),
    );
    const before = visible(folder);
    writeFileSync(
      join(folder, 'environments.yaml'),
      textOf(folder, 'environments.yaml').replace('version: latest', 'version: 9.9.9'),
    );
    const { exitCode, stderr } = await solutions(['import', '-a', 'examples/web-store-1.0.0.iso'], {
      cwd: folder,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('version 9.9.9 of the Solution `web-store` is not imported');
    expect([...visible(folder).keys()]).toEqual([...before.keys()]);
    expect(textOf(folder, 'solutions.yaml')).not.toContain('1.0.0');
  });

  it.each([
    [
      'solutions.yaml',
      (text: string) => text.replace('active:\n', '<<<<<<< HEAD\nactive:\n'),
      'error: solutions.yaml:11:1: a merge conflict starts here\n',
    ],
    ['solutions.yaml', (text: string) => `${text}  web-store`, 'error: solutions.yaml:13:3: '],
    [
      'environments.yaml',
      (text: string) => text.replace('namespaces:', 'namespaces: ['),
      'error: environments.yaml:11:5: ',
    ],
    [
      'environments.yaml',
      (text: string) => text.replace('kind:', 'knd:'),
      'error: environments.yaml:5:1: ',
    ],
  ])('of a file that is half edited names its line: %s', async (file, edit, expected) => {
    const folder = exampleFolder('metadata', 'out');
    writeFileSync(join(folder, file), edit(textOf(folder, file)));
    const before = visible(folder);
    const { exitCode, stderr } = await solutions(['create-env', '-n', 'lab'], { cwd: folder });
    expect(stderr).toContain(expected);
    expect(exitCode).toBe(1);
    expect(visible(folder)).toEqual(before);
  });

  it('of a folder without the files says where to run it', async () => {
    const folder = emptyFolder();
    const { exitCode, stderr } = await solutions(['create-env', '-n', 'lab'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('there is neither solutions.yaml nor environments.yaml');
    expect(readdirSync(folder)).toEqual([]);
    const other = await solutions(['-C', join(folder, 'typo'), 'import', '-a', 'a.iso']);
    expect(other.stderr).toContain('/typo\n  hint: make it first');
    expect([other.exitCode, readdirSync(folder)]).toEqual([1, []]);
  });

  it('of an edit in out/ comes before the edit of the file', async () => {
    const folder = exampleFolder('metadata', 'out');
    writeFileSync(join(folder, 'out/0000-namespaces.yaml'), '# mine\n');
    const before = visible(folder);
    const { exitCode, stderr } = await solutions(['create-env', '-n', 'lab'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: out/0000-namespaces.yaml: ');
    expect(visible(folder)).toEqual(before);
  });

  it('of a file that may not be written comes before anything else is', async () => {
    const folder = exampleFolder('metadata', 'out');
    await execa('chown', ['-R', '65534', folder]);
    await execa('chmod', ['a-w', join(folder, 'environments.yaml')]);
    const before = visible(folder);
    const asNobody = [
      '--reuid=65534',
      '--clear-groups',
      'node',
      program,
      'create-env',
      '-n',
      'lab',
    ];
    const run = await execa('setpriv', asNobody, { cwd: folder, reject: false });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('error: environments.yaml: this user may not write the file');
    expect(visible(folder)).toEqual(before);
  });

  it('comes while another run is at work', async () => {
    const folder = exampleFolder('metadata', 'out');
    mkdirSync(join(folder, '.solutions'));
    writeFileSync(join(folder, `.solutions/run.lock.${process.pid}`), '');
    const { exitCode, stderr } = await solutions(['create-env', '-n', 'lab'], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`another run is at work: process ${process.pid}\n`);
    expect(textOf(folder, 'environments.yaml')).not.toContain('lab');
  });

  it.each([
    [['import']],
    [['add-solution', '-n', 'production', '-s', 'web-store']],
    [['create-env', '-n', 'Lab']],
    [['import', '-a', 'a.iso', 'b.iso', '--as', '/c.iso']],
  ])('of a wrong command line is exit code 2: %j', async (args) => {
    const folder = exampleFolder();
    expect((await solutions(args, { cwd: folder })).exitCode).toBe(2);
  });
});

describe('import --as', () => {
  it('lists the path on the node, and reads the archive where it is', async () => {
    const folder = emptyFolder();
    const iso = join(process.cwd(), 'examples/web-store-1.0.0.iso');
    const args = ['import', '-a', iso, '--as', '/archives/web-store-1.0.0.iso'];
    const { stdout } = await done(folder, ...args);
    expect(stdout).toContain('metadata/web-store-1.0.0 added\n');
    expect(textOf(folder, 'solutions.yaml')).toContain('  - /archives/web-store-1.0.0.iso\n');
    const again = await solutions(args, { cwd: folder });
    expect(again.stderr).toContain('nothing to do');
    // A run that was killed before the record was written.
    rmSync(join(folder, 'metadata'), { recursive: true });
    expect((await solutions(['synth'], { cwd: folder })).exitCode).toBe(1);
    await done(folder, ...args);
  });
});

describe('--no-synth', () => {
  it('edits the file and nothing else, and synth goes on from there', async () => {
    const folder = emptyFolder();
    cpSync('examples/web-store-1.0.0.iso', join(folder, 'a.iso'));
    const steps = [
      ['import', '-a', 'a.iso'],
      ['activate', '-n', 'web-store'],
      ['create-env', '-n', 'lab'],
      ['add-solution', '-n', 'lab', '-s', 'web-store', '-V', '1.0.0'],
    ];
    for (const step of steps) {
      const { exitCode, stderr } = await solutions([...step, '--no-synth'], { cwd: folder });
      expect(stderr).toContain('out/ is as it was');
      expect(exitCode).toBe(0);
    }
    expect([...visible(folder).keys()]).toEqual(['a.iso', 'environments.yaml', 'solutions.yaml']);
    expect((await solutions(['synth'], { cwd: folder })).exitCode).toBe(0);
    const refused = await solutions(['activate', '-n', 'web-store', '-V', '2', '--no-synth'], {
      cwd: folder,
    });
    expect(refused.exitCode).toBe(1);
  });
});

describe('a file behind a link', () => {
  it('is edited where it is, and the link stays', async () => {
    const folder = exampleFolder('metadata', 'out');
    cpSync(join(folder, 'environments.yaml'), join(folder, 'shared.yaml'));
    rmSync(join(folder, 'environments.yaml'));
    symlinkSync('shared.yaml', join(folder, 'environments.yaml'));
    await done(folder, 'create-env', '-n', 'lab');
    expect(textOf(folder, 'shared.yaml')).toContain('name: lab');
  });
});

describe('--output json', () => {
  it('tells which lines of which file changed, and what synth wrote', async () => {
    const folder = exampleFolder('metadata', 'out');
    const args = ['activate', '-n', 'web-store', '-V', '1.0.0', '-o', 'json'];
    const { stdout } = await solutions(args, { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({
      changed: [
        {
          file: 'solutions.yaml',
          line: 12,
          removed: ['  web-store: latest'],
          added: ['  web-store: 1.0.0'],
        },
      ],
      done: ['activated web-store 1.0.0 in place of latest'],
      synth: { metadata: [], out: { removed: [] } },
    });
    const again = JSON.parse((await solutions(args, { cwd: folder })).stdout);
    expect(again).toEqual({
      changed: [],
      done: ['web-store 1.0.0 is active already'],
      warnings: [],
      synth: null,
    });
    const refused = await solutions(['activate', '-n', 'shop', '-o', 'json'], { cwd: folder });
    expect(JSON.parse(refused.stdout)).toMatchObject({ errors: [{ code: 'unknown-solution' }] });
  });
});
