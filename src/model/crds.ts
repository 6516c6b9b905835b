import type { Manifest } from '../kubernetes/read.ts';
import { nameOf } from '../kubernetes/value.ts';
import type { Archive } from '../metadata/archive.ts';
import type { Notices } from './notices.ts';
import type { SharedObject, Solution } from './state.ts';

/**
 * The CustomResourceDefinitions of the cluster: those of each active version, and those that only
 * another deployed version defines (API groups change between versions; the newest one counts).
 * One name has one owner.
 */
export function sharedCrds(
  solutions: readonly Solution[],
  deployed: readonly Archive[],
  notices: Notices,
): SharedObject[] {
  const isDeployed = new Set(deployed);
  const crds = solutions.flatMap(({ active, versions }) => {
    const others = versions.filter((archive) => isDeployed.has(archive)).toReversed();
    return crdsOf(active ? [active, ...others] : others, notices);
  });
  const owners = new Map<string, SharedObject>();
  for (const crd of crds) {
    const owner = owners.get(crd.name);
    if (owner) reportOwners(owner, crd, notices);
    else owners.set(crd.name, crd);
  }
  return crds;
}

function reportOwners(owner: SharedObject, crd: SharedObject, notices: Notices): void {
  notices.error(
    'crd-owners',
    `the CRD \`${crd.name}\` is in two Solutions, ${owner.archive.id} and ${crd.archive.id}`,
    {
      place: crd.manifest.place,
      hint: 'a cluster has one CRD of a name: deactivate one of the two, or ask the vendors which of them owns it',
    },
  );
}

function crdsOf(versions: readonly Archive[], notices: Notices): SharedObject[] {
  const found = new Map<string, SharedObject>();
  for (const archive of new Set(versions)) {
    for (const manifest of archive.crds) {
      const name = nameOf(manifest.value);
      const first = found.get(name);
      if (!first) found.set(name, { archive, manifest, name });
      else if (first.archive === archive) reportDuplicate(name, first, manifest, notices);
    }
  }
  return [...found.values()];
}

function reportDuplicate(
  name: string,
  first: SharedObject,
  again: Manifest,
  notices: Notices,
): void {
  notices.error('crd-duplicate', `the CRD \`${name}\` is defined twice in ${first.archive.id}`, {
    place: again.place,
    hint: `the other definition is in ${first.manifest.place.file}; the vendor must remove one`,
  });
}
