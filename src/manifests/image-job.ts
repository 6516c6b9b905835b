import { hash } from 'node:crypto';
import { k8s } from 'cdk8s-plus-28';
import type { ImageSyncJobs } from '../config/image-sync.ts';
import type { Platform } from '../config/platform.ts';
import { labelValue } from '../kubernetes/names.ts';
import { SOLUTIONS_NAMESPACE } from '../model/placement.ts';
import type { ImageJob, ImageSync } from '../model/state.ts';
import { archivesVolume } from './archives-volume.ts';
import { IMAGE_PODS } from './image-network.ts';
import { commonLabels } from './labels.ts';
import { sorted } from './object.ts';
import { quantities } from './quantities.ts';

/** The ConfigMap that tells each Job which version to mount layers from. */
export const MOUNTS = 'images-mount-from';

/** The uid of the tool's image. */
const NONROOT = 65532;

/**
 * The exit codes of `solutions push` after which a retry fails as well: wrong usage, the archive, the
 * credentials, refused by the registry.
 */
const NO_RETRY = [1, 2, 20, 21, 22];

/** What is mounted, and where. */
const FOLDERS = { archives: '/archives', auth: '/auth', ca: '/ca', tmp: '/tmp' } as const;

interface JobContext {
  readonly settings: ImageSync['settings'];
  readonly registry: Platform['registry'];
}

/**
 * The Job that pushes the images of an archive, as people do by hand. Its template is immutable, so a
 * changed one is a new Job: the name ends in a hash of the spec. What changes with other archives is
 * not in it.
 *
 * Not by the generated class, which asks for `onPodConditions` in each rule: an empty list is a
 * difference that no apply ends.
 */
export function imageJob(job: ImageJob, context: JobContext): unknown {
  const { name, version } = job.archive;
  const labels = {
    ...commonLabels(name),
    ...IMAGE_PODS,
    'app.kubernetes.io/version': labelValue(version),
  };
  const spec = {
    backoffLimit: context.settings.backoffLimit,
    activeDeadlineSeconds: context.settings.deadlineSeconds,
    podFailurePolicy,
    template: k8s.toJson_PodTemplateSpec({
      metadata: {
        labels,
        // Another archive under the same name and version is another Job.
        annotations: {
          'solutions.metalk8s.scality.com/archive-sha256': job.archive.record.sha256,
        },
      },
      spec: podSpec(job, context),
    }),
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: jobName(job, spec), namespace: SOLUTIONS_NAMESPACE, labels },
    spec,
  };
}

const podFailurePolicy = {
  rules: [
    // A drained node is nobody's failure. `status` has a default, but the list is atomic.
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    {
      action: 'FailJob',
      onExitCodes: { containerName: 'push', operator: 'In', values: NO_RETRY },
    },
  ],
};

/** Names of Jobs become labels of their Pods. */
const MAX_NAME = 63;

function jobName({ archive: { name, version } }: ImageJob, spec: object): string {
  // `a` `b-1` and `a-b` `1` look alike in the name.
  const text = JSON.stringify([name, version, sorted({ spec })]);
  const short = hash('sha256', text, 'hex').slice(0, 10);
  const readable = `images-${name}-${version}`.toLowerCase().replaceAll(/[^a-z0-9-]/gu, '-');
  return `${readable.slice(0, MAX_NAME - short.length - 1).replace(/-+$/u, '')}-${short}`;
}

function podSpec(job: ImageJob, { settings, registry }: JobContext): k8s.PodSpec {
  const { nodeSelector = {}, tolerations = [] } = settings;
  const mounts = mountsOf(settings);
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    ...(registry.pullSecret === undefined
      ? {}
      : { imagePullSecrets: [{ name: registry.pullSecret }] }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: NONROOT,
      runAsGroup: NONROOT,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'push',
        image: settings.image,
        // By digest there is nothing to pull again, and a site may have loaded it into its nodes.
        imagePullPolicy: 'IfNotPresent',
        args: pushArguments(job, { settings, registry }),
        env: [{ name: 'SOLUTIONS_MOUNT_FROM', valueFrom: { configMapKeyRef: mountKey(job) } }],
        volumeMounts: mounts.map(({ mount }) => mount),
        // So that `kubectl describe` shows why a push failed.
        terminationMessagePolicy: 'FallbackToLogsOnError',
        resources: resources(settings),
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        },
      },
    ],
    volumes: mounts.map(({ volume }) => volume),
    ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
    ...(tolerations.length > 0 ? { tolerations } : {}),
  };
}

/**
 * The version to mount from is known when the Pod starts, so that an import changes no other Job, not
 * even that of the only version before it.
 */
function mountKey({ archive }: ImageJob): k8s.ConfigMapKeySelector {
  return { name: MOUNTS, key: archive.id, optional: true };
}

/** What the image's entry point, the tool, is called with. */
function pushArguments({ file }: ImageJob, { settings, registry }: JobContext): string[] {
  return [
    'push',
    literal(`${FOLDERS.archives}/${file}`),
    `--to=${registry.prefix}`,
    ...(registry.isPlainHttp ? ['--plain-http'] : []),
    ...(settings.secret === undefined ? [] : [`--authfile=${FOLDERS.auth}/config.json`]),
    ...(settings.caConfigMap === undefined ? [] : [`--cacert=${FOLDERS.ca}/ca.crt`]),
  ];
}

/** Kubernetes puts variables in for `$(NAME)` and makes one sign of `$$`. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

interface Mount {
  readonly volume: k8s.Volume;
  readonly mount: k8s.VolumeMount;
}

function mountsOf(settings: ImageSyncJobs): Mount[] {
  const { secret, caConfigMap } = settings;
  const { claim } = archivesVolume(settings);
  // ReadOnlyMany alone lets a Pod write.
  const mounts = [
    readOnly({ name: 'archives', persistentVolumeClaim: { claimName: claim, readOnly: true } }),
  ];
  if (secret !== undefined) {
    const items = [{ key: '.dockerconfigjson', path: 'config.json' }];
    mounts.push(
      readOnly({ name: 'auth', secret: { secretName: secret, items, defaultMode: 0o444 } }),
    );
  }
  if (caConfigMap !== undefined) {
    const items = [{ key: 'ca.crt', path: 'ca.crt' }];
    mounts.push(
      readOnly({ name: 'ca', configMap: { name: caConfigMap, items, defaultMode: 0o444 } }),
    );
  }
  const tmp = { name: 'tmp', emptyDir: {} };
  return [...mounts, { volume: tmp, mount: { name: 'tmp', mountPath: FOLDERS.tmp } }];
}

function readOnly(volume: k8s.Volume & { readonly name: keyof typeof FOLDERS }): Mount {
  const { name } = volume;
  return { volume, mount: { name, mountPath: FOLDERS[name], readOnly: true } };
}

/**
 * A limit of memory in any case: whoever limits more of it than a node has would lose more than the
 * Job. A request may not be over its limit, so what is given for one stands in for the other.
 */
function resources({ resources: given }: ImageSyncJobs): k8s.ResourceRequirements {
  const { requests = {}, limits = {} } = given ?? {};
  return {
    requests: quantities({ cpu: '100m', memory: '128Mi', ...limits, ...requests }),
    limits: quantities({ memory: requests['memory'] ?? '256Mi', ...limits }),
  };
}
