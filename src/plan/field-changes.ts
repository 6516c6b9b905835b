import { diffArrays } from 'diff';
import { printJson } from '../kubernetes/print.ts';
import {
  fieldOf,
  isJsonList,
  isJsonObject,
  textOf,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';
import { compareText } from '../text-order.ts';

/** One field that differs between two states of an object. */
export interface FieldChange {
  /** Such as `spec.template.spec.containers[store-operator].image`. */
  readonly path: string;
  /**
   * Compact JSON; absent where the field was not there. Where `lines` is set: the lines of a text
   * that are no longer there, absent where there are none. Long ones are cut, with `…`.
   */
  readonly before?: string;
  /** The same of the field as it will be. */
  readonly after?: string;
  readonly lines?: true;
}

/** What differs between two states of an object. */
export interface FieldChanges {
  readonly fields: readonly FieldChange[];
  /** How many more fields differ than are listed. */
  readonly more: number;
}

/** A vendor's CRD may differ in every one of its thousands of fields. */
const MAX_FIELDS = 100;

/** Compares two states of an object, field by field, in the order of their paths. */
export function fieldChanges(before: JsonObject, after: JsonObject): FieldChanges {
  const found: FieldChange[] = [];
  compare({ before, after, path: '' }, found);
  return { fields: found.slice(0, MAX_FIELDS), more: Math.max(0, found.length - MAX_FIELDS) };
}

/** Two values of one field; nothing where it is not there. */
interface Pair {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly path: string;
}

function compare(pair: Pair, found: FieldChange[]): void {
  const { before, after, path } = pair;
  if (before === after) return;
  if (isJsonObject(before) && isJsonObject(after)) compareMaps({ before, after, path }, found);
  else if (isJsonList(before) && isJsonList(after)) compareLists({ before, after, path }, found);
  else if (typeof before === 'string' && typeof after === 'string') {
    found.push(isLong(before) || isLong(after) ? lineChange({ before, after, path }) : cut(pair));
  } else found.push(cut(pair));
}

interface MapPair {
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly path: string;
}

/** Nearly all values of thousands of objects are equal: only of the others a path is made. */
function compareMaps({ before, after, path }: MapPair, found: FieldChange[]): void {
  const keys = [
    ...Object.keys(before).filter((key) => !areEqual(before[key], fieldOf(after, key))),
    ...Object.keys(after).filter((key) => !Object.hasOwn(before, key)),
  ];
  for (const key of keys.toSorted(compareText)) {
    const at = `${path}${keyText(key, path === '')}`;
    compare({ before: fieldOf(before, key), after: fieldOf(after, key), path: at }, found);
  }
}

function keyText(key: string, isFirst: boolean): string {
  if (/^[A-Za-z_][\w-]*$/u.test(key)) return isFirst ? key : `.${key}`;
  return `[${JSON.stringify(key)}]`;
}

interface ListPair {
  readonly before: readonly Json[];
  readonly after: readonly Json[];
  readonly path: string;
}

/** What tells the items of Kubernetes' lists apart, the first that does. */
const KEYS = ['name', 'mountPath', 'key'];

function compareLists(pair: ListPair, found: FieldChange[]): void {
  const { before, after } = pair;
  const key = KEYS.find((one) => isKeyOf(one, before) && isKeyOf(one, after));
  if (key !== undefined) compareKeyed(pair, key, found);
  else if ([...before, ...after].every(isScalar)) compareScalars(pair, found);
  else compareItems(pair, found);
}

function isScalar(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}

function isKeyOf(key: string, items: readonly Json[]): boolean {
  const names = items.map((item) => textOf(fieldOf(item, key)));
  return !names.includes('') && new Set(names).size === items.length;
}

/** Items by name; their order counts as a field, for it changes a Pod as any other. */
function compareKeyed({ before, after, path }: ListPair, key: string, found: FieldChange[]): void {
  const [old, next] = [before, after].map(
    (items) => new Map(items.map((item) => [textOf(fieldOf(item, key)), item])),
  );
  if (!old || !next) return;
  for (const name of new Set([...old.keys(), ...next.keys()])) {
    compare(
      { before: old.get(name), after: next.get(name), path: `${path}[${nameText(name)}]` },
      found,
    );
  }
  const wasBefore = [...old.keys()].filter((name) => next.has(name));
  const isNow = [...next.keys()].filter((name) => old.has(name));
  if (wasBefore.some((name, index) => isNow[index] !== name)) {
    found.push(cut({ before: wasBefore, after: isNow, path: `${path}[order]` }));
  }
}

function nameText(name: string): string {
  return /^[\w./-]+$/u.test(name) ? name : JSON.stringify(name);
}

function compareScalars({ before, after, path }: ListPair, found: FieldChange[]): void {
  const isSame =
    before.length === after.length && before.every((item, index) => item === after[index]);
  if (!isSame) found.push(cut({ before, after, path }));
}

/**
 * Items without names, such as rules: what is equal at both ends is passed over, what is between is
 * compared one by one where there are as many as before, and otherwise gone or new.
 */
function compareItems({ before, after, path }: ListPair, found: FieldChange[]): void {
  const [start, end] = equalEnds(before, after, areEqual);
  const old = before.slice(start, before.length - end);
  const next = after.slice(start, after.length - end);
  const isPaired = old.length === next.length;
  for (const [index, item] of old.entries()) {
    const at = `${path}[${start + index}]`;
    compare({ before: item, after: isPaired ? next[index] : undefined, path: at }, found);
  }
  if (isPaired) return;
  for (const [index, item] of next.entries()) {
    found.push(cut({ before: undefined, after: item, path: `${path}[${start + index}]` }));
  }
}

/** How many items are equal at the start, and how many of the others at the end. */
function equalEnds<Item>(
  before: readonly Item[],
  after: readonly Item[],
  isEqual: (a: Item | undefined, b: Item | undefined) => boolean,
): [start: number, end: number] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && isEqual(before[start], after[start])) start += 1;
  let end = 0;
  while (end < most - start && isEqual(before.at(-1 - end), after.at(-1 - end))) end += 1;
  return [start, end];
}

