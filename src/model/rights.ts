import { createHash } from 'node:crypto';
import { printJson } from '../kubernetes/print.ts';
import type { Manifest } from '../kubernetes/read.ts';
import { fieldOf, isJsonObject, nameOf, textOf, type Json } from '../kubernetes/value.ts';
import type { Archive } from '../metadata/archive.ts';
import type { Findings } from './findings.ts';
import type { SharedObject } from './state.ts';

/** The Roles or the ClusterRoles of an archive. */
export function rolesOf(archive: Archive, kind: 'Role' | 'ClusterRole'): Manifest[] {
  return archive.roles.filter((role) => role.value['kind'] === kind);
}

/** ClusterRoles that a cluster has by itself: an archive must not change what they grant. */
const RESERVED = /^(?:admin|cluster-admin|edit|view|system:.*)$/u;

/** The ClusterRoles to render, and under which name each archive's are known. */
export interface ClusterRoles {
  readonly rendered: readonly SharedObject[];
  /** The name as rendered of a ClusterRole that `archive` ships as `shipped`. */
  nameIn(archive: Archive, shipped: string): string;
}

/**
 * Gives every ClusterRole of the deployed archives one name in the cluster. kubebuilder archives
 * carry generic names (`manager-role`): where two of a name grant different rights, every one of
 * them becomes `<role>-<solution>-<version>`; where they grant the same, one is rendered.
 */
export function clusterRoles(deployed: readonly Archive[], findings: Findings): ClusterRoles {
  const byName = new Map<string, SharedObject[]>();
  for (const archive of deployed) {
    refuseDuplicates(archive, findings);
    for (const manifest of rolesOf(archive, 'ClusterRole')) {
      const name = nameOf(manifest.value);
      byName.set(name, [...(byName.get(name) ?? []), { archive, manifest, name }]);
    }
  }
  const renamed = new Set<string>();
  const rendered = [...byName].flatMap(([name, same]) => {
    if (new Set(same.map(({ manifest }) => grants(manifest))).size < 2) return same.slice(0, 1);
    renamed.add(name);
    reportRenamed(name, same, findings);
    return same.map((role) => ({ ...role, name: qualified(name, role.archive) }));
  });
  return {
    rendered,
    nameIn: (archive, shipped) => (renamed.has(shipped) ? qualified(shipped, archive) : shipped),
  };
}

function qualified(role: string, archive: Archive): string {
  return `${role}-${archive.name}-${archive.version}`;
}

/** What makes two ClusterRoles different: rights, and the labels by which others collect them. */
function grants({ value }: Manifest): string {
  const labels = fieldOf(value['metadata'], 'labels');
  const collected = Object.entries(isJsonObject(labels) ? labels : {})
    .filter(([key]) => key.startsWith('rbac.authorization.k8s.io/'))
    .map(([key, label]): Json => [key, label]);
  return printJson([value['rules'] ?? null, value['aggregationRule'] ?? null, collected]);
}

function reportRenamed(name: string, same: readonly SharedObject[], findings: Findings): void {
  findings.warn(
    'role-renamed',
    `the ClusterRole \`${name}\` is not the same in ${list(same.map(({ archive }) => archive.id))}: each is rendered as \`${name}-<solution>-<version>\``,
    { hint: 'nothing to do: the RoleBindings follow' },
  );
}

function refuseDuplicates(archive: Archive, findings: Findings): void {
  const seen = new Set<string>();
  for (const role of archive.roles) {
    const [kind, name] = [textOf(role.value['kind']), nameOf(role.value)];
    if (seen.has(`${kind}/${name}`)) {
      findings.error(
        'role-duplicate',
        `the ${kind} \`${name}\` is defined twice in ${archive.id}`,
        {
          place: role.place,
          hint: 'the vendor must remove one',
        },
      );
    }
    seen.add(`${kind}/${name}`);
    if (kind === 'ClusterRole' && RESERVED.test(name)) {
      findings.error('role-reserved', `the ClusterRole \`${name}\` is Kubernetes' own`, {
        place: role.place,
        hint: `applying ${archive.id} would change what everybody with this role may do: the vendor must rename it`,
      });
    }
  }
}

/** Role names in one Namespace: `<role>-<solution>` for those that several Solutions ship. */
export function namespaceRoleNames(
  namespace: string,
  archives: readonly Archive[],
  findings: Findings,
): (archive: Archive, shipped: string) => string {
  const owners = new Map<string, string[]>();
  for (const archive of archives) {
    for (const name of new Set(rolesOf(archive, 'Role').map(({ value }) => nameOf(value)))) {
      owners.set(name, [...(owners.get(name) ?? []), archive.name]);
    }
  }
  for (const [name, solutions] of owners) {
    if (solutions.length < 2) continue;
    findings.warn(
      'role-renamed',
      `the Role \`${name}\` is in several Solutions in the Namespace ${namespace} (${list(solutions)}): each is rendered as \`${name}-<solution>\``,
      { hint: 'nothing to do: the RoleBindings follow' },
    );
  }
  return (archive, shipped) =>
    (owners.get(shipped)?.length ?? 0) > 1 ? `${shipped}-${archive.name}` : shipped;
}

/** How long MetalK8s lets the name of a RoleBinding be. */
const MAX_BINDING = 63;

/**
 * Names the RoleBindings of a Solution as MetalK8s does, `<solution>-operator-<kind>-<role>` cut
 * to 63 characters. A hash stands at the end where two roles of any imported version would meet,
 * or where the role was renamed: a `roleRef` cannot change under a name.
 */
export function bindingNames(solution: string, versions: readonly Archive[]) {
  const full = (kind: string, role: string) => `${solution}-operator-${kind.toLowerCase()}-${role}`;
  const shipped = new Set(
    versions.flatMap(({ roles }) =>
      roles.map((role) => full(textOf(role.value['kind']), nameOf(role.value))),
    ),
  );
  const cuts = new Map<string, number>();
  for (const name of shipped) {
    const cut = name.slice(0, MAX_BINDING);
    cuts.set(cut, (cuts.get(cut) ?? 0) + 1);
  }
  return (kind: 'Role' | 'ClusterRole', role: string): string => {
    const name = full(kind, role);
    if (name.length <= MAX_BINDING) return name;
    const cut = name.slice(0, MAX_BINDING);
    if (shipped.has(name) && cuts.get(cut) === 1) return cut;
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
    return `${name.slice(0, MAX_BINDING - hash.length - 1)}-${hash}`;
  };
}

/** `a, b and c`. */
export function list(words: readonly string[]): string {
  const unique = [...new Set(words)];
  return unique.length < 2
    ? unique.join('')
    : `${unique.slice(0, -1).join(', ')} and ${unique.at(-1) ?? ''}`;
}
