import { SolutionsError, throwAll, type Notice, type Place } from '../errors.ts';

/** The contradictions that {@link resolve} finds in the desired state. */
export type ModelCode =
  | 'unknown-solution'
  | 'unknown-version'
  | 'duplicate-environment'
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
  | 'crd-owners'
  | 'crd-duplicate'
  | 'role-reserved'
  | 'role-duplicate'
  | 'role-renamed'
  | 'role-unknown'
  | 'rights-not-given';

interface Details {
  readonly place?: Place | undefined;
  readonly hint?: string;
}

/** Collects what is found, so that all of it is shown together. */
export class Findings {
  readonly #errors: SolutionsError<ModelCode>[] = [];
  readonly #warnings = new Map<string, Notice>();

  error(code: ModelCode, message: string, details: Details): void {
    this.#errors.push(new SolutionsError(message, { code, ...details }));
  }

  /** The same sentence is kept once: a thousand Environments may share a reason. */
  warn(code: ModelCode, message: string, details: Details): void {
    if (!this.#warnings.has(message)) this.#warnings.set(message, { code, message, ...details });
  }

  /** The warnings, when there is no error; otherwise throws all errors. */
  finish(): Notice[] {
    throwAll(this.#errors);
    return [...this.#warnings.values()];
  }
}
