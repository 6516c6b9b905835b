import { Command, CommanderError, type Argument, type Option } from 'commander';
import { packageVersion } from '../package.ts';
import { addActivation } from './activation-command.ts';
import { addAdopt } from './adopt-command.ts';
import { addArchives } from './archives-command.ts';
import { addCheck } from './check-command.ts';
import { addCompletion } from './completion-command.ts';
import { addEnvironments } from './environments-command.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { addInit } from './init-command.ts';
import { addInspect } from './inspect-command.ts';
import type { Invocation } from './invocation.ts';
import { addList } from './list-command.ts';
import { addPack } from './pack-command.ts';
import { addPlacement } from './placement-command.ts';
import { addPlan } from './plan-command.ts';
import { addPush } from './push-command.ts';
import { addRegistryConfig } from './registry-config-command.ts';
import { addSynth } from './synth-command.ts';
import type { Format, Terminal } from './terminal.ts';
import { addUnpush } from './unpush-command.ts';
import { addVerify } from './verify-command.ts';

/** Where the help lists its own command, too. */
const THIS_PROGRAM = 'This program';

type Add = (invocation: Invocation) => void;

/**
 * What adds the commands, by their names, in the order in which the help lists them, under its
 * headings. Some add two.
 */
const commands: Readonly<Record<string, Readonly<Record<string, Add>>>> = {
  'The repository': {
    init: addInit,
    adopt: addAdopt,
    synth: addSynth,
    plan: addPlan,
    verify: addVerify,
    list: addList,
  },
  'Solutions and Environments': {
    import: addArchives,
    unimport: addArchives,
    activate: addActivation,
    deactivate: addActivation,
    'create-env': addEnvironments,
    'delete-env': addEnvironments,
    'add-solution': addPlacement,
    'delete-solution': addPlacement,
  },
  'Archives and their images': {
    inspect: addInspect,
    check: addCheck,
    pack: addPack,
    push: addPush,
    unpush: addUnpush,
    'registry-config': addRegistryConfig,
  },
  [THIS_PROGRAM]: { completion: addCompletion },
};

const AFTER = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 differences found; those of push and unpush are in their help.

Examples:
  $ solutions init                        in an empty folder: the files of a repository
  $ solutions import -a /archives/storage-1.0.0.iso
  $ solutions activate -n storage
  $ solutions create-env -n production
  $ solutions add-solution -n production -s storage -V 1.0.0
  $ git add -A && git commit              what is committed in out/ is what the cluster gets
  $ solutions plan                        what the edits since then do
  $ solutions synth --locked --check      in CI: fail when out/ is not what the files say
  $ solutions help push                   the options, exit codes and examples of a command`;

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
  addCommands(invocation, argv);
  const mandatory = mandatoryOptions(program);
  program.hook('preAction', (_, command) => requireOptions(command, mandatory));
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
 * The flags of all commands take milliseconds of each start: where the line begins with the name of
 * one, it is alone. Help, completion and whoever mistypes see all.
 */
function addCommands(invocation: Invocation, [first]: readonly string[]): void {
  const named = Object.values(commands)
    .flatMap((group) => Object.entries(group))
    .find(([name]) => name === first);
  if (named) {
    const [, add] = named;
    add(invocation);
    return;
  }
  for (const [heading, group] of Object.entries(commands)) {
    invocation.program.commandsGroup(`${heading}:`);
    for (const add of new Set(Object.values(group))) add(invocation);
  }
}

/**
 * The options that a command cannot do without, which the parser is not to look for: it would miss one
 * before it says that another is unknown, and often that is the one, mistyped.
 */
function mandatoryOptions(program: Command): Option[] {
  const options = program.commands.flatMap((command) => command.options);
  const mandatory = options.filter((option) => option.mandatory);
  for (const option of mandatory) option.mandatory = false;
  return mandatory;
}

function requireOptions(command: Command, mandatory: readonly Option[]): void {
  const missing = command.options
    .filter((option) => mandatory.includes(option))
    .filter((option) => command.getOptionValue(option.attributeName()) === undefined)
    .map(({ flags }) => `'${flags}'`);
  if (missing.length === 0) return;
  command.error(
    `error: required option${missing.length > 1 ? 's' : ''} ${missing.join(' and ')} not specified`,
  );
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
    .commandsGroup(`${THIS_PROGRAM}:`)
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', AFTER)
    .configureHelp({ showGlobalOptions: true, subcommandTerm })
    .showHelpAfterError('(`--help` tells what there is)')
    .exitOverride()
    .hook('preAction', (root, command) => applyGlobals(root, command, terminal));
}

/** Without `[options]`, which every command has. */
function subcommandTerm(command: Command): string {
  return [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' ');
}

function argumentTerm(argument: Argument): string {
  const term = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${term}>` : `[${term}]`;
}

function applyGlobals(root: Command, command: Command, terminal: Terminal): void {
  const { color, debug } = root.opts<{ color: boolean; debug?: boolean }>();
  terminal.color &&= color;
  terminal.debug = debug ?? false;
  // The output of `pack` is a file.
  const { output, format = output } = command.opts<{ output?: Format; format?: Format }>();
  terminal.format = format ?? 'text';
}
