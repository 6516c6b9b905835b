import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kubernetes/value.ts';
import { newRights } from '../../src/plan/new-rights.ts';
import { rightsOf } from '../../src/plan/rights.ts';
import { render } from '../../src/manifests/render.ts';
import { environment, role, stateOf, store } from '../support/model-make.ts';

type Rule = Readonly<Record<string, readonly string[]>>;

/** The right to `verbs` on `resources` of the core group. */
function core(resources: string, verbs: string): Rule {
  return { apiGroups: [''], resources: resources.split(' '), verbs: verbs.split(' ') };
}

function roleObject(name: string, rules: readonly Rule[], more: object = {}): JsonObject {
  return { kind: 'ClusterRole', metadata: { name }, rules, ...more };
}

/** A RoleBinding in `namespace`, or a ClusterRoleBinding, of the ServiceAccount `shop/operator`. */
function binding(roleName: string, namespace?: string, kind = 'ClusterRole'): JsonObject {
  const subjects = [{ kind: 'ServiceAccount', name: 'operator', namespace: 'shop' }];
  const roleRef = { kind, name: roleName };
  return namespace === undefined
    ? { kind: 'ClusterRoleBinding', metadata: { name: roleName }, roleRef, subjects }
    : { kind: 'RoleBinding', metadata: { name: roleName, namespace }, roleRef, subjects };
}

/** A role with these rules, bound in the Operator's own Namespace. */
function bound(...rules: readonly Rule[]): JsonObject[] {
  return [roleObject('manager', rules), binding('manager', 'shop')];
}

/** A role with these paths of the API server, bound in the whole cluster. */
function paths(...urls: readonly string[]): JsonObject[] {
  return [roleObject('m', [{ nonResourceURLs: urls, verbs: ['get'] }]), binding('m')];
}

/** `+` and `-` lines of all that changes. */
function linesOf(before: readonly JsonObject[], after: readonly JsonObject[]): string[] {
  return newRights(before, after).flatMap(({ gained, lost }) => [
    ...gained.map(({ text }) => `+ ${text}`),
    ...lost.map(({ text }) => `- ${text}`),
  ]);
}

/** What is rendered where the role of `store` has this rule. */
function rendered(rule: string): JsonObject[] {
  const scenario = {
    archives: [{ roles: role({ rules: [rule] }) }],
    active: { store: '1.0.0' },
    environments: [environment('shop', { shop: [store()] })],
  };
  return render(stateOf(scenario)).flatMap(({ objects }) => objects);
}

const own = ', in its own Namespace';

