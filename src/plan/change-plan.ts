import { imageChanges, type ImageChanges, type ImageSource } from './image-changes.ts';
import { differingObjects, objectChanges, type ObjectChanges } from './object-changes.ts';
import type { ObjectSets } from './object-set.ts';
import { placementChanges, type PlacementChanges } from './placement-changes.ts';
import { workloadChanges, type WorkloadChanges } from './workloads.ts';

/** What changes between two states. Plain data: it is JSON as it is. */
export interface ChangePlan {
  readonly placement: PlacementChanges;
  readonly objects: ObjectChanges;
  readonly workloads: WorkloadChanges;
  readonly images: ImageChanges;
}

/** Two states: their objects, and the images of the archives that are imported. */
export interface States {
  readonly objects: ObjectSets;
  readonly images: {
    readonly before: readonly ImageSource[];
    readonly after: readonly ImageSource[];
  };
}

/** Compares two states. */
export function changePlan({ objects, images }: States): ChangePlan {
  const differing = differingObjects(objects);
  return {
    placement: placementChanges(objects),
    objects: objectChanges(differing),
    workloads: workloadChanges(differing),
    images: imageChanges(images.before, images.after),
  };
}

/** Whether nothing changes in a cluster or a registry. */
export function isEmptyPlan({ objects, images }: ChangePlan): boolean {
  const { added, changed, removed } = objects;
  return added.length + changed.length + removed.length + images.archives.length === 0;
}
