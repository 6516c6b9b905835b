import { SolutionsError, type Notice, type Place } from '../errors.ts';
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
  | 'crd-kind'
  | 'crd-v1beta1'
  | 'crd-name'
  | 'crd-unseen'
  | 'role-kind'
  | 'role-name'
  | 'image-name'
  | 'image-place'
  | 'image-manifest-missing'
  | 'image-absent'
  | 'image-digest';

interface MistakeOptions {
  /** The file that it is about: `<archive>:<path inside it>`. */
  readonly file: string;
  /** Where the line is known. */
  readonly place?: Place | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An error of this folder. */
export function mistake(
  code: ArchiveCode,
  message: string,
  { file, place = { file }, hint, cause }: MistakeOptions,
): SolutionsError<ArchiveCode> {
  return new SolutionsError(message, { code, hint, cause, place });
}

/** What the code of a notice of this folder may be. */
export function notice(
  code: ArchiveCode,
  message: string,
  { file, place = { file }, hint }: MistakeOptions,
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
