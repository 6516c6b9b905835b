import { posix } from 'node:path';
import * as z from 'zod';
import type { Place } from '../errors.ts';
import { DNS_SUBDOMAIN, jobNameMistake } from '../kubernetes/names.ts';
import { IMAGE_FORM, imageMistake } from '../oci/name.ts';
import { checked, objectName, optionalObjectName } from './fields.ts';
import { labels, resources, tolerations } from './pod-fields.ts';

/** `activeDeadlineSeconds` and `backoffLimit` have 32 bits with a sign. */
const MAX_INT32 = 2 ** 31 - 1;

/** Hours, because time spent Pending counts: until somebody makes the Secret, say. */
const DEADLINE_SECONDS = 6 * 60 * 60;
/** What Kubernetes has by default. */
const BACKOFF_LIMIT = 6;

/** `PATH_MAX` of Linux, its ending zero byte apart. */
const MAX_PATH = 4095;

/** ValidateLocalVolumeSource, and what makes no sense: all of a node. */
function folderMistake(path: string): string | undefined {
  if (!path.startsWith('/')) return 'must be an absolute path on the node, such as /archives';
  if (/\p{Cc}/u.test(path)) return 'must not hold control characters';
  if (path.split('/').includes('..')) return 'must not hold `..`';
  if (Buffer.byteLength(path) > MAX_PATH) return `has more than ${MAX_PATH} bytes`;
  return posix.normalize(path) === '/' ? 'must be a folder below `/`' : undefined;
}

const archives = z
  .strictObject({
    node: checked(jobNameMistake, { pattern: DNS_SUBDOMAIN.source, maxLength: 63 })
      .optional()
      .describe('The node that has the archives: its label kubernetes.io/hostname'),
    path: checked(folderMistake, { pattern: String.raw`^/\P{Cc}+$` })
      .optional()
      .describe('The folder on that node; readable to the uid 65532'),
    claim: objectName
      .optional()
      .describe('Instead of a node: a PersistentVolumeClaim in the Namespace metalk8s-solutions'),
  })
  .superRefine(({ node, path, claim }, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if (claim !== undefined && (node !== undefined || path !== undefined)) {
      refuse('has `claim` beside `node` or `path`, expected one or the other');
    } else if (claim === undefined && (node === undefined || path === undefined)) {
      refuse('needs `node` and `path`, or `claim`');
    }
  })
  .meta({ oneOf: [{ required: ['node', 'path'] }, { required: ['claim'] }] });

/** `spec.imageSync` of platform.yaml, as people write it. */
export const imageSyncSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe('false: the images get into the registry in another way, and no Job is rendered'),
    image: checked(imageMistake, { pattern: IMAGE_FORM })
      .optional()
      .describe('The image of this tool, best by digest: <registry>/<name>:<tag>@sha256:<digest>'),
    archives: archives
      .optional()
      .describe(
        'The folder of the archives: what solutions.yaml lists below `path` is there, and of all else its last part',
      ),
    secret: optionalObjectName
      .optional()
      .describe('A Secret of type kubernetes.io/dockerconfigjson that may push'),
    caConfigMap: optionalObjectName
      .optional()
      .describe('A ConfigMap whose key ca.crt holds the CAs of the registry (PEM)'),
    deadlineSeconds: z
      .int()
      .min(1)
      .max(MAX_INT32)
      .optional()
      .describe('When a Job gives up, in seconds; time spent Pending counts. By default 6 hours'),
    backoffLimit: z
      .int()
      .min(0)
      .max(MAX_INT32)
      .optional()
      .describe('How often a Job tries again where that may help, by default 6 times'),
    resources: resources.optional().describe('Requests and limits of a Job'),
    nodeSelector: labels.optional().describe('Labels of the nodes that a Job may run on'),
    tolerations: tolerations.optional().describe('Taints of nodes that a Job tolerates'),
  })
  .superRefine(({ enabled, image, archives: folder }, context) => {
    if (enabled === false) return;
    const missing = (key: string, message: string, hint: string) =>
      context.addIssue({ code: 'custom', path: [key], message, params: { hint } });
    if (image === undefined) {
      missing('image', 'is missing, expected the image of this tool', OR_OFF);
    }
    if (folder === undefined) {
      missing('archives', 'is missing, expected where the Jobs find the archives', OR_OFF);
    }
  })
  .meta({
    anyOf: [
      {
        type: 'object',
        properties: { enabled: { const: false, description: 'No Job is rendered' } },
        required: ['enabled'],
      },
      { required: ['image', 'archives'] },
    ],
  });

const OR_OFF =
  'or set `enabled: false`, where images get into the registry in another way (`solutions push`)';

/** The folder of the archives: on a node, or whatever is behind a claim that is there. */
type ArchivesFolder = { readonly node: string; readonly path: string } | { readonly claim: string };

type Fields = z.output<typeof imageSyncSchema>;

/** The Jobs that bring images into the registry, with the defaults filled in. */
export interface ImageSyncJobs {
  readonly mode: 'jobs';
  readonly place: Place;
  /** The image of this tool. */
  readonly image: string;
  /** `path` has no slash at its end. */
  readonly archives: ArchivesFolder;
  readonly secret: string | undefined;
  readonly caConfigMap: string | undefined;
  readonly deadlineSeconds: number;
  readonly backoffLimit: number;
  readonly resources: Fields['resources'];
  readonly nodeSelector: Fields['nodeSelector'];
  readonly tolerations: Fields['tolerations'];
}

/** How images get into the registry: by Jobs, in another way, or nobody said. */
export type ImageSync = ImageSyncJobs | { readonly mode: 'off' | 'unset'; readonly place: Place };

/** What `spec.imageSync` of platform.yaml says. */
export function toImageSync(fields: Fields | null | undefined, place: Place): ImageSync {
  if (!fields) return { mode: 'unset', place };
  const { enabled, image, archives: folder } = fields;
  if (enabled === false) return { mode: 'off', place };
  if (image === undefined || folder === undefined) throw new Error('the schema let this through');
  return {
    mode: 'jobs',
    place,
    image,
    archives: toFolder(folder),
    secret: fields.secret || undefined,
    caConfigMap: fields.caConfigMap || undefined,
    deadlineSeconds: fields.deadlineSeconds ?? DEADLINE_SECONDS,
    backoffLimit: fields.backoffLimit ?? BACKOFF_LIMIT,
    resources: fields.resources,
    nodeSelector: fields.nodeSelector,
    tolerations: fields.tolerations,
  };
}

function toFolder({ node, path, claim }: z.output<typeof archives>): ArchivesFolder {
  if (claim !== undefined) return { claim };
  if (node === undefined || path === undefined) throw new Error('the schema let this through');
  // One folder has one name, and so one volume.
  return { node, path: posix.normalize(path).replace(/\/$/u, '') };
}
