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
 * is no removal.
 */
export function removedObjects(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): ObjectName[] {
  const kept = new Set(manifests(after).flatMap(objectsIn).map(keyOf));
  return manifests(before)
    .flatMap(objectsIn)
    .filter((object) => !kept.has(keyOf(object)))
    .toReversed();
}

function manifests(files: ReadonlyMap<string, string>): string[] {
  return [...files]
    .filter(([name]) => name.endsWith('.yaml'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text);
}

function keyOf({ apiVersion, kind, namespace, name }: ObjectName): string {
  return JSON.stringify([groupOf(apiVersion), kind, namespace, name]);
}

/** `''` for `v1`, `apps` for `apps/v1`. */
function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '';
}

/**
 * The names in a text of our own printer, by its lines: a thousand files are not worth a parser.
 * Top-level keys start in the first column, the keys of `metadata` in the third.
 */
function objectsIn(text: string): ObjectName[] {
  return text.split(/^---\n/mu).flatMap((document) => {
    const metadata = /^metadata:\n((?: .*\n?|\n)*)/mu.exec(document)?.[1] ?? '';
    const [apiVersion, kind] = [valueOf(document, ''), valueOf(document, '', 'kind')];
    const name = valueOf(metadata, '  ', 'name');
    if (apiVersion === undefined || kind === undefined || name === undefined) return [];
    return [{ apiVersion, kind, namespace: valueOf(metadata, '  ', 'namespace'), name }];
  });
}

function valueOf(text: string, indent: string, key = 'apiVersion'): string | undefined {
  const [, value] = new RegExp(`^${indent}${key}: (.+)$`, 'mu').exec(text) ?? [];
  return value?.startsWith('"') ? unquoted(value) : value;
}

function unquoted(value: string): string | undefined {
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The `kubectl delete` line of an object, for a shell. */
export function deleteLine({ apiVersion, kind, namespace, name }: ObjectName): string {
  const group = groupOf(apiVersion);
  const resource = group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
  const where = namespace === undefined ? '' : ` -n ${shellWord(namespace)}`;
  return `kubectl delete ${shellWord(resource)}${where} ${shellWord(name)}`;
}

/** RBAC names may hold anything but `/` and `%`. */
function shellWord(text: string): string {
  return /^[\w.:@-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
