import { outputOption, surroundingsOf, type Invocation } from './invocation.ts';

const AFTER = `
Looks at everything that is committed, and writes nothing:
  record         the files of metadata/ have the digests of their record, and that its checksum
  archive        an archive that is at hand has the size and sha256 of its record
  implanted-md5  the sums that implantisomd5 left in it
  sha256-file    SHA256SUM, SHA256SUMS and <archive>.sha256 beside it
  signature      <archive>.sig, .sigstore.json and .minisig, by the keys of platform.yaml
  folder         out/ (and gitops/) are what synth renders, and hold nothing else
Each is checked, absent, unchecked or wrong. docs/trust.md says what each of them proves.

Exit codes: 0 nothing is wrong; 1 a record, an archive or what vouches for it is wrong, or the files have
mistakes; 3 out/ or gitops/ alone are not what synth renders; 2 wrong usage.

Examples:
  $ solutions verify                   with progress while archives are read
  $ solutions verify --locked          in CI, where the archives are not
  $ solutions verify --output json | jq -r '.items[] | select(.state == "wrong") | .file'`;

/** The flags of `verify`, as commander gives them. */
export interface VerifyFlags {
  readonly locked?: boolean;
}

/** `solutions verify`. */
export function addVerify(invocation: Invocation): void {
  invocation.program
    .command('verify')
    .summary('compare what is committed with what it should be')
    .description(
      'Says whether what is committed is what it says: the records in metadata/, the archives that they ' +
        'were extracted from, their signatures, and the manifests in out/.',
    )
    .option('--locked', 'read no archive, even where it is at hand')
    .addOption(outputOption())
    .addHelpText('after', AFTER)
    .action(async (flags: VerifyFlags) => {
      const { verify } = await import('./verify.ts');
      invocation.code = await verify(
        { ...flags, ...surroundingsOf(invocation) },
        invocation.terminal,
      );
    });
}
