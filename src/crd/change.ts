import { compareText } from '../text-order.ts';
import { levels, type Level } from './rule.ts';
import { ruleText, type CrdRule } from './rules.ts';

/** One difference between two CustomResourceDefinitions, judged. */
export interface CrdChange {
  readonly rule: CrdRule;
  readonly level: Level;
  /** Where: `spec.scope`, `v1beta1`, `v1beta1: spec.shops[].size`. Safe to print. */
  readonly path: string;
  /** What was and what is, a sentence without a full stop. Safe to print. */
  readonly message: string;
}

/** Nobody reads on, and a definition of a megabyte may differ in a hundred thousand places. */
const MAX_CHANGES = 200;

/** Collects changes: of each level the first ones, of all how many there are. */
export class Changes {
  readonly #kept = new Map<Level, CrdChange[]>(levels.map((level) => [level, []]));
  readonly #counts = new Map<Level, number>();

  add(rule: CrdRule, path: string, message: string): void {
    // The path of a whole schema is the start of the paths of its fields: `v1: `.
    const place = path.replace(/: $/u, '');
    this.keep({ rule, level: ruleText(rule).level, path: place, message });
  }

  /** Adds a change that was found elsewhere. */
  keep(change: CrdChange): void {
    this.#counts.set(change.level, (this.#counts.get(change.level) ?? 0) + 1);
    const kept = this.#kept.get(change.level);
    if (kept && kept.length < MAX_CHANGES) kept.push(change);
  }

  /** Worst first, then by path and rule; at most {@link MAX_CHANGES} and one that counts the rest. */
  sorted(): CrdChange[] {
    const all = [...this.#kept.values()].flatMap((kept) => kept.toSorted(inOrder));
    const shown = all.slice(0, MAX_CHANGES);
    const left = levels.flatMap((level) => {
      const count = (this.#counts.get(level) ?? 0) - countOf(shown, level);
      return count > 0 ? [{ level, count }] : [];
    });
    const [worst] = left;
    if (!worst) return shown;
    const message = `not listed are ${left.map(({ level, count }) => `${count} more ${level}`).join(', ')}`;
    return [...shown, { rule: 'more-changes', level: worst.level, path: '', message }];
  }
}

function inOrder(a: CrdChange, b: CrdChange): number {
  return (
    compareText(a.path, b.path) || compareText(a.rule, b.rule) || compareText(a.message, b.message)
  );
}

function countOf(changes: readonly CrdChange[], level: Level): number {
  return changes.filter((change) => change.level === level).length;
}
