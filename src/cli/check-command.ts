import { Option } from 'commander';
import { rootOf, type Invocation } from './invocation.ts';

const AFTER = `
Levels: an error stops an import, or what the archive holds cannot run; a warning costs somebody
something; a note is worth to know. docs/rules.md has every rule, with its reason.

A folder without the tree of an archive is one of manifests, whoever rendered them; so is a file that
ends in .yaml, .yml or .json. Pods are judged by the profile of Pod Security that the labels of their
Namespace ask for, without any by \`baseline\`. What is right all the same is waived, with its reason,
under \`waivers\` in platform.yaml.

Exit codes: 0 no errors (with --strict no warnings either), 1 some, or the check failed, 2 wrong usage.

Examples:
  $ solutions check storage-1.0.0.iso
  $ solutions check ./storage-tree --strict         before the image is made
  $ solutions check *.iso --deep                    hash every blob, compare sums and signatures
  $ solutions check storage-1.0.0.iso -o sarif > storage.sarif
  $ solutions check out/ --strict                   what is rendered, before it is applied`;

interface CheckFlags {
  readonly deep?: boolean;
  readonly strict?: boolean;
}

/** `solutions check`. */
export function addCheck(invocation: Invocation): void {
  invocation.program
    .command('check')
    .summary('judge archives before they are shipped or imported, and manifests')
    .description(
      'Checks Solution archives, ISO images or directories, against every rule of the format: the image, ' +
        'manifest.yaml, images, CRDs and roles. Each finding has a rule, a place inside the archive, and ' +
        'what to do. Several archives are also checked against each other. A folder of manifests, such as ' +
        'out/, is judged by the Pod Security Standards and common rules. Writes nothing, runs nothing.',
    )
    .argument(
      '<archive...>',
      'ISO images, directories that hold the same tree, or folders of manifests',
    )
    .option(
      '--deep',
      'hash every blob, and compare implanted MD5, SHA256SUM and signatures: reads the whole archive',
    )
    .option('--strict', 'warnings fail, too')
    .addOption(
      new Option('-o, --output <format>', 'how the findings are printed')
        .choices(['text', 'json', 'sarif', 'junit'])
        .default('text'),
    )
    .addHelpText('after', AFTER)
    .action(async (archives: string[], { deep = false, strict = false }: CheckFlags) => {
      const { check } = await import('./check.ts');
      const { terminal } = invocation;
      invocation.code = await check({ archives, deep, strict, root: rootOf(invocation) }, terminal);
    });
}
