import { outputOption, surroundingsOf, type Invocation } from './invocation.ts';
import { addRegistryOptions, type RegistryFlags } from './registry-options.ts';

const AFTER = `
Deletes only what the registry still has with the recorded digest. Kept and shown: a tag that is
another image by now, and what a tag that is not of the archive needs. The registry must allow
deletion (docker-registry: storage.delete.enabled), and gives the space back when its garbage is
collected. Pods that still need an image, in any cluster, cannot pull it again: apply out/ first.

Exit codes: those of push; 1 where the archive is still imported, has no record, or the answer was no.

Examples:
  $ solutions unpush storage-1.0.0 --from registry.example:5000 --dry-run
  $ solutions unpush storage-1.0.0 --from harbor.example/solutions --authfile auth.json --yes
  $ solutions unpush storage-1.0.0 --from localhost:5000 --plain-http --archive storage-1.0.0.iso`;

/** The flags of `unpush`, as commander gives them. */
export interface UnpushFlags extends RegistryFlags {
  readonly from: string;
  readonly archive?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `solutions unpush`. */
export function addUnpush(invocation: Invocation): void {
  const unpushCommand = invocation.program
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
    .addHelpText('after', AFTER)
    .action(async (id: string, options: UnpushFlags) => {
      const { unpush } = await import('./unpush.ts');
      invocation.code = await unpush(
        { ...options, id, ...surroundingsOf(invocation) },
        invocation.terminal,
      );
    });
}
