import { outputOption, rootOf, type Invocation } from './invocation.ts';

const AFTER = `
Reads the files and metadata/, no archive and no cluster. A version marked with * is the active one.

Exit codes: 0 done, 1 the files have mistakes, 2 wrong usage.

Examples:
  $ solutions list
  $ solutions list --output json | jq -r '.solutions[].versions[] | select(.active) | .id'`;

/** `solutions list`. */
export function addList(invocation: Invocation): void {
  invocation.program
    .command('list')
    .summary('show Solutions, Environments and what runs in them')
    .description(
      'Shows the imported versions of Solutions, the Environments, and what runs in them.',
    )
    .addOption(outputOption())
    .addHelpText('after', AFTER)
    .action(async () => {
      const { list } = await import('./list.ts');
      list({ root: rootOf(invocation) }, invocation.terminal);
    });
}
