import { createRequire } from 'node:module';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { exampleFolder, program, removeFolders, solutions } from '../support/cli.ts';

afterAll(removeFolders);

const { version } = createRequire(import.meta.url)('../../package.json');

describe('the command line', () => {
  it.each([[['--help']], [['help']], [['synth', '--help']], [['inspect', '--help']]])(
    'prints help with examples for %j',
    async (args) => {
      const { exitCode, stdout } = await solutions(args);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('Examples:\n  $ solutions ');
    },
  );

  it('prints its version', async () => {
    expect(await solutions(['--version'])).toEqual({
      exitCode: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  it.each([
    [['sinth'], 'synth'],
    [['synth', '--chek'], '--check'],
    [['inspect'], 'archive'],
    [['synth', '--output', 'xml'], 'json'],
    [[], 'Usage'],
  ])('answers wrong usage %j with exit code 2 and %s', async (args, expected) => {
    const { exitCode, stdout, stderr } = await solutions(args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(expected);
  });

  it('prints a stack trace only with --debug', async () => {
    const missing = ['inspect', '/nowhere/nothing.iso'];
    expect((await solutions(missing)).stderr).not.toContain('    at ');
    expect((await solutions(['--debug', ...missing])).stderr).toContain('    at ');
  });

  it('colours a terminal, and nothing else, unless it is told not to', async () => {
    const command = `node ${program} inspect /nowhere/nothing.iso`;
    const onTerminal = async (extra: string, env: Record<string, string>) => {
      // script(1) gives the program a terminal.
      const run = await execa('script', ['-qec', `${command} ${extra}`, '/dev/null'], {
        reject: false,
        env: { TERM: 'xterm', NO_COLOR: '', ...env },
        extendEnv: true,
      });
      return run.stdout.includes('\u001B[');
    };
    expect(await onTerminal('', {})).toBe(true);
    expect(await onTerminal('--no-color', {})).toBe(false);
    expect(await onTerminal('', { NO_COLOR: '1' })).toBe(false);
    expect((await solutions(['inspect', '/nowhere/nothing.iso'])).stderr).not.toContain('\u001B[');
  });

  it('ends quietly when the reader of its result has seen enough', async () => {
    const folder = exampleFolder('metadata');
    const { stderr, exitCode } = await execa(
      'sh',
      ['-c', `node ${program} -C ${folder} synth --check --locked 2>&1 | head -1 >/dev/null`],
      { reject: false },
    );
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });
});
