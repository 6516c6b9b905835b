import { hash } from 'node:crypto';
import { nameOf } from '../kubernetes/value.ts';
import type { Archive } from '../metadata/archive.ts';
import { qualifiedName } from './cluster-roles.ts';
import { localName } from './namespace-roles.ts';

/** How long MetalK8s lets the name of a RoleBinding be. */
const MAX_BINDING = 63;
const HASH = 8;

type RoleKind = 'Role' | 'ClusterRole';

/**
 * Names the RoleBindings of a Solution as MetalK8s does, `<solution>-operator-<kind>-<role>` cut
 * to 63 characters, `role` being its name as rendered. A hash stands at the end where a cut name
 * would be another role's of any imported version, or where the role was renamed: a `roleRef`
 * cannot change under a name.
 */
export function bindingNames(
  solution: string,
  versions: readonly Archive[],
): (kind: RoleKind, role: string) => string {
  const full = (kind: RoleKind, role: string) =>
    `${solution}-operator-${kind.toLowerCase()}-${role}`;
  const shipped = new Set<string>();
  const renamed = new Set<string>();
  for (const archive of versions) {
    for (const { value } of archive.roles) {
      const kind = value['kind'] === 'Role' ? 'Role' : 'ClusterRole';
      const name = nameOf(value);
      const other = kind === 'Role' ? localName(name, archive) : qualifiedName(name, archive);
      shipped.add(full(kind, name));
      renamed.add(full(kind, other));
    }
  }
  const cuts = new Map<string, number>();
  for (const name of shipped) {
    const cut = name.slice(0, MAX_BINDING);
    cuts.set(cut, (cuts.get(cut) ?? 0) + 1);
  }
  return (kind, role) => {
    const name = full(kind, role);
    if (name.length <= MAX_BINDING) return name;
    const cut = name.slice(0, MAX_BINDING);
    if (shipped.has(name) && cuts.get(cut) === 1 && !renamed.has(cut)) return cut;
    const short = hash('sha256', name, 'hex').slice(0, HASH);
    return `${name.slice(0, MAX_BINDING - HASH - 1)}-${short}`;
  };
}
