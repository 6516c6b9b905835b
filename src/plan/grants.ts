import { fieldOf, isJsonList, textsOf, type Json, type JsonObject } from '../kubernetes/value.ts';
import { printable } from '../printable.ts';

/** What verbs may be applied to. */
export type Target =
  | {
      readonly kind: 'resource';
      /** Empty for the core group, `*` for every one. */
      readonly group: string;
      /** With its subresource: `pods/exec`; `*` for every one. */
      readonly resource: string;
      /** Empty for every object. */
      readonly name: string;
    }
  /** A path of the API server; `*` at its end for every one that starts so. */
  | { readonly kind: 'url'; readonly url: string }
  /** What is not known here, in words that can be shown. */
  | { readonly kind: 'unknown'; readonly text: string };

/** Verbs on one target; `*` alone stands for every verb. */
export interface Grant {
  readonly target: Target;
  readonly verbs: ReadonlySet<string>;
}

/** What a role grants. */
export interface RoleGrants {
  /** Never the same for roles that grant different things. */
  readonly id: string;
  /** How many combinations of group, resource, name and verb there are: a role may multiply lists. */
  readonly combinations: () => number;
  /** All of them, by rule; a target may come twice. */
  readonly list: () => Grant[];
}

/** All that a rule says. */
const LISTS = ['apiGroups', 'resources', 'resourceNames', 'nonResourceURLs', 'verbs'];

/** What a role says; a role that collects others by their labels has its rules from the cluster. */
export function grantsOf(kind: string, name: string, role: JsonObject): RoleGrants {
  if ((role['aggregationRule'] ?? null) !== null) {
    return unknownGrants(`what ${titleOf(kind, name)} collects from other ClusterRoles`);
  }
  const rules = isJsonList(role['rules']) ? role['rules'] : [];
  return {
    id: JSON.stringify(rules.map((rule) => LISTS.map((key) => textsAt(rule, key)))),
    combinations: () => rules.reduce<number>((sum, rule) => sum + combinationsOf(rule), 0),
    list: () =>
      rules.flatMap((rule) => {
        const verbs = new Set(textsAt(rule, 'verbs'));
        return targetsOf(rule).map((target) => ({ target, verbs }));
      }),
  };
}

/** What a role grants that a binding names and nobody renders, such as Kubernetes' own `view`. */
export function grantsOfOther(kind: string, name: string): RoleGrants {
  return unknownGrants(`what ${titleOf(kind, name)} grants, which is not rendered here`);
}

function titleOf(kind: string, name: string): string {
  return `the ${kind === 'Role' ? 'Role' : 'ClusterRole'} \`${printable(name)}\``;
}

function unknownGrants(text: string): RoleGrants {
  const grant: Grant = { target: { kind: 'unknown', text }, verbs: new Set(['*']) };
  return { id: text, combinations: () => 1, list: () => [grant] };
}

/** One text for one target. */
export function targetKey(target: Target): string {
  if (target.kind === 'resource') {
    return JSON.stringify([target.group, target.resource, target.name]);
  }
  return JSON.stringify(target.kind === 'url' ? [target.url] : [target.text, '']);
}

function combinationsOf(rule: Json): number {
  const count = (key: string) => textsAt(rule, key).length;
  const resources = count('apiGroups') * count('resources') * Math.max(1, count('resourceNames'));
  return (resources + count('nonResourceURLs')) * count('verbs');
}

function targetsOf(rule: Json): Target[] {
  const names = textsAt(rule, 'resourceNames');
  const urls = textsAt(rule, 'nonResourceURLs').map((url): Target => ({ kind: 'url', url }));
  const resources = textsAt(rule, 'apiGroups').flatMap((group) =>
    textsAt(rule, 'resources').flatMap((resource) =>
      (names.length === 0 ? [''] : names).map((name): Target => ({
        kind: 'resource',
        group,
        resource,
        name,
      })),
    ),
  );
  return [...urls, ...resources];
}

function textsAt(rule: Json, key: string): string[] {
  return textsOf(fieldOf(rule, key));
}
