/**
 * How much a change matters to whoever has objects of the kind, or a program that uses it.
 *
 * - `breaking`: what works stops. Stored data is lost or can no longer be updated, a program of before
 *   is refused, or the API server refuses the definition.
 * - `risky`: it depends on what is stored and on what a program expects: somebody has to look.
 * - `safe`: what was valid stays valid, what is stored stays whole.
 */
export type Level = 'breaking' | 'risky' | 'safe';

/** What there is to say about one way in which a CustomResourceDefinition may change. */
export interface RuleText {
  readonly level: Level;
  /** What changed, a sentence without a full stop. */
  readonly what: string;
  /** What follows from it in a cluster. */
  readonly why: string;
  /** What to do about it; nothing where nothing has to be done. */
  readonly remedy?: string;
}

/** The levels, worst first. */
export const levels: readonly Level[] = ['breaking', 'risky', 'safe'];