/** Whether two values are the same, whatever the order of their keys. */
export function areEqual(before: Json | undefined, after: Json | undefined): boolean {
  if (before === after) return true;
  if (isJsonList(before) && isJsonList(after)) {
    return (
      before.length === after.length && before.every((item, index) => areEqual(item, after[index]))
    );
  }
  if (!isJsonObject(before) || !isJsonObject(after)) return false;
  let count = 0;
  for (const key in before) {
    if (!Object.hasOwn(after, key) || !areEqual(before[key], after[key])) return false;
    count += 1;
  }
  return count === Object.keys(after).length;
}

/** Texts of several lines, such as a configuration in a ConfigMap. */
function isLong(text: string): boolean {
  return text.includes('\n');
}

interface TextPair {
  readonly before: string;
  readonly after: string;
  readonly path: string;
}

const MAX_LINES = 20;
/** Lines that come and go while the shortest difference is looked for: its time is their square. */
const MAX_EDITS = 200;

function lineChange({ before, after, path }: TextPair): FieldChange {
  const [gone, come] = differingLines(before.split('\n'), after.split('\n'));
  return {
    path,
    ...(gone.length === 0 ? {} : { before: cutLines(gone) }),
    ...(come.length === 0 ? {} : { after: cutLines(come) }),
    lines: true,
  };
}

/** The lines that go and those that come; of texts with little in common all between the ends. */
function differingLines(
  old: readonly string[],
  next: readonly string[],
): [gone: readonly string[], come: readonly string[]] {
  const [start, end] = equalEnds(old, next, (a, b) => a === b);
  const [gone, come] = [
    old.slice(start, old.length - end),
    next.slice(start, next.length - end),
  ] as const;
  const parts = diffArrays(gone, come, { maxEditLength: MAX_EDITS });
  if (!parts) return [gone, come];
  return [
    parts.filter(({ removed }) => removed).flatMap(({ value }) => value),
    parts.filter(({ added }) => added).flatMap(({ value }) => value),
  ];
}

function cutLines(lines: readonly string[]): string {
  const shown = lines.slice(0, MAX_LINES).map((line) => cutAt(line));
  return [...shown, ...(lines.length > MAX_LINES ? [CUT] : [])].join('\n');
}

/** Characters of a value that are shown, and of those before what differs. */
const MAX_VALUE = 200;
const CONTEXT = 20;
const CUT = '…';

/** Both values as text; where they are long, from a little before what differs. */
function cut({ before, after, path }: Pair): FieldChange {
  const [old, next] = [before, after].map((value) =>
    value === undefined ? undefined : printJson(value),
  );
  const from =
    old !== undefined && next !== undefined && Math.max(old.length, next.length) > MAX_VALUE
      ? Math.max(0, commonLength(old, next) - CONTEXT)
      : 0;
  return {
    path,
    ...(old === undefined ? {} : { before: cutAt(old, from) }),
    ...(next === undefined ? {} : { after: cutAt(next, from) }),
  };
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

function cutAt(text: string, from = 0): string {
  const rest = text.slice(from, from + MAX_VALUE);
  return `${from > 0 ? CUT : ''}${rest}${from + MAX_VALUE < text.length ? CUT : ''}`;
}
