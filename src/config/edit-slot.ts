import type { ListNode, MapNode, Node } from '../kubernetes/node.ts';
import { behindGap, type Part } from './edit-parts.ts';
import type { Quote } from './edit-print.ts';

/** Where a value stands. */
export interface Slot<Kind extends Node = Node> {
  readonly node: Kind;
  /** Of the key before it, where a block may stand below that. */
  readonly column: number | undefined;
  /** Where it starts when it is not there: behind the `:` or dash, an anchor and a tag. */
  readonly behind: number | undefined;
  /** What is to be written before it then. */
  readonly lead: string;
  /** What quotes the keys around it in flow style: JSON stays JSON. */
  readonly quote: Quote;
}

/** The root of a document. */
export function rootSlot(node: Node): Slot {
  return { node, column: undefined, behind: undefined, lead: '', quote: undefined };
}

/** The value of an entry. */
export function entrySlot(map: MapNode, index: number, text: string): Slot | undefined {
  const entry = map.entries[index];
  if (!entry) return undefined;
  const [key, node] = entry;
  const colon = behindGap(key.end, text);
  const hasColon = text.charAt(colon) === ':';
  return {
    node,
    column: map.column,
    behind: hasColon ? behindProperties(colon + 1, text) : key.end,
    lead: hasColon ? ' ' : ': ',
    quote: map.column === undefined ? quoteOf(key, text) : undefined,
  };
}

/** An item, whose dash starts `part`; `quote` is that of the list. */
export function itemSlot(
  list: ListNode,
  index: number,
  { part, text, quote }: { readonly part: Part; readonly text: string; readonly quote: Quote },
): Slot | undefined {
  const node = list.items[index];
  const behind = behindProperties(part.start + (list.column === undefined ? 0 : 1), text);
  return node && { node, column: undefined, behind, lead: ' ', quote };
}

function behindProperties(from: number, text: string): number {
  const properties = /(?:[ \t]*[&!][^\s,[\]{}]*)*/uy;
  properties.lastIndex = from;
  properties.exec(text);
  return properties.lastIndex;
}

/** What quotes a scalar; nothing where it is plain, a block, or no scalar. */
export function quoteOf(node: Node | undefined, text: string): Quote {
  if (node?.kind !== 'scalar' || node.plain) return undefined;
  const first = text.charAt(node.at);
  return first === "'" || first === '"' ? first : undefined;
}

/** What quotes that which is added to a collection: the same as its last part. */
export function quoteIn({ node, quote }: Slot<ListNode | MapNode>, text: string): Quote {
  const last = node.kind === 'list' ? node.items.at(-1) : node.entries.at(-1)?.[1];
  if (node.column !== undefined) return quoteOf(last, text);
  if (node.kind === 'map') return node.entries[0] ? quoteOf(node.entries[0][0], text) : quote;
  if (last?.kind === 'map') return quoteOf(last.entries[0]?.[0], text);
  return last ? quoteOf(last, text) : quote;
}
