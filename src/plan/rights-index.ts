import { targetKey, type Grant, type Target } from './grants.ts';
import type { BoundGrants, ServiceAccount } from './rights.ts';

/** Where a right holds: in the whole cluster, in the ServiceAccount's own Namespace, or in another. */
export type Scope = 'cluster' | 'own' | { readonly namespace: string };

/** A grant, and where it holds. */
export interface ScopedGrant extends Grant {
  readonly scope: Scope;
}

type Place = Pick<ScopedGrant, 'scope' | 'target'>;

/** All that one ServiceAccount may do, to be asked what of it covers something. */
export class RightsIndex {
  readonly #grants = new Map<string, ScopedGrant>();
  /** Paths that end in `*`: few, while the others are looked up by their name. */
  readonly #prefixes = new Map<string, ReadonlySet<string>>();

  add(grant: ScopedGrant): void {
    const key = keyOf(grant.scope, grant.target);
    const before = this.#grants.get(key);
    const verbs = before ? new Set([...before.verbs, ...grant.verbs]) : grant.verbs;
    this.#grants.set(key, { ...grant, verbs });
    const { target } = grant;
    if (target.kind === 'url' && target.url.endsWith('*')) {
      this.#prefixes.set(target.url.slice(0, -1), verbs);
    }
  }

  grants(): Iterable<ScopedGrant> {
    return this.#grants.values();
  }

  /** The verbs that cover `target` there, those of wildcards among them; `*` stands for all. */
  verbsOn(place: Place): Set<string> {
    const own = this.#grants.get(keyOf(place.scope, place.target))?.verbs ?? [];
    return new Set([...own, ...this.verbsAround(place)]);
  }

  /** The same without what is said of exactly this target, there. */
  verbsAround({ scope, target }: Place): Set<string> {
    const own = keyOf(scope, target);
    const scopes: Scope[] = scope === 'cluster' ? ['cluster'] : [scope, 'cluster'];
    const found = scopes
      .flatMap((where) => wider(target).map((one) => keyOf(where, one)))
      .flatMap((key) => (key === own ? [] : [...(this.#grants.get(key)?.verbs ?? [])]));
    if (target.kind === 'url') {
      for (const [prefix, verbs] of this.#prefixes) {
        if (target.url.startsWith(prefix) && target.url !== `${prefix}*`) found.push(...verbs);
      }
    }
    return new Set(found);
  }
}

/** The rights of `bound`; paths of the API server hold in the whole cluster or not at all. */
export function rightsIndex(bound: readonly BoundGrants[], account: ServiceAccount): RightsIndex {
  const index = new RightsIndex();
  for (const { namespace, grants } of bound) {
    const scope = scopeOf(namespace, account);
    for (const grant of grants.list()) {
      if (grant.target.kind === 'url' && scope !== 'cluster') continue;
      index.add({ ...grant, scope });
    }
  }
  return index;
}

/** Where a binding for `namespace` holds, as its ServiceAccount sees it. */
export function scopeOf(namespace: string | undefined, account: ServiceAccount): Scope {
  if (namespace === undefined) return 'cluster';
  return namespace === account.namespace ? 'own' : { namespace };
}

function keyOf(scope: Scope, target: Target): string {
  return `${JSON.stringify(scope)} ${targetKey(target)}`;
}

/** The targets that cover `target` by their names, itself among them (RuleAllows in Kubernetes). */
function wider(target: Target): Target[] {
  if (target.kind !== 'resource') return [target];
  const { group, resource, name } = target;
  const slash = resource.indexOf('/');
  const resources = [resource, '*', ...(slash < 0 ? [] : [`*${resource.slice(slash)}`])];
  return [...new Set([group, '*'])].flatMap((inGroup) =>
    [...new Set(resources)].flatMap((one) =>
      [...new Set([name, ''])].map((named): Target => ({
        kind: 'resource',
        group: inGroup,
        resource: one,
        name: named,
      })),
    ),
  );
}
