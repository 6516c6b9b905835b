import { quoted } from '../archive/mistake.ts';
import { SolutionsError, solutionsErrors } from '../errors.ts';
import { RegistryError } from '../registry/failure.ts';

interface Subject {
  readonly archive: string;
  /** `<name>:<tag>` */
  readonly text: string;
  /** Of a blob in the archive. */
  readonly path?: string | undefined;
}

/**
 * The error of a registry with the image that it is about and its place in the archive; other
 * errors of ours name both already. Rethrows a bug.
 */
export function named(error: unknown, { archive, text, path }: Subject): SolutionsError {
  const [known] = solutionsErrors(error);
  if (!(known instanceof RegistryError)) return known ?? unknownError();
  // One registry that is gone is one error, whatever was to be sent.
  if (known.isGone || known.code === 'registry-interrupted') return known;
  const { code, message, hint } = known;
  const file = path === undefined ? archive : `${archive}:${path}`;
  return new SolutionsError(`image ${quoted(text)}: ${message}`, {
    code,
    hint,
    place: { file },
    cause: known,
  });
}

function unknownError(): never {
  throw new Error('an error without any inside');
}
