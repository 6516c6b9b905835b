import { fieldChanges, type FieldChange, type FieldChanges } from './field-changes.ts';
import type { JsonObject } from '../kubernetes/value.ts';
import type { ObjectSets } from './object-set.ts';
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

/** An object that differs; nothing in the state in which it is not there. */
export interface DifferingObject {
  readonly name: ObjectName;
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
  /** What differs, of an object in both states; otherwise nothing. */
  readonly fields: FieldChanges;
}

const NOTHING: FieldChanges = { fields: [], more: 0 };

/** The objects that differ in the order in which they are applied, those that are gone at the end. */
export function differingObjects({ before, after }: ObjectSets): DifferingObject[] {
  const gone = [...before].flatMap(([key, { name, object }]) =>
    after.has(key) ? [] : [{ name, before: object, after: undefined, fields: NOTHING }],
  );
  const kept = [...after].flatMap(([key, { name, object }]): DifferingObject[] => {
    const old = before.get(key)?.object;
    if (old === object) return [];
    const fields = old ? fieldChanges(old, object) : NOTHING;
    if (old && fields.fields.length === 0) return [];
    return [{ name, before: old, after: object, fields }];
  });
  return [...kept, ...gone];
}

/** Sorts {@link differingObjects} into what comes, changes and goes. */
export function objectChanges(differing: readonly DifferingObject[]): ObjectChanges {
  return {
    added: differing.filter((one) => one.before === undefined).map(({ name }) => name),
    changed: differing.flatMap(({ name, before, after, fields: { fields, more } }) =>
      before && after ? [{ ...name, fields, moreFields: more }] : [],
    ),
    removed: differing
      .filter((one) => one.after === undefined)
      .map(({ name }) => name)
      .toReversed(),
  };
}
