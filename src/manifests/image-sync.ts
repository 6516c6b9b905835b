import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Platform } from '../config/platform.ts';
import { SOLUTIONS_NAMESPACE } from '../model/placement.ts';
import type { ImageSync } from '../model/state.ts';
import { archivesVolumeManifests } from './archives-volume.ts';
import { MOUNTS } from './image-job.ts';
import { IMAGE_PODS, imageNetworkPolicy } from './image-network.ts';
import { commonLabels, SHARED } from './labels.ts';
import { manifestOf, PlainObject, sorted } from './object.ts';

/** What all image Jobs share: the archives, what they are told of each other, what they may reach. */
export function addImageSync(
  chart: Chart,
  { settings, jobs }: ImageSync,
  platform: Platform,
): void {
  const labels = { ...commonLabels(SHARED), ...IMAGE_PODS };
  const mounts = jobs.flatMap(({ archive, mountFrom }) =>
    mountFrom === undefined ? [] : [[archive.id, mountFrom]],
  );
  const manifests = [
    ...archivesVolumeManifests(settings, labels),
    ...(mounts.length > 0 ? [mountsMap(Object.fromEntries(mounts), labels)] : []),
    imageNetworkPolicy(platform.registry, labels),
  ];
  for (const [index, manifest] of manifests.entries()) {
    new PlainObject(chart, `${index}`, sorted(manifest));
  }
}

function mountsMap(
  data: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): unknown {
  return manifestOf(k8s.KubeConfigMap, {
    metadata: { name: MOUNTS, namespace: SOLUTIONS_NAMESPACE, labels },
    data,
  });
}
