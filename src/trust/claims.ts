import type { Image } from '../iso/image.ts';
import { baseOf, readBeside, type SmallFile, type Spot } from './beside.ts';
import { bundleClaim } from './bundle.ts';
import { cosignClaim } from './cosign.ts';
import { implantedClaim } from './implanted.ts';
import type { Trusted } from './keys.ts';
import { minisignClaim } from './minisign.ts';
import { badSignature } from './signers.ts';
import { sumsClaims } from './sums.ts';
import { settled, type Claim, type Verdict } from './verdict.ts';

/** An archive whose bytes something may vouch for. */
export interface Vouched extends Spot {
  readonly image: Pick<Image, 'applicationUse' | 'volumeSize'>;
}

type Content = SmallFile & { readonly content: Uint8Array };
type Reader = (file: Content, trusted: Trusted, spot: Spot) => Claim | Promise<Claim>;

/** By the end of their names; `.bundle` is what cosign 2's own documentation calls a bundle. */
const FORMATS: readonly (readonly [string, Reader])[] = [
  ['.sig', cosignClaim],
  ['.sigstore.json', bundleClaim],
  ['.bundle', bundleClaim],
  ['.minisig', minisignClaim],
];

/**
 * Everything that vouches for an image: the sums implanted in it, files of sums and signatures beside
 * it. Reads what is small, and none of the image.
 *
 * @param trusted whose signatures count; without it, or where its policy is `off`, none is looked at
 * @throws SolutionsError `trust-root`
 */
export async function claimsOf(archive: Vouched, trusted: Trusted | undefined): Promise<Claim[]> {
  const implanted = implantedClaim(archive.name, archive.image);
  const claims = [...(implanted ? [implanted] : []), ...sumsClaims(archive)];
  if (trusted === undefined || trusted.policy === 'off') return claims;
  for (const [end, read] of FORMATS) {
    const found = readBeside(archive, `${baseOf(archive)}${end}`);
    if (found) claims.push(await signatureClaim(found, read, { trusted, spot: archive }));
  }
  return claims;
}

async function signatureClaim(
  { file, content }: SmallFile,
  read: Reader,
  { trusted, spot }: { readonly trusted: Trusted; readonly spot: Spot },
): Promise<Claim> {
  if (trusted.keys.length === 0) return settled(uncheckedSignature(file));
  if (typeof content === 'string') {
    const message = `the signature cannot be read: ${content}`;
    return settled(badSignature(file, message, 'mend the file, or get it again'));
  }
  return read({ file, content }, trusted, spot);
}

function uncheckedSignature(file: string): Verdict {
  return {
    check: 'signature',
    state: 'unchecked',
    file,
    message: 'the signature was not checked: platform.yaml has no keys',
    hint: 'add the vendor’s public key under `trust.keys` in platform.yaml; `policy: off` there says that none is wanted',
  };
}
