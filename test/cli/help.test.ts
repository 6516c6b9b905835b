import { describe, expect, it } from 'vitest';
import { solutions } from '../support/cli.ts';

const root = (await solutions(['--help'])).stdout;

/** The names of all commands, as the help lists them under its headings. */
const commands = [...root.matchAll(/^ {2}([a-z][\w-]*)(?: [<[].*?[>\]])? {2,}\S/gmu)].map(
  ([, name = '']) => name,
);

describe('the help', () => {
  it('lists the commands of solutions.sh, and the others', () => {
    const upstream = ['import', 'unimport', 'activate', 'deactivate', 'create-env', 'delete-env'];
    const more = ['add-solution', 'delete-solution', 'init', 'synth', 'plan', 'list', 'adopt'];
    expect(commands).toEqual(expect.arrayContaining([...upstream, ...more, 'push', 'help']));
    expect(commands).not.toContain('complete');
  });

  it('lists each command once, under a heading that says what it is about', () => {
    expect(new Set(commands).size).toBe(commands.length);
    expect(root).not.toMatch(/^Commands:/mu);
  });

  it('ends with examples that follow each other', () => {
    expect(root).toMatch(/\nExamples:\n(?: {2}\$ .+\n)+$/u);
  });

  it.each(commands.filter((name) => name !== 'help'))(
    'of %s says what it does, how it ends, and shows examples of it',
    async (name) => {
      const { exitCode, stdout } = await solutions(['help', name]);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(
        new RegExp(`^Usage: solutions ${name} .*\\n\\n[A-Z][^]*?\\.\\n\\n`, 'u'),
      );
      expect(stdout).toMatch(/^Exit codes: /mu);
      const [, examples = ''] = /\nExamples?:\n([^]+)$/u.exec(stdout) ?? [];
      const lines = examples.split('\n').filter((line) => line.startsWith('  $ '));
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines)
        expect(line).toMatch(new RegExp(`\\bsolutions (?:-C \\S+ )?${name}\\b`, 'u'));
      expect(stdout.split('\n').filter((line) => line.length > 110)).toEqual([]);
      expect((await solutions([name, '--help'])).stdout).toBe(stdout);
    },
  );

  it.each([
    ['command', ['sinth'], 'synth'],
    ['command', ['creat-env'], 'create-env'],
    ['option', ['add-solution', '--solutoin', 'a'], '--solution'],
    ['option of all commands', ['synth', '--no-colour'], '--no-color'],
  ])('suggests the %s that %j most likely is', async (_, args, meant) => {
    const { exitCode, stderr } = await solutions(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`(Did you mean ${meant}?)`);
  });

  it('names all options that are missing, and the one of them that was mistyped', async () => {
    const none = await solutions(['add-solution', '--name', 'a']);
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain(
      "error: required options '-s, --solution <name>' and '-V, --version <version>' not specified\n",
    );
    const one = await solutions(['unimport']);
    expect(one.stderr).toContain(
      "error: required option '-a, --archive <path...>' not specified\n",
    );
  });
});
