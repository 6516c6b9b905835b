import { solutionsErrors, type SolutionsError } from '../../src/errors.ts';

/** The errors that `work` ends with, none where it succeeds; a bug is thrown on. */
export async function errorsOf(work: () => unknown): Promise<SolutionsError[]> {
  try {
    await work();
    return [];
  } catch (error) {
    return solutionsErrors(error);
  }
}
