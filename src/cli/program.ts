import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { packageVersion } from '../package.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import {
  footer,
  inspectExamples,
  pushHelp,
  registryConfigHelp,
  synthExamples,
  unpushHelp,
} from './help-text.ts';
import type { Format, Terminal } from './terminal.ts';

/** What every command gets, whichever it is. */
interface GlobalOptions {
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
  const run: Run = { program: programOf(terminal), terminal, environment, code: exitCodes.done };
  addSynth(run);
  addInspect(run);
  addPush(run);
  addUnpush(run);
  addRegistryConfig(run);
  try {
    await run.program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    throw error;
  }
  return run.code;
}

/** What the commands share. */
interface Run {
  readonly program: Command;
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How the command ended. */
  code: ExitCode;
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
    .addHelpText('after', footer)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(`--help` tells what there is)')
    .exitOverride()
    .hook('preAction', (root, command) => applyGlobals(root, command, terminal));
}

function addSynth(run: Run): void {
  run.program
    .command('synth')
    .summary('write the manifests')
    .description(
      'Reads solutions.yaml, environments.yaml and platform.yaml, extracts what is new from the ' +
        'archives into metadata/, and writes the manifests to out/.',
    )
    .addOption(
      new Option(
        '--check',
        'write nothing; print what would change and exit 3 if anything would',
      ).conflicts('overwrite'),
    )
    .addOption(
      new Option(
        '--locked',
        'use metadata/ as it is committed, read no archive (for CI)',
      ).conflicts('acceptChanged'),
    )
    .option('--accept-changed', 'accept an archive that changed under the same name and version')
    .option('--overwrite', 'replace files in out/ that somebody edited')
    .addOption(outputOption())
    .addHelpText('after', synthExamples)
    .action(async (options: SynthFlags) => {
      const { synth } = await import('./synth.ts');
      run.code = await synth(
        { ...options, root: rootOf(run), environment: run.environment },
        run.terminal,
      );
    });
}

function addInspect(run: Run): void {
  run.program
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
      inspect({ archive, root: rootOf(run) }, run.terminal);
    });
}

function addPush(run: Run): void {
  const pushCommand = run.program
    .command('push')
    .summary("push an archive's images to a registry")
    .description(
      'Sends the images of archives to <registry>[/<base>]/<id>/<name>:<tag>, straight out of the ' +
        'ISO image or directory. Sends only what is missing: run it again after any failure.',
    )
    .argument('<archive...>', 'ISO images, or directories that hold the same tree')
    .requiredOption(
      '--to <registry>',
      'the registry, and a path below it: <host>[:<port>][/<base>]',
    );
  addRegistryOptions(pushCommand)
    .option(
      '--mount-from <id>',
      'take unchanged layers over from this other version, or repository prefix; again for more',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--verify', 'read every manifest back at the end')
    .option('--dry-run', 'send nothing; say what would be sent')
    .addOption(new Option('-j, --jobs <n>', 'uploads at once').argParser(jobsOf).default(4))
    .addOption(outputOption())
    .addHelpText('after', pushHelp)
    .action(async (archives: string[], options: PushFlags) => {
      const { push } = await import('./push.ts');
      run.code = await push(
        { ...options, archives, root: rootOf(run), environment: run.environment },
        run.terminal,
      );
    });
}

function addUnpush(run: Run): void {
  const unpushCommand = run.program
    .command('unpush')
    .summary("delete an archive's images from a registry")
    .description(
      'Deletes the tags and manifests of an archive that is no longer imported, after it showed them ' +
        "and asked. Deletes nothing but what the archive's record in metadata/, or the last one in Git, names.",
    )
    .argument('<id>', '<name>-<version>, as the folder in metadata/ is or was named')
    .requiredOption('--from <registry>', 'where it was pushed to: <host>[:<port>][/<base>]');
  addRegistryOptions(unpushCommand)
    .option('--archive <path>', 'take the images of this archive where there is no record')
    .option('--dry-run', 'delete nothing; show what would be deleted')
    .option('--yes', 'do not ask (for programs)')
    .addOption(outputOption())
    .addHelpText('after', unpushHelp)
    .action(async (id: string, options: UnpushFlags) => {
      const { unpush } = await import('./unpush.ts');
      run.code = await unpush(
        { ...options, id, root: rootOf(run), environment: run.environment },
        run.terminal,
      );
    });
}

function addRegistryConfig(run: Run): void {
  run.program
    .command('registry-config')
    .summary('write the configuration with which nginx serves the images')
    .description(
      'Prints what nginx needs to serve the images of an archive as a registry to pull from, straight ' +
        'from the mounted or unpacked archive, as MetalK8s does. Include it inside a `server` block.',
    )
    .argument('<archive>', 'an ISO image, or a directory that holds the same tree')
    .option('--root <path>', 'where nginx finds that tree (default: /srv/scality/<id>)')
    .option('--prefix <path>', 'what the names of its repositories start with (default: <id>)')
    .addHelpText('after', registryConfigHelp)
    .action(async (archive: string, flags: RegistryConfigFlags) => {
      const { registryConfig } = await import('./registry-config.ts');
      registryConfig({ archive, directory: rootOf(run), flags }, run.terminal);
    });
}

/** The flags of `synth`, as commander gives them. */
export interface SynthFlags {
  readonly check?: boolean;
  readonly locked?: boolean;
  readonly acceptChanged?: boolean;
  readonly overwrite?: boolean;
}

/** How a registry is reached: flags that several commands have. */
export interface RegistryFlags {
  readonly plainHttp?: boolean;
  readonly authfile?: string;
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The flags of `push`, as commander gives them. */
export interface PushFlags extends RegistryFlags {
  readonly to: string;
  readonly mountFrom?: readonly string[];
  readonly verify?: boolean;
  readonly dryRun?: boolean;
  readonly jobs: number;
}

/** The flags of `unpush`, as commander gives them. */
export interface UnpushFlags extends RegistryFlags {
  readonly from: string;
  readonly archive?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** More than some registries take from one client. */
const MAX_JOBS = 32;

function jobsOf(text: string): number {
  const jobs = /^\d{1,3}$/u.test(text) ? Number(text) : 0;
  if (jobs >= 1 && jobs <= MAX_JOBS) return jobs;
  throw new InvalidArgumentError(`expected a number from 1 to ${MAX_JOBS}`);
}

/** The flags of `registry-config`, as commander gives them. */
export interface RegistryConfigFlags {
  readonly root?: string;
  readonly prefix?: string;
}

/** What reaching a registry may take, the same for every command. */
function addRegistryOptions(command: Command): Command {
  return command
    .option('--plain-http', 'speak HTTP without TLS')
    .option('--authfile <file>', 'credentials, as `podman login` or `docker login` writes them')
    .option('--cacert <file>', 'trust these CAs (PEM), too')
    .option('--cert <file>', 'a client certificate (PEM)')
    .option('--key <file>', 'its key (PEM)');
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

function rootOf({ program }: Run): string {
  return program.opts<GlobalOptions>().directory;
}
