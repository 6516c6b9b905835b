import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
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
    [['synth', '--check', '--overwrite'], "'--check' cannot be used with option '--overwrite'"],
    [
      ['synth', '--accept-changed', '--locked'],
      "'--locked' cannot be used with option '--accept-changed'",
    ],
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

  describe.each(['stdout', 'stderr'] as const)('when nobody reads its %s any more', (stream) => {
    it.each([
      [3, 'synth --check --locked'],
      [3, 'synth --check --locked --output json'],
      [1, 'inspect /nowhere/nothing.iso'],
      [1, 'inspect /nowhere/nothing.iso --output json'],
      [0, 'inspect examples/web-store-1.1.0.iso'],
    ])('ends quietly with exit code %i for %s', async (expected, command) => {
      const folder = exampleFolder('metadata');
      const redirect = stream === 'stdout' ? '2>told' : '2>&1 >told';
      // The reader is gone before the program starts.
      const script = `{ sleep 0.3; node ${program} ${command} ${redirect}; } | true; echo \${PIPESTATUS[0]}`;
      const { stdout, stderr } = await execa('bash', ['-c', script], { cwd: folder });
      expect(stderr).toBe('');
      expect(stdout).toBe(String(expected));
      expect(readFileSync(join(folder, 'told'), 'utf8')).not.toContain('    at ');
    });
  });

  it('fails in one line when its result cannot be written', async () => {
    const script = `node ${program} inspect examples/web-store-1.1.0.iso --output json >/dev/full`;
    const run = await execa('bash', ['-c', script], { cwd: exampleFolder(), reject: false });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(
      /^error: the output could not be written: .*ENOSPC.*\n {2}hint: [^\n]+$/u,
    );
    const told = await execa('bash', ['-c', `${script} 2>&1`], { reject: false });
    expect(told.exitCode).toBe(1);
  });
});
