import type { Environment, SolutionSettings } from '../config/environments.ts';
import type { Config } from '../config/load.ts';
import { didYouMean } from '../config/spelling.ts';
import { placeText, type Place } from '../errors.ts';
import type { Archive } from '../metadata/archive.ts';
import type { Findings } from './findings.ts';
import { list } from './rights.ts';
import type { Profile, Solution } from './state.ts';
import { compareText, compareVersions } from './version.ts';

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
  findings: Findings,
): WantedNamespace[] {
  const byName = new Map(solutions.map((solution) => [solution.name, solution]));
  const environments = config.environments.toSorted((a, b) => compareText(a.name, b.name));
  const firstNamespace = new Map<string, Place>();
  const firstEnvironment = new Map<string, Place>();
  return environments.flatMap((environment) => {
    once(firstEnvironment, environment, () =>
      findings.error(
        'duplicate-environment',
        `the Environment \`${environment.name}\` is there twice`,
        {
          place: environment.place,
          hint: `the other is at ${textOf(firstEnvironment, environment.name)}: make one of the two, or rename it`,
        },
      ),
    );
    return environment.namespaces
      .toSorted((a, b) => compareText(a.name, b.name))
      .map((namespace) => {
        refuseReserved(namespace, findings);
        once(firstNamespace, namespace, () =>
          findings.error(
            'duplicate-namespace',
            `the Namespace \`${namespace.name}\` is there twice`,
            {
              place: namespace.place,
              hint: `the other is at ${textOf(firstNamespace, namespace.name)}: a Namespace belongs to one Environment`,
            },
          ),
        );
        return {
          name: namespace.name,
          environment,
          profile: environment.hardening ?? config.platform.hardening,
          placed: placeSolutions(namespace, byName, findings),
        };
      });
  });
}

function once(
  seen: Map<string, Place>,
  thing: { readonly name: string; readonly place: Place },
  again: () => void,
): void {
  if (seen.has(thing.name)) again();
  else seen.set(thing.name, thing.place);
}

function textOf(places: ReadonlyMap<string, Place>, name: string): string {
  const found = places.get(name);
  return found ? placeText(found) : 'another place';
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/ (`kube-`) */
function refuseReserved(
  { name, place }: Environment['namespaces'][number],
  findings: Findings,
): void {
  if (name !== SOLUTIONS_NAMESPACE && !name.startsWith('kube-')) return;
  findings.error('reserved-namespace', `the Namespace \`${name}\` is not for an Environment`, {
    place,
    hint:
      name === SOLUTIONS_NAMESPACE
        ? 'it holds what all Solutions share: name another'
        : 'the prefix `kube-` is reserved by Kubernetes: name another',
  });
}

function placeSolutions(
  namespace: Environment['namespaces'][number],
  solutions: ReadonlyMap<string, Solution>,
  findings: Findings,
): Placed[] {
  const seen = new Map<string, Place>();
  return namespace.solutions
    .toSorted((a, b) => compareText(a.name, b.name))
    .flatMap((settings) => {
      const solution = solutions.get(settings.name);
      once(seen, settings, () =>
        findings.error(
          'duplicate-solution',
          `the Solution \`${settings.name}\` is twice in the Namespace \`${namespace.name}\``,
          {
            place: settings.place,
            hint: 'one version of a Solution runs in a Namespace: remove one, or use another Namespace',
          },
        ),
      );
      if (!solution) {
        reportUnknown(settings, [...solutions.keys()], findings);
        return [];
      }
      const archive = wanted(settings, solution, findings);
      if (!archive) return [];
      compareWithActive(archive, solution, settings, findings);
      return [{ solution, archive, settings }];
    });
}

function reportUnknown(
  { name, place: at }: SolutionSettings,
  known: readonly string[],
  findings: Findings,
): void {
  findings.error('unknown-solution', `no archive of the Solution \`${name}\` is imported`, {
    place: at,
    hint: didYouMean(name, known) ?? 'add its archive to `archives` in solutions.yaml',
  });
}

/** The archive of the version that is asked for; `latest` is the newest that is imported. */
export function wanted(
  { version, place: at }: { readonly version: string; readonly place: Place },
  { name, versions }: Pick<Solution, 'name' | 'versions'>,
  findings: Findings,
): Archive | undefined {
  const found =
    version === 'latest'
      ? versions.at(-1)
      : versions.find((archive) => archive.version === version);
  if (!found) {
    findings.error(
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

function compareWithActive(
  archive: Archive,
  { name, active }: Solution,
  settings: SolutionSettings,
  findings: Findings,
): void {
  if (archive.crds.length === 0) return;
  if (!active) {
    findings.error(
      'no-active-version',
      `${archive.id} has CRDs, but no version of \`${name}\` is active`,
      {
        place: settings.place,
        hint: `add \`${name}: ${archive.version}\` under \`active\` in solutions.yaml: its Operator cannot start without its CRDs`,
      },
    );
  } else if (compareVersions(archive.version, active.version) > 0) {
    findings.warn(
      'newer-than-active',
      `the Operator of ${archive.id} is newer than the active CRDs, those of ${active.version}`,
      {
        place: settings.place,
        hint: `activate ${archive.version} in solutions.yaml unless its release notes say that it runs with the CRDs of ${active.version}`,
      },
    );
  }
}
