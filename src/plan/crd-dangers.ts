import type { CrdUse } from '../model/state.ts';
import { isBreaking, type ChangeWaiver, type JudgedChange } from '../crd/waiver.ts';
import { changedCrds, type ChangedCrd } from './crd-changes.ts';
import type { DifferingObject } from './object-changes.ts';

/** A CRD that is rendered as one version has it, and that another deployed version shares. */
export interface SharedCrd {
  readonly name: string;
  /** `<name>-<version>` of the archive whose CRD is rendered. */
  readonly renderedFrom: string;
  /** The same of the one that has to live with it. */
  readonly sharedBy: string;
  readonly isCompatible: boolean;
  /** Whether the CRD changes, or the version did not run before. */
  readonly isNew: boolean;
  /** From its own to the rendered one, worst first. */
  readonly changes: readonly JudgedChange[];
}

/** What becomes of stored custom resources, and of the Operators that use them. */
export interface CrdDangers {
  readonly changed: readonly ChangedCrd[];
  readonly shared: readonly SharedCrd[];
  /** How many changes break something without a waiver, in both lists; of the shared ones the new. */
  readonly breaking: number;
}

/** What the judgement of CRDs depends on, beside the objects. */
export interface CrdContext {
  readonly waivers: readonly ChangeWaiver[];
  readonly uses: readonly CrdUse[];
}

/** What differs between two states. */
interface Difference {
  readonly differing: readonly DifferingObject[];
  /** The versions that ran before, as `<name>-<version>`. */
  readonly deployed: ReadonlySet<string>;
}

/** Judges the CRDs among the differing objects, and those that several versions share. */
export function crdDangers(
  { differing, deployed }: Difference,
  { waivers, uses }: CrdContext,
): CrdDangers {
  const crds = differing.filter(({ name }) => name.kind === 'CustomResourceDefinition');
  const changed = changedCrds({
    before: crds.map(({ before }) => before).filter((crd) => crd !== undefined),
    after: crds.map(({ after }) => after).filter((crd) => crd !== undefined),
    waivers,
  });
  const changedNames = new Set(crds.map(({ name }) => name.name));
  const shared = uses.map(({ crd, archive, changes, isCompatible }): SharedCrd => ({
    name: crd.name,
    renderedFrom: crd.archive.id,
    sharedBy: archive.id,
    isCompatible,
    isNew: changedNames.has(crd.name) || !deployed.has(archive.id),
    changes,
  }));
  const all = [...changed, ...shared.filter(({ isNew }) => isNew)].flatMap(
    ({ changes }) => changes,
  );
  return { changed, shared, breaking: all.filter(isBreaking).length };
}
