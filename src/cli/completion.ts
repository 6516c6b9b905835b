import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import { packageFile } from '../package.ts';
import { namesIn } from './completion-names.ts';
import { completionsOf } from './completions.ts';
import type { Terminal } from './terminal.ts';

/** The script that a shell of that name loads, without its last line end. */
export function completionScript(shell: string): string {
  return readFileSync(packageFile(`templates/completion.${shell}`), 'utf8').trimEnd();
}

interface CompleteOptions {
  readonly program: Command;
  /** Up to the cursor; the last is begun or empty. */
  readonly words: readonly string[];
  readonly root: string;
}

/** A line a candidate: its value, a tab, what it is; then `:` and which paths the shell adds. */
export function complete({ program, words, root }: CompleteOptions, terminal: Terminal): void {
  const { candidates, paths } = completionsOf(program, words, (kind, said) => {
    const directory = said.get('--directory') ?? '.';
    return namesIn(isAbsolute(directory) ? directory : join(root, directory), kind, said);
  });
  const lines = candidates.map(({ value, description }) => `${value}\t${description}`);
  terminal.print([...lines, `:${paths}`].join('\n'));
}
