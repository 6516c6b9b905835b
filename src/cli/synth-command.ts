import { Option } from 'commander';
import { outputOption, surroundingsOf, type Invocation } from './invocation.ts';

const AFTER = `
What is in out/ and gitops/ belongs to this command: a file that somebody edited stops it, --overwrite
replaces it. What is no longer rendered is removed from there; the lines that delete it in the cluster
are printed.

A new archive is compared with the sums and signatures in it and beside it; under \`trust\`, platform.yaml
says whose signatures count, and whether there must be one (docs/trust.md).

Exit codes: 0 done, or with --check nothing would change; 3 with --check something would; 1 failed,
2 wrong usage.

Examples:
  $ solutions synth                       extract what is new, write out/
  $ solutions synth --check               print what would change, as a unified diff
  $ solutions synth --locked --check      in CI, without the archives
  $ solutions -C clusters/paris synth     for another folder
  $ solutions synth --output json         what was written, removed and warned of, for a program`;

/** The flags of `synth`, as commander gives them. */
export interface SynthFlags {
  readonly check?: boolean;
  readonly locked?: boolean;
  readonly acceptChanged?: boolean;
  readonly overwrite?: boolean;
}

/** `solutions synth`. */
export function addSynth(invocation: Invocation): void {
  invocation.program
    .command('synth')
    .summary('write the manifests')
    .description(
      'Reads solutions.yaml, environments.yaml and platform.yaml, extracts what is new from the ' +
        'archives into metadata/, and writes the manifests to out/, and to gitops/ what an agent needs.',
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
    .option('--overwrite', 'replace files in out/ and gitops/ that somebody edited')
    .addOption(outputOption())
    .addHelpText('after', AFTER)
    .action(async (options: SynthFlags) => {
      const { synth } = await import('./synth.ts');
      invocation.code = await synth(
        { ...options, ...surroundingsOf(invocation) },
        invocation.terminal,
      );
    });
}
