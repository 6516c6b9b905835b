import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { SOLUTIONS_NAMESPACE } from '../model/placement.ts';
import type { EnvironmentNamespace, Profile, Solution, State } from '../model/state.ts';
import { commonLabels, SHARED } from './labels.ts';
import { manifestOf, PlainObject, sorted } from './object.ts';

const PREFIX = 'solutions.metalk8s.scality.com';

/** The Namespaces, and the ConfigMaps in which MetalK8s keeps what it knows of Solutions. */
export function addNamespaces(chart: Chart, state: State): void {
  addSolutions(chart, state.solutions);
  for (const namespace of state.namespaces) addEnvironment(chart, namespace, state);
}

function addSolutions(chart: Chart, solutions: readonly Solution[]): void {
  const namespace = manifestOf(k8s.KubeNamespace, {
    metadata: {
      name: SOLUTIONS_NAMESPACE,
      labels: {
        ...commonLabels(SHARED),
        // Every Pod in it is ours, so the profile can be enforced.
        ...podSecurityLabels('restricted', ['enforce', 'warn', 'audit']),
      },
    },
  });
  const versions = manifestOf(k8s.KubeConfigMap, {
    metadata: {
      name: 'metalk8s-solutions',
      namespace: SOLUTIONS_NAMESPACE,
      labels: commonLabels(SHARED),
    },
    ...data(solutions.map((solution) => [solution.name, versionsJson(solution)])),
  });
  new PlainObject(chart, 'solutions', sorted(namespace));
  new PlainObject(chart, 'solutions-versions', sorted(versions));
}

/** An empty map in a manifest is a difference that no apply ends. */
function data(entries: readonly (readonly [string, string])[]) {
  return entries.length === 0 ? {} : { data: Object.fromEntries(entries) };
}

/**
 * What MetalK8s writes for its UI: one entry an imported version, oldest first. On many lines, so
 * that a diff shows what changes.
 */
function versionsJson({ versions, active }: Solution): string {
  const entries = versions.map((archive) => ({
    name: archive.displayName,
    id: archive.id,
    version: archive.version,
    archive: archive.path,
    active: archive === active,
    manifest: archive.product.raw,
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}

function addEnvironment(chart: Chart, namespace: EnvironmentNamespace, { platform }: State): void {
  const { name, environment, description, profile, solutions } = namespace;
  const manifest = manifestOf(k8s.KubeNamespace, {
    metadata: {
      name,
      labels: {
        ...commonLabels(SHARED),
        [`${PREFIX}/environment`]: environment,
        ...podSecurityLabels(
          profile,
          // Operators create Pods that nobody sees here: enforcing is the administrator's choice.
          platform.enforcePodSecurity ? ['enforce', 'warn', 'audit'] : ['warn', 'audit'],
        ),
      },
      ...(description === undefined
        ? {}
        : { annotations: { [`${PREFIX}/environment-description`]: description } }),
    },
  });
  const versions = manifestOf(k8s.KubeConfigMap, {
    metadata: { name: 'metalk8s-environment', namespace: name, labels: commonLabels(SHARED) },
    ...data(solutions.map(({ name: solution, version }) => [solution, version])),
  });
  new PlainObject(chart, `namespace-${name}`, sorted(manifest));
  new PlainObject(chart, `environment-${name}`, sorted(versions));
}

/** @see https://kubernetes.io/docs/concepts/security/pod-security-admission/ */
function podSecurityLabels(profile: Profile, modes: readonly string[]): Record<string, string> {
  const level = profile === 'compat' ? 'privileged' : profile;
  return Object.fromEntries(modes.map((mode) => [`pod-security.kubernetes.io/${mode}`, level]));
}
