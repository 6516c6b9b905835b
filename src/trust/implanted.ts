import { counted } from '../count.ts';
import type { Image } from '../iso/image.ts';
import { differingBytes, readImplanted } from '../iso/implanted-md5.ts';
import { implantedResult } from './stream-check.ts';
import { settled, type Claim } from './verdict.ts';

const check = 'implanted-md5';
const hint = 'the image is damaged: copy or download it again';

/**
 * The sums that `implantisomd5` left in an image.
 *
 * @param file the image as the user wrote it
 */
export function implantedClaim(
  file: string,
  { applicationUse, volumeSize }: Pick<Image, 'applicationUse' | 'volumeSize'>,
): Claim | undefined {
  const implanted = readImplanted(applicationUse, volumeSize);
  if (implanted === undefined) return undefined;
  if (implanted.kind === 'damaged') {
    const message = `its implanted MD5 sums are damaged: ${implanted.reason}`;
    return settled({ check, state: 'wrong', file, message, hint });
  }
  const { sums } = implanted;
  return {
    check,
    file,
    checks: [{ kind: 'implanted', sums }],
    judge({ results: [result] }) {
      const found = implantedResult(result);
      if (found.isWhole && found.fragment === 0) {
        const parts = sums.fragments
          ? ` and its ${counted(sums.fragments.count, 'fragment')} have`
          : ' has';
        const message = `the image${parts} the MD5 that is implanted in it`;
        return { check, state: 'checked', file, message };
      }
      if (found.isWhole) {
        const message = `the image has its implanted MD5, and not the one of fragment ${found.fragment}: the sums were changed`;
        return { check, state: 'wrong', file, message, hint };
      }
      const [from, to] = differingBytes(sums, found);
      const message = `the bytes ${from} to ${to - 1} of the image do not have their implanted MD5`;
      return { check, state: 'wrong', file, message, hint };
    },
  };
}
