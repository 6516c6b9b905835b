import type { SolutionsError } from '../errors.ts';
import { RegistryError } from '../registry/failure.ts';

/** Not allowed, no such project, read-only: what is true of all blobs that go to a repository. */
const CLOSED = new Set([403, 404, 405]);

/** The repositories that refused a blob before they saw a byte of it, each with one error. */
export class ClosedRepositories {
  readonly #errors = new Map<string, SolutionsError>();

  /** Why nothing can be sent there, or undefined where that is not known. */
  reason(repository: string): SolutionsError | undefined {
    return this.#errors.get(repository);
  }

  /**
   * The error to show for a refusal: the first one where the repository refuses everything.
   *
   * @param error - with the registry's own error as its cause
   * @param wasRead - whether the bytes of the blob were asked for: then it may be about this blob
   */
  noted(repository: string, error: SolutionsError, wasRead: boolean): SolutionsError {
    const { cause } = error;
    const isClosed = cause instanceof RegistryError && CLOSED.has(cause.status ?? 0);
    if (!isClosed || wasRead) return error;
    const first = this.#errors.get(repository) ?? error;
    this.#errors.set(repository, first);
    return first;
  }
}
