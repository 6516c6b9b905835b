/** A file's text as a tree, before anything is made of its scalars. Offsets count UTF-16 units. */
export type Node = ScalarNode | MapNode | ListNode | AliasNode;

/** Text, or nothing at all: an absent value is an empty plain scalar. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: number;
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
  readonly anchor: string | undefined;
  readonly entries: readonly (readonly [key: Node, value: Node])[];
}

/** A list, in block or flow style. */
interface ListNode {
  readonly kind: 'list';
  readonly at: number;
  readonly anchor: string | undefined;
  readonly items: readonly Node[];
}

/** `*name`: what the last anchor of that name before it stands on. */
export interface AliasNode {
  readonly kind: 'alias';
  readonly at: number;
  readonly name: string;
}
