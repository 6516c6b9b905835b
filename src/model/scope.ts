import type { Manifest } from '../kubernetes/read.ts';
import { fieldOf, textOf, type Json } from '../kubernetes/value.ts';

/**
 * Resources without a Namespace, by API group, in Kubernetes 1.28 to 1.36: `*` is the whole group.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/
 */
const clusterScoped: Readonly<Record<string, readonly string[]>> = {
  '': ['componentstatuses', 'namespaces', 'nodes', 'persistentvolumes'],
  'admissionregistration.k8s.io': ['*'],
  'apiextensions.k8s.io': ['*'],
  'apiregistration.k8s.io': ['*'],
  'authentication.k8s.io': ['*'],
  'authorization.k8s.io': [
    'selfsubjectaccessreviews',
    'selfsubjectrulesreviews',
    'subjectaccessreviews',
  ],
  'certificates.k8s.io': ['*'],
  'flowcontrol.apiserver.k8s.io': ['*'],
  'internal.apiserver.k8s.io': ['*'],
  'networking.k8s.io': ['ingressclasses', 'ipaddresses', 'servicecidrs'],
  'node.k8s.io': ['*'],
  'rbac.authorization.k8s.io': ['clusterrolebindings', 'clusterroles'],
  'resource.k8s.io': ['deviceclasses', 'resourceslices'],
  'scheduling.k8s.io': ['*'],
  'storage.k8s.io': ['csidrivers', 'csinodes', 'storageclasses', 'volumeattachments'],
  'storagemigration.k8s.io': ['*'],
};

/**
 * The rights of a ClusterRole that a RoleBinding does not give, as `resource (verbs)`: paths of
 * the API server, and resources without a Namespace (those of `crds` too).
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding
 */
export function rightsNotGiven(role: Manifest, crds: readonly Manifest[]): string[] {
  const own = crds
    .filter(({ value }) => fieldOf(value['spec'], 'scope') === 'Cluster')
    .map(({ value }) => ({
      group: textOf(fieldOf(value['spec'], 'group')),
      plural: textOf(fieldOf(fieldOf(value['spec'], 'names'), 'plural')),
    }));
  const isClusterScoped = (group: string, resource: string): boolean => {
    const plural = resource.split('/', 1)[0] ?? '';
    const known = [
      ...(clusterScoped[group] ?? []),
      ...own.filter((crd) => crd.group === group).map((crd) => crd.plural),
    ];
    if (group === '*') return true;
    return plural === '*' ? known.length > 0 : known.includes('*') || known.includes(plural);
  };
  return texts(role.value['rules'], (rule) => {
    const verbs = strings(fieldOf(rule, 'verbs')).join(', ');
    const resources = strings(fieldOf(rule, 'apiGroups')).flatMap((group) =>
      strings(fieldOf(rule, 'resources'))
        .filter((resource) => isClusterScoped(group, resource))
        .map((resource) => (group === '' ? resource : `${resource}.${group}`)),
    );
    return [...strings(fieldOf(rule, 'nonResourceURLs')), ...resources].map(
      (what) => `${what} (${verbs})`,
    );
  });
}

function texts(value: Json | undefined, each: (item: Json) => string[]): string[] {
  return Array.isArray(value) ? [...new Set(value.flatMap(each))] : [];
}

function strings(value: Json | undefined): string[] {
  return texts(value, (item) => (typeof item === 'string' ? [item] : []));
}
