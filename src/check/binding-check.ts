import { fieldOf, textOf } from '../kubernetes/value.ts';
import type { Findings } from './finding.ts';
import type { ManifestObject } from './manifest-object.ts';
import { itemsOf } from './pod-template.ts';
import { shown } from './shown.ts';

/** Who is everybody: those who are known to the API server, those who are not, all Pods. */
const EVERYBODY: ReadonlySet<string> = new Set([
  'system:anonymous',
  'system:authenticated',
  'system:serviceaccounts',
  'system:unauthenticated',
]);

/** Judges a RoleBinding or a ClusterRoleBinding by whom it gives what. */
export function checkBinding(object: ManifestObject, findings: Findings): void {
  if (!/^(?:Cluster)?RoleBinding\.rbac\.authorization\.k8s\.io$/u.test(object.kind)) return;
  const { value, title, name } = object;
  const roleRef = value['roleRef'];
  if (fieldOf(roleRef, 'kind') === 'ClusterRole' && fieldOf(roleRef, 'name') === 'cluster-admin') {
    const at = object.spotOf(['roleRef']);
    findings.add('binding-admin', `${title} binds cluster-admin`, { at, object: name });
  }
  for (const { value: subject, index } of itemsOf(value['subjects'])) {
    if (!EVERYBODY.has(textOf(subject['name']))) continue;
    const at = object.spotOf(['subjects', index]);
    findings.add('binding-everybody', `${title} is for ${shown(subject['name'])}`, {
      at,
      object: name,
    });
  }
}
