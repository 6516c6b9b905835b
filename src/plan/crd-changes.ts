import { crdChanges } from '../crd/changes.ts';
import type { CrdChange } from '../crd/change.ts';
import { ruleText } from '../crd/rules.ts';
import { judged, type ChangeWaiver, type JudgedChange } from '../crd/waiver.ts';
import { nameOf, type JsonObject } from '../kubernetes/value.ts';
import { compareText } from '../text-order.ts';

/** What happens to one CustomResourceDefinition. */
export interface ChangedCrd {
  readonly name: string;
  /** Worst first; at least one. */
  readonly changes: readonly JudgedChange[];
}

/** What the CRDs of two states are compared by. */
export interface CrdSets {
  readonly before: readonly JsonObject[];
  readonly after: readonly JsonObject[];
  readonly waivers: readonly ChangeWaiver[];
}

/**
 * The CustomResourceDefinitions of `before` that change or go, by name. New ones, and those of which
 * only descriptions change, are not among them.
 */
export function changedCrds({ before, after, waivers }: CrdSets): ChangedCrd[] {
  const byName = new Map(after.map((crd) => [nameOf(crd), crd]));
  return before
    .map((crd) => {
      const name = nameOf(crd);
      const now = byName.get(name);
      const changes = now ? crdChanges(crd, now) : [removal()];
      return { name, changes: judged(name, changes, waivers) };
    })
    .filter(({ changes }) => changes.length > 0)
    .toSorted((a, b) => compareText(a.name, b.name));
}

function removal(): CrdChange {
  const rule = 'definition-removed';
  return { rule, level: ruleText(rule).level, path: '', message: 'is no longer rendered' };
}
