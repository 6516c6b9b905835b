import { describe, expect, it } from 'vitest';
import {
  crd,
  environment,
  errorsOf,
  role,
  shop,
  stateOf,
  store,
  type Complaint,
  type Scenario,
} from '../support/model-make.ts';

const other = { name: 'other' };
const things = { crds: [crd('things')] };

interface Case {
  readonly title: string;
  readonly scenario: Scenario;
  readonly found: readonly Complaint[];
}

const cases: readonly Case[] = [
  {
    title: 'a Solution of which no archive is imported',
    scenario: { environments: shop('{name: stor, version: 1.0.0}') },
    found: [
      {
        code: 'unknown-solution',
        message: 'no archive of the Solution `stor` is imported',
        hint: 'did you mean `store`?',
        place: 'environments.yaml:7:17',
      },
    ],
  },
  {
    title: 'a Solution where nothing like it is imported',
    scenario: { archives: [], environments: shop(store()) },
    found: [
      {
        code: 'unknown-solution',
        message: 'no archive of the Solution `store` is imported',
        hint: 'add its archive to `archives` in solutions.yaml',
        place: 'environments.yaml:7:17',
      },
    ],
  },
  {
    title: 'a version that was unimported while an Environment uses it',
    scenario: {
      archives: [{ version: '1.10.0' }, { version: '1.9.0' }],
      environments: shop(store()),
    },
    found: [
      {
        code: 'unknown-version',
        message: 'version 1.0.0 of the Solution `store` is not imported',
        hint: 'imported: 1.9.0 and 1.10.0; add the archive of 1.0.0 to solutions.yaml, or take one of these',
        place: 'environments.yaml:7:17',
      },
    ],
  },
  {
    title: 'an active Solution of which no archive is imported',
    scenario: { archives: [{}, other], active: { warehouse: 'latest' } },
    found: [
      {
        code: 'unknown-solution',
        message: 'no archive of the Solution `warehouse` is imported',
        hint: 'add its archive under `archives`; imported are other and store',
        place: 'solutions.yaml:4:3',
      },
    ],
  },
  {
    title: 'an active version that is not imported',
    scenario: { active: { store: '"1.0"' } },
    found: [
      {
        code: 'unknown-version',
        message: 'version 1.0 of the Solution `store` is not imported',
        hint: 'imported: 1.0.0; add the archive of 1.0 to solutions.yaml, or take one of these',
        place: 'solutions.yaml:4:3',
      },
    ],
  },
  {
    title: 'an Environment that is there twice',
    scenario: { environments: [environment('shop', { a: [] }), environment('shop', { b: [] })] },
    found: [
      {
        code: 'duplicate-environment',
        message: 'the Environment `shop` is there twice',
        hint: 'the other is at environments.yaml:3:12: make one of the two, or rename it',
        place: 'environments.yaml:11:12',
      },
    ],
  },
  {
    title: 'one Namespace in two Environments',
    scenario: { environments: [environment('b', { web: [] }), environment('a', { web: [] })] },
    found: [
      {
        code: 'duplicate-namespace',
        message: 'the Namespace `web` is there twice',
        hint: 'the other is at environments.yaml:14:5: a Namespace belongs to one Environment',
        place: 'environments.yaml:6:5',
      },
    ],
  },
  {
    title: 'the Namespace that all Solutions share',
    scenario: { environments: [environment('shop', { 'metalk8s-solutions': [] })] },
    found: [
      {
        code: 'reserved-namespace',
        message: 'the Namespace `metalk8s-solutions` is not for an Environment',
        hint: 'it holds what all Solutions share: name another',
        place: 'environments.yaml:6:5',
      },
    ],
  },
  {
    title: 'a Namespace of Kubernetes itself, and one of MetalK8s itself',
    scenario: {
      environments: [environment('x', { 'kube-system': [], 'metalk8s-monitoring': [] })],
    },
    found: [
      {
        code: 'reserved-namespace',
        message: 'the Namespace `kube-system` is not for an Environment',
        hint: 'the prefix `kube-` is reserved by Kubernetes: name another',
        place: 'environments.yaml:6:5',
      },
      {
        code: 'reserved-namespace',
        message: 'the Namespace `metalk8s-monitoring` is not for an Environment',
        hint: 'the prefix `metalk8s-` is reserved by MetalK8s: name another',
        place: 'environments.yaml:8:5',
      },
    ],
  },
  {
    title: 'the Namespace of everybody, which must not leave with an Environment',
    scenario: { environments: [environment('x', { default: [], 'default-2': [] })] },
    found: [
      {
        code: 'reserved-namespace',
        message: 'the Namespace `default` is not for an Environment',
        hint: 'it is the one that Kubernetes starts with, and everybody uses it: name another',
        place: 'environments.yaml:6:5',
      },
    ],
  },
  {
    title: 'one Solution twice in a Namespace, and no error that only follows from it',
    scenario: {
      archives: [
        { roles: role({ kind: 'Role' }) },
        { version: '2.0.0', roles: role({ kind: 'Role' }) },
      ],
      environments: shop(store(), store('', '2.0.0')),
    },
    found: [
      {
        code: 'duplicate-solution',
        message: 'the Solution `store` is twice in the Namespace `shop`',
        hint: 'one version of a Solution runs in a Namespace: remove one, or use another Namespace',
        place: 'environments.yaml:7:48',
      },
    ],
  },
  {
    title: 'a Solution with CRDs of which no version is active, once for all its Namespaces',
    scenario: {
      archives: [things],
      environments: [environment('shop', { a: [store()], b: [store()] })],
    },
    found: [
      {
        code: 'no-active-version',
        message: 'store-1.0.0 has CRDs, but no version of `store` is active',
        hint: 'add `store: 1.0.0` under `active` in solutions.yaml: what it runs needs its CRDs',
        place: 'environments.yaml:7:17',
      },
    ],
  },
  {
    title: 'an Operator whose image is not in the archive, once for all its Namespaces',
    scenario: {
      archives: [{ operator: 'absent' }],
      environments: [environment('shop', { a: [store()], b: [store()] })],
    },
    found: [
      {
        code: 'operator-image-missing',
        message:
          'the image of the Operator of store-1.0.0, store-operator:1.0.0, is not there in the archive',
        hint: 'the vendor must add it to `images/`, or correct `spec.operator.image`',
        place: 'environments.yaml:7:17',
      },
    ],
  },
  {
    title: 'an Operator whose image is dashboards',
    scenario: { archives: [{ operator: 'artifact' }], environments: shop(store()) },
    found: [
      {
        code: 'operator-image-missing',
        message:
          'the image of the Operator of store-1.0.0, store-operator:1.0.0, is no container image in the archive',
        hint: 'the vendor must add it to `images/`, or correct `spec.operator.image`',
        place: 'environments.yaml:7:17',
      },
    ],
  },
  {
    title: 'an id that no registry accepts, of another version than the one that runs',
    scenario: {
      archives: [{}, { version: '1.1.0+build' }],
      environments: [environment('shop', { a: [store()], b: [store()] })],
    },
    found: [
      {
        code: 'bad-repository',
        message:
          'the images of store-1.1.0+build have no repository: no registry accepts this id: lower-case letters and digits alone, with `.`, `_` or `-` between them',
        hint: 'the vendor must change it; without that archive in solutions.yaml `store` can be used',
        place: 'environments.yaml:7:17',
      },
    ],
  },
  {
    title: 'a CRD that is in two Solutions',
    scenario: {
      archives: [things, { ...other, ...things }],
      active: { store: 'latest', other: 'latest' },
    },
    found: [
      {
        code: 'crd-owners',
        message: 'the CRD `things.example.com` is in two Solutions, other-1.0.0 and store-1.0.0',
        hint: 'a cluster has one CRD of a name: deactivate one of the two, or ask the vendors which of them owns it',
        place: 'metadata/store-1.0.0/operator/deploy/crds/0_crd.yaml:1:1',
      },
    ],
  },
  {
    title: 'a CRD that is twice in an archive',
    scenario: { archives: [{ crds: [crd('things'), crd('things')] }], active: { store: '1.0.0' } },
    found: [
      {
        code: 'crd-duplicate',
        message: 'the CRD `things.example.com` is defined twice in store-1.0.0',
        hint: 'the other definition is in metadata/store-1.0.0/operator/deploy/crds/0_crd.yaml; the vendor must remove one',
        place: 'metadata/store-1.0.0/operator/deploy/crds/1_crd.yaml:1:1',
      },
    ],
  },
  {
    title: 'a role that is twice in an archive; a Role and a ClusterRole of one name are two',
    scenario: {
      archives: [{ roles: role() + role({ kind: 'Role' }) + role() }],
      environments: shop(store()),
    },
    found: [
      {
        code: 'role-duplicate',
        message: 'the ClusterRole `manager-role` is defined twice in store-1.0.0',
        hint: 'the vendor must remove one',
        place: 'metadata/store-1.0.0/operator/deploy/role.yaml:14:1',
      },
    ],
  },
  {
    title: 'a ClusterRole that is not in the archive',
    scenario: {
      archives: [{ roles: role() }],
      environments: shop(store('clusterRoleBindings: [manager-rule]')),
    },
    found: [
      {
        code: 'role-unknown',
        message: 'store-1.0.0 has no ClusterRole `manager-rule`',
        hint: 'did you mean `manager-role`?',
        place: 'environments.yaml:7:17',
      },
    ],
  },
  {
    title: 'a Role where a ClusterRole is asked for',
    scenario: {
      archives: [{ roles: role({ kind: 'Role' }) }],
      environments: shop(store('clusterRoleBindings: [manager-role]')),
    },
    found: [
      {
        code: 'role-unknown',
        message: 'store-1.0.0 has no ClusterRole `manager-role`',
        hint: 'its ClusterRoles: none',
        place: 'environments.yaml:7:17',
      },
    ],
  },
];

