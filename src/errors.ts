/**
 * Where something stands: a file as the user knows it (relative to the repository, or
 * `<archive>:<path inside it>`), with line and column counted from 1.
 */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** What there is to say about an input: the same shape for errors and for warnings. */
export interface Notice {
  /** Stable, lower case with dashes; each folder has a closed union of its own. */
  readonly code: string;
  /** What was found and what was expected, one sentence without a full stop. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
  readonly place?: Place | undefined;
}

/** What there is to say of an error beside its message. */
export interface MistakeOptions {
  /** What to do about it. */
  readonly hint?: string | undefined;
  readonly place?: Place | undefined;
  readonly cause?: unknown;
}

interface SolutionsErrorOptions<Code extends string> extends MistakeOptions {
  readonly code: Code;
}

/**
 * The one error that the program raises for what a user can mend. Several of one run travel
 * together in an `AggregateError`. Anything else that is thrown is a bug.
 */
export class SolutionsError<Code extends string = string> extends Error implements Notice {
  override readonly name = 'SolutionsError';
  readonly code: Code;
  readonly hint: string | undefined;
  readonly place: Place | undefined;

  constructor(message: string, options: SolutionsErrorOptions<Code>) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.hint = options.hint;
    this.place = options.place;
  }
}

/** What makes an error with one of a folder's codes. */
export type Mistake<Code extends string> = (
  code: Code,
  message: string,
  options?: MistakeOptions,
) => SolutionsError<Code>;

/** The {@link Mistake} of a folder, whose codes are `Code`. */
export function mistakeOf<Code extends string>(): Mistake<Code> {
  return (code, message, options = {}) => new SolutionsError(message, { code, ...options });
}

/** The errors inside `error`, for a caller that goes on to the next input; rethrows a bug. */
export function solutionsErrors(error: unknown): SolutionsError[] {
  if (error instanceof SolutionsError) return [error];
  if (error instanceof AggregateError) return error.errors.flatMap(solutionsErrors);
  throw error;
}

/** Throws all of `errors` together, or returns when there are none. */
export function throwAll(errors: readonly SolutionsError[]): void {
  const [only] = errors;
  if (only === undefined) return;
  if (errors.length === 1) throw only;
  throw new AggregateError(errors, `${errors.length} errors`);
}

/** `file:line:column`, as compilers print it and editors open it. */
export function placeText(place: Place): string {
  return [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
}
