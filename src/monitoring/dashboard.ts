import * as z from 'zod';
import type { Path } from '../config/document.ts';
import { parseAs } from '../config/parse.ts';
import { isTextAt } from '../config/schema-path.ts';
import type { Place } from '../errors.ts';
import { fill, inputsSchema, toInputs, type Filling, type Input } from './inputs.ts';
import { readJson, type JsonNode, type JsonText, type MapNode } from './json.ts';
import { mistake } from './mistake.ts';

/** A dashboard of Grafana as a vendor ships it. */
export interface Dashboard {
  readonly place: Place;
  readonly inputs: readonly Input[];
  /** As it is written; undefined where Grafana would make one. */
  readonly uid: string | undefined;
  readonly source: JsonText & { readonly root: MapNode };
}

/** What differs between the Namespaces that have a dashboard. */
export interface DashboardSettings {
  readonly filling: Filling;
  readonly uid: string;
  readonly title: string;
  /** The new uids of the dashboards of its archive, by those that they were shipped with. */
  readonly uids: ReadonlyMap<string, string>;
}

const INPUTS = '__inputs';

const schema = z.looseObject({
  [INPUTS]: inputsSchema.nullish(),
  title: z.string().nullish(),
  uid: z.string().nullish(),
});

const TOLD = new Set([INPUTS, 'title', 'uid']);

/**
 * Reads a dashboard.
 *
 * @param file - its name in places
 * @throws SolutionsError, or all mistakes in one AggregateError: `monitoring-json` and the like, and
 *   `schema` where it is no dashboard
 */
export function parseDashboard(bytes: Uint8Array, file: string): Dashboard {
  const source = readJson(bytes, file);
  const { root } = source;
  if (root.kind !== 'map') {
    throw mistake('monitoring-json', 'expected a dashboard, a JSON object', {
      place: source.placeAt(root.at),
    });
  }
  const told = root.entries.filter(([key]) => TOLD.has(key.value));
  const value = Object.fromEntries(
    told.map(([key, node]) => [key.value, toValue(node, [key.value])]),
  );
  const placeOf = (path: Path) => source.placeAt(offsetOf(root, path));
  const { uid, [INPUTS]: inputs } = parseAs(schema, { value, placeOf });
  return {
    place: { file },
    inputs: toInputs(inputs),
    uid: uid || undefined,
    source: { ...source, root },
  };
}

/** A number where text may stand is the text as it is written: no digit of it is lost. */
function toValue(node: JsonNode, path: Path): unknown {
  switch (node.kind) {
    case 'map':
      return Object.fromEntries(
        node.entries.map(([key, value]) => [key.value, toValue(value, [...path, key.value])]),
      );
    case 'list':
      return node.items.map((item, index) => toValue(item, [...path, index]));
    case 'text':
      return node.value;
    default:
      return node.value !== 'null' && isTextAt(schema, path) ? node.value : JSON.parse(node.value);
  }
}

function offsetOf(root: JsonNode, path: Path): number {
  let at = root.at;
  let node: JsonNode | undefined = root;
  for (const step of path) {
    const found: readonly [Pick<JsonNode, 'at'>, JsonNode] | undefined = child(node, step);
    if (!found) break;
    at = found[0].at;
    node = found[1];
  }
  return at;
}

function child(
  node: JsonNode,
  step: string | number,
): readonly [Pick<JsonNode, 'at'>, JsonNode] | undefined {
  if (node.kind === 'map') return node.entries.find(([key]) => key.value === step);
  const item = node.kind === 'list' ? node.items[Number(step)] : undefined;
  return item && [item, item];
}

/** The uid that a dashboard would have, its inputs filled in. */
export function shippedUid({ uid }: Dashboard, filling: Filling): string | undefined {
  return uid === undefined ? undefined : fill(uid, filling);
}

/** The title that a dashboard would have, its inputs filled in; undefined where it says nothing. */
export function shippedTitle({ source }: Dashboard, filling: Filling): string | undefined {
  const [, title] = source.root.entries.find(([key]) => key.value === 'title') ?? [];
  return (title?.kind === 'text' ? fill(title.value, filling).trim() : '') || undefined;
}

