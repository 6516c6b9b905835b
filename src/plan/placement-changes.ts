import { jsonIn } from '../kubernetes/json-text.ts';
import { fieldOf, isJsonObject, textOf, type Json } from '../kubernetes/value.ts';
import { compareText } from '../text-order.ts';
import type { ObjectSet, ObjectSets } from './object-set.ts';

/** What becomes of a Solution in a Namespace of an Environment. */
interface PlacedSolution {
  readonly environment: string;
  readonly namespace: string;
  readonly solution: string;
  /** The version that ran there; absent where none did. */
  readonly before?: string;
  /** The version that will run there; absent where none will. */
  readonly after?: string;
}

/** A Namespace of an Environment that comes or goes. */
interface PlacedNamespace {
  readonly environment: string;
  readonly namespace: string;
  readonly what: 'added' | 'removed';
}

/** What changes for a Solution as a whole. */
export interface ImportedSolution {
  readonly solution: string;
  /** Versions. */
  readonly imported: readonly string[];
  readonly dropped: readonly string[];
  /** The version whose CRDs are in the cluster, where it changes. */
  readonly active?: { readonly before?: string; readonly after?: string };
}

/** What runs where, and of what there is a choice. Everything in one order, by names. */
export interface PlacementChanges {
  readonly namespaces: readonly PlacedNamespace[];
  readonly placed: readonly PlacedSolution[];
  readonly solutions: readonly ImportedSolution[];
}

/** What MetalK8s' own ConfigMaps tell of the Environments and Solutions of two states. */
export function placementChanges({ before, after }: ObjectSets): PlacementChanges {
  const [old, next] = [environmentsOf(before), environmentsOf(after)];
  return {
    namespaces: [
      ...namespacesMissing(next, old).map((one) => ({ ...one, what: 'added' as const })),
      ...namespacesMissing(old, next).map((one) => ({ ...one, what: 'removed' as const })),
    ].sort((a, b) => compareText(keyOf(a), keyOf(b))),
    placed: placedChanges(placedIn(old), placedIn(next)),
    solutions: solutionChanges(importedIn(before), importedIn(after)),
  };
}

/** The versions that run somewhere, as `<name>-<version>`. */
export function deployedIds(objects: ObjectSet): Set<string> {
  const placed = [...placedIn(environmentsOf(objects)).values()];
  return new Set(placed.map(({ solution, version }) => `${solution}-${version}`));
}

interface EnvironmentNamespace {
  readonly environment: string;
  readonly namespace: string;
  /** Version by Solution. */
  readonly solutions: ReadonlyMap<string, string>;
}

const ENVIRONMENT = 'solutions.metalk8s.scality.com/environment';

function environmentsOf(objects: ObjectSet): EnvironmentNamespace[] {
  const versions = new Map<string, ReadonlyMap<string, string>>();
  const namespaces: { readonly namespace: string; readonly environment: string }[] = [];
  for (const { name, object } of objects.values()) {
    if (name.kind === 'Namespace') {
      const environment = textOf(fieldOf(fieldOf(object['metadata'], 'labels'), ENVIRONMENT));
      if (environment !== '') namespaces.push({ namespace: name.name, environment });
    } else if (name.kind === 'ConfigMap' && name.name === 'metalk8s-environment') {
      versions.set(name.namespace ?? '', new Map(textsIn(object['data'])));
    }
  }
  return namespaces.map((one) => ({
    ...one,
    solutions: versions.get(one.namespace) ?? new Map(),
  }));
}

function textsIn(data: Json | undefined): [string, string][] {
  if (!isJsonObject(data)) return [];
  return Object.entries(data).map(([key, value]) => [key, textOf(value)]);
}

/** The Namespaces of `there` that are not in `elsewhere`. */
function namespacesMissing(
  there: readonly EnvironmentNamespace[],
  elsewhere: readonly EnvironmentNamespace[],
) {
  const known = new Set(elsewhere.map(keyOf));
  return there
    .filter((one) => !known.has(keyOf(one)))
    .map(({ environment, namespace }) => ({ environment, namespace }));
}

/** Names of both are DNS labels: a line feed is in none. */
function keyOf({ environment, namespace }: { environment: string; namespace: string }): string {
  return `${environment}\n${namespace}`;
}

interface Placed {
  readonly environment: string;
  readonly namespace: string;
  readonly solution: string;
  readonly version: string;
}

function placedIn(environments: readonly EnvironmentNamespace[]): Map<string, Placed> {
  return new Map(
    environments.flatMap(({ environment, namespace, solutions }) =>
      [...solutions].map(([solution, version]): [string, Placed] => [
        `${environment}\n${namespace}\n${solution}`,
        { environment, namespace, solution, version },
      ]),
    ),
  );
}

function placedChanges(
  before: ReadonlyMap<string, Placed>,
  after: ReadonlyMap<string, Placed>,
): PlacedSolution[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  return keys.flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    const one = is ?? was;
    if (!one || was?.version === is?.version) return [];
    const { environment, namespace, solution } = one;
    return [
      {
        environment,
        namespace,
        solution,
        ...(was ? { before: was.version } : {}),
        ...(is ? { after: is.version } : {}),
      },
    ];
  });
}

interface Imported {
  readonly versions: readonly string[];
  readonly active: string | undefined;
}

function importedIn(objects: ObjectSet): Map<string, Imported> {
  const imported = new Map<string, Imported>();
  for (const { name, object } of objects.values()) {
    if (name.kind !== 'ConfigMap' || name.name !== 'metalk8s-solutions') continue;
    for (const [solution, text] of textsIn(object['data'])) {
      const entries = entriesIn(text);
      imported.set(solution, {
        versions: entries.map(({ version }) => version),
        active: entries.find(({ isActive }) => isActive)?.version,
      });
    }
  }
  return imported;
}

/** The versions in one value of the ConfigMap; none where somebody edited it into something else. */
function entriesIn(text: string): { readonly version: string; readonly isActive: boolean }[] {
  const value = jsonIn(text);
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('version' in entry)) return [];
    if (typeof entry.version !== 'string') return [];
    return [{ version: entry.version, isActive: 'active' in entry && entry.active === true }];
  });
}

const NONE: Imported = { versions: [], active: undefined };

function solutionChanges(
  before: ReadonlyMap<string, Imported>,
  after: ReadonlyMap<string, Imported>,
): ImportedSolution[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  return names.flatMap((solution) => {
    const [was, is] = [before.get(solution) ?? NONE, after.get(solution) ?? NONE];
    const imported = is.versions.filter((version) => !was.versions.includes(version));
    const dropped = was.versions.filter((version) => !is.versions.includes(version));
    const isActiveSame = was.active === is.active;
    if (imported.length + dropped.length === 0 && isActiveSame) return [];
    const active = {
      ...(was.active === undefined ? {} : { before: was.active }),
      ...(is.active === undefined ? {} : { after: is.active }),
    };
    return [{ solution, imported, dropped, ...(isActiveSame ? {} : { active }) }];
  });
}
