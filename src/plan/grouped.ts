import type { ObjectName } from './removed.ts';

/** Objects of one kind of which the same is said. */
export interface ObjectGroup<Item> {
  readonly kind: string;
  readonly names: readonly string[];
  /** Those in which each of the names is; empty for what is the cluster's. */
  readonly namespaces: readonly string[];
  /** One of them, for what is said. */
  readonly first: Item;
}

/**
 * Puts objects together of which the same is said, first over Namespaces, then over names: the same
 * upgrade in a thousand Environments is a few lines. In the order of the first of each.
 */
export function groupObjects<Item extends ObjectName>(
  objects: readonly Item[],
  said: (object: Item) => unknown,
): ObjectGroup<Item>[] {
  const sameName = groupBy(objects, (object) =>
    JSON.stringify([object.apiVersion, object.kind, object.name, said(object)]),
  ).map((group) => ({
    group,
    namespaces: group.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace])),
  }));
  return groupBy(sameName, ({ group: [first], namespaces }) =>
    JSON.stringify([first.apiVersion, first.kind, namespaces, said(first)]),
  ).map((groups) => {
    const [{ group, namespaces }] = groups;
    const [first] = group;
    return {
      kind: first.kind,
      names: groups.map((one) => one.group[0].name),
      namespaces,
      first,
    };
  });
}

/** Never empty. */
type Group<Item> = readonly [Item, ...Item[]];

/** Items with one key together, in the order of the first of each. */
export function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): Group<Item>[] {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
