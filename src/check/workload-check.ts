import { fieldOf, textOf } from '../kubernetes/value.ts';
import type { Findings } from './finding.ts';
import type { ManifestIndex } from './manifest-index.ts';
import { labelsOf, type ManifestObject } from './manifest-object.ts';
import type { manifestRules } from './manifest-rules.ts';
import { podBreaches } from './pod-security.ts';
import { isThere, mapAt, podTemplateOf, type PodTemplate } from './pod-template.ts';
import { containerName, type Flaw } from './security-context.ts';
import { shown } from './shown.ts';

/** A Pod, and what the folder says about it. */
interface PodToCheck {
  readonly pod: PodTemplate;
  readonly namespace: string;
  readonly index: ManifestIndex;
}

type Check = (pod: PodToCheck) => Flaw[];

/** What there is to say of a Pod beside its security. */
const checks: readonly (readonly [keyof typeof manifestRules, Check])[] = [
  ['image-latest', ({ pod }) => imageFlaws(pod, isLatest)],
  [
    'image-no-digest',
    ({ pod }) => imageFlaws(pod, (image) => !isLatest(image) && !isPinned(image)),
  ],
  ['requests-missing', requestFlaws],
  ['memory-limit-missing', limitFlaws],
  ['probe-missing', probeFlaws],
  ['account-default', (pod) => accountFlaws(pod, (account) => account === 'default')],
  ['token-unneeded', tokenFlaws],
  ['network-policy-missing', policyFlaws],
];

/** Judges the Pods that an object makes, where it is one that makes any. */
export function checkWorkload(
  object: ManifestObject,
  index: ManifestIndex,
  findings: Findings,
): void {
  const pod = podTemplateOf(object.value, object.kind);
  if (!pod) return;
  const { namespace, title, name } = object;
  const standard = index.standardOf(namespace);
  const flaws = [
    ...(standard ? podBreaches(pod, standard) : []),
    ...checks.flatMap(([rule, check]) =>
      check({ pod, namespace, index }).map((flaw) => ({ rule, ...flaw })),
    ),
  ];
  for (const { rule, message, path, cause } of flaws) {
    const at = object.spotOf(path);
    findings.add(rule, `${title}: ${message}`, { at, object: name, cause });
  }
}

/** An image is named in one place, the Pods of many follow: of a setting, a chart, a release. */
function imageFlaws({ containers }: PodTemplate, isFlawed: (image: string) => boolean): Flaw[] {
  return containers
    .filter(({ value }) => isFlawed(textOf(value['image'])))
    .map((container) => ({
      message: `${containerName(container)} has the image ${shown(container.value['image'])}`,
      path: [...container.path, 'image'],
      cause: textOf(container.value['image']) || undefined,
    }));
}

function isPinned(image: string): boolean {
  return /@[a-z0-9+.]+:[0-9a-f]{32,}$/u.test(image);
}

function isLatest(image: string): boolean {
  return !isPinned(image) && !/:(?!latest$)[^/:]+$/u.test(image);
}

function requestFlaws({ pod, namespace, index }: PodToCheck): Flaw[] {
  if (index.hasDefaults(namespace)) return [];
  return pod.containers
    .filter(({ list }) => list === 'containers')
    .flatMap((container) => {
      const missing = ['cpu', 'memory'].filter((what) => !asksFor(pod, container, what));
      if (missing.length === 0) return [];
      const message = `${containerName(container)} requests no ${missing.join(' and no ')}`;
      return [{ message, path: [...container.path, 'resources'] }];
    });
}

/** A limit stands in for a request; those of the Pod (1.34) are for all of its containers. */
function asksFor(
  pod: PodTemplate,
  { value }: PodTemplate['containers'][number],
  what: string,
): boolean {
  return ['requests', 'limits'].some((key) =>
    [value, pod.spec].some((holder) => isThere(mapAt(holder, ['resources', key])[what])),
  );
}

function limitFlaws({ pod, namespace, index }: PodToCheck): Flaw[] {
  if (index.hasDefaults(namespace) || isLimited(pod.spec)) return [];
  return pod.containers
    .filter(({ list, value }) => list === 'containers' && !isLimited(value))
    .map((container) => ({
      message: `${containerName(container)} has no limit of memory`,
      path: [...container.path, 'resources'],
    }));
}

function isLimited(holder: PodTemplate['spec']): boolean {
  return isThere(mapAt(holder, ['resources', 'limits'])['memory']);
}

function probeFlaws({ pod, namespace, index }: PodToCheck): Flaw[] {
  const containers = pod.containers.filter(({ list }) => list === 'containers');
  if (containers.some(({ value }) => isThere(value['readinessProbe']))) return [];
  const service = index.serviceOf(namespace, labelsOf(pod.metadata));
  if (service === undefined) return [];
  const message = `the Service ${shown(service)} sends it requests, and no container has a readinessProbe`;
  return [{ message, path: [...pod.path, 'containers'] }];
}

function accountFlaws(
  { pod: { spec, path }, namespace, index }: PodToCheck,
  isFlawed: (account: string) => boolean,
): Flaw[] {
  const account = textOf(spec['serviceAccountName']) || textOf(spec['serviceAccount']) || 'default';
  const isMounted = spec['automountServiceAccountToken'] ?? index.mountsToken(namespace, account);
  if (isMounted === false || !isFlawed(account)) return [];
  const message = `the Pod has the token of the ServiceAccount ${shown(account)}`;
  return [{ message, path: [...path, 'serviceAccountName'] }];
}

function tokenFlaws(pod: PodToCheck): Flaw[] {
  return accountFlaws(
    pod,
    (account) => account !== 'default' && !pod.index.hasRights(pod.namespace, account),
  );
}

/** What is on the network of its node, no policy is about. */
function policyFlaws({ pod, namespace, index }: PodToCheck): Flaw[] {
  if (fieldOf(pod.spec, 'hostNetwork') === true) return [];
  if (index.hasPolicy(namespace, labelsOf(pod.metadata))) return [];
  return [{ message: 'no NetworkPolicy here selects its Pods', path: pod.path }];
}
