import { hash } from 'node:crypto';
import type { WantedNamespace } from './placement.ts';

const HASH = 8;

/** The name of the ClusterRoleBinding that gives a Solution in a Namespace a role. */
export type ClusterBindingName = (namespace: string, solution: string, role: string) => string;

/**
 * Names ClusterRoleBindings `<namespace>-<solution>-operator-<role>`: of two with one name, the second
 * would take the rights of the first. A hash stands at the end where that is the name of another one,
 * too, as of `c` in `a-b` and `b-c` in `a`.
 */
export function clusterBindingNames(namespaces: readonly WantedNamespace[]): ClusterBindingName {
  const counts = new Map<string, number>();
  for (const { name, placed } of namespaces) {
    for (const { solution } of placed) {
      const prefix = prefixOf(name, solution.name);
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  return (namespace, solution, role) => {
    const prefix = prefixOf(namespace, solution);
    if ((counts.get(prefix) ?? 0) < 2) return `${prefix}-${role}`;
    const short = hash('sha256', `${namespace}/${solution}`, 'hex').slice(0, HASH);
    return `${prefix}-${role}-${short}`;
  };
}

function prefixOf(namespace: string, solution: string): string {
  return `${namespace}-${solution}-operator`;
}
