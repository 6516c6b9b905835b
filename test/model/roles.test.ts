import { describe, expect, it } from 'vitest';
import {
  environment,
  errorsOf,
  noticesOf,
  role,
  shop,
  stateOf,
  store,
  type Scenario,
} from '../support/model-make.ts';

const secrets = ['{apiGroups: [""], resources: [secrets], verbs: [get]}'];
const other = '{name: other, version: 1.0.0}';
const localRole = { kind: 'Role', name: 'leader' } as const;

/** The ClusterRoles of a scenario as they are rendered, and the archives that they come from. */
function clusterRolesOf(scenario: Scenario): [name: string, id: string][] {
  return stateOf(scenario).clusterRoles.map(({ name, archive }) => [name, archive.id]);
}

/** Roles and bindings of the Operators of a scenario, by Namespace and Solution. */
function rightsOf(scenario: Scenario): Record<string, string[]> {
  const rights = stateOf(scenario).namespaces.flatMap(({ name, operators }) =>
    operators.map(({ solution, roles, bindings }): [string, string[]] => [
      `${name}/${solution.name}`,
      [
        ...roles.map((one) => `Role ${one.name}`),
        ...bindings.map((one) => `${one.kind} ${one.name} -> ${one.role.kind} ${one.role.name}`),
      ],
    ]),
  );
  return Object.fromEntries(rights);
}

/** A Solution's binding for the whole cluster, as {@link rightsOf} writes it. */
function everywhere(namespace: string): string {
  return `ClusterRoleBinding ${namespace}-store-operator-manager-role -> ClusterRole manager-role`;
}

describe('ClusterRoles', () => {
  it('are rendered as shipped, of the versions that run and of no other', () => {
    const archives = [{ roles: role() }, { version: '2.0.0', roles: role({ name: 'later' }) }];
    const scenario = { archives, active: { store: 'latest' }, environments: shop(store()) };
    expect(clusterRolesOf(scenario)).toEqual([['manager-role', 'store-1.0.0']]);
    expect(noticesOf(scenario)).toEqual([]);
  });

  it.each(['1.0.0', '2.0.0'])(
    'of one name with different rights are all renamed, whatever is active: %s',
    (active) => {
      const scenario = {
        archives: [
          { roles: role() },
          { version: '2.0.0', roles: role({ rules: secrets }) },
          { name: 'other', roles: role() + role({ name: 'own' }) },
        ],
        active: { store: active },
        environments: [environment('shop', { a: [store(), other], b: [store('', '2.0.0')] })],
      };
      expect(clusterRolesOf(scenario)).toEqual([
        ['manager-role-other-1.0.0', 'other-1.0.0'],
        ['manager-role-store-1.0.0', 'store-1.0.0'],
        ['manager-role-store-2.0.0', 'store-2.0.0'],
        ['own', 'other-1.0.0'],
      ]);
      expect(rightsOf(scenario)).toEqual({
        'a/other': [
          'RoleBinding other-operator-clusterrole-manager-role-other-1.0.0 -> ClusterRole manager-role-other-1.0.0',
          'RoleBinding other-operator-clusterrole-own -> ClusterRole own',
        ],
        'a/store': [
          'RoleBinding store-operator-clusterrole-manager-role-store-1.0.0 -> ClusterRole manager-role-store-1.0.0',
        ],
        'b/store': [
          'RoleBinding store-operator-clusterrole-manager-role-store-2.0.0 -> ClusterRole manager-role-store-2.0.0',
        ],
      });
      expect(noticesOf(scenario)).toEqual([
        {
          code: 'role-renamed',
          message:
            'the ClusterRole `manager-role` is not the same in other-1.0.0, store-1.0.0 and store-2.0.0: each is rendered as `manager-role-<solution>-<version>`',
          hint: 'nothing to do: the bindings follow',
          place: 'metadata/other-1.0.0/operator/deploy/role.yaml:2:1',
        },
      ]);
    },
  );

  it.each([
    ['the same text', role(), role()],
    [
      'another order of keys and lists',
      role({ rules: ['{apiGroups: [a, b], resources: [c], verbs: [get, list]}', ...secrets] }),
      role({ rules: [...secrets, '{verbs: [list, get, get], apiGroups: [b, a], resources: [c]}'] }),
    ],
    ['other labels', role({ labels: '{app: a}' }), role({ labels: '{app: b}' })],
  ])('that grant the same are rendered once: %s', (_, first, second) => {
    const archives = [{ roles: first }, { name: 'other', roles: second }];
    const scenario = { archives, environments: shop(store(), other) };
    expect(clusterRolesOf(scenario)).toEqual([['manager-role', 'other-1.0.0']]);
    expect(rightsOf(scenario)).toEqual({
      'shop/other': [
        'RoleBinding other-operator-clusterrole-manager-role -> ClusterRole manager-role',
      ],
      'shop/store': [
        'RoleBinding store-operator-clusterrole-manager-role -> ClusterRole manager-role',
      ],
    });
    expect(noticesOf(scenario)).toEqual([]);
  });

  it.each([
    ['a verb more', role({ rules: ['{apiGroups: [""], resources: [pods], verbs: [get, "*"]}'] })],
    [
      'a label that others collect it by',
      role({ labels: '{rbac.authorization.k8s.io/aggregate-to-view: "true"}' }),
    ],
    ['no rules at all', role({ rules: [] }).replace('rules:', 'rules: []')],
    [
      'an aggregation',
      `${role()}aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}\n`,
    ],
    [
      'the verb in another list',
      role({ rules: ['{apiGroups: [get], resources: [pods], verbs: [""]}'] }),
    ],
  ])('are told apart by %s', (_, roles) => {
    const archives = [{ roles: role() }, { name: 'other', roles }];
    expect(clusterRolesOf({ archives, environments: shop(store(), other) })).toHaveLength(2);
  });

  it('never get a name that another archive ships', () => {
    const archives = [
      { roles: role() },
      { version: '2.0.0', roles: role({ rules: secrets }) },
      { name: 'other', roles: role({ name: 'manager-role-store-1.0.0' }) },
    ];
    const environments = [environment('a', { a: [store(), other], b: [store('', 'latest')] })];
    expect(errorsOf({ archives, environments })).toEqual([
      {
        code: 'role-duplicate',
        message:
          'a ClusterRole of other-1.0.0 and another of store-1.0.0 would both be rendered as `manager-role-store-1.0.0`',
        hint: 'one of the vendors must rename it',
        place: 'metadata/store-1.0.0/operator/deploy/role.yaml:2:1',
      },
    ]);
  });

  it('are bound in the whole cluster only where environments.yaml says so, once a Namespace', () => {
    const settings = 'clusterRoleBindings: [manager-role]';
    const scenario = {
      archives: [{ roles: role() + role({ name: 'metrics' }) }],
      environments: [
        environment('shop', { a: [store(settings)], b: [store(settings)], c: [store()] }),
      ],
    };
    const usual = [
      'RoleBinding store-operator-clusterrole-manager-role -> ClusterRole manager-role',
      'RoleBinding store-operator-clusterrole-metrics -> ClusterRole metrics',
    ];
    expect(rightsOf(scenario)).toEqual({
      'a/store': [...usual, everywhere('a')],
      'b/store': [...usual, everywhere('b')],
      'c/store': usual,
    });
  });

  it('are bound in the whole cluster under the name that they got', () => {
    const archives = [{ roles: role() }, { name: 'other', roles: role({ rules: secrets }) }];
    const environments = shop(store('clusterRoleBindings: [manager-role]'), other);
    expect(rightsOf({ archives, environments })['shop/store']?.at(-1)).toBe(
      'ClusterRoleBinding shop-store-operator-manager-role-store-1.0.0 -> ClusterRole manager-role-store-1.0.0',
    );
  });
});

