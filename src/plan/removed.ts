import { compareText } from '../text-order.ts';
import { dnsLabelMistake, pathSegmentMistake } from '../kubernetes/names.ts';
import { fieldOf, groupOf, nameOf, textOf, type JsonObject } from '../kubernetes/value.ts';
import { shellWord } from './shell-word.ts';

/** What names an object in a cluster. */
export interface ObjectName {
  /** With its version, as in a manifest. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/**
 * The objects that are in `before` and not in `after`, in the order to delete them in: what was
 * applied last goes first.
 *
 * Both are manifests as this program prints them, by file name; a version of an API that changed
 * is no removal. `before` may be edited in any way: what is no name of an object is passed over.
 */
export function removedObjects(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): ObjectName[] {
  const kept = new Set(manifests(after).flatMap(objectsIn).map(objectKey));
  const removed = new Map<string, ObjectName>();
  for (const object of manifests(before).flatMap(objectsIn)) {
    const key = objectKey(object);
    if (!kept.has(key)) removed.set(key, object);
  }
  return [...removed.values()].toReversed();
}

/** The name without its folder: `server-side/` has the stages of what is around it. */
function stageOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Which of two files of `out/` is applied first, for a sort. */
export function compareStages(a: string, b: string): number {
  return compareText(stageOf(a), stageOf(b));
}

/** In the order in which they are applied. */
function manifests(files: ReadonlyMap<string, string>): string[] {
  return [...files]
    .filter(([name]) => name.endsWith('.yaml'))
    .toSorted(([a], [b]) => compareStages(a, b))
    .map(([, text]) => text);
}

/** The same for two names of one object: the versions of an API show the same objects. */
export function objectKey({ apiVersion, kind, namespace, name }: ObjectName): string {
  return JSON.stringify([groupOf(apiVersion), kind, namespace, name]);
}

/** What an object is named, where it has a name that can be what it says. */
export function objectNameOf(object: JsonObject): ObjectName | undefined {
  const namespace = textOf(fieldOf(object['metadata'], 'namespace'));
  const [found] = named({
    apiVersion: textOf(object['apiVersion']),
    kind: textOf(object['kind']),
    ...(namespace === '' ? {} : { namespace }),
    name: nameOf(object),
  });
  return found;
}

/** What is read of a document, before anything of it is trusted. */
type Fields = Partial<Record<'apiVersion' | 'kind' | 'namespace' | 'name', string>>;

/**
 * The names in a text of our own printer, by its lines: a thousand files are not worth a parser.
 * Top-level keys start in the first column, the keys of `metadata` in the third; nothing inside a
 * value does, and a value that names something has one line.
 */
function objectsIn(text: string): ObjectName[] {
  const objects: ObjectName[] = [];
  let fields: Fields = {};
  let isMetadata = false;
  for (const line of linesOf(text)) {
    if (line === '---') {
      objects.push(...named(fields));
      fields = {};
      isMetadata = false;
    } else if (/^[^ ]/u.test(line)) {
      isMetadata = line === 'metadata:';
      const [, key, value] = /^(apiVersion|kind): (.+)$/su.exec(line) ?? [];
      if (key === 'apiVersion' || key === 'kind') fields[key] ??= unquoted(value);
    } else if (isMetadata) {
      const [, key, value] = /^ {2}(namespace|name): (.+)$/su.exec(line) ?? [];
      if (key === 'namespace' || key === 'name') fields[key] ??= unquoted(value);
    }
  }
  return [...objects, ...named(fields)];
}

/** One after the other: of a file with CRDs of megabytes few lines matter. */
function* linesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start) >>> 0;
    // A file that Git gave other line ends says the same.
    yield text.slice(start, end).replace(/\r$/u, '');
    start = end + 1;
  }
}

/**
 * A text in double quotes is JSON as the printer writes it, everything else is itself. Empty, which
 * no name is, where it cannot be read, and for several lines: no line for a shell that people could
 * read has them.
 */
function unquoted(value = ''): string {
  if (value.startsWith('|')) return '';
  if (!value.startsWith('"')) return value;
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}

const API_VERSION = /^(?:[a-z0-9]+(?:[-.][a-z0-9]+)*\/)?v[a-z0-9]+$/u;
const KIND = /^[A-Za-z][A-Za-z0-9]*$/u;

/** The object, where each part can be what it says: a `kind` of `a,b` would name two. */
function named({ apiVersion, kind, namespace, name }: Fields): ObjectName[] {
  if (apiVersion === undefined || kind === undefined || name === undefined) return [];
  const isName = pathSegmentMistake(name) === undefined && !/\p{Cc}/u.test(name);
  const isNamespace = namespace === undefined || dnsLabelMistake(namespace) === undefined;
  if (!isName || !isNamespace || !API_VERSION.test(apiVersion) || !KIND.test(kind)) return [];
  return [{ apiVersion, kind, namespace, name }];
}

/**
 * The `kubectl delete` line of an object, for a POSIX shell. `--` ends the options: a role may be
 * named `--all`.
 */
export function deleteLine({ apiVersion, kind, namespace, name }: ObjectName): string {
  const group = groupOf(apiVersion);
  const resource = group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
  const where = namespace === undefined ? '' : ` -n ${shellWord(namespace)}`;
  const end = name.startsWith('-') ? ' --' : '';
  return `kubectl delete ${shellWord(resource)}${where}${end} ${shellWord(name)}`;
}

/**
 * What a shell passes over and people should do before the `kubectl delete` lines: nobody else than the
 * Operator takes finalizers off its custom resources, and with one neither they nor their Namespace go.
 */
export function warningsOf(removed: readonly ObjectName[]): string[] {
  const isOperator = ({ kind, name }: ObjectName) =>
    kind === 'Deployment' && name.endsWith('-operator');
  return removed.some(isOperator)
    ? ['# Custom resources that nobody needs go first, while the Operator can still clean up.']
    : [];
}

/** Whether much goes with an object: all custom resources with a CRD, everything in a Namespace. */
export function holdsOthers({ kind }: ObjectName): boolean {
  return kind === 'CustomResourceDefinition' || kind === 'Namespace';
}
