import { fieldOf, textOf, type JsonObject } from '../kubernetes/value.ts';
import { labelsOf, type ManifestObject } from './manifest-object.ts';
import { itemsOf, mapAt } from './pod-template.ts';
import type { Standard } from './pod-security.ts';
import { SelectorIndex } from './selector-index.ts';

/** What a Pod has to do with, found by Namespace and name. */
export interface ManifestIndex {
  /** What Pod Security is asked for in a Namespace; nothing for one that says `privileged`. */
  standardOf(namespace: string): Standard | undefined;
  /** Whether a ServiceAccount mounts its token where a Pod says nothing. */
  mountsToken(namespace: string, account: string): boolean;
  /** Whether a binding names a ServiceAccount, or all of its Namespace. */
  hasRights(namespace: string, account: string): boolean;
  /** The name of a Service that sends requests to Pods with these labels. */
  serviceOf(namespace: string, labels: JsonObject): string | undefined;
  hasPolicy(namespace: string, labels: JsonObject): boolean;
  /** Whether a LimitRange may fill in what containers do not say. */
  hasDefaults(namespace: string): boolean;
  /** The API groups that CRDs here define. */
  readonly groups: ReadonlySet<string>;
}

/** What the objects of a folder say of each other. */
export function indexOf(objects: readonly ManifestObject[]): ManifestIndex {
  const ofKind = (kind: string): ManifestObject[] => objects.filter((one) => one.kind === kind);
  const namespaces = new Map(
    ofKind('Namespace').map(({ name, value }) => [name.name, labelsOf(mapAt(value, ['metadata']))]),
  );
  const accounts = new Map(
    ofKind('ServiceAccount').map(({ namespace, name, value }) => [
      keyOf(namespace, name.name),
      value['automountServiceAccountToken'] !== false,
    ]),
  );
  const bound = boundAccounts([
    ...ofKind('RoleBinding.rbac.authorization.k8s.io'),
    ...ofKind('ClusterRoleBinding.rbac.authorization.k8s.io'),
  ]);
  const services = new SelectorIndex<string>();
  for (const { namespace, name, value } of ofKind('Service')) {
    const matchLabels = mapAt(value, ['spec', 'selector']);
    // One without a selector has endpoints that somebody else writes.
    if (Object.keys(matchLabels).length > 0) services.add(namespace, { matchLabels }, name.name);
  }
  const policies = new SelectorIndex<true>();
  for (const { namespace, value } of ofKind('NetworkPolicy.networking.k8s.io')) {
    policies.add(namespace, mapAt(value, ['spec', 'podSelector']), true);
  }
  const limited = new Set(ofKind('LimitRange').map(({ namespace }) => namespace));
  return {
    standardOf: (namespace) => standardIn(namespaces.get(namespace) ?? {}),
    mountsToken: (namespace, account) => accounts.get(keyOf(namespace, account)) ?? true,
    hasRights: (namespace, account) =>
      bound.has(keyOf(namespace, account)) || bound.has(keyOf(namespace, '')),
    serviceOf: (namespace, labels) => services.find(namespace, labels),
    hasPolicy: (namespace, labels) => policies.find(namespace, labels, true) ?? false,
    hasDefaults: (namespace) => limited.has(namespace),
    groups: new Set(
      ofKind('CustomResourceDefinition.apiextensions.k8s.io').map(({ value }) =>
        textOf(fieldOf(value['spec'], 'group')),
      ),
    ),
  };
}

const MODES = ['enforce', 'warn', 'audit'].map((mode) => `pod-security.kubernetes.io/${mode}`);

/** What the labels of a Namespace say of Pod Security, each mode once. */
export function profilesIn(labels: JsonObject): string[] {
  return [...new Set(MODES.map((key) => textOf(labels[key])).filter((text) => text !== ''))];
}

/** The strictest that some mode asks for; where nobody says anything, what every Pod should meet. */
function standardIn(labels: JsonObject): Standard | undefined {
  const profiles = profilesIn(labels);
  if (profiles.includes('restricted')) return 'restricted';
  return profiles.length > 0 && !profiles.includes('baseline') ? undefined : 'baseline';
}

/** Keys of the ServiceAccounts that bindings name; of a whole Namespace its name is empty. */
function boundAccounts(bindings: readonly ManifestObject[]): Set<string> {
  const subjects = bindings.flatMap((binding) =>
    itemsOf(binding.value['subjects']).map(({ value }) => ({ value, of: binding.namespace })),
  );
  return new Set(
    subjects.flatMap(({ value, of }) => {
      const name = textOf(value['name']);
      const group = /^system:serviceaccounts:(?<namespace>.+)$/u.exec(name)?.groups?.['namespace'];
      if (value['kind'] === 'Group') return group === undefined ? [] : [keyOf(group, '')];
      if (value['kind'] !== 'ServiceAccount') return [];
      return [keyOf(textOf(value['namespace']) || of, name)];
    }),
  );
}

function keyOf(namespace: string, name: string): string {
  return JSON.stringify([namespace, name]);
}
