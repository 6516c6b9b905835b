import { hash } from 'node:crypto';
import { k8s } from 'cdk8s-plus-28';
import type { ImageSyncJobs } from '../config/image-sync.ts';
import { SOLUTIONS_NAMESPACE } from '../model/placement.ts';
import { manifestOf } from './object.ts';

/**
 * Nothing enforces the size of a `local` volume, and one that followed the archives would rename
 * volume and claim with each import.
 */
const SIZE = '1Gi';

/** The claim that the image Jobs mount, and the volume behind it where that is ours. */
export interface ArchivesVolume {
  readonly claim: string;
  /** Nothing where platform.yaml names a claim that is there. */
  readonly volume: string | undefined;
}

/**
 * The names of volume and claim. Their specs are immutable, so the names end in a hash of what is in
 * them.
 */
export function archivesVolume({ archives }: ImageSyncJobs): ArchivesVolume {
  if ('claim' in archives) return { claim: archives.claim, volume: undefined };
  const text = JSON.stringify([archives.path, archives.node, SIZE]);
  const short = hash('sha256', text, 'hex').slice(0, 10);
  return { claim: `archives-${short}`, volume: `${SOLUTIONS_NAMESPACE}-archives-${short}` };
}

/**
 * A static `local` volume of a folder on a node, and the claim that has it: the two name each other,
 * so that neither binds to anything else. Nothing where platform.yaml names a claim.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reserving-a-persistentvolume
 */
export function archivesVolumeManifests(
  settings: ImageSyncJobs,
  labels: Record<string, string>,
): unknown[] {
  const { archives } = settings;
  const { claim, volume } = archivesVolume(settings);
  if ('claim' in archives || volume === undefined) return [];
  const shared = { accessModes: ['ReadOnlyMany'], volumeMode: 'Filesystem' };
  const storage = k8s.Quantity.fromString(SIZE);
  return [
    manifestOf(k8s.KubePersistentVolume, {
      metadata: { name: volume, labels },
      spec: {
        ...shared,
        capacity: { storage },
        persistentVolumeReclaimPolicy: 'Retain',
        // Without a uid: the cluster fills it in, and no apply would know it.
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          namespace: SOLUTIONS_NAMESPACE,
          name: claim,
        },
        local: { path: archives.path },
        nodeAffinity: onNode(archives.node),
      },
    }),
    manifestOf(k8s.KubePersistentVolumeClaim, {
      metadata: { name: claim, namespace: SOLUTIONS_NAMESPACE, labels },
      spec: {
        ...shared,
        resources: { requests: { storage } },
        // Empty, not absent: the default class of the cluster would make another volume. On the
        // volume the API server drops it.
        storageClassName: '',
        volumeName: volume,
      },
    }),
  ];
}

function onNode(node: string): k8s.VolumeNodeAffinity {
  const hostname = { key: 'kubernetes.io/hostname', operator: 'In', values: [node] };
  return { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } };
}
