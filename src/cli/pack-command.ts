import { Option } from 'commander';
import { surroundingsOf, type Invocation } from './invocation.ts';

const AFTER = `
The folder holds manifest.yaml, images/ and operator/; it is only read. It is checked as by \`solutions
check\`: an error stops, warnings are shown. The image is read back to the last byte before it gets its
name; its sum goes to <file>.sha256. Equal files, such as layers that images share, take their space once,
whether they are hard links or not. Links become the files that they lead to. Owners become root, modes
0644, or 0755 for folders and what its owner may execute. Without registry-config.inc.j2 one is added:
MetalK8s itself imports by it.

The same folder gives the same bytes, whatever its dates, order, owners and place. All dates are
SOURCE_DATE_EPOCH, else the build-timestamp of manifest.yaml, else 1980.

\`--output\` names the archive here; how the result is printed is \`--format\`. Needs xorriso.

Exit codes: 0 written, 1 failed and nothing written, 2 wrong usage, 130 and 143 interrupted.

Examples:
  $ solutions pack ./storage-1.0.0 -o dist/storage-1.0.0.iso
  $ SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) solutions pack build/root -o storage-1.0.0.iso
  $ solutions pack ./storage-1.0.0 -o storage-1.0.0.iso --overwrite --format json`;

/** The flags of `pack`, as commander gives them. */
export interface PackFlags {
  readonly output: string;
  readonly overwrite?: boolean;
}

/** `solutions pack`. */
export function addPack(invocation: Invocation): void {
  invocation.program
    .command('pack')
    .summary('make the archive of a folder')
    .description(
      'For vendors: makes a Solution archive, an ISO image after the guidelines of MetalK8s, of the folder ' +
        'that holds its tree.',
    )
    .argument('<folder>', 'the tree of the Solution')
    .requiredOption('-o, --output <file>', 'the archive to write, such as <name>-<version>.iso')
    .option('--overwrite', 'replace the archive that is there, and its sum')
    .addOption(
      new Option('--format <format>', 'how the result is printed')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText('after', AFTER)
    .action(async (folder: string, flags: PackFlags) => {
      const { pack } = await import('./pack.ts');
      invocation.code = await pack(
        { ...flags, folder, ...surroundingsOf(invocation) },
        invocation.terminal,
      );
    });
}
