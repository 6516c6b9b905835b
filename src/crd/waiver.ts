import type { CrdChange } from './change.ts';

/** Somebody looked at changes of a CustomResourceDefinition, and says why they are right. */
export interface ChangeWaiver {
  /** `metadata.name` of the definition. */
  readonly name: string;
  /** Ids of rules; nothing for all of them. */
  readonly rules: ReadonlySet<string> | undefined;
  readonly reason: string;
}

/** A change, and the reason for which nobody needs to look at it again. */
export interface JudgedChange extends CrdChange {
  readonly waiver: string | undefined;
}

/** The changes of the definition `name` with the reason of the first waiver for each. */
export function judged(
  name: string,
  changes: readonly CrdChange[],
  waivers: readonly ChangeWaiver[],
): JudgedChange[] {
  const own = waivers.filter((waiver) => waiver.name === name);
  return changes.map((change) => ({
    ...change,
    waiver: own.find(({ rules }) => rules?.has(change.rule) ?? true)?.reason,
  }));
}

/** Whether a change breaks something, and nobody said that this is right. */
export function isBreaking({ level, waiver }: JudgedChange): boolean {
  return level === 'breaking' && waiver === undefined;
}
