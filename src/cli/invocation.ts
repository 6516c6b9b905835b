import { Option, type Command } from 'commander';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/** One command line: what the commands share. */
export interface Invocation {
  readonly program: Command;
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How the command ended. */
  code: ExitCode;
}

/** The folder that holds solutions.yaml. */
export function rootOf({ program }: Invocation): string {
  return program.opts<{ readonly directory: string }>().directory;
}

/** What a command knows besides its flags: the folder, and the environment variables. */
export function surroundingsOf(invocation: Invocation): Pick<Invocation, 'environment'> & {
  readonly root: string;
} {
  return { root: rootOf(invocation), environment: invocation.environment };
}

/** `-o, --output`, which each command has whose result a program may read. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'how the result is printed')
    .choices(['text', 'json'])
    .default('text');
}
