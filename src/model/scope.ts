import type { Manifest } from '../kubernetes/read.ts';
import { fieldOf, isJsonList, textOf, type Json } from '../kubernetes/value.ts';

/**
 * Resources without a Namespace, by API group: those of Kubernetes 1.28 to 1.36, of MetalK8s, and
 * of what is on every other cluster. Reviews of one's own rights are left out: everybody who is
 * authenticated may ask for them (`system:basic-user`).
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/
 */
export const clusterScoped: Readonly<Record<string, readonly string[]>> = {
  '': ['componentstatuses', 'namespaces', 'nodes', 'persistentvolumes'],
  'admissionregistration.k8s.io': [
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
    'mutatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
    'validatingwebhookconfigurations',
  ],
  'apiextensions.k8s.io': ['customresourcedefinitions'],
  'apiregistration.k8s.io': ['apiservices'],
  'authentication.k8s.io': ['tokenreviews'],
  'authorization.k8s.io': ['subjectaccessreviews'],
  'cert-manager.io': ['clusterissuers'],
  'certificates.k8s.io': ['certificatesigningrequests', 'clustertrustbundles'],
  'flowcontrol.apiserver.k8s.io': ['flowschemas', 'prioritylevelconfigurations'],
  'gateway.networking.k8s.io': ['gatewayclasses'],
  'internal.apiserver.k8s.io': ['storageversions'],
  'metalk8s.scality.com': ['clusterconfigs'],
  'metrics.k8s.io': ['nodes'],
  'networking.k8s.io': ['ingressclasses', 'ipaddresses', 'servicecidrs'],
  'node.k8s.io': ['runtimeclasses'],
  'rbac.authorization.k8s.io': ['clusterrolebindings', 'clusterroles'],
  'resource.k8s.io': ['deviceclasses', 'devicetaintrules', 'resourceclasses', 'resourceslices'],
  'scheduling.k8s.io': ['priorityclasses'],
  'snapshot.storage.k8s.io': ['volumesnapshotclasses', 'volumesnapshotcontents'],
  'storage.k8s.io': [
    'csidrivers',
    'csinodes',
    'storageclasses',
    'volumeattachments',
    'volumeattributesclasses',
  ],
  'storage.metalk8s.scality.com': ['volumes'],
  'storagemigration.k8s.io': ['storageversionmigrations'],
};

/** Plurals of the resources without a Namespace, by API group; `*` holds those of all groups. */
export type ClusterScope = ReadonlyMap<string, ReadonlySet<string>>;

/** What is known to have no Namespace: {@link clusterScoped}, and what `crds` say. */
export function clusterScope(crds: readonly Manifest[]): ClusterScope {
  const scope = new Map<string, Set<string>>();
  const add = (group: string, plurals: readonly string[]) => {
    for (const key of [group, '*']) {
      const known = scope.get(key) ?? new Set();
      for (const plural of plurals) known.add(plural);
      scope.set(key, known);
    }
  };
  for (const [group, plurals] of Object.entries(clusterScoped)) add(group, plurals);
  for (const { value } of crds) {
    const { spec } = value;
    if (fieldOf(spec, 'scope') !== 'Cluster') continue;
    add(textOf(fieldOf(spec, 'group')), [textOf(fieldOf(fieldOf(spec, 'names'), 'plural'))]);
  }
  return scope;
}

/**
 * The rights of a role that a RoleBinding does not give, as `resource (verbs)`: paths of the API
 * server, and resources without a Namespace. A wildcard counts where it covers one of those.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding
 */
export function rightsNotGiven({ value }: Manifest, scope: ClusterScope): string[] {
  const rules = isJsonList(value['rules']) ? value['rules'] : [];
  const rights = rules.flatMap((rule) => {
    const verbs = strings(fieldOf(rule, 'verbs')).join(', ');
    const what = [...strings(fieldOf(rule, 'nonResourceURLs')), ...scopedResources(rule, scope)];
    return what.map((one) => `${one} (${verbs})`);
  });
  return [...new Set(rights)];
}

/**
 * From what is known to what is asked for: a rule with a hundred thousand groups and as many
 * resources costs their sum, not their product.
 */
function scopedResources(rule: Json, scope: ClusterScope): string[] {
  const asked = new Map<string, string[]>();
  for (const resource of strings(fieldOf(rule, 'resources'))) {
    const plural = resource.split('/', 1)[0] ?? '';
    const same = asked.get(plural) ?? [];
    same.push(resource);
    asked.set(plural, same);
  }
  return strings(fieldOf(rule, 'apiGroups')).flatMap((group) => {
    const known = scope.get(group);
    if (!known) return [];
    const found = [...(asked.get('*') ?? []), ...[...known].flatMap((one) => asked.get(one) ?? [])];
    return found.map((resource) => (group === '' ? resource : `${resource}.${group}`));
  });
}

function strings(value: Json | undefined): string[] {
  if (!isJsonList(value)) return [];
  return [...new Set(value.filter((item) => typeof item === 'string'))];
}
