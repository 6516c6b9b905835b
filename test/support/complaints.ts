import { placeText, solutionsErrors, type SolutionsError } from '../../src/errors.ts';

/** The errors that `work` ends with; an error that is a bug is thrown on, a value is none. */
export function errorsIn(work: () => unknown): SolutionsError[] {
  try {
    work();
    return [];
  } catch (error) {
    return solutionsErrors(error);
  }
}

/** What a user reads: `<place> <message>`, and `| <hint>` where there is one. */
export function complaintsOf(work: () => unknown): string[] {
  return errorsIn(work).map(
    ({ place, message, hint }) =>
      `${place ? `${placeText(place)} ` : ''}${message}${hint === undefined ? '' : ` | ${hint}`}`,
  );
}
