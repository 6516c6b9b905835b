import type { Command } from 'commander';

/** How a registry is reached: flags that several commands have. */
export interface RegistryFlags {
  readonly plainHttp?: boolean;
  readonly authfile?: string;
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What reaching a registry may take, the same for every command. */
export function addRegistryOptions(command: Command): Command {
  return command
    .option('--plain-http', 'speak HTTP without TLS')
    .option('--authfile <file>', 'credentials, as `podman login` or `docker login` writes them')
    .option('--cacert <file>', 'trust these CAs (PEM), too')
    .option('--cert <file>', 'a client certificate (PEM)')
    .option('--key <file>', 'its key (PEM)');
}
