import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTree } from '../support/archive-make.ts';
import { emptyFolder, exampleFolder, removeFolders, solutions } from '../support/cli.ts';
import { offeredByFish, typed } from '../support/shell-line.ts';

afterAll(removeFolders);

let site = '';
beforeAll(() => {
  site = exampleFolder('metadata');
  mkdirSync(join(site, 'clusters'));
});

/** What the scripts are told: the candidates, and which paths the shell adds. */
async function offered(...words: readonly string[]): Promise<{ values: string[]; paths: string }> {
  const { stdout } = await solutions(['complete', '--', ...words], { cwd: site });
  const lines = stdout.trimEnd().split('\n');
  const paths = (lines.pop() ?? '').replace(/^:/u, '');
  return { values: lines.map((line) => line.replace(/\t.*/u, '')), paths };
}

const versions = ['1.1.0', '1.0.0', 'latest'];

describe('what completes a line', () => {
  it.each([
    ['a command', ['pl'], ['plan']],
    ['a command behind flags', ['--debug', '-C', 'x', 'ins'], ['inspect']],
    ['the command that help is asked of', ['help', 'unp'], ['unpush']],
    ['a flag', ['synth', '--acc'], ['--accept-changed']],
    ['a flag that all commands have', ['synth', '--deb'], ['--debug']],
    ['no flag twice', ['synth', '--check', '--ch'], []],
    ['one that may be there again', ['push', '--mount-from', 'a', '--mou'], ['--mount-from']],
    ['a choice', ['plan', '--output', ''], ['text', 'markdown', 'json']],
    ['a choice behind the short form', ['plan', '-o', 'm'], ['markdown']],
    ['a choice in one word', ['plan', '--output=j'], ['json']],
    ['a choice as bash splits it', ['plan', '--output', '=', 'j'], ['json']],
    ['a choice of which nothing is there', ['plan', '--output', '='], ['text', 'markdown', 'json']],
    ['an argument of few values', ['completion', 'z'], ['zsh']],
    ['a Solution', ['activate', '-n', ''], ['base-images', 'web-store']],
    ['a version, newest first', ['activate', '-n', 'web-store', '-V', ''], versions],
    [
      'a version of it',
      ['add-solution', '-V', 'x', '-s', 'base-images', '--version', '2'],
      ['2.3.0'],
    ],
    ['an Environment', ['delete-env', '--name', ''], ['production', 'staging']],
    ['a Namespace of it', ['add-solution', '-n', 'staging', '-N', ''], ['staging']],
    ['any Namespace', ['delete-solution', '--namespace=p'], ['production']],
    [
      'an archive of the list',
      ['unimport', '-a', 'examples/b'],
      ['examples/base-images-2.3.0.iso'],
    ],
    ['another one', ['unimport', '-a', 'x', 'examples/b'], ['examples/base-images-2.3.0.iso']],
    ['a flag behind them', ['unimport', '-a', 'x', '--no-s'], ['--no-synth']],
    ['an id', ['unpush', 'web'], ['web-store-1.0.0', 'web-store-1.1.0']],
    ['nothing of what is unknown', ['plan', '--against', ''], []],
    ['nothing behind the end of flags', ['synth', '--', '--che'], []],
  ])('is %s', async (_, words, expected) => {
    expect(await offered(...words)).toEqual({ values: expected, paths: 'none' });
  });

  it.each([
    ['an archive', ['inspect', ''], 'files'],
    ['another archive', ['push', 'a.iso', ''], 'files'],
    ['the file of an option', ['push', '--authfile', ''], 'files'],
    ['an archive to import', ['import', '-a', ''], 'files'],
    ['one more to import', ['import', '-a', 'a.iso', ''], 'files'],
    ['a folder', ['-C', ''], 'folders'],
    ['a new folder', ['init', ''], 'folders'],
  ])('is a path for %s', async (_, words, paths) => {
    expect(await offered(...words)).toEqual({ values: [], paths });
  });

  it('is every command, with what it does, for nothing', async () => {
    const { stdout } = await solutions(['complete', '--', '']);
    expect(stdout).toContain('plan\tshow what a change does\n');
    expect(stdout).not.toContain('complete\t');
    const { stdout: help } = await solutions(['--help']);
    const listed = [...help.matchAll(/^ {2}([a-z][\w-]*)(?: [<[].*?[>\]])? {2,}\S/gmu)].map(
      ([, name]) => name,
    );
    expect((await offered('')).values).toEqual(listed);
  });

  it('is what is left for a command without arguments', async () => {
    expect((await offered('synth', '')).values).toContain('--locked');
  });

  it('is a name of the repository that -C names', async () => {
    const { stdout } = await solutions(['complete', '--', '-C', site, 'unpush', 'base']);
    expect(stdout).toBe('base-images-2.3.0\t\n:none\n');
  });

  it('is nothing where the files of the repository have mistakes, and no error', async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'metadata/a-1'), { recursive: true });
    writeFileSync(join(folder, 'metadata/a-1/archive.yaml'), 'a: b');
    for (const words of [
      ['unpush', ''],
      ['push', 'a', '--mount-from', ''],
    ]) {
      const run = await solutions(['complete', '--', ...words], { cwd: folder });
      expect(run).toEqual({ exitCode: 0, stdout: ':none\n', stderr: '' });
    }
  });
});

