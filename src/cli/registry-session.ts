import { resolve } from 'node:path';
import { mistake } from '../images/mistake.ts';
import type { Target } from '../images/target.ts';
import { packageVersion } from '../package.ts';
import { RegistrySession } from '../registry/session.ts';
import type { RegistryFlags } from './registry-options.ts';

/** What a command that talks to a registry was called with. */
export interface RegistryCommand extends RegistryFlags {
  /** What relative paths are relative to. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Requests at once. */
  readonly jobs: number;
}

interface SessionEvents {
  readonly signal: AbortSignal;
  readonly onRetry: (error: Error) => void;
}

/**
 * Refuses a certificate without its key, and a key without its certificate.
 *
 * @throws SolutionsError `push-target`
 */
export function requirePair({ cert, key }: RegistryFlags): void {
  if ((cert === undefined) === (key === undefined)) return;
  throw mistake('push-target', '`--cert` and `--key` go together', {
    hint: 'the certificate in one PEM file, its key in another; both may be the same file',
  });
}

/** The session that the flags of a command ask for; whoever asks closes it. */
export function sessionOf(
  { host }: Target,
  command: RegistryCommand,
  events: SessionEvents,
): RegistrySession {
  const path = (file: string | undefined) => file && resolve(command.root, file);
  return new RegistrySession({
    host,
    isPlainHttp: command.plainHttp ?? false,
    jobs: command.jobs,
    userAgent: `solutions/${packageVersion()}`,
    ...events,
    authFile: path(command.authfile),
    caFile: path(command.cacert),
    certFile: path(command.cert),
    keyFile: path(command.key),
    environment: command.environment,
    // Few need it, and what starts processes takes a quarter of the program's start.
    async helper(name, registry) {
      const { askCredentialHelper } = await import('../cluster/credential-helper.ts');
      return askCredentialHelper(name, registry);
    },
  });
}

/** The flags again, for a command line. */
export function registryArguments(flags: RegistryFlags): string[] {
  const { plainHttp, authfile, cacert, cert, key } = flags;
  return [
    ...(plainHttp ? ['--plain-http'] : []),
    ...Object.entries({ authfile, cacert, cert, key }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, value],
    ),
  ];
}
