import { MAX_DEPTH, type Fail } from './cursor.ts';
import type { AliasNode, MapNode, Node, ScalarNode } from './node.ts';
import { keyOf, resolvePlain, resolveTagged, type Scalar } from './scalar.ts';
import { isJsonObject, setField, type Json, type JsonObject } from './value.ts';

/** Aliases share what they name; every printer and every walk would see it again and again. */
interface Anchored {
  readonly node: Node;
  readonly value: Json;
  /** Values and characters in it, aliases expanded. */
  readonly weight: number;
  /** Levels below it, aliases expanded. */
  readonly height: number;
}

/** What one document's conversion knows. */
interface Conversion {
  readonly fail: Fail;
  /** How much aliases may add to one document, in values and characters. */
  readonly limit: number;
  readonly anchors: Map<string, Anchored | 'open'>;
  readonly targets: Map<AliasNode, Node>;
  depth: number;
  deepest: number;
  weight: number;
  aliased: number;
}

const MERGE_TAG = 'tag:yaml.org,2002:merge';

/** A document's value, and which node each alias in it names. */
export interface Converted {
  readonly value: Json;
  readonly targets: ReadonlyMap<AliasNode, Node>;
}

/**
 * What a document's nodes mean, as goyaml v2 and sigs.k8s.io/yaml have it; keys that are written
 * twice are refused. Aliased values are shared, not copied. `fail` is called for mistakes.
 */
export function convert(root: Node, fail: Fail, limit: number): Converted {
  const conversion: Conversion = {
    fail,
    limit,
    anchors: new Map(),
    targets: new Map(),
    depth: 0,
    deepest: 0,
    weight: 0,
    aliased: 0,
  };
  return { value: valueOf(root, conversion), targets: conversion.targets };
}

function refuse(to: Conversion, message: string, at: number, hint?: string): never {
  return to.fail('manifest-value', message, at, hint);
}

function valueOf(node: Node, to: Conversion): Json {
  if (node.kind === 'alias') return aliasValue(node, to);
  if (node.anchor === undefined) return bareValue(node, to);
  const { weight, deepest } = to;
  to.deepest = to.depth;
  to.anchors.set(node.anchor, 'open');
  const value = bareValue(node, to);
  const height = to.deepest - to.depth;
  to.anchors.set(node.anchor, { node, value, weight: to.weight - weight, height });
  to.deepest = Math.max(deepest, to.deepest);
  return value;
}

function bareValue(node: Exclude<Node, AliasNode>, to: Conversion): Json {
  to.weight += 1;
  if (node.kind === 'scalar') return scalarValue(node, to);
  enter(node, to);
  const value =
    node.kind === 'map' ? mapValue(node, to) : node.items.map((item) => valueOf(item, to));
  to.depth -= 1;
  return value;
}

function enter(node: Node, to: Conversion): void {
  to.depth += 1;
  to.deepest = Math.max(to.deepest, to.depth);
  if (to.depth > MAX_DEPTH) tooDeep(node, to);
}

function tooDeep(node: Node, to: Conversion): never {
  return refuse(to, `values nest more than ${MAX_DEPTH} deep`, node.at);
}

function aliasValue(node: AliasNode, to: Conversion): Json {
  const { value, weight, height } = anchored(node, to);
  to.weight += weight;
  to.aliased += weight;
  to.deepest = Math.max(to.deepest, to.depth + height);
  if (to.depth + height > MAX_DEPTH) tooDeep(node, to);
  if (to.aliased > to.limit) {
    refuse(to, 'aliases multiply what the file says', node.at, 'write the repeated values out');
  }
  return value;
}

function anchored(node: AliasNode, to: Conversion): Anchored {
  const found = to.anchors.get(node.name);
  if (found === undefined)
    return refuse(to, `no anchor \`&${node.name}\` stands before this alias`, node.at);
  if (found === 'open')
    return refuse(to, `the value of \`&${node.name}\` contains itself`, node.at);
  to.targets.set(node, found.node);
  return found;
}

function resolve(node: ScalarNode, to: Conversion): Scalar {
  if (node.tag === undefined) {
    return node.plain ? resolvePlain(node.text) : { type: 'text', value: node.text };
  }
  const found = resolveTagged(node.tag, node.text);
  return found.type === 'mistake' ? refuse(to, found.message, node.at) : found;
}

function scalarValue(node: ScalarNode, to: Conversion): Json {
  to.weight += node.text.length;
  const { value } = resolve(node, to);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    refuse(
      to,
      `\`${node.text}\` is no number that JSON has`,
      node.at,
      'quote it where text is meant',
    );
  }
  return value;
}

