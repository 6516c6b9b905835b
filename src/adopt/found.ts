import type { Place } from '../errors.ts';
import { groupOf, isJsonList, isJsonObject, textOf, type JsonObject } from '../kubernetes/value.ts';

/** An object of the cluster, or of a file that was saved from it. */
export interface Found {
  readonly value: JsonObject;
  /** In a saved file; what kubectl printed has none that anybody could open. */
  readonly place?: Place | undefined;
}

/** A document: an object, or a list of them. */
interface Document extends Found {
  placeOf?(path: readonly (string | number)[]): Place;
}

/**
 * The objects of a document: itself, or those of a list, be it `kind: List` as kubectl prints it or
 * a `DeploymentList` of the API, whose items do not say what they are.
 */
export function objectsIn(document: Document): Found[] {
  const { value, place } = document;
  const { kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !isJsonList(items)) {
    return [{ value, place }];
  }
  const itemKind = kind.slice(0, -'List'.length);
  const own: JsonObject =
    itemKind === '' ? {} : { apiVersion: value['apiVersion'] ?? '', kind: itemKind };
  return items.flatMap((item, index) =>
    isJsonObject(item)
      ? { value: { ...own, ...item }, place: document.placeOf?.(['items', index]) }
      : [],
  );
}

/** `Deployment.apps`, `Namespace`: the kind of an object and its group, without the version. */
export function kindOf({ value }: Found): string {
  const kind = textOf(value['kind']);
  const group = groupOf(textOf(value['apiVersion']));
  return group === '' ? kind : `${kind}.${group}`;
}

/** Items by what `key` says of them, in the order in which they come. */
export function groupBy<Item>(
  items: readonly Item[],
  key: (item: Item) => string,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
