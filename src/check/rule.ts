/**
 * How much a finding matters.
 *
 * - `error`: the archive cannot be imported, or what it holds cannot run as it is.
 * - `warning`: it works here and now, but somebody loses by it: another reader, another Solution, an
 *   administrator who must work around it.
 * - `note`: nothing is wrong; somebody may want to know.
 */
export type Level = 'error' | 'warning' | 'note';

/** What there is to say about a rule, whatever broke it. */
export interface RuleText {
  readonly level: Level;
  /** What is wrong where the rule is broken, a phrase without a full stop. */
  readonly title: string;
  /** What follows from it, or which clause asks for it. */
  readonly why: string;
  /** What to do about it. */
  readonly mend: string;
}

/** The levels, worst first. */
export const levels: readonly Level[] = ['error', 'warning', 'note'];
