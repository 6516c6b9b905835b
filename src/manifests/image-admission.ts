import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { SOLUTIONS_NAMESPACE } from '../model/placement.ts';
import type { EnvironmentNamespace, State } from '../model/state.ts';
import { compareText } from '../text-order.ts';
import { commonLabels, SHARED } from './labels.ts';
import { manifestOf, PlainObject, sorted } from './object.ts';

const NAME = 'metalk8s-solutions-images';

/** The keys of the ConfigMap that are no archives: the id of one has a dash. */
const KEYS = { prefix: 'prefix', also: 'also' } as const;

/** The images of a Pod, as an expression over `pod`; volumes of images are of 1.31. */
function imagesOf(pod: string): string {
  const lists = ['initContainers', 'containers', 'ephemeralContainers'].map(
    (list) =>
      `(has(${pod}.spec.${list}) ? ${pod}.spec.${list}.map(c, has(c.image) ? c.image : "") : [])`,
  );
  const volumes = `(has(${pod}.spec.volumes) ? ${pod}.spec.volumes.filter(v, has(v.image)).map(v, has(v.image.reference) ? v.image.reference : "") : [])`;
  return [...lists, volumes].join(' + ');
}

/**
 * What is judged: every image of a new Pod, and of one that is changed those that it did not have, so
 * that what ran before the policy can still be labelled, and can end.
 */
const variables = [
  { name: 'before', expression: `oldObject == null ? [] : ${imagesOf('oldObject')}` },
  { name: 'images', expression: `(${imagesOf('object')}).filter(i, !(i in variables.before))` },
  {
    name: 'also',
    expression: `"${KEYS.also}" in params.data ? params.data["${KEYS.also}"].split("\\n") : []`,
  },
  {
    name: 'foreign',
    expression:
      'variables.images.filter(i, !variables.also.exists(a, a != "" && (i == a || (a.endsWith("/") && i.startsWith(a)))))',
  },
  { name: 'refused', expression: `variables.foreign.filter(i, !(${isListed()}))` },
];

/**
 * A line of an archive is `<name>:<tag>@<digest>`. An image that names a digest must have one of the
 * archive's, of the same name; one that names none must have a tag of the archive's, and what is
 * behind it in the registry nobody can tell here.
 */
function isListed(): string {
  const start = `params.data["${KEYS.prefix}"] + id + "/"`;
  const line = `(${start} + l)`;
  const name = 'i.substring(0, i.indexOf("@"))';
  const digest = 'i.substring(i.indexOf("@"))';
  const byTag = `l != "" && ${line}.startsWith(i + "@")`;
  const byDigest = `l != "" && l.endsWith(${digest}) && (${line}.startsWith(${name} + "@") || ${line}.startsWith(${name} + ":"))`;
  const lines = 'params.data[id].split("\\n")';
  return `params.data.exists(id, id.contains("-") && i.startsWith(${start}) && (i.contains("@") ? ${lines}.exists(l, ${byDigest}) : ${lines}.exists(l, ${byTag})))`;
}

/**
 * The policy by which the API server admits only images of the archives in the Namespaces of
 * Environments: one for all, and for each Namespace a binding with the images of its Solutions, all
 * imported versions of each, because Operators need the others while they upgrade. The lists are in the
 * Namespace of the archives, where no Operator writes.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function addImageAdmission(chart: Chart, state: State): void {
  const { namespaces } = state;
  const manifests = [
    ...namespaces.map((namespace) => listOf(namespace, state)),
    policy,
    ...namespaces.map(({ name }) => bindingOf(name, state)),
  ];
  for (const [index, manifest] of manifests.entries()) {
    new PlainObject(chart, `${index}`, sorted(manifest));
  }
}

const labels = commonLabels(SHARED);

const policy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: NAME, labels },
  spec: {
    failurePolicy: 'Fail',
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConstraints: {
      matchPolicy: 'Equivalent',
      resourceRules: [
        rule('pods', ['CREATE', 'UPDATE']),
        rule('pods/ephemeralcontainers', ['UPDATE']),
      ],
    },
    variables,
    validations: [
      {
        expression: 'variables.refused.size() == 0',
        messageExpression:
          '"images that are in no archive of this Namespace: " + variables.refused.join(", ")',
        reason: 'Forbidden',
      },
    ],
  },
};

/** The lists of rules are atomic to server-side apply, so that the default scope is written. */
function rule(resource: string, operations: readonly string[]) {
  return {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: [...operations],
    resources: [resource],
    scope: '*',
  };
}

function listName(namespace: string): string {
  return `admitted-images-${namespace}`;
}

function listOf(namespace: EnvironmentNamespace, { solutions, platform }: State): unknown {
  const { also } = platform.imageAdmission;
  const placed = new Set(namespace.solutions.map(({ name }) => name));
  const archives = solutions
    .filter(({ name }) => placed.has(name))
    .flatMap(({ versions }) => versions)
    .filter(({ record }) => record.images.length > 0);
  return manifestOf(k8s.KubeConfigMap, {
    metadata: { name: listName(namespace.name), namespace: SOLUTIONS_NAMESPACE, labels },
    data: {
      [KEYS.prefix]: `${platform.registry.prefix}/`,
      ...(also.length === 0 ? {} : { [KEYS.also]: linesOf(also) }),
      ...Object.fromEntries(
        archives.map(({ id, record }) => [id, linesOf(record.images.flatMap(imageLines))]),
      ),
    },
  });
}

type ImageRecord = State['solutions'][number]['versions'][number]['record']['images'][number];

/** An index may be named by its own digest, or by that of what it holds for an architecture. */
function imageLines({ name, tag, digest, children = [] }: ImageRecord): string[] {
  return [digest, ...children.map((child) => child.digest)].map((one) => `${name}:${tag}@${one}`);
}

function linesOf(lines: readonly string[]): string {
  return [...new Set(lines)]
    .toSorted(compareText)
    .map((line) => `${line}\n`)
    .join('');
}

function bindingOf(namespace: string, { platform }: State): unknown {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: `${NAME}-${namespace}`, labels },
    spec: {
      policyName: NAME,
      paramRef: {
        name: listName(namespace),
        namespace: SOLUTIONS_NAMESPACE,
        parameterNotFoundAction: 'Deny',
      },
      matchResources: {
        // The API server sets this label, and nobody can take it off.
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      },
      validationActions: platform.imageAdmission.action === 'deny' ? ['Deny'] : ['Warn', 'Audit'],
    },
  };
}
