import { printJson } from '../kubernetes/print.ts';
import type { Manifest } from '../kubernetes/read.ts';
import {
  fieldOf,
  isJsonList,
  isJsonObject,
  nameOf,
  textOf,
  type Json,
} from '../kubernetes/value.ts';
import type { Archive } from '../metadata/archive.ts';
import { compareText } from '../text-order.ts';
import { list, type Notices } from './notices.ts';
import type { SharedObject } from './state.ts';

/** The Roles or the ClusterRoles of an archive. */
export function rolesOf(archive: Archive, kind: 'Role' | 'ClusterRole'): Manifest[] {
  return archive.roles.filter((role) => role.value['kind'] === kind);
}

/**
 * ClusterRoles that a cluster has by itself: an archive must not change what they grant.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
const RESERVED = /^(?:admin|cluster-admin|edit|view|system:.*)$/su;

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
export function clusterRoles(deployed: readonly Archive[], notices: Notices): ClusterRoles {
  const byName = new Map<string, SharedObject[]>();
  for (const archive of deployed) {
    refuseDuplicates(archive, notices);
    for (const manifest of rolesOf(archive, 'ClusterRole')) {
      const name = nameOf(manifest.value);
      const same = byName.get(name) ?? [];
      same.push({ archive, manifest, name });
      byName.set(name, same);
    }
  }
  const renamed = new Set<string>();
  const rendered = [...byName].flatMap(([name, same]) => {
    if (grantTheSame(same)) return same.slice(0, 1);
    renamed.add(name);
    reportRenamed(name, same, notices);
    return same.map((role) => ({ ...role, name: qualifiedName(name, role.archive) }));
  });
  refuseOneName(rendered, notices);
  for (const role of rendered) warnAggregated(role, notices);
  return {
    rendered,
    nameIn: (archive, shipped) =>
      renamed.has(shipped) ? qualifiedName(shipped, archive) : shipped,
  };
}

/** What a ClusterRole is called where its own name is not its own. */
export function qualifiedName(role: string, archive: Archive): string {
  return `${role}-${archive.name}-${archive.version}`;
}

function grantTheSame(same: readonly SharedObject[]): boolean {
  return same.length === 1 || new Set(same.map(({ manifest }) => grants(manifest))).size === 1;
}

/** What makes two ClusterRoles different: rights, and the labels by which others collect them. */
function grants({ value }: Manifest): string {
  const labels = fieldOf(value['metadata'], 'labels');
  const collected = Object.entries(isJsonObject(labels) ? labels : {})
    .filter(([key]) => key.startsWith('rbac.authorization.k8s.io/'))
    .map(([key, label]): Json => ({ [key]: label }));
  return canonical([
    { rules: value['rules'] ?? null },
    { aggregationRule: value['aggregationRule'] ?? null },
    { collected },
  ]);
}

/** No list in a role has an order that matters, and no map has. */
function canonical(value: Json): string {
  if (isJsonList(value)) return `[${[...new Set(value.map(canonical))].sort().join(',')}]`;
  if (!isJsonObject(value)) return printJson(value);
  return `{${Object.entries(value)
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`)
    .join(',')}}`;
}

function reportRenamed(name: string, same: readonly SharedObject[], notices: Notices): void {
  notices.warn(
    'role-renamed',
    `the ClusterRole \`${name}\` is not the same in ${list(same.map(({ archive }) => archive.id))}: each is rendered as \`${name}-<solution>-<version>\``,
    { place: same[0]?.manifest.place, hint: 'nothing to do: the bindings follow' },
  );
}

/** A label that Kubernetes' own aggregated ClusterRoles select by. */
const AGGREGATE_TO = /^rbac\.authorization\.k8s\.io\/aggregate-to-(.+)$/su;

/**
 * The cluster adds the rules to another role, for everybody who has that one.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
function warnAggregated({ archive, manifest, name }: SharedObject, notices: Notices): void {
  const labels = fieldOf(manifest.value['metadata'], 'labels');
  const targets = Object.entries(isJsonObject(labels) ? labels : {}).flatMap(([key, value]) => {
    const [, target] = AGGREGATE_TO.exec(key) ?? [];
    return target === undefined || value !== 'true' ? [] : `\`${target}\``;
  });
  if (targets.length === 0) return;
  notices.warn(
    'role-aggregated',
    `the ClusterRole \`${name}\` of ${archive.id} adds its rules to ${list(targets)}, in every Namespace, for everybody who has that role`,
    {
      place: manifest.place,
      hint: 'read its rules before you apply it; the vendor can remove its `aggregate-to-` labels',
    },
  );
}

function refuseDuplicates(archive: Archive, notices: Notices): void {
  const seen = new Set<string>();
  for (const role of archive.roles) {
    const [kind, name] = [textOf(role.value['kind']), nameOf(role.value)];
    if (seen.has(`${kind}/${name}`)) {
      notices.error('role-duplicate', `the ${kind} \`${name}\` is defined twice in ${archive.id}`, {
        place: role.place,
        hint: 'the vendor must remove one',
      });
    }
    seen.add(`${kind}/${name}`);
    if (kind === 'ClusterRole' && RESERVED.test(name)) {
      notices.error('role-reserved', `the ClusterRole \`${name}\` is Kubernetes' own`, {
        place: role.place,
        hint: `applying ${archive.id} would change what everybody with this role may do: the vendor must rename it`,
      });
    }
  }
}

/** A name that was made may be one that another archive ships. */
function refuseOneName(rendered: readonly SharedObject[], notices: Notices): void {
  const owners = new Map<string, Archive>();
  for (const { name, archive, manifest } of rendered) {
    const owner = owners.get(name);
    if (owner && owner !== archive) {
      notices.error(
        'role-duplicate',
        `a ClusterRole of ${owner.id} and another of ${archive.id} would both be rendered as \`${name}\``,
        { place: manifest.place, hint: 'one of the vendors must rename it' },
      );
    }
    owners.set(name, archive);
  }
}
