import { isJsonObject, textOf, type JsonObject } from '../kubernetes/value.ts';
import { selects } from './label-selector.ts';

interface Entry<Item> {
  readonly selector: JsonObject;
  readonly item: Item;
}

/** Selectors that are tried for one set of labels; whoever has more of one kind is not judged. */
const MAX_TRIED = 200;

/** Things that select others of their Namespace by labels, found without trying each. */
export class SelectorIndex<Item> {
  /** By the Namespace and the first label that a selector asks for. */
  readonly #byLabel = new Map<string, Entry<Item>[]>();

  /** `selector` is a LabelSelector. */
  add(namespace: string, selector: JsonObject, item: Item): void {
    const labels = selector['matchLabels'];
    const [first] = isJsonObject(labels) ? Object.entries(labels) : [];
    const key = JSON.stringify([namespace, ...(first ? [first[0], textOf(first[1])] : [])]);
    const entries = this.#byLabel.get(key) ?? [];
    this.#byLabel.set(key, entries);
    entries.push({ selector, item });
  }

  /** The first that selects `labels`; `unknown` where there are too many to try. */
  find(namespace: string, labels: JsonObject, unknown?: Item): Item | undefined {
    const keys = [
      [namespace],
      ...Object.entries(labels).map(([key, value]) => [namespace, key, textOf(value)]),
    ];
    for (const key of keys) {
      const entries = this.#byLabel.get(JSON.stringify(key)) ?? [];
      const tried = entries.slice(0, MAX_TRIED);
      const found = tried.find(({ selector }) => selects(selector, labels));
      if (found) return found.item;
      if (entries.length > MAX_TRIED) return unknown;
    }
    return undefined;
  }
}