describe('new rights', () => {
  it.each<[string, Rule[], Rule[], string[]]>([
    ['a new verb', [core('pods', 'get')], [core('pods', 'get list')], [`+ list pods${own}`]],
    ['a verb that goes', [core('pods', 'get list')], [core('pods', 'get')], [`- list pods${own}`]],
    [
      'another resource',
      [core('pods', 'get')],
      [core('services', 'get')],
      [`+ get services${own}`, `- get pods${own}`],
    ],
    [
      'every verb over some',
      [core('pods', 'get list')],
      [core('pods', '*')],
      [`+ every verb but get, list on pods${own}`],
    ],
    [
      'some verbs of every one',
      [core('pods', '*')],
      [core('pods', 'get')],
      [`- every verb but get on pods${own}`],
    ],
    ['a verb that `*` had', [core('pods', '*')], [core('pods', '* get')], []],
    [
      'every resource, and what that covers beside it',
      [],
      [core('*', 'get'), core('pods', 'get'), core('pods/log', 'get list')],
      [`+ get every resource of the core API group${own}`, `+ list pods/log${own}`],
    ],
    [
      'every group',
      [core('pods', 'get')],
      [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
      [`+ every verb on every resource of every API group${own}`],
    ],
    [
      'a subresource of everything',
      [core('pods', 'get')],
      [{ apiGroups: ['apps'], resources: ['*/scale'], verbs: ['patch'] }, core('pods', 'get')],
      [`+ patch every resource (scale) of the API group apps${own}`],
    ],
    [
      'what `*/scale` had',
      [{ apiGroups: ['apps'], resources: ['*/scale'], verbs: ['patch'] }],
      [{ apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['patch'] }],
      [`- patch every resource (scale) of the API group apps${own}`],
    ],
    [
      'a resource for its subresource',
      [core('pods', 'get')],
      [core('pods/exec', 'get')],
      [`+ get pods/exec${own}`, `- get pods${own}`],
    ],
    [
      'one object only',
      [core('secrets', 'get')],
      [{ ...core('secrets', 'get'), resourceNames: ['a'] }],
      [`- get secrets${own}`],
    ],
    [
      'every object instead of one',
      [{ ...core('secrets', 'get'), resourceNames: ['a', 'b'] }],
      [core('secrets', 'get')],
      [`+ get secrets${own}`],
    ],
    [
      'a group',
      [],
      [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }],
      [`+ get deployments.apps${own}`],
    ],
    [
      'rules in another order',
      [core('pods services', 'get list')],
      [core('services', 'list get'), core('pods', 'list'), core('pods', 'get')],
      [],
    ],
    [
      'paths in a RoleBinding, which gives none',
      [],
      [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
      [],
    ],
  ])('tell %s', (_, before, after, lines) => {
    expect(linesOf(bound(...before), bound(...after))).toEqual(lines);
  });

  it('are none where a rule moves to another role', () => {
    const before = bound(core('pods', 'get'), core('services', 'list'));
    const after = [
      ...bound(core('pods', 'get')),
      {
        kind: 'Role',
        metadata: { name: 'b', namespace: 'shop' },
        rules: [core('services', 'list')],
      },
      binding('b', 'shop', 'Role'),
    ];
    expect(linesOf(before, after)).toEqual([]);
  });

  it('hold in the whole cluster, the own Namespace or another one', () => {
    const manager = roleObject('manager', [core('pods', 'get')]);
    const at = (namespace?: string) => [manager, binding('manager', namespace)];
    expect(linesOf(at('shop'), at())).toEqual(['+ get pods, in the whole cluster']);
    expect(linesOf(at(), at('shop'))).toEqual(['- get pods, in the whole cluster']);
    expect(linesOf([], at('other'))).toEqual(['+ get pods, in the Namespace other']);
  });

  it('have paths of the API server, and wildcards in them', () => {
    expect(linesOf([], paths('/metrics', '/healthz/*'))).toEqual([
      '+ get the path /healthz/*, in the whole cluster',
      '+ get the path /metrics, in the whole cluster',
    ]);
    expect(linesOf(paths('/healthz/*'), paths('/healthz/etcd'))).toEqual([
      '- get the path /healthz/*, in the whole cluster',
    ]);
    expect(linesOf(paths('/a'), paths('/a', '*', '/b*'))).toEqual([
      '+ get the path *, in the whole cluster',
    ]);
  });

  it('say what is not evaluated: roles of others, and roles that collect', () => {
    const collecting = roleObject('all', [], { aggregationRule: { clusterRoleSelectors: [{}] } });
    const after = [binding('view', 'shop'), collecting, binding('all', 'shop')];
    expect(linesOf([], after)).toEqual([
      `+ what the ClusterRole \`all\` collects from other ClusterRoles${own}`,
      `+ what the ClusterRole \`view\` grants, which is not rendered here${own}`,
    ]);
    expect(linesOf(after, after)).toEqual([]);
  });

  it('are nobody’s for users and groups', () => {
    const subjects = [
      { kind: 'User', name: 'a' },
      { kind: 'Group', name: 'b' },
    ];
    expect([...rightsOf([{ ...binding('manager'), subjects }])]).toEqual([]);
  });

  it.each<[string, Rule, string]>([
    ['secrets', core('secrets', 'list'), 'Secrets'],
    ['secrets among others', core('pods secrets', 'watch'), 'Secrets'],
    ['a shell', core('pods/exec', 'create'), 'commands in Pods'],
    ['every shell', core('*/exec', 'create'), 'commands in Pods'],
    ['a node', core('nodes/proxy', 'get'), 'of a node'],
    ['somebody else', core('users', 'impersonate'), 'somebody else'],
    ['tokens', core('serviceaccounts/token', 'create'), 'tokens'],
    [
      'escalation',
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['escalate'] },
      'has not itself',
    ],
    [
      'reviews of tokens',
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      'whose a token is',
    ],
    ['everything', { apiGroups: ['*'], resources: ['*'], verbs: ['get'] }, 'covers Secrets'],
    ['an ordinary right', core('services configmaps', '*'), '-'],
    [
      'reading of roles',
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['get'] },
      '-',
    ],
  ])('are notable: %s', (_, rule, why) => {
    const rights = newRights([], bound(rule)).flatMap(({ gained }) => gained);
    expect(rights).not.toEqual([]);
    expect(rights.map(({ notable = '-' }) => notable).join()).toContain(why);
  });

  it('stand together for all accounts that get the same', () => {
    const namespaces = Array.from(
      { length: 50 },
      (_, index) => `n${String(index).padStart(2, '0')}`,
    );
    const bindings = namespaces.map((namespace) => ({
      kind: 'RoleBinding',
      metadata: { name: 'b', namespace },
      roleRef: { kind: 'ClusterRole', name: 'manager' },
      subjects: [{ kind: 'ServiceAccount', name: 'operator' }],
    }));
    const before = [roleObject('manager', [core('pods', 'get')]), ...bindings];
    const after = [roleObject('manager', [core('pods', 'get list')]), ...bindings];
    const changes = newRights(before, after);
    expect(changes).toHaveLength(1);
    expect(changes[0]?.accounts).toEqual(
      namespaces.map((namespace) => ({ namespace, name: 'operator' })),
    );
    expect(changes[0]?.gained.map(({ text }) => text)).toEqual([`list pods${own}`]);
  });

  it('of what is rendered are those of the vendor’s roles', () => {
    const before = rendered('{apiGroups: [""], resources: [pods], verbs: [get]}');
    const after = rendered('{apiGroups: [""], resources: [pods, pods/exec], verbs: [get]}');
    const [change] = newRights(before, after);
    expect(change?.accounts).toEqual([{ namespace: 'shop', name: 'store-operator' }]);
    expect(linesOf(before, after)).toEqual([`+ get pods/exec${own}`]);
  });

  it('show no control characters of a role', () => {
    const lines = linesOf(
      [],
      bound({ apiGroups: ['a\u001b'], resources: ['b\n'], verbs: ['\u202e'] }),
    );
    expect(lines).toEqual([`+ \\u202e b\\u000a.a\\u001b${own}`]);
  });

  it('are not worked out for a role that multiplies lists beyond all measure, which is said', () => {
    const many = Array.from({ length: 1000 }, (_, index) => `x${index}`);
    const huge = bound({ apiGroups: many, resources: many, verbs: many });
    const start = performance.now();
    expect(linesOf(bound(), huge)).toEqual([
      '+ rights that are not compared, over 20000 combinations, in the whole cluster',
    ]);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

const word = fc.constantFrom('', '*', 'pods', 'pods/exec', '*/exec', 'apps', 'get', 'list', 'a');
const words = fc.array(word, { minLength: 1, maxLength: 3 });
const anyRule: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({ apiGroups: words, resources: words, verbs: words }),
  fc.record({ apiGroups: words, resources: words, resourceNames: words, verbs: words }),
  fc.record({ nonResourceURLs: words, verbs: words }),
);
const rules = fc.array(anyRule, { maxLength: 4 });

describe('rights of random roles', () => {
  it('are the same whatever the order, and never gained from themselves', () => {
    fc.assert(
      fc.property(rules, (some) => {
        const shuffled = some.toReversed();
        expect(linesOf(bound(...some), bound(...shuffled))).toEqual([]);
      }),
    );
  });

  it('are lost one way round as they are gained the other', () => {
    fc.assert(
      fc.property(rules, rules, (some, others) => {
        const [there, back] = [
          linesOf(bound(...some), bound(...others)),
          linesOf(bound(...others), bound(...some)),
        ];
        const turned = back.map((line) =>
          line.startsWith('+') ? `-${line.slice(1)}` : `+${line.slice(1)}`,
        );
        expect(new Set(turned)).toEqual(new Set(there));
      }),
    );
  });

  it('are not gained by rules that are added to a wildcard over everything', () => {
    const all: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
    fc.assert(
      fc.property(rules, (some) => {
        expect(linesOf(bound(all), bound(all, ...some))).toEqual([]);
      }),
    );
  });
});
