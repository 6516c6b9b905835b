import { isSystemError, systemText } from '../disk/failure.ts';
import { mistakeOf, SolutionsError, type MistakeOptions, type Notice } from '../errors.ts';
import { printable } from '../printable.ts';

/** What this folder complains of, as errors and as notices. */
export type ArchiveCode =
  | 'archive-missing'
  | 'archive-not-readable'
  | 'archive-kind'
  | 'archive-no-manifest'
  | 'archive-legacy'
  | 'archive-plain-names'
  | 'archive-bad-name'
  | 'archive-cut-names'
  | 'archive-size'
  | 'archive-too-large'
  | 'archive-link'
  | 'archive-special-file'
  | 'product-documents'
  | 'product-name'
  | 'product-version'
  | 'product-id'
  | 'product-images'
  | 'product-operator-image'
  | 'product-ui'
  | 'crd-kind'
  | 'crd-v1beta1'
  | 'crd-name'
  | 'crd-unseen'
  | 'role-kind'
  | 'role-name'
  | 'monitoring-place'
  | 'image-name'
  | 'image-place'
  | 'image-manifest-missing'
  | 'image-absent'
  | 'image-digest';

/** `place` is given where the line is known. */
interface AboutFile extends MistakeOptions {
  /** The file that it is about: `<archive>:<path inside it>`. */
  readonly file: string;
}

const mistakeAt = mistakeOf<ArchiveCode>();

/** Makes an error of this folder: it is about a file at least. */
export function mistake(
  code: ArchiveCode,
  message: string,
  { file, place = { file }, ...more }: AboutFile,
): SolutionsError<ArchiveCode> {
  return mistakeAt(code, message, { place, ...more });
}

/** That `what` (`the archive`, `the file`) cannot be read, and why. */
export function unreadable(
  what: string,
  file: string,
  cause: unknown,
): SolutionsError<ArchiveCode> {
  const code = isSystemError(cause) ? cause.code : '';
  const reason = isSystemError(cause) ? systemText(cause) : String(cause);
  const hint = hints[code] ?? 'look whether the disk, or what is mounted there, is in order';
  return mistake('archive-not-readable', `${what} cannot be read: ${reason}`, {
    file,
    hint,
    cause,
  });
}

const hints: Readonly<Record<string, string>> = {
  EACCES: 'this user needs read access to it, and to the folders above it',
  EPERM: 'this user needs read access to it, and to the folders above it',
  ELOOP: 'a symbolic link on its path leads back to itself: correct the link or the path',
  ENOTDIR: 'a part of its path is a file, not a folder: correct the path',
  ENAMETOOLONG: 'no file has so long a name: correct the path',
  ENOENT: 'it went away while it was read: wait until whatever changes it is done',
};

/** What the code of a notice of this folder may be. */
export function notice(
  code: ArchiveCode,
  message: string,
  { file, place = { file }, hint }: AboutFile,
): Notice & { readonly code: ArchiveCode } {
  return { code, message, hint, place };
}

/** Text from an archive as it may be printed: quoted, escapes and control characters spelt out. */
export function quoted(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}...` : text;
  // JSON leaves DEL, the C1 controls and the marks that turn the writing direction as they are.
  return printable(JSON.stringify(short));
}

/** The first five of some texts from an archive, as they may be printed, and how many more. */
export function fewOf(texts: readonly string[]): string {
  const more = texts.length > 5 ? ` and ${texts.length - 5} more` : '';
  return `${texts.slice(0, 5).map(quoted).join(', ')}${more}`;
}

/** Nobody but the vendor can change a file of an archive; a record must stay as it is. */
export function forVendor(error: SolutionsError): SolutionsError {
  const { code, message, hint, place } = error;
  if (hint?.includes('the vendor') === true) return error;
  return new SolutionsError(message, {
    code,
    hint: hint === undefined ? 'the vendor must mend it' : `the vendor must mend it: ${hint}`,
    place,
    cause: error,
  });
}