describe('a contradiction', () => {
  it.each(cases)('is reported with its place and a hint: $title', ({ scenario, found }) => {
    expect(errorsOf(scenario)).toEqual(found);
  });

  it('does not hide another one', () => {
    const scenario: Scenario = {
      archives: [
        { operator: 'absent', roles: role({ name: 'view' }), ...things },
        { version: '1.0.0+1' },
      ],
      active: { sotre: 'latest' },
      environments: [
        environment('shop', {
          'kube-shop': [store('clusterRoleBindings: [edit]'), '{name: x, version: 1}'],
        }),
      ],
    };
    expect(errorsOf(scenario).map(({ code }) => code)).toEqual([
      'unknown-solution',
      'reserved-namespace',
      'no-active-version',
      'unknown-solution',
      'role-reserved',
      'bad-repository',
      'role-unknown',
      'operator-image-missing',
    ]);
  });

  it.each(['admin', 'cluster-admin', 'edit', 'view', 'system:node', 'system:'])(
    'is an archive that would change the ClusterRole %s of Kubernetes',
    (name) => {
      expect(
        errorsOf({ archives: [{ roles: role({ name }) }], environments: shop(store()) }),
      ).toEqual([
        {
          code: 'role-reserved',
          message: `the ClusterRole \`${name}\` is Kubernetes' own`,
          hint: 'applying store-1.0.0 would change what everybody with this role may do: the vendor must rename it',
          place: 'metadata/store-1.0.0/operator/deploy/role.yaml:2:1',
        },
      ]);
    },
  );

  it.each(['viewer', 'store-admin', 'systemd', 'my-system:node'])(
    'is not what only resembles it: the ClusterRole %s',
    (name) => {
      expect(
        errorsOf({ archives: [{ roles: role({ name }) }], environments: shop(store()) }),
      ).toEqual([]);
    },
  );
});