function mapValue(node: MapNode, to: Conversion): JsonObject {
  const map: Record<string, Json> = {};
  // Of a map that nothing is merged into, all that is there was written.
  let written: Set<string> | undefined;
  for (const [key, value] of node.entries) {
    if (isMerge(key)) {
      written ??= new Set(Object.keys(map));
      merge(map, value, to);
      continue;
    }
    const name = keyName(key, to);
    if (written ? written.has(name) : Object.hasOwn(map, name)) {
      refuse(to, `the key \`${name}\` stands here a second time`, key.at, 'remove one of the two');
    }
    written?.add(name);
    setField(map, name, valueOf(value, to));
  }
  return map;
}

function keyName(node: Node, to: Conversion): string {
  const target = node.kind === 'alias' ? anchored(node, to).node : node;
  if (target.kind !== 'scalar')
    return refuse(to, 'a key is a map or a list', node.at, 'JSON has text keys only');
  if (node.kind === 'scalar') valueOfKey(node, to);
  const key = keyOf(resolve(target, to));
  to.weight += target.text.length;
  if (node.kind === 'alias') to.aliased += target.text.length;
  return typeof key === 'string'
    ? key
    : refuse(to, key.message, node.at, 'JSON has text keys only: quote it');
}

/** An anchor on a key is one like any other. */
function valueOfKey(node: ScalarNode, to: Conversion): void {
  if (node.anchor === undefined) return;
  const { value } = resolve(node, to);
  to.anchors.set(node.anchor, { node, value, weight: 1 + node.text.length, height: 0 });
}

function isMerge(key: Node): boolean {
  if (key.kind !== 'scalar' || key.text !== '<<') return false;
  return key.tag === undefined ? key.plain : key.tag === '!' || key.tag === MERGE_TAG;
}

/** goyaml v2 merges where `<<` stands: over the keys before it, under the keys after it. */
function merge(map: Record<string, Json>, from: Node, to: Conversion): void {
  // Of a list the earlier maps win.
  const sources = from.kind === 'list' ? from.items.toReversed() : [from];
  for (const source of sources) {
    const value = valueOf(source, to);
    if (!isJsonObject(value)) {
      refuse(
        to,
        '`<<` merges a map or a list of maps',
        source.at,
        'quote it where the key `<<` is meant',
      );
    }
    for (const [name, merged] of Object.entries(value)) setField(map, name, merged);
  }
}

/** Where the entry or item at `path` stands, or the nearest one above it that exists. */
export function offsetOf(
  root: Node,
  path: readonly (string | number)[],
  targets: ReadonlyMap<AliasNode, Node>,
): number {
  let at = root.at;
  let node: Node | undefined = root;
  for (const step of path) {
    const found: Found | undefined = node && child(node, step, targets);
    if (!found) break;
    ({ at, node } = found);
  }
  return at;
}

interface Found {
  readonly at: number;
  readonly node: Node;
}

function child(
  node: Node,
  step: string | number,
  targets: ReadonlyMap<AliasNode, Node>,
): Found | undefined {
  const holder = node.kind === 'alias' ? targets.get(node) : node;
  if (holder?.kind === 'list') {
    const item = holder.items[Number(step)];
    return item && { at: item.at, node: item };
  }
  if (holder?.kind !== 'map') return undefined;
  const spelled = spelledAs(holder, step, targets);
  if (spelled) return spelled;
  for (const [key, value] of holder.entries.toReversed()) {
    const found = isMerge(key)
      ? mergedChild(value, step, targets)
      : keyText(key, targets) === String(step) && { at: key.at, node: value };
    if (found) return found;
  }
  return undefined;
}

/**
 * The entry whose key is written as it is meant, as most are, where no merge behind it overrides it:
 * to resolve each of 100,000 keys takes longer. No other key of the map means the same.
 */
function spelledAs(
  { entries }: MapNode,
  step: string | number,
  targets: ReadonlyMap<AliasNode, Node>,
): Found | undefined {
  const text = String(step);
  const entry = entries.findLast(
    ([key]) => isMerge(key) || (key.kind === 'scalar' && key.text === text),
  );
  if (entry === undefined) return undefined;
  const [key, value] = entry;
  if (isMerge(key) || keyText(key, targets) !== text) return undefined;
  return { at: key.at, node: value };
}

function mergedChild(
  from: Node,
  step: string | number,
  targets: ReadonlyMap<AliasNode, Node>,
): Found | undefined {
  const sources = from.kind === 'list' ? from.items : [from];
  for (const source of sources) {
    const found = child(source, step, targets);
    if (found) return found;
  }
  return undefined;
}

function keyText(key: Node, targets: ReadonlyMap<AliasNode, Node>): string | undefined {
  const node = key.kind === 'alias' ? targets.get(key) : key;
  if (node?.kind !== 'scalar') return undefined;
  if (node.tag === undefined && !node.plain) return node.text;
  const scalar =
    node.tag === undefined ? resolvePlain(node.text) : resolveTagged(node.tag, node.text);
  const name = scalar.type === 'mistake' ? scalar : keyOf(scalar);
  return typeof name === 'string' ? name : undefined;
}
