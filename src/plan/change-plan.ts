import { crdDangers, type CrdContext, type CrdDangers } from './crd-dangers.ts';
import { imageChanges, type ImageChanges, type ImageState } from './image-changes.ts';
import { newRights, type RightsChange } from './new-rights.ts';
import {
  differingObjects,
  objectChanges,
  type DifferingObject,
  type ObjectChanges,
} from './object-changes.ts';
import type { ObjectSet, ObjectSets } from './object-set.ts';
import { deployedIds, placementChanges, type PlacementChanges } from './placement-changes.ts';
import { workloadChanges, type WorkloadChanges } from './workloads.ts';

/** What changes between two states. Plain data: it is JSON as it is. */
export interface ChangePlan {
  readonly placement: PlacementChanges;
  readonly crds: CrdDangers;
  readonly rights: readonly RightsChange[];
  readonly workloads: WorkloadChanges;
  readonly images: ImageChanges;
  readonly objects: ObjectChanges;
}

/** Two states: their objects, and the images of the archives that are imported. */
export interface States {
  readonly objects: ObjectSets;
  readonly images: { readonly before: ImageState; readonly after: ImageState };
}

/** Compares two states. */
export function changePlan({ objects, images }: States, crds: CrdContext): ChangePlan {
  const differing = differingObjects(objects);
  return {
    placement: placementChanges(objects),
    crds: crdDangers({ differing, deployed: deployedIds(objects.before) }, crds),
    rights: differing.some(isAboutRights)
      ? newRights(objectsOf(objects.before), objectsOf(objects.after))
      : [],
    workloads: workloadChanges(differing),
    images: imageChanges(images.before, images.after),
    objects: objectChanges(differing),
  };
}

function isAboutRights({ name }: DifferingObject): boolean {
  return /Role(?:Binding)?$/u.test(name.kind);
}

function objectsOf(set: ObjectSet) {
  return [...set.values()].map(({ object }) => object);
}

/** Whether nothing changes in a cluster or a registry. */
export function isEmptyPlan({ objects, images }: ChangePlan): boolean {
  const { added, changed, removed } = objects;
  return added.length + changed.length + removed.length + images.archives.length === 0;
}