describe('what is no contradiction', () => {
  it('is a Solution in two Namespaces of one Environment, in two versions', () => {
    const state = stateOf({
      archives: [{}, { version: '1.1.0' }],
      environments: [environment('shop', { web: [store()], back: [store('', 'latest')] })],
    });
    expect(
      state.namespaces.map(({ name, environment: of, solutions }) => ({ name, of, solutions })),
    ).toEqual([
      { name: 'back', of: 'shop', solutions: [{ name: 'store', version: '1.1.0' }] },
      { name: 'web', of: 'shop', solutions: [{ name: 'store', version: '1.0.0' }] },
    ]);
  });

  it('is an id that no registry accepts, as long as no Operator is told of it', () => {
    const archives = [{ version: '1.0.0+build' }, other];
    const environments = shop('{name: other, version: 1.0.0}');
    expect(errorsOf({ archives, active: { store: 'latest' }, environments })).toEqual([]);
  });

  it('is a CRD in two Solutions of which one is neither active nor deployed', () => {
    const { crds } = stateOf({
      archives: [things, { ...other, ...things }],
      active: { store: 'latest' },
    });
    expect(crds.map(({ name, archive }) => [name, archive.id])).toEqual([
      ['things.example.com', 'store-1.0.0'],
    ]);
  });

  it('is a Namespace whose name only holds a reserved prefix', () => {
    expect(
      errorsOf({ environments: [environment('a', { kube: [], 'my-kube-a': [], metalk8s: [] })] }),
    ).toEqual([]);
  });

  it('is a role twice in an archive that runs nowhere', () => {
    expect(errorsOf({ archives: [{ roles: role() + role() }] })).toEqual([]);
  });
});
