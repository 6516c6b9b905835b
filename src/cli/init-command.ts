import { outputOption, rootOf, type Invocation } from './invocation.ts';

const AFTER = `
The three files load as they are, and show every setting as a comment. Beside them: a README for your
colleagues, .gitignore and .gitattributes, samples for GitHub Actions and GitLab CI, and schemas/ for
editors. What is in the folder already is never touched: it must be empty, or hold .git alone.

Exit codes: 0 done, 1 the folder is not empty, or cannot be written; 2 wrong usage.

Examples:
  $ solutions init                 in this folder
  $ solutions init clusters/paris  in another one, which is made
  $ git init site && solutions init site && solutions -C site synth`;

/** `solutions init`. */
export function addInit(invocation: Invocation): void {
  invocation.program
    .command('init')
    .summary('start a repository in an empty folder')
    .description(
      'Writes what a new GitOps repository needs into an empty folder: solutions.yaml, environments.yaml and ' +
        'platform.yaml, commented, and what Git, CI and colleagues need.',
    )
    .argument('[dir]', 'an empty folder, or one that is not there yet', '.')
    .addOption(outputOption())
    .addHelpText('after', AFTER)
    .action(async (directory: string) => {
      const { init } = await import('./init.ts');
      init({ directory, root: rootOf(invocation) }, invocation.terminal);
    });
}
