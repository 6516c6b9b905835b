import { posix } from 'node:path';
import type { Command } from 'commander';
import { addChangeOptions, CHANGE_EXIT_CODES, type ChangeFlags } from './change-options.ts';
import { surroundingsOf, type Invocation } from './invocation.ts';

const AFTER_IMPORT = `
Lists the archives in solutions.yaml, extracts them into metadata/, and writes out/. The images reach
the registry by \`solutions push\` or by the Jobs in out/. To use a version, \`activate\` it and
\`add-solution\` it to an Environment.

${CHANGE_EXIT_CODES}

Examples:
  $ solutions import -a /solutions/storage-1.1.0.iso
  $ solutions import -a storage-1.0.0.iso storage-1.1.0.iso --no-synth
  $ solutions import -a ~/storage-1.1.0.iso --as /srv/archives/storage-1.1.0.iso`;

const AFTER_UNIMPORT = `
Refused while the version is active or runs in an Environment. The images stay in the registry until
\`solutions unpush\` removes them.

${CHANGE_EXIT_CODES}

Example:
  $ solutions unimport -a /solutions/storage-1.0.0.iso`;

/** The flags of `import` and `unimport`, as commander gives them. */
export interface ArchivesFlags extends ChangeFlags {
  readonly archive: readonly string[];
  readonly as?: string;
}

/** `solutions import` and `solutions unimport`. */
export function addArchives(invocation: Invocation): void {
  const { program } = invocation;
  const importCommand = program
    .command('import')
    .summary('import archives')
    .description('Imports Solution archives: ISO images, or directories that hold the same tree.')
    .requiredOption('-a, --archive <path...>', 'the archives; may be given again')
    .option(
      '--as <path>',
      'list the archive under this path, where it lies on the node, in place of the one it is read from',
    );
  addChangeOptions(importCommand)
    .addHelpText('after', AFTER_IMPORT)
    .action(async (flags: ArchivesFlags) => {
      refuseEmpty(flags, importCommand);
      if (flags.as !== undefined) refuseNoArchive({ ...flags, as: flags.as }, importCommand);
      const { importArchives } = await import('./archives.ts');
      invocation.code = await importArchives(
        { ...flags, ...surroundingsOf(invocation) },
        invocation.terminal,
      );
    });
  const unimportCommand = program
    .command('unimport')
    .summary('take archives off the list')
    .description(
      'Takes Solution archives out of solutions.yaml, and their records out of metadata/.',
    )
    .requiredOption('-a, --archive <path...>', 'the archives, as solutions.yaml lists them');
  addChangeOptions(unimportCommand)
    .addHelpText('after', AFTER_UNIMPORT)
    .action(async (flags: ArchivesFlags) => {
      refuseEmpty(flags, unimportCommand);
      const { unimportArchives } = await import('./archives.ts');
      invocation.code = await unimportArchives(
        { ...flags, ...surroundingsOf(invocation) },
        invocation.terminal,
      );
    });
}

/** Nothing is this folder, to whoever resolves it. */
function refuseEmpty({ archive }: ArchivesFlags, command: Command): void {
  if (archive.includes('')) command.error('error: the path of an archive is empty');
}

/** A folder in which the archive lies would be listed in its place, and not be missed until it is read. */
function refuseNoArchive({ archive, as }: ArchivesFlags & { as: string }, command: Command): void {
  if (archive.length > 1) command.error('error: --as is the path of one archive');
  if (!/(?:^|\/)\.{0,2}$/u.test(as)) return;
  const meant = posix.join(as, posix.basename(archive[0] ?? ''));
  command.error(`error: --as is the path of the archive itself, such as ${meant}`);
}
