import { Argument } from 'commander';
import { rootOf, type Invocation } from './invocation.ts';

const AFTER = `
It completes commands, flags, their choices, paths of archives and files, and the names in the
repository that you are in: Solutions, versions, Environments, Namespaces. The shell asks this program
each time, so what it offers is what is there.

Exit codes: 0 done, 2 wrong usage.

Examples:
  $ source <(solutions completion bash)              in this shell, or as a line of ~/.bashrc
  $ source <(solutions completion zsh)               as a line of ~/.zshrc, behind compinit
  $ solutions completion fish | source               as a line of ~/.config/fish/config.fish
  $ solutions completion bash > ~/.local/share/bash-completion/completions/solutions`;

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** `solutions completion`, and the command that its scripts run. */
export function addCompletion(invocation: Invocation): void {
  const { program, terminal } = invocation;
  program
    .command('completion')
    .summary('let a shell complete what you type')
    .description('Prints the script that lets a shell complete the command lines of this program.')
    .addArgument(new Argument('<shell>', 'the shell that you use').choices(shells))
    .addHelpText('after', AFTER)
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion.ts');
      terminal.print(completionScript(shell));
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const { complete } = await import('./completion.ts');
      complete({ program, words, root: rootOf(invocation) }, terminal);
    });
}
