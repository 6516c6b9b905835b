import { InvalidArgumentError, Option } from 'commander';
import { outputOption, surroundingsOf, type Invocation } from './invocation.ts';
import { addRegistryOptions, type RegistryFlags } from './registry-options.ts';

const AFTER = `
Exit codes: 0 all images are there, 1 failed (TLS, a bug), 2 wrong usage,
  20 the archive is missing or damaged, 21 credentials, 22 refused by the registry or a proxy,
  23 temporary: only here does the same command help later, 130 and 143 interrupted.

Credentials: --authfile, else REGISTRY_AUTH_FILE, else the files of podman and docker, with their
helpers. TLS: the CAs of the system, NODE_EXTRA_CA_CERTS, --cacert, /etc/containers/certs.d and
/etc/docker/certs.d. Proxies: HTTPS_PROXY, HTTP_PROXY, NO_PROXY.

Examples:
  $ solutions push storage-1.0.0.iso --to registry.example:5000
  $ solutions push *.iso --to harbor.example/solutions --authfile auth.json --verify
  $ solutions push storage-1.1.0.iso --to registry.example:5000 --mount-from storage-1.0.0
  $ solutions push storage-1.1.0.iso --to localhost:5000 --plain-http --dry-run`;

/** The flags of `push`, as commander gives them. */
export interface PushFlags extends RegistryFlags {
  readonly to: string;
  readonly mountFrom?: readonly string[];
  readonly verify?: boolean;
  readonly dryRun?: boolean;
  readonly jobs: number;
}

/** `solutions push`. */
export function addPush(invocation: Invocation): void {
  const pushCommand = invocation.program
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
    .addOption(
      new Option(
        '--mount-from <id>',
        'take unchanged layers over from this other version, or repository prefix; again for more',
      )
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], 'what SOLUTIONS_MOUNT_FROM says'),
    )
    .option('--verify', 'read every manifest back at the end')
    .option('--dry-run', 'send nothing; say what would be sent')
    .addOption(new Option('-j, --jobs <n>', 'uploads at once').argParser(jobsOf).default(4))
    .addOption(outputOption())
    .addHelpText('after', AFTER)
    .action(async (archives: string[], options: PushFlags) => {
      const { push } = await import('./push.ts');
      invocation.code = await push(
        { ...options, archives, ...surroundingsOf(invocation) },
        invocation.terminal,
      );
    });
}

/** More than some registries take from one client. */
const MAX_JOBS = 32;

function jobsOf(text: string): number {
  const jobs = /^\d{1,3}$/u.test(text) ? Number(text) : 0;
  if (jobs >= 1 && jobs <= MAX_JOBS) return jobs;
  throw new InvalidArgumentError(`expected a number from 1 to ${MAX_JOBS}`);
}
