import { printJson } from '../kubernetes/print.ts';
import {
  fieldOf,
  isJsonList,
  isJsonObject,
  textOf,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';
import { canonicalText } from './canonical.ts';

/** A field that two states of an object have differently; nothing where one of them has none. */
export interface Difference {
  /** `spec.template.spec.containers[store-operator].image` */
  readonly path: string;
  readonly running: Json | undefined;
  readonly wanted: Json | undefined;
}

/** What the API server fills in where nobody said anything, by the end of the path. */
const DEFAULTS: readonly (readonly [RegExp, readonly Json[]])[] = [
  [/^spec\.progressDeadlineSeconds$/u, [600]],
  [/^spec\.revisionHistoryLimit$/u, [10]],
  [/\.creationTimestamp$/u, [null]],
  [/^spec\.template\.spec\.dnsPolicy$/u, ['ClusterFirst']],
  [/^spec\.template\.spec\.restartPolicy$/u, ['Always']],
  [/^spec\.template\.spec\.schedulerName$/u, ['default-scheduler']],
  [/^spec\.template\.spec\.terminationGracePeriodSeconds$/u, [30]],
  [/\.terminationMessagePath$/u, ['/dev/termination-log']],
  [/\.terminationMessagePolicy$/u, ['File']],
  [/\.fieldRef\.apiVersion$/u, ['v1']],
  [/\.env\[[^\]]*\]\.value$/u, ['']],
  [/\.(?:configMap|secret)\.defaultMode$/u, [0o644]],
  [/\.readOnly$/u, [false]],
  // An administrator's command of old writes it, and it stays.
  [/^metadata\.annotations\[kubectl\.kubernetes\.io\/last-applied-configuration\]$/u, []],
  [/^metadata\.annotations\[deployment\.kubernetes\.io\/revision\]$/u, []],
];

const QUANTITY = /\.resources\.(?:requests|limits)[.[][^.[]+$/u;

/** Of one object. More help nobody. */
const MAX_DIFFERENCES = 100;

/**
 * What two states of a Deployment have differently: its labels, annotations and spec. What the API
 * server fills in, or keeps for itself, is no difference; lists whose items have names are compared
 * by name. At most {@link MAX_DIFFERENCES}, by path.
 */
export function differencesBetween(running: JsonObject, wanted: JsonObject): Difference[] {
  const found: Difference[] = [];
  compare(viewOf(running), viewOf(wanted), { path: '', found });
  return found;
}

/** `serviceAccount` is the older name of `serviceAccountName`; the API server writes both. */
function viewOf({ metadata, spec }: JsonObject): Json {
  const { labels = {}, annotations = {} } = isJsonObject(metadata) ? metadata : {};
  return { metadata: { labels, annotations }, spec: withoutAlias(spec ?? {}) };
}

function withoutAlias(spec: Json): Json {
  if (!isJsonObject(spec) || !isJsonObject(spec['template'])) return spec;
  const { template } = spec;
  if (!isJsonObject(template['spec'])) return spec;
  const { serviceAccount, ...pod } = template['spec'];
  return serviceAccount === pod['serviceAccountName']
    ? { ...spec, template: { ...template, spec: pod } }
    : spec;
}

interface Walk {
  readonly path: string;
  readonly found: Difference[];
}

function compare(running: Json | undefined, wanted: Json | undefined, walk: Walk): void {
  if (walk.found.length >= MAX_DIFFERENCES || isSame(running, wanted, walk.path)) return;
  const entries = entriesOf(running, wanted, walk.path);
  if (!entries) {
    walk.found.push({ path: walk.path, running, wanted });
    return;
  }
  const isList = isJsonList(running);
  const [left, right] = entries;
  for (const key of [...new Set([...left.keys(), ...right.keys()])].toSorted()) {
    const step = isList || !isPlainKey(key) ? `[${key}]` : `.${key}`;
    const path = `${walk.path}${step}`.replace(/^\./u, '');
    compare(left.get(key), right.get(key), { ...walk, path });
  }
}

function isPlainKey(key: string): boolean {
  return /^[A-Za-z0-9]+$/u.test(key);
}

function isSame(running: Json | undefined, wanted: Json | undefined, path: string): boolean {
  if (isNothing(running) && isNothing(wanted)) return true;
  if (running === undefined || wanted === undefined) return isDefault(running ?? wanted, path);
  // A quantity may be written as a number; the API server gives text back.
  if (QUANTITY.test(path) && typeof running === 'number') return String(running) === wanted;
  return canonicalText(running) === canonicalText(wanted);
}

function isDefault(value: Json | undefined, path: string): boolean {
  const [, values] = DEFAULTS.find(([pattern]) => pattern.test(path)) ?? [];
  return values !== undefined && (values.length === 0 || values.some((one) => one === value));
}

/** Null, and empty lists and maps: the API server keeps some of them for nothing. */
function isNothing(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (isJsonList(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

type Entries = ReadonlyMap<string, Json>;

/** Both values as entries to compare one by one; nothing where they are compared as a whole. */
function entriesOf(
  running: Json | undefined,
  wanted: Json | undefined,
  path: string,
): readonly [Entries, Entries] | undefined {
  // Each label and annotation has a reason of its own.
  const absent = /\.(?:labels|annotations)$/u.test(path) ? {} : undefined;
  const [left, right] = [running ?? absent, wanted ?? absent];
  if (isJsonObject(left) && isJsonObject(right)) {
    return [new Map(Object.entries(left)), new Map(Object.entries(right))];
  }
  if (!isJsonList(left) || !isJsonList(right)) return undefined;
  const key = keyOfItems([left, right]);
  if (key === undefined) return undefined;
  return [byKey(left, key), byKey(right, key)];
}

/** The API server keys mounts by their path; containers, variables and volumes have a name. */
const KEYS = ['mountPath', 'name'] as const;

/** The key that tells all items of both lists apart. */
function keyOfItems(lists: readonly (readonly Json[])[]): string | undefined {
  return KEYS.find((key) =>
    lists.every((items) => {
      const names = items.map((item) => textOf(fieldOf(item, key)));
      return !names.includes('') && new Set(names).size === names.length;
    }),
  );
}

function byKey(items: readonly Json[], key: string): Entries {
  return new Map(items.map((item) => [textOf(fieldOf(item, key)), item]));
}

/** The most of a value that a line holds, in characters. */
const MAX_SHOWN = 250;

/** A value of a difference, in one line. */
export function shown(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' && value !== '' ? value : printJson(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
