import type { CrdWaiver } from '../config/crd-waivers.ts';
import { didYouMean } from '../config/spelling.ts';
import { crdChanges } from '../crd/changes.ts';
import { isBreaking, judged } from '../crd/waiver.ts';
import { nameOf } from '../kubernetes/value.ts';
import type { Archive } from '../metadata/archive.ts';
import { list, type Notices } from './notices.ts';
import type { CrdUse, SharedObject } from './state.ts';

/** What the judgement of the cluster's CRDs depends on. */
export interface CrdContext {
  readonly deployed: readonly Archive[];
  readonly waivers: readonly CrdWaiver[];
  readonly notices: Notices;
}

/**
 * Every deployed version that defines a CRD which is rendered as another version has it, and whether
 * it can live with that: whether nothing breaks from its own definition to the rendered one. Warns of
 * those that cannot, and of waivers for CRDs that are not there.
 */
export function crdCompatibility(crds: readonly SharedObject[], context: CrdContext): CrdUse[] {
  warnStale(crds, context);
  const own = new Map(context.deployed.map((archive) => [archive, crdsByName(archive)]));
  return crds.flatMap((rendered) =>
    [...own].flatMap(([archive, byName]) => {
      const manifest = byName.get(rendered.name);
      if (!manifest || archive === rendered.archive) return [];
      const changes = judged(
        rendered.name,
        crdChanges(manifest.value, rendered.manifest.value),
        context.waivers,
      );
      const use = { crd: rendered, archive, changes, isCompatible: !changes.some(isBreaking) };
      if (!use.isCompatible) warnIncompatible(use, context.notices);
      return use;
    }),
  );
}

function crdsByName({ crds }: Archive) {
  return new Map(crds.map((manifest) => [nameOf(manifest.value), manifest]));
}

function warnIncompatible({ crd, archive, changes }: CrdUse, notices: Notices): void {
  const breaking = changes.filter(isBreaking);
  const where = list(breaking.map(({ path }) => `\`${path}\``));
  notices.warn(
    'crd-incompatible',
    `the CRD \`${crd.name}\` is that of ${crd.archive.id}, which breaks ${archive.id}: see ${where}`,
    {
      place: crd.manifest.place,
      hint: `\`solutions plan\` says what breaks; deploy one version of ${archive.name} only, or say under \`spec.crdWaivers\` in platform.yaml why it is right`,
    },
  );
}

function warnStale(crds: readonly SharedObject[], { waivers, notices }: CrdContext): void {
  const names = crds.map(({ name }) => name);
  const known = new Set(names);
  for (const { name, place } of waivers) {
    if (known.has(name)) continue;
    notices.warn('stale-crd-waiver', `no CRD \`${name}\` is rendered that could be waived`, {
      place,
      hint: didYouMean(name, names) ?? 'remove the waiver',
    });
  }
}
