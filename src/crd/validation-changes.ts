import { fieldOf, isJsonList, textOf, type Json } from '../kubernetes/value.ts';
import { compareText } from '../text-order.ts';
import type { Changes } from './change.ts';
import { isSet, keyword } from './schema.ts';
import type { SchemaPair } from './value-changes.ts';
import { shown } from './wording.ts';

/**
 * What changes of the expressions that must be true (`x-kubernetes-validations`). Two are the same
 * where their text is; an expression that goes and one that comes with the same message are one that
 * changed.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 */
export function validationChanges({ before, after, path }: SchemaPair, changes: Changes): void {
  const [old, now] = [validationsOf(before), validationsOf(after)];
  // Most schemas have none.
  if (old.size === 0 && now.size === 0) return;
  const gone = new Map([...old].filter(([key]) => !now.has(key)));
  const keyByMessage = new Map(
    [...gone].flatMap(([key, { message }]) => (message === '' ? [] : [[message, key] as const])),
  );
  for (const [key, { rule, message }] of now) {
    if (old.has(key)) continue;
    const former = keyByMessage.get(message);
    if (former !== undefined && gone.delete(former)) {
      const was = old.get(former)?.rule ?? '';
      changes.add('validation-changed', path, `was ${shown(was)}, is ${shown(rule)}`);
    } else changes.add('validation-added', path, `${shown(rule)} must be true`);
  }
  for (const { rule } of gone.values()) {
    changes.add('validation-removed', path, `${shown(rule)} need not be true any more`);
  }
}

interface Validation {
  readonly rule: string;
  readonly message: string;
}

/** By what makes them differ: not their message, nor how the error is reported. */
function validationsOf(schema: Json | undefined): Map<string, Validation> {
  const list = keyword(schema, 'x-kubernetes-validations');
  const found = (isJsonList(list) ? list : []).map((one) => {
    const rule = textOf(fieldOf(one, 'rule'));
    const key = `${isSet(one, 'optionalOldSelf') ? 'optional' : ''} ${rule.trim()}`;
    return [key, { rule, message: textOf(fieldOf(one, 'message')) }] as const;
  });
  return new Map(found.toSorted(([a], [b]) => compareText(a, b)));
}
