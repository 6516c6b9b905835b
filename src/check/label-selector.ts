import { fieldOf, textOf, type JsonObject } from '../kubernetes/value.ts';
import { isThere, itemsOf, mapAt } from './pod-template.ts';
import { itemTexts } from './security-context.ts';

/**
 * Whether a LabelSelector is about something with these labels; an empty one is about everything, an
 * expression that Kubernetes does not know about nothing.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 */
export function selects(selector: JsonObject, labels: JsonObject): boolean {
  return (
    hasLabels(mapAt(selector, ['matchLabels']), labels) &&
    itemsOf(selector['matchExpressions']).every(({ value }) => isMet(value, labels))
  );
}

/** Whether all of some labels are among others. */
function hasLabels(wanted: JsonObject, labels: JsonObject): boolean {
  return Object.entries(wanted).every(([key, value]) => fieldOf(labels, key) === value);
}

function isMet(expression: JsonObject, labels: JsonObject): boolean {
  const value = fieldOf(labels, textOf(expression['key']));
  const isIn = (): boolean => itemTexts(expression['values']).includes(textOf(value));
  switch (expression['operator']) {
    case 'In':
      return isThere(value) && isIn();
    case 'NotIn':
      return !isThere(value) || !isIn();
    case 'Exists':
      return isThere(value);
    case 'DoesNotExist':
      return !isThere(value);
    default:
      return false;
  }
}
