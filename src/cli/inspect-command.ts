import { outputOption, rootOf, type Invocation } from './invocation.ts';

const AFTER = `
Exit codes: 0 done, 1 the archive is missing or damaged, 2 wrong usage.

Examples:
  $ solutions inspect storage-1.0.0.iso
  $ solutions inspect ./storage-tree --output json`;

/** `solutions inspect`. */
export function addInspect(invocation: Invocation): void {
  invocation.program
    .command('inspect')
    .summary('show what is in an archive')
    .description(
      'Shows what is in a Solution archive, an ISO image or a directory: product, version, images, ' +
        'CRDs, roles, Operator. Reads only what it shows; writes nothing.',
    )
    .argument('<archive>', 'an ISO image, or a directory that holds the same tree')
    .addOption(outputOption())
    .addHelpText('after', AFTER)
    .action(async (archive: string) => {
      const { inspect } = await import('./inspect.ts');
      inspect({ archive, root: rootOf(invocation) }, invocation.terminal);
    });
}
