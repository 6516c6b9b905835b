import { posix } from 'node:path';
import type { FluxSettings } from '../config/gitops.ts';
import { printManifests } from '../kubernetes/print.ts';
import type { JsonObject } from '../kubernetes/value.ts';
import { kustomization } from './kustomization.ts';
import { ANNOTATIONS, commonLabels, SHARED } from './labels.ts';
import { sorted } from './object.ts';
import { orderOf } from './stage.ts';

/**
 * What Flux applies one after the other: the stages of `out/` up to a number. Each is there whether it
 * has files or not: Flux removes what has left a Kustomization, not what a Kustomization left behind.
 */
const steps: readonly Step[] = [
  { name: 'base', from: 0, until: 290 },
  { name: 'images', from: 290, until: 400, after: 'base' },
  { name: 'operators', from: 400, until: 600, after: 'images' },
  { name: 'monitoring', from: 600, until: Number.POSITIVE_INFINITY, after: 'operators' },
];

interface Step {
  readonly name: string;
  /** The numbers of its stages: this one is the first, */
  readonly from: number;
  /** and this one is the first of the next step. */
  readonly until: number;
  readonly after?: string;
}

/**
 * How long one look at the health of a step may take. Short beside what an image Job needs: as long
 * as Flux waits it reads no newer revision. After it, it starts over.
 */
const TIMEOUT = '10m';
const RETRY = '1m';

const FILE = 'flux.yaml';
const KUSTOMIZATION = 'Kustomization';

/** The names of the files for Flux. */
export const FLUX_NAMES: readonly string[] = [
  FILE,
  KUSTOMIZATION,
  ...steps.map(({ name }) => `${name}/${KUSTOMIZATION}`),
];

/**
 * The files of `gitops/` for Flux: `flux.yaml`, and a folder a step whose kustomization names the
 * files in `out/`. Flux builds without load restrictions, inside the repository.
 *
 * @param files the manifests, relative to `out/`
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
export function fluxFiles(settings: FluxSettings, files: readonly string[]): Map<string, string> {
  const objects = steps.map((step) => stepObject(step, settings));
  return new Map([
    [FILE, printManifests([gitRepository(settings), ...objects])],
    // Who lets Flux apply this folder itself gets these objects, and not the steps' as well.
    [KUSTOMIZATION, kustomization([FILE])],
    ...steps.map((step): [string, string] => [
      `${step.name}/${KUSTOMIZATION}`,
      kustomization(files.filter((file) => isIn(step, file)).map((file) => `../../out/${file}`)),
    ]),
  ]);
}

function isIn({ from, until }: Step, file: string): boolean {
  const order = orderOf(file);
  return from <= order && order < until;
}

function gitRepository(settings: FluxSettings): JsonObject {
  const { repoURL, revision, secret, interval } = settings;
  return sorted({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: metadata(settings, settings.name),
    spec: {
      url: repoURL,
      ref: revision.startsWith('refs/') ? { name: revision } : { branch: revision },
      interval,
      ...(secret === undefined ? {} : { secretRef: { name: secret } }),
    },
  });
}

function stepObject(step: Step, settings: FluxSettings): JsonObject {
  const { name, path, interval } = settings;
  return sorted({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: metadata(settings, `${name}-${step.name}`),
    spec: {
      sourceRef: { kind: 'GitRepository', name },
      path: `./${posix.join(path, 'gitops', step.name)}`,
      ...(step.after === undefined ? {} : { dependsOn: [{ name: `${name}-${step.after}` }] }),
      interval,
      retryInterval: RETRY,
      timeout: TIMEOUT,
      wait: true,
      prune: true,
      // Who deletes this object, or changes the agent, keeps what runs.
      deletionPolicy: 'Orphan',
    },
  });
}

function metadata({ namespace }: FluxSettings, name: string) {
  return { name, namespace, labels: commonLabels(SHARED), annotations: ANNOTATIONS };
}
