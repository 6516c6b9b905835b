import type { Environment, SolutionSettings } from '../config/environments.ts';
import type { Config } from '../config/load.ts';
import { didYouMean } from '../config/spelling.ts';
import { placeText, type Place } from '../errors.ts';
import type { Archive } from '../metadata/archive.ts';
import { compareText } from '../text-order.ts';
import { list, type Notices } from './notices.ts';
import type { Profile, Solution } from './state.ts';
import { compareVersions } from './version.ts';

/** Where MetalK8s keeps what belongs to all Solutions; ours to render, nobody's Environment. */
export const SOLUTIONS_NAMESPACE = 'metalk8s-solutions';

/** A Namespace of an Environment, and the archives that run in it. */
export interface WantedNamespace {
  readonly name: string;
  readonly environment: Environment;
  /** The profile of the Environment. */
  readonly profile: Profile;
  /** By name of the Solution. */
  readonly placed: readonly Placed[];
}

/** A Solution in a Namespace, its version found. */
export interface Placed {
  readonly solution: Solution;
  readonly archive: Archive;
  readonly settings: SolutionSettings;
}

/** Resolves `environments.yaml` against what is imported, sorted by Environment and Namespace. */
export function placeNamespaces(
  config: Config,
  solutions: readonly Solution[],
  notices: Notices,
): WantedNamespace[] {
  const byName = new Map(solutions.map((solution) => [solution.name, solution]));
  const environments = config.environments.toSorted((a, b) => compareText(a.name, b.name));
  const firstNamespace = new Map<string, Place>();
  const firstEnvironment = new Map<string, Place>();
  return environments.flatMap((environment) => {
    once(firstEnvironment, environment, () =>
      notices.error(
        'duplicate-environment',
        `the Environment \`${environment.name}\` is there twice`,
        {
          place: environment.place,
          hint: `the other is at ${placeIn(firstEnvironment, environment.name)}: make one of the two, or rename it`,
        },
      ),
    );
    if (environment.namespaces.length === 0) warnEmpty(environment, notices);
    return environment.namespaces
      .toSorted((a, b) => compareText(a.name, b.name))
      .map((namespace) => {
        refuseReserved(namespace, notices);
        refuseTwice(firstNamespace, namespace, notices);
        return {
          name: namespace.name,
          environment,
          profile: environment.hardening ?? config.platform.hardening,
          placed: placeSolutions(namespace, byName, notices),
        };
      });
  });
}

/** Not an error: an Environment whose last Namespace goes may wait for its next one. */
function warnEmpty({ name, place }: Environment, notices: Notices): void {
  notices.warn(
    'empty-environment',
    `the Environment \`${name}\` has no Namespace: nothing of it is rendered`,
    { place, hint: `remove \`namespaces\` for one Namespace that is named \`${name}\`` },
  );
}

function refuseTwice(
  first: Map<string, Place>,
  namespace: Environment['namespaces'][number],
  notices: Notices,
): void {
  const { name, place } = namespace;
  once(first, namespace, () =>
    notices.error('duplicate-namespace', `the Namespace \`${name}\` is there twice`, {
      place,
      hint: `the other is at ${placeIn(first, name)}: a Namespace belongs to one Environment`,
    }),
  );
}

/** Whether a name comes for the first time; calls `again` where it does not. */
function once(
  seen: Map<string, Place>,
  { name, place }: { readonly name: string; readonly place: Place },
  again: () => void,
): boolean {
  const isFirst = !seen.has(name);
  if (isFirst) seen.set(name, place);
  else again();
  return isFirst;
}

function placeIn(places: ReadonlyMap<string, Place>, name: string): string {
  const found = places.get(name);
  return found ? placeText(found) : 'another place';
}

/**
 * Whose Namespaces these are: rendering one would put labels of an Environment on what the cluster
 * itself runs in.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/ (`kube-`)
 */
const RESERVED: Readonly<Record<string, string>> = {
  'kube-': 'Kubernetes',
  'metalk8s-': 'MetalK8s',
};

/** Every cluster has it, and a cluster without it is broken: it must not leave with an Environment. */
const DEFAULT_NAMESPACE = 'default';

