import { solutionsErrors, type SolutionsError } from '../errors.ts';

/** Work of which one part may fail without the next. */
export function attempts() {
  const errors: SolutionsError[] = [];
  const attempt = <Value>(work: () => Value): Value | undefined => {
    try {
      return work();
    } catch (error) {
      errors.push(...solutionsErrors(error));
      return undefined;
    }
  };
  return { errors, attempt };
}
