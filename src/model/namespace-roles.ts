import type { Manifest } from '../kubernetes/read.ts';
import { nameOf } from '../kubernetes/value.ts';
import type { Archive } from '../metadata/archive.ts';
import { rolesOf } from './cluster-roles.ts';
import { list, type Notices } from './notices.ts';

/** A Role as it is rendered in a Namespace. */
export interface LocalRole {
  readonly name: string;
  readonly shipped: string;
  readonly manifest: Manifest;
}

/** What a Role is called where another Solution in its Namespace ships one of the same name. */
export function localName(role: string, archive: Archive): string {
  return `${role}-${archive.name}`;
}

/**
 * The Roles of archives that meet in a Namespace, under names of their own: `<role>-<solution>`
 * for those that several of them ship.
 */
export function namespaceRoles(
  archives: readonly Archive[],
  notices: Notices,
): Map<Archive, LocalRole[]> {
  const owners = new Map<string, Set<Archive>>();
  for (const archive of archives) {
    for (const { value } of rolesOf(archive, 'Role')) {
      const name = nameOf(value);
      owners.set(name, (owners.get(name) ?? new Set()).add(archive));
    }
  }
  for (const [name, several] of owners) reportRenamed(name, [...several], notices);
  const roles = archives.map((archive): [Archive, LocalRole[]] => [
    archive,
    rolesOf(archive, 'Role').map((manifest) => {
      const shipped = nameOf(manifest.value);
      const isShared = (owners.get(shipped)?.size ?? 0) > 1;
      return { name: isShared ? localName(shipped, archive) : shipped, shipped, manifest };
    }),
  ]);
  refuseOneName(roles, notices);
  return new Map(roles);
}

function reportRenamed(name: string, archives: readonly Archive[], notices: Notices): void {
  if (archives.length < 2) return;
  notices.warn(
    'role-renamed',
    `the Role \`${name}\` is in several Solutions that share a Namespace, ${list(archives.map((archive) => archive.name))}: each is rendered there as \`${name}-<solution>\``,
    { hint: 'nothing to do: the RoleBindings follow' },
  );
}

/** A name that was made may be one that the other archive ships. */
function refuseOneName(
  roles: readonly (readonly [Archive, readonly LocalRole[]])[],
  notices: Notices,
): void {
  const owners = new Map<string, { readonly archive: Archive; readonly shipped: string }>();
  for (const [archive, own] of roles) {
    for (const { name, shipped, manifest } of own) {
      const owner = owners.get(name);
      // One name twice in an archive is reported as that.
      if (owner && (owner.archive !== archive || owner.shipped !== shipped)) {
        notices.sharedError(
          'role-duplicate',
          `the Role \`${owner.shipped}\` of ${owner.archive.id} and the Role \`${shipped}\` of ${archive.id} would both be rendered as \`${name}\` in one Namespace`,
          {
            place: manifest.place,
            hint: 'deploy the two Solutions in Namespaces of their own, or ask a vendor to rename the Role',
          },
        );
      }
      owners.set(name, { archive, shipped });
    }
  }
}
