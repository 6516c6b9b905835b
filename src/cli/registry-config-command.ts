import { rootOf, type Invocation } from './invocation.ts';

const AFTER = `
On MetalK8s write it to /var/lib/metalk8s/repositories/conf.d/<name>.inc; elsewhere as below.

Exit codes: 0 done, 1 the archive is missing or damaged, 2 wrong usage.

Examples:
  $ solutions registry-config storage-1.0.0.iso > /etc/nginx/solutions/storage-1.0.0.conf
  $ solutions registry-config storage-1.0.0.iso --root /mnt/storage --prefix vendor/storage`;

/** The flags of `registry-config`, as commander gives them. */
export interface RegistryConfigFlags {
  readonly root?: string;
  readonly prefix?: string;
}

/** `solutions registry-config`. */
export function addRegistryConfig(invocation: Invocation): void {
  invocation.program
    .command('registry-config')
    .summary('write the configuration with which nginx serves the images')
    .description(
      'Prints what nginx needs to serve the images of an archive as a registry to pull from, straight ' +
        'from the mounted or unpacked archive, as MetalK8s does. Include it inside a `server` block.',
    )
    .argument('<archive>', 'an ISO image, or a directory that holds the same tree')
    .option('--root <path>', 'where nginx finds that tree (default: /srv/scality/<id>)')
    .option('--prefix <path>', 'what the names of its repositories start with (default: <id>)')
    .addHelpText('after', AFTER)
    .action(async (archive: string, flags: RegistryConfigFlags) => {
      const { registryConfig } = await import('./registry-config.ts');
      registryConfig({ archive, directory: rootOf(invocation), flags }, invocation.terminal);
    });
}
