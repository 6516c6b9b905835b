import type { MapNode, Node } from '../kubernetes/node.ts';

/** How a file lays out what it holds: what is added looks like the rest. */
export interface Layout {
  /** Columns from a key to a map below it. */
  readonly step: number;
  /** Columns from a key to the dashes of a list below it. */
  readonly listStep: number;
  /** Columns from a dash to its item. */
  readonly dashStep: number;
  /** What stands inside the braces of a flow map: a blank, or nothing. */
  readonly padding: string;
}

/** What prettier and this project's own examples have. */
const USUAL: Layout = { step: 2, listStep: 2, dashStep: 2, padding: ' ' };

/** The layout of a document: that of the first of each kind in it. */
export function layoutOf(root: Node | undefined, text: string): Layout {
  const found: Found = {};
  if (root) collect(root, text, found);
  return { ...USUAL, ...found };
}

type Found = { -readonly [Key in keyof Layout]?: Layout[Key] };

function collect(node: Node, text: string, found: Found): void {
  if (node.kind === 'map') collectMap(node, text, found);
  else if (node.kind === 'list') {
    const [first] = node.items;
    const gap = first && /^-( +)$/u.exec(text.slice(node.at, first.at))?.[1];
    if (gap !== undefined) found.dashStep ??= 1 + gap.length;
    for (const item of node.items) collect(item, text, found);
  }
}

function collectMap(map: MapNode, text: string, found: Found): void {
  const { at, column, entries } = map;
  if (column === undefined && text.startsWith('{', at) && entries.length > 0) {
    found.padding ??= text.startsWith('{ ', at) ? ' ' : '';
  }
  for (const [, value] of entries) {
    const inner = value.kind === 'map' || value.kind === 'list' ? value.column : undefined;
    if (column !== undefined && inner !== undefined) {
      if (value.kind === 'list') found.listStep ??= inner - column;
      else found.step ??= inner - column;
    }
    collect(value, text, found);
  }
}
