import type { Platform } from '../config/platform.ts';
import { didYouMean } from '../config/spelling.ts';
import { nameOf } from '../kubernetes/value.ts';
import type { Archive } from '../metadata/archive.ts';
import { bindingNames } from './binding-names.ts';
import { clusterBindingNames, type ClusterBindingName } from './cluster-binding-names.ts';
import { rolesOf, type ClusterRoles } from './cluster-roles.ts';
import { list, type Notices } from './notices.ts';
import { operatorMetrics } from './metrics.ts';
import { namespaceRoles } from './namespace-roles.ts';
import type { Placed, WantedNamespace } from './placement.ts';
import { rightsNotGiven, type ClusterScope } from './scope.ts';
import type { Binding, Operator, Solution } from './state.ts';

/** What the rights of Operators depend on. */
export interface RightsContext {
  readonly platform: Platform;
  readonly roles: ClusterRoles;
  readonly scope: ClusterScope;
  readonly notices: Notices;
}

/** The rights of an Operator in one Namespace. */
export type OperatorRights = Pick<Operator, 'roles' | 'bindings'>;

/** What an archive ships: the same wherever it is deployed. */
interface Shipped {
  readonly bindingName: ReturnType<typeof bindingNames>;
  readonly clusterRoles: readonly string[];
  readonly notGiven: readonly NotGiven[];
}

/** A role whose RoleBinding gives less than the role says. */
interface NotGiven {
  readonly role: string;
  readonly kind: 'Role' | 'ClusterRole';
  readonly message: string;
}

/**
 * Gives the rights of an Operator in a Namespace: Roles and bindings, under their names. What does
 * not depend on the Namespace is worked out once, however many there are.
 */
export function operatorRights(
  namespaces: readonly WantedNamespace[],
  context: RightsContext,
): (placed: Placed, namespace: WantedNamespace) => OperatorRights {
  const nameIn = clusterBindingNames(namespaces);
  const shipped = new Map<Archive, Shipped>();
  const local = new Map<string, Map<Archive, OperatorRights>>();
  const shippedOf: ShippedOf = ({ solution, archive }) =>
    remembered(shipped, archive, () => shippedRights(solution, archive, context));
  return (placed, namespace) => {
    const neighbours = namespace.placed.filter(({ archive }) => archive.product.operator);
    const ids = neighbours.map(({ archive }) => archive.id).join('\n');
    const rights = remembered(local, ids, () => localRights(neighbours, shippedOf, context));
    const own = rights.get(placed.archive) ?? { roles: [], bindings: [] };
    warnNotGiven(placed, shippedOf(placed), context.notices);
    const everywhere = clusterRoleBindings(placed, namespace.name, {
      ...context,
      nameIn,
      shipped: shippedOf(placed).clusterRoles,
    });
    if (mustReviewTokens(placed.archive, context)) {
      everywhere.push(
        everywhereTo(REVIEWER, nameIn(namespace.name, placed.archive.name, REVIEWER)),
      );
    }
    return everywhere.length === 0 ? own : { ...own, bindings: [...own.bindings, ...everywhere] };
  };
}

/**
 * An Operator that serves metrics over https asks the API server who wants them, and whether they may
 * have them. Over http it lets everybody.
 */
function mustReviewTokens(
  archive: Archive,
  { platform }: Pick<RightsContext, 'platform'>,
): boolean {
  return operatorMetrics(archive, platform)?.scheme === 'https';
}

/**
 * Kubernetes' own ClusterRole for reviews of tokens and of what their owners may do.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#other-component-roles
 */
const REVIEWER = 'system:auth-delegator';

/** What {@link REVIEWER} gives, as {@link rightsNotGiven} names it. */
const REVIEWS: ReadonlySet<string> = new Set([
  'tokenreviews.authentication.k8s.io (create)',
  'subjectaccessreviews.authorization.k8s.io (create)',
]);

function everywhereTo(role: string, name: string): Binding {
  return { kind: 'ClusterRoleBinding', name, role: { kind: 'ClusterRole', name: role } };
}

type ShippedOf = (placed: Placed) => Shipped;

function remembered<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}

function shippedRights(
  solution: Solution,
  archive: Archive,
  { scope, platform }: RightsContext,
): Shipped {
  const reviews = mustReviewTokens(archive, { platform }) ? REVIEWS : new Set();
  return {
    bindingName: bindingNames(solution.name, solution.versions),
    clusterRoles: rolesOf(archive, 'ClusterRole').map(({ value }) => nameOf(value)),
    notGiven: archive.roles.flatMap((manifest) => {
      const missing = rightsNotGiven(manifest, scope).filter((right) => !reviews.has(right));
      if (missing.length === 0) return [];
      const role = nameOf(manifest.value);
      const kind = manifest.value['kind'] === 'Role' ? 'Role' : 'ClusterRole';
      return {
        role,
        kind,
        message: `the ${kind} \`${role}\` of ${archive.id} grants what a RoleBinding cannot give: ${list(missing)}`,
      };
    }),
  };
}

/** Roles and RoleBindings where these archives meet in a Namespace. */
function localRights(
  neighbours: readonly Placed[],
  shippedOf: ShippedOf,
  { roles: clusterRoles, notices }: RightsContext,
): Map<Archive, OperatorRights> {
  const archives = neighbours.map(({ archive }) => archive);
  const local = namespaceRoles(archives, notices);
  return new Map(
    neighbours.map((placed) => {
      const { archive } = placed;
      const { bindingName } = shippedOf(placed);
      const roles = local.get(archive) ?? [];
      const names = new Map(roles.map(({ shipped, name }) => [shipped, name]));
      const bindings = archive.roles.map(({ value }): Binding => {
        const shipped = nameOf(value);
        const role =
          value['kind'] === 'Role'
            ? ({ kind: 'Role', name: names.get(shipped) ?? shipped } as const)
            : ({ kind: 'ClusterRole', name: clusterRoles.nameIn(archive, shipped) } as const);
        return { kind: 'RoleBinding', name: bindingName(role.kind, role.name), role };
      });
      return [archive, { roles, bindings }];
    }),
  );
}

function warnNotGiven({ settings }: Placed, { notGiven }: Shipped, notices: Notices): void {
  for (const { role, kind, message } of notGiven) {
    if (kind === 'ClusterRole' && settings.clusterRoleBindings?.includes(role)) continue;
    notices.warn('rights-not-given', message, {
      place: settings.place,
      hint:
        kind === 'ClusterRole'
          ? `if the Operator needs it, add \`clusterRoleBindings: [${role}]\` to the Solution in environments.yaml`
          : 'a Role has no effect outside its Namespace: if the Operator needs it, the vendor must ship it in a ClusterRole',
    });
  }
}

interface EverywhereContext extends RightsContext {
  readonly nameIn: ClusterBindingName;
  /** The ClusterRoles that the archive ships. */
  readonly shipped: readonly string[];
}

function clusterRoleBindings(
  { archive, settings }: Placed,
  namespace: string,
  { roles, shipped, nameIn, notices }: EverywhereContext,
): Binding[] {
  return [...new Set(settings.clusterRoleBindings)].toSorted().flatMap((role): Binding[] => {
    if (!shipped.includes(role)) {
      notices.error('role-unknown', `${archive.id} has no ClusterRole \`${role}\``, {
        place: settings.place,
        hint: didYouMean(role, shipped) ?? `its ClusterRoles: ${list(shipped) || 'none'}`,
      });
      return [];
    }
    const rendered = roles.nameIn(archive, role);
    return [everywhereTo(rendered, nameIn(namespace, archive.name, rendered))];
  });
}
