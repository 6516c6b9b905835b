import { Command, CommanderError } from 'commander';
import { packageVersion } from '../package.ts';
import { addActivation } from './activation-command.ts';
import { addAdopt } from './adopt-command.ts';
import { addArchives } from './archives-command.ts';
import { addCompletion } from './completion-command.ts';
import { addEnvironments } from './environments-command.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { addInit } from './init-command.ts';
import { addInspect } from './inspect-command.ts';
import type { Invocation } from './invocation.ts';
import { addList } from './list-command.ts';
import { addPlacement } from './placement-command.ts';
import { addPlan } from './plan-command.ts';
import { addPush } from './push-command.ts';
import { addRegistryConfig } from './registry-config-command.ts';
import { addSynth } from './synth-command.ts';
import type { Format, Terminal } from './terminal.ts';
import { addUnpush } from './unpush-command.ts';

/** The commands, in the order in which the help lists them. */
const commands = [
  addInit,
  addSynth,
  addPlan,
  addArchives,
  addActivation,
  addEnvironments,
  addPlacement,
  addList,
  addInspect,
  addPush,
  addUnpush,
  addRegistryConfig,
  addAdopt,
  addCompletion,
];

const AFTER = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 differences found; those of push and unpush are in their help.

Examples:
  $ solutions synth                       write out/, then review it with git diff
  $ solutions synth --locked --check      in CI: fail when out/ is not what the files say
  $ solutions inspect storage-1.0.0.iso   see what a vendor shipped
  $ solutions push storage-1.0.0.iso --to registry.example:5000`;

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
  const program = programOf(terminal);
  const invocation: Invocation = { program, terminal, environment, code: exitCodes.done };
  for (const add of commands) add(invocation);
  try {
    await program.parseAsync(versionOfCommand(argv, program), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    throw error;
  }
  return invocation.code;
}

/**
 * `--version` is the program's own, wherever it stands, to the parser; behind a command that has a
 * flag of this name it is that flag, by its other name.
 */
function versionOfCommand(argv: readonly string[], { commands: all }: Command): string[] {
  const named = all.filter(({ options }) => options.some(({ long }) => long === '--version'));
  const at = argv.findIndex((word) => named.some((command) => command.name() === word));
  return argv.flatMap((word, index) => {
    if (at < 0 || index < at || !/^--version(?:=|$)/u.test(word)) return [word];
    return word === '--version' ? ['-V'] : ['-V', word.slice('--version='.length)];
  });
}

function programOf(terminal: Terminal): Command {
  return new Command('solutions')
    .description(
      'MetalK8s Solutions, the GitOps way: from Solution archives to plain Kubernetes manifests',
    )
    .version(packageVersion(), '--version', 'print the version')
    .option('-C, --directory <dir>', 'work in this folder, the one that holds solutions.yaml', '.')
    .option('--debug', 'print stack traces')
    .option('--no-color', 'no colours; so does the variable NO_COLOR')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', AFTER)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(`--help` tells what there is)')
    .exitOverride()
    .hook('preAction', (root, command) => applyGlobals(root, command, terminal));
}

function applyGlobals(root: Command, command: Command, terminal: Terminal): void {
  const { color, debug } = root.opts<{ color: boolean; debug?: boolean }>();
  terminal.color &&= color;
  terminal.debug = debug ?? false;
  terminal.format = command.opts<{ output?: Format }>().output ?? 'text';
}
