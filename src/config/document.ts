import type { Place } from '../errors.ts';
import type { Fail } from '../kubernetes/cursor.ts';
import type { AliasNode, MapNode, Node, ScalarNode } from '../kubernetes/node.ts';
import type { Json } from '../kubernetes/value.ts';
import { coreValue } from './scalar.ts';

/** Keys and indexes from the root of a document to a value in it. */
export type Path = readonly (string | number)[];

/** One YAML document: plain values, and where each of them stands in the file. */
export interface YamlDocument {
  readonly value: Json;
  /** What the value was made of. */
  readonly root: Node;
  /** The place of the entry or item at `path`, or of the nearest one above it that exists. */
  placeOf(path: Path): Place;
}

interface Surroundings {
  readonly isText: (path: Path) => boolean;
  readonly place: (at: number) => Place;
  /** For what ends the reading. */
  readonly fail: Fail;
  /** For what others may follow. */
  readonly complain: (message: string, at: number, hint: string) => void;
}

/** What the reading of one document knows so far. */
interface Reading extends Surroundings {
  readonly anchors: Map<string, Node | 'open'>;
  readonly targets: Map<AliasNode, Node>;
  readonly entries: Map<MapNode, Entries>;
  /** Values and characters that aliases have added. */
  aliased: number;
}

type Entries = ReadonlyMap<string, { readonly at: number; readonly value: Node }>;

/** No file of ours is deeper; who walks a value needs a bound. */
const MAX_DEPTH = 100;
/** Aliases make a tree of a graph: values and characters that they may add to one document. */
const MAX_ALIASED = 100_000;

/** What the nodes of a document mean. Mistakes go to `complain` and `fail`. */
export function toDocument(root: Node, surroundings: Surroundings): YamlDocument {
  const reading: Reading = {
    ...surroundings,
    anchors: new Map(),
    targets: new Map(),
    entries: new Map(),
    aliased: 0,
  };
  const value = valueOf(root, [], reading);
  return { value, root, placeOf: (path) => surroundings.place(offsetOf(root, path, reading)) };
}

function valueOf(node: Node, path: Path, reading: Reading): Json {
  if (node.kind === 'alias') return aliasValue(node, path, reading);
  if (node.anchor === undefined) return bareValue(node, path, reading);
  reading.anchors.set(node.anchor, 'open');
  const value = bareValue(node, path, reading);
  reading.anchors.set(node.anchor, node);
  return value;
}

type Walk = (node: Node, path: Path, reading: Reading) => Json;

function bareValue(node: Node, path: Path, reading: Reading, walk: Walk = valueOf): Json {
  if (path.length > MAX_DEPTH) {
    return reading.fail('manifest-too-large', `values nest more than ${MAX_DEPTH} deep`, node.at);
  }
  switch (node.kind) {
    case 'scalar':
      return scalarValue(node, path, reading);
    case 'list':
      return node.items.map((item, index) => walk(item, [...path, index], reading));
    case 'map':
      return Object.fromEntries(
        Array.from(entriesOf(node, reading), ([name, { value }]) => [
          name,
          walk(value, [...path, name], reading),
        ]),
      );
    default:
      return null;
  }
}

function aliasValue(node: AliasNode, path: Path, reading: Reading): Json {
  const target = targetOf(node, reading);
  return target ? expanded(target, path, reading) : null;
}

/** The value of a node that stands elsewhere: its anchors were seen there. */
function expanded(node: Node, path: Path, reading: Reading): Json {
  const target = node.kind === 'alias' ? targetOf(node, reading) : node;
  if (!target) return null;
  reading.aliased += 1 + (target.kind === 'scalar' ? target.text.length : 0);
  if (reading.aliased > MAX_ALIASED) {
    reading.fail(
      'manifest-too-large',
      `aliases add more than ${MAX_ALIASED} values and characters to this document`,
      node.at,
      'write the repeated values out',
    );
  }
  return bareValue(target, path, reading, expanded);
}

function targetOf(node: AliasNode, reading: Reading): Node | undefined {
  const known = reading.targets.get(node);
  if (known) return known;
  const found = reading.anchors.get(node.name);
  if (found === undefined) {
    reading.complain(
      `there is no anchor \`&${node.name}\` before this alias`,
      node.at,
      'an anchor holds in its own document; quote text that starts with `*`',
    );
  } else if (found === 'open') {
    reading.complain(
      `the value of \`&${node.name}\` contains itself`,
      node.at,
      'write the value out',
    );
  } else {
    reading.targets.set(node, found);
    return found;
  }
  return undefined;
}

function entriesOf(map: MapNode, reading: Reading): Entries {
  const known = reading.entries.get(map);
  if (known) return known;
  const entries = new Map<string, { readonly at: number; readonly value: Node }>();
  const repeated = new Set<string>();
  for (const [key, value] of map.entries) {
    const name = keyText(key, reading);
    if (name === undefined) continue;
    const first = entries.get(name);
    if (first && !repeated.has(name)) {
      repeated.add(name);
      const { line } = reading.place(first.at);
      reading.complain(
        `the key \`${name}\` is here again, first in line ${line}`,
        key.at,
        'remove one of the two',
      );
    }
    if (!first) entries.set(name, { at: key.at, value });
  }
  reading.entries.set(map, entries);
  return entries;
}

function keyText(key: Node, reading: Reading): string | undefined {
  if (key.kind !== 'scalar') {
    reading.complain('a key must be text', key.at, 'write the key out');
    return undefined;
  }
  if (key.plain && key.text === '') {
    reading.complain('a key is missing before the `:`', key.at, 'write it, or quote the text');
    return undefined;
  }
  if (key.plain && key.text === '<<') {
    reading.complain(
      'maps are not merged with `<<` here',
      key.at,
      'YAML 1.2 has no merge keys: write the keys out; `*name` for a whole value works',
    );
    return undefined;
  }
  if (key.text === '__proto__') {
    reading.complain('the key `__proto__` means nothing here', key.at, 'remove it');
    return undefined;
  }
  return key.text;
}

const TEXT_TAGS = new Set(['!', 'tag:yaml.org,2002:str']);

function scalarValue(node: ScalarNode, path: Path, reading: Reading): Json {
  const { text, tag, plain } = node;
  if (tag !== undefined) {
    if (!TEXT_TAGS.has(tag)) {
      reading.complain(
        'tags are not read here, but for `!!str`',
        node.at,
        'remove it, or quote text that starts with `!`',
      );
    }
    return text;
  }
  if (!plain) return text;
  const value = coreValue(text);
  return value !== null && typeof value !== 'string' && reading.isText(path) ? text : value;
}

function offsetOf(root: Node, path: Path, { targets, entries }: Reading): number {
  let at = root.at;
  let node: Node | undefined = root;
  for (const step of path) {
    if (node.kind === 'alias') node = targets.get(node);
    const found = node && childOf(node, step, entries);
    if (!found) break;
    at = found.at;
    node = found.value;
  }
  return at;
}

function childOf(
  node: Node,
  step: string | number,
  entries: Reading['entries'],
): { readonly at: number; readonly value: Node } | undefined {
  if (node.kind === 'map') return entries.get(node)?.get(String(step));
  const item = node.kind === 'list' ? node.items[Number(step)] : undefined;
  return item && { at: item.at, value: item };
}
