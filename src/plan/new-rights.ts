import type { JsonObject } from '../kubernetes/value.ts';
import { printable } from '../printable.ts';
import { compareText } from '../text-order.ts';
import type { Target } from './grants.ts';
import { notableWhy } from './notable-rights.ts';
import { rightsIndex, RightsIndex, scopeOf, type Scope, type ScopedGrant } from './rights-index.ts';
import { rightsOf, type AccountRights, type KnownRoles, type ServiceAccount } from './rights.ts';

/** Verbs on one target, gained or lost. Plain data. */
export interface Right {
  readonly scope: Scope;
  readonly target: Target;
  /** Sorted; `*` alone for every verb. */
  readonly verbs: readonly string[];
  /** Of every verb, those that were there already, or that stay. */
  readonly except: readonly string[];
  /** Why somebody should look at it. */
  readonly notable: string | undefined;
  /** `get and list secrets, in its own Namespace`. Safe to print. */
  readonly text: string;
}

/** What ServiceAccounts may do that they could not before, or no longer. */
export interface RightsChange {
  /** All for whom the same changes. */
  readonly accounts: readonly ServiceAccount[];
  /** Notable ones first. */
  readonly gained: readonly Right[];
  readonly lost: readonly Right[];
}

/**
 * What changes of the rights of ServiceAccounts between two sets of objects: a rule that moves to
 * another role is no change, and what a wildcard covers is no gain beside it. By the first account.
 *
 * Both sets must hold all Roles, ClusterRoles and bindings: a role that is bound and not among them
 * counts as unknown, and so does one that collects others by their labels (`aggregationRule`), whose
 * rules the cluster fills in. That a ClusterRole is collected by another gives nothing here.
 */
export function newRights(
  before: Iterable<JsonObject>,
  after: Iterable<JsonObject>,
): RightsChange[] {
  const known: KnownRoles = new Map();
  const [old, now] = [rightsOf(before, known), rightsOf(after, known)];
  const ids = new Map<string, number>();
  const groups = new Map<string, Group>();
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(key), now.get(key)];
    const account = (is ?? was)?.account;
    if (!account) continue;
    const [start, end] = [was, is].map((rights) => signature(rights, ids));
    if (start === end) continue;
    const group = groups.get(`${start} ${end}`);
    if (group) group.accounts.push(account);
    else groups.set(`${start} ${end}`, { was, is, accounts: [account] });
  }
  return [...groups.values()]
    .map(changeOf)
    .filter(({ gained, lost }) => gained.length > 0 || lost.length > 0)
    .toSorted((a, b) => compareText(nameOf(a.accounts[0]), nameOf(b.accounts[0])));
}

interface Group {
  readonly was: AccountRights | undefined;
  readonly is: AccountRights | undefined;
  readonly accounts: ServiceAccount[];
}

/** The same for accounts whose bindings give the same, seen from their own Namespace. */
function signature(rights: AccountRights | undefined, ids: Map<string, number>): string {
  const parts = (rights?.bound ?? []).map(({ namespace, grants }) => {
    const id = ids.get(grants.id) ?? ids.size;
    ids.set(grants.id, id);
    return JSON.stringify([rights && scopeOf(namespace, rights.account), id]);
  });
  return [...new Set(parts)].sort().join();
}

function nameOf(account: ServiceAccount | undefined): string {
  return JSON.stringify([account?.namespace, account?.name]);
}

/** Combinations that are worked out for one ServiceAccount; a real one has hundreds. */
const MAX_COMBINATIONS = 20_000;

function changeOf({ was, is, accounts }: Group): RightsChange {
  const sorted = accounts.toSorted((a, b) => compareText(nameOf(a), nameOf(b)));
  if ([was, is].some((rights) => combinationsOf(rights) > MAX_COMBINATIONS)) {
    return { accounts: sorted, gained: [uncompared()], lost: [] };
  }
  const [old, now] = [indexOf(was), indexOf(is)];
  return { accounts: sorted, gained: missing(now, old), lost: missing(old, now) };
}

