import { SolutionsError, throwAll, type Notice, type Place } from '../errors.ts';

/** The contradictions that {@link resolve} finds in the desired state. */
export type ModelCode =
  | 'unknown-solution'
  | 'unknown-version'
  | 'duplicate-environment'
  | 'empty-environment'
  | 'duplicate-namespace'
  | 'reserved-namespace'
  | 'duplicate-solution'
  | 'no-active-version'
  | 'newer-than-active'
  | 'no-operator'
  | 'ignored-setting'
  | 'operator-image-missing'
  | 'operator-cannot-run'
  | 'bad-repository'
  | 'archive-place'
  | 'images-not-pushed'
  | 'monitoring-off'
  | 'monitoring-too-large'
  | 'dashboard-uid'
  | 'input-missing'
  | 'unknown-input'
  | 'invalid-alerts'
  | 'crd-owners'
  | 'crd-duplicate'
  | 'crd-incompatible'
  | 'stale-crd-waiver'
  | 'role-reserved'
  | 'role-duplicate'
  | 'role-renamed'
  | 'role-unknown'
  | 'role-aggregated'
  | 'no-roles'
  | 'rights-not-given'
  | 'metrics-unusable'
  | 'metrics-certificate'
  | 'ui-image'
  | 'ui-cannot-run'
  | 'ui-paths'
  | 'ui-address';

interface Details {
  readonly place?: Place | undefined;
  readonly hint?: string;
}

/** Collects what is found, so that all of it is shown together; `Code` is the union of a folder. */
export class Notices<Code extends string = ModelCode> {
  readonly #errors: SolutionsError<Code>[] = [];
  readonly #shared = new Set<string>();
  readonly #warnings = new Map<string, Notice>();

  /** An error that is mended at its place: every place is shown. */
  error(code: Code, message: string, details: Details): void {
    this.#errors.push(new SolutionsError(message, { code, ...details }));
  }

  /**
   * An error that is mended elsewhere, once for all places that it shows up at. The same sentence
   * is kept once: a thousand Environments may share a reason.
   */
  sharedError(code: Code, message: string, details: Details): void {
    if (this.#shared.has(message)) return;
    this.#shared.add(message);
    this.error(code, message, details);
  }

  /** The same sentence is kept once, with its first place. */
  warn(code: Code, message: string, details: Details): void {
    if (!this.#warnings.has(message)) this.#warnings.set(message, { code, message, ...details });
  }

  /** The warnings, when there is no error; otherwise throws all errors. */
  finish(): Notice[] {
    throwAll(this.#errors);
    return [...this.#warnings.values()];
  }
}

/** More of them do not help anybody. */
const MAX_LISTED = 10;

/** `a, b and c`: each once, and how many more there are after ten. */
export function list(words: readonly string[]): string {
  const unique = [...new Set(words)];
  if (unique.length < 2) return unique.join('');
  const shown = unique.length > MAX_LISTED ? unique.slice(0, MAX_LISTED) : unique.slice(0, -1);
  const rest = unique.length - shown.length;
  return `${shown.join(', ')} and ${rest === 1 ? (unique.at(-1) ?? '') : `${rest} more`}`;
}
