import {
  fieldOf,
  isJsonList,
  nameOf,
  textOf,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';
import { printable } from '../printable.ts';
import { compareText } from '../text-order.ts';
import { grantsOf, grantsOfOther, type RoleGrants } from './grants.ts';

/** A ServiceAccount: who an Operator is to the API server. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

/** What one binding gives. */
export interface BoundGrants {
  /** The Namespace that it is for; nothing for the whole cluster. */
  readonly namespace: string | undefined;
  readonly grants: RoleGrants;
}

/** What a ServiceAccount may do. */
export interface AccountRights {
  readonly account: ServiceAccount;
  readonly bound: readonly BoundGrants[];
}

/** Roles that were looked at: most are the same objects in two states. */
export type KnownRoles = Map<JsonObject, RoleGrants>;

const RBAC_KINDS = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']);

/**
 * What ServiceAccounts may do after the Roles, ClusterRoles and bindings among `objects`, by
 * Namespace and name. Users and groups are passed over; so are paths of the API server in a
 * RoleBinding, which gives none.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function rightsOf(
  objects: Iterable<JsonObject>,
  known: KnownRoles = new Map(),
): Map<string, AccountRights> {
  const roles = new Map<string, RoleGrants>();
  const bindings: JsonObject[] = [];
  for (const object of objects) {
    const kind = textOf(object['kind']);
    if (!RBAC_KINDS.has(kind)) continue;
    if (kind.endsWith('Binding')) bindings.push(object);
    else {
      const key = roleKey(kind, namespaceOf(object), nameOf(object));
      const grants = known.get(object) ?? grantsOf(kind, nameOf(object), object);
      known.set(object, grants);
      roles.set(key, grants);
    }
  }
  const accounts = new Map<string, { account: ServiceAccount; bound: BoundGrants[] }>();
  for (const binding of bindings) {
    const grants = boundGrants(binding, roles);
    for (const [key, account] of accountsOf(binding)) {
      const rights = accounts.get(key) ?? { account, bound: [] };
      rights.bound.push(grants);
      accounts.set(key, rights);
    }
  }
  return new Map([...accounts].toSorted(([a], [b]) => compareText(a, b)));
}

function namespaceOf(object: JsonObject): string {
  return textOf(fieldOf(object['metadata'], 'namespace'));
}

function roleKey(kind: string, namespace: string, name: string): string {
  return JSON.stringify(kind === 'Role' ? [kind, namespace, name] : [kind, name]);
}

function boundGrants(binding: JsonObject, roles: ReadonlyMap<string, RoleGrants>): BoundGrants {
  const isLocal = binding['kind'] === 'RoleBinding';
  const [kind = '', name = ''] = ['kind', 'name'].map((key) =>
    textOf(fieldOf(binding['roleRef'], key)),
  );
  return {
    namespace: isLocal ? namespaceOf(binding) : undefined,
    grants: roles.get(roleKey(kind, namespaceOf(binding), name)) ?? grantsOfOther(kind, name),
  };
}

/** By their keys, each once: a binding may name one twice. */
function accountsOf(binding: JsonObject): Map<string, ServiceAccount> {
  const subjects = binding['subjects'];
  const accounts = new Map<string, ServiceAccount>();
  for (const subject of isJsonList(subjects) ? subjects : []) {
    if (fieldOf(subject, 'kind') !== 'ServiceAccount') continue;
    const account = accountOf(subject, namespaceOf(binding));
    accounts.set(JSON.stringify([account.namespace, account.name]), account);
  }
  return accounts;
}

function accountOf(subject: Json, namespace: string): ServiceAccount {
  return {
    namespace: printable(textOf(fieldOf(subject, 'namespace')) || namespace),
    name: printable(textOf(fieldOf(subject, 'name'))),
  };
}
