import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { program } from './cli.ts';

/** The shells whose users press Tab. */
export type Shell = 'bash' | 'zsh' | 'fish';

const START: Readonly<Record<Exclude<Shell, 'fish'>, readonly [string, string]>> = {
  bash: ['bash --norc -i', 'source <(solutions completion bash)'],
  zsh: [
    'zsh -f -i',
    'autoload -Uz compinit && compinit -u -D; bindkey -e; source <(solutions completion zsh)',
  ],
};

/** Runs `work` with a folder in which `solutions` is this program. */
async function withProgram<T>(work: (path: string) => Promise<T>): Promise<T> {
  const bin = mkdtempSync(join(tmpdir(), 'solutions-bin-'));
  try {
    writeFileSync(join(bin, 'solutions'), `#!/bin/sh\nexec node '${program}' "$@"\n`);
    chmodSync(join(bin, 'solutions'), 0o755);
    return await work(`${bin}:${process.env['PATH'] ?? ''}`);
  } finally {
    rmSync(bin, { recursive: true });
  }
}

/**
 * Types `lines` into an interactive shell on a terminal, a tab being the key, and gives what each of
 * them is then, as the shell has it: quotes taken away.
 */
export async function typed(
  shell: Exclude<Shell, 'fish'>,
  lines: readonly string[],
  cwd: string,
): Promise<string[]> {
  const [command, setup] = START[shell];
  // Control-A is the start of the line: what was completed becomes the arguments of `echo`.
  const keys = lines.map((line) => `${line}\u0001echo @@ \n`);
  const { stdout } = await withProgram((PATH) =>
    execa('script', ['-qec', command, '/dev/null'], {
      cwd,
      env: { PATH, TERM: 'dumb', PS1: '', HISTFILE: '' },
      input: [`${setup}\n`, ...keys, 'exit\n'].join(''),
      reject: false,
    }),
  );
  return [...stdout.matchAll(/^@@ (.*?)\s*$/gmu)].map(([, line = '']) => line);
}

/** What fish offers for a line, with what it says of each. */
export async function offeredByFish(line: string, cwd: string): Promise<string[]> {
  const script = 'solutions completion fish | source; complete --do-complete $argv[1]';
  const { stdout } = await withProgram((PATH) =>
    execa('fish', ['--no-config', '--command', script, line], {
      cwd,
      env: { PATH, HOME: cwd, XDG_CONFIG_HOME: cwd, XDG_DATA_HOME: cwd },
    }),
  );
  return stdout.split('\n').filter((one) => one !== '');
}
