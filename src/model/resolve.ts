import type { Config } from '../config/load.ts';
import { didYouMean } from '../config/spelling.ts';
import type { Archive } from '../metadata/archive.ts';
import { compareText } from '../text-order.ts';
import { clusterRoles } from './cluster-roles.ts';
import { crdCompatibility } from './crd-compatibility.ts';
import { sharedCrds } from './crds.ts';
import { list, Notices } from './notices.ts';
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
  const notices = new Notices();
  const solutions = resolveSolutions(config, archives, notices);
  const places = placeNamespaces(config, solutions, notices);
  const deployed = deployedArchives(solutions, places);
  const crds = sharedCrds(solutions, deployed, notices);
  const waivers = config.platform.crdWaivers;
  const crdUses = crdCompatibility(crds, { deployed, waivers, notices });
  const roles = clusterRoles(deployed, notices);
  const namespaces = placeOperators(places, {
    platform: config.platform,
    roles,
    scope: clusterScope(crds.map(({ manifest }) => manifest)),
    notices,
  });
  return {
    platform: config.platform,
    solutions,
    namespaces,
    crds,
    clusterRoles: roles.rendered,
    crdUses,
    imageSync: imageSync(solutions, config.platform, notices),
    monitoring: placeMonitoring(places, { platform: config.platform, notices }),
    notices: notices.finish(),
  };
}

function resolveSolutions(
  { solutions: { active } }: Config,
  archives: readonly Archive[],
  notices: Notices,
): Solution[] {
  const imported = new Map<string, Archive[]>();
  for (const archive of archives) {
    const versions = imported.get(archive.name) ?? [];
    versions.push(archive);
    imported.set(archive.name, versions);
  }
  const names = [...imported.keys()].toSorted(compareText);
  const actives = new Map(active.map((entry) => [entry.name, entry]));
  refuseUnknown(active, names, notices);
  return names.map((name) => {
    const versions = (imported.get(name) ?? []).toSorted((a, b) =>
      compareVersions(a.version, b.version),
    );
    const entry = actives.get(name);
    return { name, versions, active: entry && wanted(entry, { name, versions }, notices) };
  });
}

function refuseUnknown(
  active: Config['solutions']['active'],
  names: readonly string[],
  notices: Notices,
): void {
  const known = new Set(names);
  for (const { name, place } of active) {
    if (known.has(name)) continue;
    notices.error('unknown-solution', `no archive of the Solution \`${name}\` is imported`, {
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
