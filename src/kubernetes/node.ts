/**
 * A file's text as a tree, before anything is made of its scalars. Offsets count UTF-16 units: `at`
 * is where a node starts, behind its anchor and tag, and `end` is behind its last character. A block
 * of text ends where its last line does, without the line end; an absent value where what is before
 * it does.
 */
export type Node = ScalarNode | MapNode | ListNode | AliasNode;

/** Text, or nothing at all: an absent value is an empty plain scalar. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: number;
  readonly end: number;
  readonly text: string;
  /** Neither quoted nor a block: its text decides its type. */
  readonly plain: boolean;
  /** In full: `tag:yaml.org,2002:int`, or `!` and `!foo`. */
  readonly tag: string | undefined;
  readonly anchor: string | undefined;
}

/** Keys and values in the order of the file, duplicates and `<<` among them. */
export interface MapNode {
  readonly kind: 'map';
  readonly at: number;
  readonly end: number;
  /** Of its keys, from 0; undefined in flow style. */
  readonly column: number | undefined;
  readonly anchor: string | undefined;
  readonly entries: readonly (readonly [key: Node, value: Node])[];
}

/** A list, in block or flow style. */
export interface ListNode {
  readonly kind: 'list';
  readonly at: number;
  readonly end: number;
  /** Of its dashes, from 0; undefined in flow style. */
  readonly column: number | undefined;
  readonly anchor: string | undefined;
  readonly items: readonly Node[];
}

/** `*name`: what the last anchor of that name before it stands on. */
export interface AliasNode {
  readonly kind: 'alias';
  readonly at: number;
  readonly end: number;
  readonly name: string;
}
