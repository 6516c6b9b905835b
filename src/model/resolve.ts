import type { Config } from '../config/load.ts';
import { didYouMean } from '../config/spelling.ts';
import type { Archive } from '../metadata/archive.ts';
import { compareText } from '../text-order.ts';
import { clusterRoles } from './cluster-roles.ts';
import { crdCompatibility } from './crd-compatibility.ts';
import { sharedCrds } from './crds.ts';
import { Findings, list } from './findings.ts';
import { imageSync } from './image-sync.ts';
import { placeMonitoring } from './monitoring.ts';
import { placeOperators } from './operators.ts';
import { placeNamespaces, wanted, type WantedNamespace } from './placement.ts';
import { clusterScope } from './scope.ts';
import type { Solution, State } from './state.ts';
import { compareVersions } from './version.ts';

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
  const crds = sharedCrds(solutions, deployed, findings);
  const waivers = config.platform.crdWaivers;
  const crdUses = crdCompatibility(crds, { deployed, waivers, findings });
  const roles = clusterRoles(deployed, findings);
  const namespaces = placeOperators(places, {
    platform: config.platform,
    roles,
    scope: clusterScope(crds.map(({ manifest }) => manifest)),
    findings,
  });
  return {
    platform: config.platform,
    solutions,
    namespaces,
    crds,
    clusterRoles: roles.rendered,
    crdUses,
    imageSync: imageSync(solutions, config.platform, findings),
    monitoring: placeMonitoring(places, { platform: config.platform, findings }),
    notices: findings.finish(),
  };
}

function resolveSolutions(
  { solutions: { active } }: Config,
  archives: readonly Archive[],
  findings: Findings,
): Solution[] {
  const imported = new Map<string, Archive[]>();
  for (const archive of archives) {
    const versions = imported.get(archive.name) ?? [];
    versions.push(archive);
    imported.set(archive.name, versions);
  }
  const names = [...imported.keys()].toSorted(compareText);
  const actives = new Map(active.map((entry) => [entry.name, entry]));
  refuseUnknown(active, names, findings);
  return names.map((name) => {
    const versions = (imported.get(name) ?? []).toSorted((a, b) =>
      compareVersions(a.version, b.version),
    );
    const entry = actives.get(name);
    return { name, versions, active: entry && wanted(entry, { name, versions }, findings) };
  });
}

function refuseUnknown(
  active: Config['solutions']['active'],
  names: readonly string[],
  findings: Findings,
): void {
  const known = new Set(names);
  for (const { name, place } of active) {
    if (known.has(name)) continue;
    findings.error('unknown-solution', `no archive of the Solution \`${name}\` is imported`, {
      place,
      hint:
        didYouMean(name, names) ??
        (names.length > 0
          ? `add its archive under \`archives\`; imported are ${list(names)}`
          : 'add its archive under `archives`'),
    });
  }
}

/** What runs somewhere: by Solution, oldest version first. */
function deployedArchives(
  solutions: readonly Solution[],
  places: readonly WantedNamespace[],
): Archive[] {
  const deployed = new Set(places.flatMap(({ placed }) => placed.map(({ archive }) => archive)));
  return solutions.flatMap(({ versions }) => versions).filter((archive) => deployed.has(archive));
}
