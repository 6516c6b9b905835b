import type { Config } from '../config/load.ts';
import { didYouMean } from '../config/spelling.ts';
import type { Archive } from '../metadata/archive.ts';
import { sharedCrds } from './crds.ts';
import { Findings } from './findings.ts';
import { placeNamespaces, wanted, type WantedNamespace } from './placement.ts';
import { operatorsOf } from './operators.ts';
import { clusterRoles, list } from './rights.ts';
import type { Solution, State } from './state.ts';
import { compareText, compareVersions } from './version.ts';

/**
 * Resolves the desired state: which version runs where, under which names, with which rights.
 * Pure: from what the files say and the archives hold, in any order, to one sorted state.
 *
 * @throws SolutionsError, or several in an AggregateError: every contradiction ({@link ModelCode}).
 */
export function resolve(config: Config, archives: readonly Archive[]): State {
  const findings = new Findings();
  const solutions = resolveSolutions(config, archives, findings);
  const places = placeNamespaces(config, solutions, findings);
  const deployed = deployedArchives(solutions, places);
  const roles = clusterRoles(deployed, findings);
  const namespaces = places.map((place) =>
    operatorsOf(place, { platform: config.platform, roles, findings }),
  );
  const crds = sharedCrds(solutions, deployed, findings);
  return {
    platform: config.platform,
    solutions,
    namespaces,
    crds,
    clusterRoles: roles.rendered,
    notices: findings.finish(),
  };
}

function resolveSolutions(
  config: Config,
  archives: readonly Archive[],
  findings: Findings,
): Solution[] {
  const names = [...new Set(archives.map(({ name }) => name))].toSorted(compareText);
  const solutions = names.map((name) => {
    const versions = archives
      .filter((archive) => archive.name === name)
      .toSorted((a, b) => compareVersions(a.version, b.version));
    const active = config.solutions.active.find((entry) => entry.name === name);
    return { name, versions, active: active && wanted(active, { name, versions }, findings) };
  });
  for (const { name, place } of config.solutions.active) {
    if (names.includes(name)) continue;
    findings.error('unknown-solution', `no archive of the Solution \`${name}\` is imported`, {
      place,
      hint:
        didYouMean(name, names) ??
        (names.length > 0
          ? `add its archive under \`archives\`; imported are ${list(names)}`
          : 'add its archive under `archives`'),
    });
  }
  return solutions;
}

/** What runs somewhere: by Solution, oldest version first. */
function deployedArchives(
  solutions: readonly Solution[],
  places: readonly WantedNamespace[],
): Archive[] {
  const deployed = new Set(places.flatMap(({ placed }) => placed.map(({ archive }) => archive)));
  return solutions.flatMap(({ versions }) => versions).filter((archive) => deployed.has(archive));
}