function indexOf(rights: AccountRights | undefined): RightsIndex {
  return rights ? rightsIndex(rights.bound, rights.account) : new RightsIndex();
}

function combinationsOf(rights: AccountRights | undefined): number {
  return (rights?.bound ?? []).reduce((sum, { grants }) => sum + grants.combinations(), 0);
}

function uncompared(): Right {
  const text = `rights that are not compared, over ${MAX_COMBINATIONS} combinations`;
  const target: Target = { kind: 'unknown', text };
  return toRight({ scope: 'cluster', target, verbs: ['*'], except: [] });
}

/** What `more` gives and `less` does not; of what covers each other the widest. */
function missing(more: RightsIndex, less: RightsIndex): Right[] {
  const found = new RightsIndex();
  const except = new Map<ScopedGrant, string[]>();
  const grants: ScopedGrant[] = [];
  for (const grant of more.grants()) {
    const had = less.verbsOn(grant);
    if (had.has('*')) continue;
    const isAll = grant.verbs.has('*');
    const verbs = isAll ? ['*'] : [...grant.verbs].filter((verb) => !had.has(verb));
    if (verbs.length === 0) continue;
    const rest = { ...grant, verbs: new Set(verbs) };
    if (isAll) except.set(rest, [...had].sort());
    grants.push(rest);
    found.add(rest);
  }
  return grants
    .flatMap((grant) => {
      const verbs = uncovered(grant, found);
      return verbs.length === 0
        ? []
        : toRight({ ...grant, verbs, except: except.get(grant) ?? [] });
    })
    .toSorted(inOrder);
}

/** The verbs that nothing wider in `found` has. */
function uncovered({ scope, target, verbs }: ScopedGrant, found: RightsIndex): string[] {
  const others = found.verbsAround({ scope, target });
  if (others.has('*')) return [];
  return [...verbs].filter((verb) => !others.has(verb)).sort();
}

function inOrder(a: Right, b: Right): number {
  const [first, second] = [a, b].map(({ notable }) => Number(notable === undefined));
  return (first ?? 0) - (second ?? 0) || compareText(a.text, b.text);
}

type Difference = Pick<Right, 'scope' | 'target' | 'verbs' | 'except'>;

function toRight({ scope, target, verbs, except }: Difference): Right {
  return {
    scope,
    target,
    verbs,
    except,
    notable: notableWhy(target, verbs),
    text: printable(`${whatText(target, verbs, except)}, ${scopeText(scope)}`),
  };
}

function whatText(target: Target, verbs: readonly string[], except: readonly string[]): string {
  if (target.kind === 'unknown') return target.text;
  const what = target.kind === 'url' ? `the path ${target.url}` : resourceText(target);
  if (!verbs.includes('*')) return `${verbs.join(', ')} ${what}`;
  return except.length === 0
    ? `every verb on ${what}`
    : `every verb but ${except.join(', ')} on ${what}`;
}

function resourceText({ group, resource, name }: Extract<Target, { kind: 'resource' }>): string {
  const [kind = '', sub] = resource.split('/', 2);
  const what = kind === '*' ? `every resource${sub === undefined ? '' : ` (${sub})`}` : resource;
  return `${what}${groupText(kind, group)}${name === '' ? '' : ` named ${name}`}`;
}

function groupText(kind: string, group: string): string {
  if (group === '*') return ' of every API group';
  if (kind !== '*') return group === '' ? '' : `.${group}`;
  return group === '' ? ' of the core API group' : ` of the API group ${group}`;
}

function scopeText(scope: Scope): string {
  if (scope === 'cluster') return 'in the whole cluster';
  return scope === 'own' ? 'in its own Namespace' : `in the Namespace ${scope.namespace}`;
}
