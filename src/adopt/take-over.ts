import { fieldOf, nameOf, textOf, type JsonObject } from '../kubernetes/value.ts';
import type { Profile } from '../model/state.ts';
import type { Adoption } from './adoption.ts';
import { differencesBetween, shown } from './differences.ts';
import { groupBy } from './found.ts';
import { deploymentOf } from './operators.ts';

/** What the first apply changes in Deployments that run, and why. */
export interface Change {
  readonly path: string;
  /** In one line. */
  readonly running: string;
  readonly rendered: string;
  readonly why: string;
  /** `<namespace>/<name>`, sorted. */
  readonly deployments: readonly string[];
}

/** A running Operator, where the files have it. */
interface Operator {
  readonly namespace: string;
  readonly solution: string;
  readonly hardening: Profile | undefined;
}

/** Operators whose Deployment runs, by Environment, Namespace and Solution. */
export function runningOperators({ environments, inventory }: Adoption): Operator[] {
  return environments.flatMap(({ namespaces }) =>
    namespaces.flatMap(({ name: namespace, solutions }) =>
      solutions
        .map(({ name: solution, hardening }) => ({ namespace, solution, hardening }))
        .filter((operator) => deploymentOf(operator, inventory)),
    ),
  );
}

/**
 * Compares the running Deployments with the rendered ones, field by field; equal changes of several
 * Deployments are one.
 *
 * @param rendered - objects of out/
 */
export function changesOf(
  adoption: Adoption,
  rendered: readonly JsonObject[],
): { readonly changes: readonly Change[]; readonly untold: readonly string[] } {
  const deployments = new Map(
    rendered
      .filter((object) => object['kind'] === 'Deployment')
      .map((object) => [
        `${textOf(fieldOf(object['metadata'], 'namespace'))}/${nameOf(object)}`,
        object,
      ]),
  );
  const untold: string[] = [];
  const found = runningOperators(adoption).flatMap((operator) => {
    const name = `${operator.namespace}/${operator.solution}-operator`;
    const wanted = deployments.get(name);
    const running = deploymentOf(operator, adoption.inventory);
    if (!wanted || !running) {
      untold.push(name);
      return [];
    }
    return differencesBetween(running.value, wanted).map((one) => ({
      deployment: name,
      path: one.path,
      running: shown(one.running),
      rendered: shown(one.wanted),
      why: whyOf({ ...one, hardening: operator.hardening }),
    }));
  });
  const groups = groupBy(found, ({ deployment: _deployment, ...same }) => JSON.stringify(same));
  const changes = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { deployment: _deployment, ...same } = first;
    return [{ ...same, deployments: group.map(({ deployment }) => deployment) }];
  });
  return { changes, untold };
}

interface Reasoned {
  readonly path: string;
  readonly running: unknown;
  readonly wanted: unknown;
  readonly hardening: Profile | undefined;
}

/** Why a field is rendered otherwise, by its path; the first one that fits. */
const REASONS: readonly (readonly [RegExp, (change: Reasoned) => string])[] = [
  [
    /^spec\.selector/u,
    () => 'the selector of MetalK8s is `app` alone; this Deployment must be deleted first',
  ],
  [
    /\[app\.kubernetes\.io\/managed-by\]$/u,
    () => 'this tool manages the object now; `kubectl apply --prune` selects by it',
  ],
  [
    /labels(?:\.heritage|\[metalk8s\.scality\.com\/version\])$/u,
    () => "a label of Salt's that nothing selects by",
  ],
  [/config-checksum\]$/u, () => 'an Operator reads its configuration once: a new one restarts it'],
  [/rendered-from\]$/u, () => 'an annotation that keeps `kubectl diff` silent'],
  [
    /^spec\.strategy/u,
    () => 'one Pod of an Operator at a time, where the API server would start the new one first',
  ],
  [/\.image$/u, imageReason],
  [
    /\.(?:imagePullPolicy|securityContext)\b|\.resources|\[tmp\]|\[\/tmp\]/u,
    ({ hardening }) => `what the profile ${hardening ?? 'restricted'} renders`,
  ],
  [/imagePullSecrets/u, () => '`registry.pullSecret` of platform.yaml'],
  [
    /^(?:metadata|spec\.template\.metadata)\./u,
    ({ wanted }) =>
      wanted === undefined
        ? 'somebody added it: `kubectl apply` leaves it, `kubectl replace` removes it'
        : 'a label or annotation of the rendered object',
  ],
];

function imageReason({ running, wanted }: Reasoned): string {
  const [old, fresh] = [String(running), String(wanted)];
  if (fresh.split('@', 1)[0] === old) return 'the same image, named by its digest, too';
  const [oldHost, freshHost] = [old, fresh].map((image) => image.split('/', 1)[0]);
  return oldHost === freshHost
    ? 'another image runs than the archive of this version names'
    : 'another registry: `--registry` names the one that the nodes pull from';
}

function whyOf(change: Reasoned): string {
  const [, reason] = REASONS.find(([pattern]) => pattern.test(change.path)) ?? [];
  if (reason) return reason(change);
  return change.wanted === undefined
    ? 'no file has a field for it: `kubectl apply` leaves it, `kubectl replace` removes it'
    : 'what the files and the archive say';
}
