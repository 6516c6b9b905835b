import { fieldOf, type JsonObject } from '../kubernetes/value.ts';
import type { FieldChange } from './field-changes.ts';
import type { DifferingObject } from './object-changes.ts';
import type { ObjectName } from './removed.ts';

/** What happens to a Deployment. */
export interface DeploymentChange extends ObjectName {
  readonly what: 'created' | 'restarted' | 'scaled' | 'deleted';
  /** Why it restarts, in people's words; empty for the others. */
  readonly why: readonly string[];
  /** Pods, where their number changes. */
  readonly replicas?: { readonly before: number; readonly after: number };
}

/** What runs and what stops. */
export interface WorkloadChanges {
  /** Jobs that will run: a Job runs once, when it is created. */
  readonly jobs: readonly ObjectName[];
  readonly deployments: readonly DeploymentChange[];
}

/** What the differing objects mean for Pods. */
export function workloadChanges(differing: readonly DifferingObject[]): WorkloadChanges {
  return {
    jobs: differing
      .filter(({ name, before }) => name.kind === 'Job' && before === undefined)
      .map(({ name }) => name),
    deployments: differing.flatMap(deploymentChange),
  };
}

function deploymentChange({ name, before, after, fields }: DifferingObject): DeploymentChange[] {
  if (name.kind !== 'Deployment') return [];
  if (!after) return [{ ...name, what: 'deleted', why: [] }];
  if (!before) return [{ ...name, what: 'created', why: [] }];
  const [old, next] = [replicasOf(before), replicasOf(after)];
  const scaling = old === next ? {} : { replicas: { before: old, after: next } };
  const why = reasons(fields.fields);
  // Pods that do not run before or after do not restart.
  if (why.length > 0 && old > 0 && next > 0) {
    return [{ ...name, what: 'restarted', why, ...scaling }];
  }
  return old === next ? [] : [{ ...name, what: 'scaled', why: [], ...scaling }];
}

/** The API server's default is 1. */
function replicasOf(deployment: JsonObject): number {
  const replicas = fieldOf(deployment['spec'], 'replicas');
  return typeof replicas === 'number' ? replicas : 1;
}

/** The first that fits the path of a field below the Pod template says what it is. */
const words: readonly (readonly [RegExp, string])[] = [
  [/^spec\.(?:init)?[cC]ontainers\[[^\]]*\]\.image$/u, 'image'],
  [/^metadata\.annotations.*config-checksum/u, 'configuration'],
  [/\.env(?:\[|$)/u, 'environment variables'],
  [/\.resources/u, 'resources'],
  [/securityContext/u, 'security settings'],
  [/olume/u, 'volumes'],
  [/^spec\.(?:nodeSelector|tolerations|affinity)/u, 'placement on nodes'],
  [/^metadata\.labels/u, 'labels'],
];

const TEMPLATE = /^spec\.template\.?/u;

/** Any change of the Pod template makes new Pods. */
function reasons(fields: readonly FieldChange[]): string[] {
  const found = new Set(
    fields.flatMap(({ path }) => {
      if (!TEMPLATE.test(path)) return [];
      const below = path.replace(TEMPLATE, '');
      return [words.find(([pattern]) => pattern.test(below))?.[1] ?? OTHER];
    }),
  );
  return [...words.map(([, word]) => word), OTHER].filter((word) => found.has(word));
}

const OTHER = 'other settings';
