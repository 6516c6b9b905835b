import { Command, CommanderError, Option } from 'commander';
import { packageVersion } from '../package.ts';
import type { Format, Terminal } from './terminal.ts';

/** How a command ended: the exit codes of the program. */
export const exitCodes = { done: 0, failed: 1, usage: 2, differences: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What every command gets, whichever it is. */
export interface GlobalOptions {
  /** The folder that holds solutions.yaml. */
  readonly directory: string;
}

/**
 * Runs one command line.
 *
 * @param argv without the names of Node and of the program
 * @throws SolutionsError, or several in an AggregateError; what else is thrown is a bug.
 */
export async function runProgram(
  argv: readonly string[],
  terminal: Terminal,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  const program = new Command('solutions')
    .description(
      'MetalK8s Solutions, the GitOps way: from Solution archives to plain Kubernetes manifests',
    )
    .version(packageVersion(), '--version', 'print the version')
    .option('-C, --directory <dir>', 'work in this folder, the one that holds solutions.yaml', '.')
    .option('--debug', 'print stack traces')
    .option('--no-color', 'no colours; so does the variable NO_COLOR')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', footer)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(`--help` tells what there is)')
    .exitOverride()
    .hook('preAction', (root, command) => applyGlobals(root, command, terminal));

  program
    .command('synth')
    .summary('write the manifests')
    .description(
      'Reads solutions.yaml, environments.yaml and platform.yaml, extracts what is new from the ' +
        'archives into metadata/, and writes the manifests to out/.',
    )
    .option('--check', 'write nothing; print what would change and exit 3 if anything would')
    .option('--locked', 'use metadata/ as it is committed, read no archive (for CI)')
    .option('--accept-changed', 'accept an archive that changed under the same name and version')
    .option('--overwrite', 'replace files in out/ that somebody edited')
    .addOption(outputOption())
    .addHelpText('after', synthExamples)
    .action(async (options: SynthFlags) => {
      const { synth } = await import('./synth.ts');
      code = await synth({ ...options, root: rootOf(program), environment }, terminal);
    });

  program
    .command('inspect')
    .summary('show what is in an archive')
    .description(
      'Shows what is in a Solution archive, an ISO image or a directory: product, version, images, ' +
        'CRDs, roles, Operator. Reads only what it shows; writes nothing.',
    )
    .argument('<archive>', 'an ISO image, or a directory that holds the same tree')
    .addOption(outputOption())
    .addHelpText('after', inspectExamples)
    .action(async (archive: string) => {
      const { inspect } = await import('./inspect.ts');
      inspect({ archive, root: rootOf(program) }, terminal);
    });

  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    throw error;
  }
  return code;
}

/** The flags of `synth`, as commander gives them. */
export interface SynthFlags {
  readonly check?: boolean;
  readonly locked?: boolean;
  readonly acceptChanged?: boolean;
  readonly overwrite?: boolean;
}

function outputOption(): Option {
  return new Option('-o, --output <format>', 'how the result is printed')
    .choices(['text', 'json'])
    .default('text');
}

function applyGlobals(root: Command, command: Command, terminal: Terminal): void {
  const { color, debug } = root.opts<{ color: boolean; debug?: boolean }>();
  terminal.color &&= color;
  terminal.debug = debug ?? false;
  terminal.format = command.opts<{ output?: Format }>().output ?? 'text';
}

function rootOf(program: Command): string {
  return program.opts<GlobalOptions>().directory;
}

const footer = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 differences found.

Examples:
  $ solutions synth                       write out/, then review it with git diff
  $ solutions synth --locked --check      in CI: fail when out/ is not what the files say
  $ solutions inspect storage-1.0.0.iso   see what a vendor shipped`;

const synthExamples = `
Examples:
  $ solutions synth                       extract what is new, write out/
  $ solutions synth --check               print what would change, as a unified diff
  $ solutions synth --locked --check      in CI, without the archives
  $ solutions -C clusters/paris synth     for another folder
  $ solutions synth --output json         what was written, removed and warned of, for a program`;

const inspectExamples = `
Examples:
  $ solutions inspect storage-1.0.0.iso
  $ solutions inspect ./storage-tree --output json`;