/**
 * The text of a dashboard for one Namespace, as Grafana imports it with these inputs: they are filled
 * in into every text but keys, and what declares them is gone. Everything else is as it was written,
 * to the last digit and blank.
 */
export function dashboardText({ source }: Dashboard, settings: DashboardSettings): string {
  const { text, root } = source;
  const set = new Map([
    ['title', settings.title],
    ['uid', settings.uid],
  ]);
  const edits = [insertion(root, set)];
  for (const [index, [key, value]] of root.entries.entries()) {
    const instead = set.get(key.value);
    if (key.value === INPUTS) edits.push(removal(root, index));
    else if (instead !== undefined) edits.push(replaced(value, instead));
    else visit(value, key.value, { settings, edits });
  }
  return applied(text.trimEnd(), edits);
}

/** What stands from `at` to before `end` becomes `text`. */
interface Edit {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

function replaced({ at, end }: Pick<JsonNode, 'at' | 'end'>, value: string): Edit {
  return { at, end, text: JSON.stringify(value) };
}

/** An entry with the comma that goes with it. */
function removal({ entries }: MapNode, index: number): Edit {
  const [key, value] = entries[index] ?? [];
  const [, before] = entries[index - 1] ?? [];
  const [after] = entries[index + 1] ?? [];
  if (!key || !value) throw new RangeError('an entry that is not there');
  if (before) return { at: before.end, end: value.end, text: '' };
  return { at: key.at, end: after?.at ?? value.end, text: '' };
}

/** In front of all others, those entries of `set` that are not there. */
function insertion({ at, entries }: MapNode, set: ReadonlyMap<string, string>): Edit {
  const there = new Set(entries.map(([key]) => key.value));
  const missing = [...set]
    .filter(([key]) => !there.has(key))
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const isLast = [...there].every((key) => key === INPUTS);
  return {
    at: at + 1,
    end: at + 1,
    text: missing.join(', ') + (missing.length > 0 && !isLast ? ',' : ''),
  };
}

interface Visit {
  readonly settings: DashboardSettings;
  readonly edits: Edit[];
}

function visit(node: JsonNode, key: string, on: Visit): void {
  if (node.kind === 'map') for (const [below, value] of node.entries) visit(value, below.value, on);
  else if (node.kind === 'list') for (const item of node.items) visit(item, key, on);
  else if (node.kind === 'text') {
    const { filling, uids } = on.settings;
    const filled = fill(node.value, filling);
    const value = (UID_KEY.test(key) ? uids.get(filled) : undefined) ?? followed(filled, uids);
    if (value !== node.value) on.edits.push(replaced(node, value));
  }
}

/** Keys whose text is the uid of another dashboard. */
const UID_KEY = /^dashboardUid$/iu;

/** Where Grafana has dashboards in its URLs: `/d/<uid>/<title>`, `d-solo/<uid>`. */
const LINK = /(?<![\w-])(d(?:-solo)?\/)([\w-]+)/gu;

/** A text in which links to dashboards of the same archive lead to those of the same Namespace. */
export function followed(text: string, uids: ReadonlyMap<string, string>): string {
  if (uids.size === 0 || !/\bd(?:-solo)?\//u.test(text)) return text;
  return text.replaceAll(LINK, (whole, path: string, uid: string) => {
    const other = uids.get(uid);
    return other === undefined ? whole : `${path}${other}`;
  });
}

/** `edits` are in the order of the text. */
function applied(text: string, edits: readonly Edit[]): string {
  let [result, done] = ['', 0];
  for (const { at, end, text: instead } of edits) {
    result += text.slice(done, at) + instead;
    done = end;
  }
  return result + text.slice(done);
}

/** The same JSON without the blanks between its values. */
export function compactJson(text: string): string {
  const { root, text: source } = readJson(Buffer.from(text), 'a dashboard');
  return printed(root, source);
}

function printed(node: JsonNode, text: string): string {
  if (node.kind === 'list') return `[${node.items.map((item) => printed(item, text)).join(',')}]`;
  if (node.kind !== 'map') return text.slice(node.at, node.end);
  const entries = node.entries.map(
    ([key, value]) => `${text.slice(key.at, key.end)}:${printed(value, text)}`,
  );
  return `{${entries.join(',')}}`;
}
