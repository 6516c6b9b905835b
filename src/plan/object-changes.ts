import { areEqual, fieldChanges, type FieldChange } from './field-changes.ts';
import type { ObjectSets, PlannedObject } from './object-set.ts';
import type { ObjectName } from './removed.ts';

/** An object that is in both states, and differs. */
export interface ChangedObject extends ObjectName {
  readonly fields: readonly FieldChange[];
  /** How many more fields differ than are listed. */
  readonly moreFields: number;
}

/** Which objects come, change and go. */
export interface ObjectChanges {
  /** In the order in which they are applied. */
  readonly added: readonly ObjectName[];
  /** In the same order. */
  readonly changed: readonly ChangedObject[];
  /** In the order to delete them in: what was applied last goes first. */
  readonly removed: readonly ObjectName[];
}

/** An object in both states; nothing where it is not there. */
export interface ObjectPair {
  readonly name: ObjectName;
  readonly before: PlannedObject['object'] | undefined;
  readonly after: PlannedObject['object'] | undefined;
}

/** The objects that differ, those that are gone after the others. */
export function differingObjects({ before, after }: ObjectSets): ObjectPair[] {
  const kept = [...after].map(([key, { name, object }]) => ({
    name,
    before: before.get(key)?.object,
    after: object,
  }));
  const gone = [...before].flatMap(([key, { name, object }]) =>
    after.has(key) ? [] : [{ name, before: object, after: undefined }],
  );
  return [...kept.filter((pair) => !areEqual(pair.before, pair.after)), ...gone];
}

/** Sorts {@link differingObjects} into what comes, changes and goes. */
export function objectChanges(differing: readonly ObjectPair[]): ObjectChanges {
  return {
    added: differing.filter((pair) => pair.before === undefined).map(({ name }) => name),
    changed: differing.flatMap(({ name, before, after }) => {
      if (!before || !after) return [];
      const { fields, more } = fieldChanges(before, after);
      return [{ ...name, fields, moreFields: more }];
    }),
    removed: differing
      .filter((pair) => pair.after === undefined)
      .map(({ name }) => name)
      .toReversed(),
  };
}
