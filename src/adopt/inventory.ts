import { fieldOf, isJsonObject, nameOf, textOf } from '../kubernetes/value.ts';
import { list } from '../model/notices.ts';
import { SOLUTIONS_NAMESPACE } from '../model/placement.ts';
import { canonicalText } from './canonical.ts';
import { groupBy, kindOf, type Found } from './found.ts';
import type { AdoptNotices } from './mistake.ts';

/** The objects that are of use, by what they are. */
export interface Inventory {
  /** The ConfigMap `metalk8s-solutions`: what is imported. */
  readonly imported: Found | undefined;
  /** The ConfigMaps `metalk8s-environment`, by Namespace: what is wanted there. */
  readonly wanted: ReadonlyMap<string, Found>;
  /** By name: the Namespaces of Environments. */
  readonly namespaces: ReadonlyMap<string, EnvironmentNamespace>;
  /** By Namespace, then by name. */
  readonly deployments: ReadonlyMap<string, ReadonlyMap<string, Found>>;
  readonly bootstrap: Found | undefined;
}

/** A Namespace with the label of an Environment. */
export interface EnvironmentNamespace {
  readonly name: string;
  readonly environment: string;
  /** Empty where nobody said. */
  readonly description: string;
  readonly found: Found;
}

const ENVIRONMENT_LABEL = 'solutions.metalk8s.scality.com/environment';
const DESCRIPTION = 'solutions.metalk8s.scality.com/environment-description';
const SOLUTIONS_CONFIG = 'metalk8s-solutions';
const ENVIRONMENT_CONFIG = 'metalk8s-environment';
const BOOTSTRAP = 'BootstrapConfiguration.metalk8s.scality.com';

/** What is asked of the API server: the arguments of `kubectl get`, older ones' too. */
export const queries = [
  ['namespaces', `--selector=${ENVIRONMENT_LABEL}`],
  [
    'configmaps',
    `--namespace=${SOLUTIONS_NAMESPACE}`,
    `--field-selector=metadata.name=${SOLUTIONS_CONFIG}`,
  ],
  ['configmaps', '--all-namespaces', `--field-selector=metadata.name=${ENVIRONMENT_CONFIG}`],
  // By no label: those of early releases have none that tells an Operator.
  ['deployments.apps', '--all-namespaces'],
] as const;

/** Sorts out what was found; the names are those of MetalK8s' salt/_modules/metalk8s_solutions_k8s.py. */
export function inventoryOf(objects: readonly Found[], notices: AdoptNotices): Inventory {
  const kinds = groupBy(onceEach(objects, notices), kindOf);
  const configs = kinds.get('ConfigMap') ?? [];
  const deployments = groupBy(kinds.get('Deployment.apps') ?? [], namespaceOf);
  nameOthers(kinds, notices);
  return {
    imported: configs.find(
      (found) => nameIn(found) === SOLUTIONS_CONFIG && namespaceOf(found) === SOLUTIONS_NAMESPACE,
    ),
    wanted: byName(
      configs.filter((found) => nameIn(found) === ENVIRONMENT_CONFIG),
      namespaceOf,
    ),
    namespaces: new Map(
      (kinds.get('Namespace') ?? []).flatMap(environmentNamespace).map((one) => [one.name, one]),
    ),
    deployments: new Map([...deployments].map(([name, items]) => [name, byName(items, nameIn)])),
    bootstrap: kinds.get(BOOTSTRAP)?.[0],
  };
}

/** The name of an object. */
export function nameIn({ value }: Found): string {
  return nameOf(value);
}

function namespaceOf({ value }: Found): string {
  return textOf(fieldOf(value['metadata'], 'namespace'));
}

function byName(items: readonly Found[], key: (found: Found) => string): Map<string, Found> {
  return new Map(items.map((found) => [key(found), found]));
}

function environmentNamespace(found: Found): EnvironmentNamespace[] {
  const { metadata } = found.value;
  const environment = textOf(fieldOf(fieldOf(metadata, 'labels'), ENVIRONMENT_LABEL));
  if (environment === '') return [];
  const description = textOf(fieldOf(fieldOf(metadata, 'annotations'), DESCRIPTION));
  return [{ name: nameIn(found), environment, description, found }];
}

/** A file that was saved twice says the same; one that says something else is nobody's to choose. */
function onceEach(objects: readonly Found[], notices: AdoptNotices): Found[] {
  const first = new Map<string, Found>();
  for (const found of objects) {
    const key = `${kindOf(found)} ${namespaceOf(found)}/${nameIn(found)}`;
    const before = first.get(key);
    if (!before) first.set(key, found);
    else if (contentOf(before) !== contentOf(found)) {
      reportTwice(before, found, notices);
    }
  }
  return [...first.values()];
}

/** What adoption reads of an object, as one text. */
function contentOf({ value }: Found): string {
  const { metadata, ...others } = value;
  if (textOf(value['kind']).endsWith('Configuration')) return canonicalText(others);
  const { data = null, spec = null } = value;
  const labels = fieldOf(fieldOf(metadata, 'labels'), ENVIRONMENT_LABEL) ?? null;
  const description = fieldOf(fieldOf(metadata, 'annotations'), DESCRIPTION) ?? null;
  return canonicalText([data, spec, labels, description]);
}

function reportTwice(before: Found, found: Found, notices: AdoptNotices): void {
  const [one, other] = [before, found].flatMap(environmentNamespace);
  if (one && other && one.environment !== other.environment) {
    notices.error(
      'namespace-claimed',
      `two Environments claim the Namespace \`${one.name}\`: \`${one.environment}\` and \`${other.environment}\``,
      {
        place: found.place,
        hint: 'a Namespace belongs to one Environment: keep the file that the cluster was saved to last',
      },
    );
    return;
  }
  const name = [namespaceOf(found), nameIn(found)].filter((part) => part !== '').join('/');
  const what = [textOf(found.value['kind']), ...(name === '' ? [] : [name])].join(' ');
  notices.error('found-twice', `${what} is there twice, with different content`, {
    place: found.place,
    hint: 'keep the file that was saved last',
  });
}

const USED: ReadonlySet<string> = new Set([
  'Namespace',
  'ConfigMap',
  'Deployment.apps',
  BOOTSTRAP,
  'SolutionsConfiguration.solutions.metalk8s.scality.com',
  'SolutionsConfiguration.metalk8s.scality.com',
]);

/** Whoever saved more than is of use should know that nobody looked at it. */
function nameOthers(kinds: ReadonlyMap<string, readonly Found[]>, notices: AdoptNotices): void {
  for (const [kind, others] of kinds) {
    if (USED.has(kind)) continue;
    const [first] = others;
    const what = kind === '' ? 'has no `kind`' : `is of the kind ${kind}`;
    const more = others.length === 1 ? '' : `, and ${others.length - 1} more`;
    notices.warn(
      'not-understood',
      `${nameIn(first ?? { value: {} }) || 'an object'} ${what}${more}: it is not read`,
      {
        place: first?.place,
        hint: `of use are ${list(['Namespaces', 'ConfigMaps', 'Deployments', 'SolutionsConfiguration', 'BootstrapConfiguration'])}`,
      },
    );
  }
}

/** The text entries of a ConfigMap's `data`, by key. */
export function dataOf({ value }: Found): [string, string][] {
  const data = value['data'];
  if (!isJsonObject(data)) return [];
  return Object.entries(data)
    .map(([key, text]): [string, string] => [key, textOf(text)])
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