/** Whether a Namespace is one that an Environment must not have. */
export function isReserved(name: string): boolean {
  return name === DEFAULT_NAMESPACE || reservedPrefix(name) !== undefined;
}

function reservedPrefix(name: string): string | undefined {
  return Object.keys(RESERVED).find((start) => name.startsWith(start));
}

function refuseReserved(
  { name, place }: Environment['namespaces'][number],
  notices: Notices,
): void {
  if (name === DEFAULT_NAMESPACE) {
    notices.error('reserved-namespace', `the Namespace \`${name}\` is not for an Environment`, {
      place,
      hint: 'it is the one that Kubernetes starts with, and everybody uses it: name another',
    });
  }
  const prefix = reservedPrefix(name);
  if (prefix === undefined) return;
  notices.error('reserved-namespace', `the Namespace \`${name}\` is not for an Environment`, {
    place,
    hint:
      name === SOLUTIONS_NAMESPACE
        ? 'it holds what all Solutions share: name another'
        : `the prefix \`${prefix}\` is reserved by ${RESERVED[prefix] ?? ''}: name another`,
  });
}

function placeSolutions(
  namespace: Environment['namespaces'][number],
  solutions: ReadonlyMap<string, Solution>,
  notices: Notices,
): Placed[] {
  const seen = new Map<string, Place>();
  return namespace.solutions
    .toSorted((a, b) => compareText(a.name, b.name))
    .flatMap((settings) => {
      const solution = solutions.get(settings.name);
      const isFirst = once(seen, settings, () =>
        notices.error(
          'duplicate-solution',
          `the Solution \`${settings.name}\` is twice in the Namespace \`${namespace.name}\``,
          {
            place: settings.place,
            hint: 'one version of a Solution runs in a Namespace: remove one, or use another Namespace',
          },
        ),
      );
      if (!solution) {
        reportUnknown(settings, [...solutions.keys()], notices);
        return [];
      }
      const archive = wanted(settings, solution, notices);
      if (!archive) return [];
      const placed = { solution, archive, settings };
      compareWithActive(placed, notices);
      return isFirst ? [placed] : [];
    });
}

function reportUnknown(
  { name, place: at }: SolutionSettings,
  known: readonly string[],
  notices: Notices,
): void {
  notices.error('unknown-solution', `no archive of the Solution \`${name}\` is imported`, {
    place: at,
    hint: didYouMean(name, known) ?? 'add its archive to `archives` in solutions.yaml',
  });
}

/** The archive of the version that is asked for; `latest` is the newest that is imported. */
export function wanted(
  { version, place: at }: { readonly version: string; readonly place: Place },
  { name, versions }: Pick<Solution, 'name' | 'versions'>,
  notices: Notices,
): Archive | undefined {
  const found =
    version === 'latest'
      ? versions.at(-1)
      : versions.find((archive) => archive.version === version);
  if (!found) {
    notices.error(
      'unknown-version',
      `version ${version} of the Solution \`${name}\` is not imported`,
      {
        place: at,
        hint: `imported: ${list(versions.map((archive) => archive.version))}; add the archive of ${version} to solutions.yaml, or take one of these`,
      },
    );
  }
  return found;
}

function compareWithActive({ archive, solution, settings }: Placed, notices: Notices): void {
  const { name, active } = solution;
  if (archive.crds.length === 0) return;
  if (!active) {
    notices.sharedError(
      'no-active-version',
      `${archive.id} has CRDs, but no version of \`${name}\` is active`,
      {
        place: settings.place,
        hint: `add \`${name}: ${archive.version}\` under \`active\` in solutions.yaml: what it runs needs its CRDs`,
      },
    );
  } else if (archive.product.operator && compareVersions(archive.version, active.version) > 0) {
    notices.warn(
      'newer-than-active',
      `the Operator of ${archive.id} is newer than the active CRDs, those of ${active.version}`,
      {
        place: settings.place,
        hint: `activate ${archive.version} in solutions.yaml unless its release notes say that it runs with the CRDs of ${active.version}`,
      },
    );
  }
}