describe('Roles', () => {
  const twoOfAName = [
    { roles: role(localRole) + role({ kind: 'Role', name: 'own' }) },
    { name: 'other', roles: role(localRole) },
  ];

  it('of one name are renamed in the Namespace where they meet, and nowhere else', () => {
    const scenario = {
      archives: twoOfAName,
      environments: [
        environment('shop', { a: [store(), other], b: [store()], c: [other, store()] }),
      ],
    };
    const meeting = [
      'Role leader-store',
      'Role own',
      'RoleBinding store-operator-role-leader-store -> Role leader-store',
      'RoleBinding store-operator-role-own -> Role own',
    ];
    expect(rightsOf(scenario)).toEqual({
      'a/other': [
        'Role leader-other',
        'RoleBinding other-operator-role-leader-other -> Role leader-other',
      ],
      'a/store': meeting,
      'b/store': [
        'Role leader',
        'Role own',
        'RoleBinding store-operator-role-leader -> Role leader',
        'RoleBinding store-operator-role-own -> Role own',
      ],
      'c/other': [
        'Role leader-other',
        'RoleBinding other-operator-role-leader-other -> Role leader-other',
      ],
      'c/store': meeting,
    });
    expect(noticesOf(scenario)).toEqual([
      {
        code: 'role-renamed',
        message:
          'the Role `leader` is in several Solutions that share a Namespace, other and store: each is rendered there as `leader-<solution>`',
        hint: 'nothing to do: the RoleBindings follow',
        place: undefined,
      },
    ]);
  });

  it('of a Solution without an Operator are in nobody’s way', () => {
    const archives = [
      { roles: role(localRole) },
      { name: 'other', operator: 'none', roles: role(localRole) } as const,
    ];
    const scenario = { archives, environments: shop(store(), other) };
    expect(rightsOf(scenario)).toEqual({
      'shop/store': ['Role leader', 'RoleBinding store-operator-role-leader -> Role leader'],
    });
    expect(noticesOf(scenario, 'no-operator')).toEqual([]);
  });

  it('never get a name that is there already', () => {
    const [first, second] = twoOfAName;
    const archives = [
      { ...second },
      { ...first, roles: `${first?.roles}${role({ kind: 'Role', name: 'leader-store' })}` },
    ];
    const environments = [environment('shop', { a: [store(), other], b: [store(), other] })];
    expect(errorsOf({ archives, environments })).toEqual([
      {
        code: 'role-duplicate',
        message:
          'the Role `leader` of store-1.0.0 and the Role `leader-store` of store-1.0.0 would both be rendered as `leader-store` in one Namespace',
        hint: 'deploy the two Solutions in Namespaces of their own, or ask a vendor to rename the Role',
        place: 'metadata/store-1.0.0/operator/deploy/role.yaml:14:1',
      },
    ]);
  });
});