describe.each(['bash', 'zsh'] as const)('in %s, on a terminal', (shell) => {
  it('the key completes commands, flags, choices, ids, files and folders', async () => {
    const lines = [
      ['solutions pl\t', 'solutions plan'],
      ['solutions synth --acc\t', 'solutions synth --accept-changed'],
      ['solutions plan --output m\t', 'solutions plan --output markdown'],
      ['solutions plan --output=m\t--ag\t', 'solutions plan --output=markdown --against'],
      ['solutions unpush web-store-1.1\t--dr\t', 'solutions unpush web-store-1.1.0 --dry-run'],
      [
        'solutions inspect examples/ba\t-o j\t',
        'solutions inspect examples/base-images-2.3.0.iso -o json',
      ],
      ['solutions -C clus\tpl\t', 'solutions -C clusters/pl'],
    ] as const;
    const expected = lines.map(([, line]) => line);
    const wanted = lines.map(([keys]) => keys);
    // zsh takes the slash away when a blank follows, which here is none.
    expect(await typed(shell, wanted, site)).toEqual(expected);
  });

  it('a name that the shell could take for its own is a name', async () => {
    const folder = emptyFolder();
    const version = '1.0 $(touch pwned); `touch pwned` "\'*';
    makeTree(join(folder, 'tree'), { version, images: [], crds: {} });
    const head =
      'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: SolutionsConfiguration\n';
    writeFileSync(join(folder, 'solutions.yaml'), `${head}archives: [tree]\n`);
    const { stderr, exitCode } = await solutions(['synth'], { cwd: folder });
    expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
    expect(await typed(shell, ['solutions unpush st\t'], folder)).toEqual([
      `solutions unpush store-${version}`,
    ]);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  it('the script is one that the shell takes', async () => {
    const { stdout } = await solutions(['completion', shell]);
    const { exitCode, stderr } = await execa(shell, ['-n'], { input: stdout });
    expect([exitCode, stderr]).toEqual([0, '']);
  });
});

describe('in fish', () => {
  it('the key offers commands, flags, choices, ids, files and folders', async () => {
    const cases = [
      ['solutions pl', ['plan\tshow what a change does']],
      [
        'solutions synth --acc',
        ['--accept-changed\taccept an archive that changed under the same name and version'],
      ],
      ['solutions plan --output=m', ['--output=markdown']],
      ['solutions unpush base', ['base-images-2.3.0']],
      ['solutions inspect examples/ba', ['examples/base-images-2.3.0.iso']],
      ['solutions -C clus', ['clusters/']],
    ] as const;
    for (const [line, expected] of cases) {
      const found = await offeredByFish(line, site);
      expect(found.map((one) => one.replace(/\t(?:Directory)?$/u, ''))).toEqual(expected);
    }
  });
});

it('a shell that is none of them is refused', async () => {
  const { exitCode, stderr } = await solutions(['completion', 'tcsh']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
});
