import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { manifestRules } from '../../src/check/manifest-rules.ts';
import { podOf, reportOf, secret } from '../support/manifest-make.ts';

/** What is found in files that hold these objects each. */
function foundIn(...objects: readonly object[]) {
  return reportOf(objects.map((object, index) => [`${index}.yaml`, stringify(object)])).findings;
}

function rulesIn(...objects: readonly object[]): string[] {
  return [...new Set(foundIn(...objects).map(({ rule }) => rule))];
}

const digest = `@sha256:${'0'.repeat(64)}`;

/** A Namespace, a Pod in it, and what is around it, with which nothing is wrong. */
interface WorldToMake {
  readonly labels?: object;
  readonly spec?: object;
  readonly container?: object;
  readonly account?: object;
  readonly binding?: object | null;
  readonly policy?: object | null;
  readonly service?: object | null;
}

function world(made: WorldToMake = {}): object[] {
  const { binding = {}, policy = {}, service = {} } = made;
  const metadata = { name: 'shop', namespace: 'shop' };
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: 'shop',
        labels: made.labels ?? { 'pod-security.kubernetes.io/enforce': 'baseline' },
      },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, ...made.account },
    {
      ...rbac,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'shop' },
      subjects: [{ kind: 'ServiceAccount', name: 'shop', namespace: 'shop' }],
      ...binding,
      ...(binding === null ? { subjects: [] } : {}),
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: 'shop' } },
      ...service,
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: { podSelector: { matchLabels: { app: policy === null ? 'till' : 'shop' } } },
      ...policy,
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: { app: 'shop' } },
        template: {
          metadata: { labels: { app: 'shop' } },
          spec: {
            serviceAccountName: 'shop',
            containers: [
              {
                name: 'main',
                image: `shop:1${digest}`,
                readinessProbe: { tcpSocket: { port: 80 } },
                resources: { requests: { cpu: '1', memory: '1Mi' }, limits: { memory: '1Mi' } },
                ...made.container,
              },
            ],
            ...made.spec,
          },
        },
      },
    },
  ];
}

const clusterAdmin = {
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
};
const everybody = (name: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'all' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name }],
});
const volume = (source: object) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'a' },
  spec: source,
});
const clusterRole = (rule: object) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'a' },
  rules: [rule],
});

describe('manifests', () => {
  it('with which nothing is wrong have no finding', () => {
    expect(foundIn(...world())).toEqual([]);
  });

  it('name an image that many have once, at the first', () => {
    const pods = [
      podOf('a', 'shop:1'),
      podOf('b', 'shop:1'),
      podOf('c', 'shop:1'),
      podOf('d', 'shop:2'),
    ];
    const found = foundIn(...pods).filter(({ rule }) => rule === 'image-no-digest');
    expect(found.map(({ message, at }) => [message, at?.path])).toEqual([
      ['Pod "a": the container "main" has the image "shop:1", as in 2 more places', '0.yaml'],
      ['Pod "d": the container "main" has the image "shop:2"', '3.yaml'],
    ]);
  });

  it.each<[string, readonly object[]]>([
    ['manifest-refused', [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'A' } }]],
    ['manifest-refused', [{ anything: 'else' }]],
    ['manifest-twice', [...world(), { ...world()[1] }]],
    ['secret-committed', [secret({ data: { a: 'YQ==' } })]],
    ['secret-committed', [secret({ stringData: { a: 'b' } })]],
    ['image-latest', world({ container: { image: 'registry.example:5000/shop' } })],
    ['image-latest', world({ container: { image: 'shop:latest' } })],
    ['image-latest', world({ container: { image: null } })],
    ['image-no-digest', world({ container: { image: 'registry.example:5000/shop:1' } })],
    ['requests-missing', world({ container: { resources: { limits: { memory: '1Gi' } } } })],
    [
      'memory-limit-missing',
      world({ container: { resources: { requests: { cpu: 1, memory: '1Gi' } } } }),
    ],
    ['probe-missing', world({ container: { readinessProbe: null } })],
    ['account-default', world({ spec: { serviceAccountName: null } })],
    ['account-default', world({ spec: { serviceAccountName: 'default' } })],
    ['token-unneeded', world({ binding: null })],
    ['network-policy-missing', world({ policy: null })],
    ['namespace-unguarded', world({ labels: {} })],
    ['namespace-unguarded', world({ labels: { 'pod-security.kubernetes.io/warn': 'privileged' } })],
    ['volume-host-path', [volume({ hostPath: { path: '/a' } })]],
    ['binding-admin', world({ binding: clusterAdmin })],
    ['binding-everybody', [everybody('system:authenticated')]],
    ['binding-everybody', [everybody('system:unauthenticated')]],
    ['binding-everybody', [everybody('system:serviceaccounts')]],
    ['role-wildcard', [clusterRole({ apiGroups: ['*'], resources: ['*'], verbs: ['get'] })]],
    [
      'role-escalation',
      [
        clusterRole({
          apiGroups: ['rbac.authorization.k8s.io'],
          resources: ['roles'],
          verbs: ['escalate'],
        }),
      ],
    ],
    ['role-verbs', [clusterRole({ apiGroups: [''], resources: ['pods'], verbs: ['*'] })]],
    ['pod-privileged', world({ container: { securityContext: { privileged: true } } })],
  ])('that break %s have that finding alone', (rule, objects) => {
    expect(rulesIn(...objects)).toEqual([rule]);
  });

  it.each<[string, readonly object[]]>([
    ['a Secret that somebody else fills', [secret({ type: 'kubernetes.io/tls' })]],
    ['a Secret whose fields are null', [secret({ data: { a: null } })]],
    ['an image by digest without a tag', world({ container: { image: `shop${digest}` } })],
    [
      'a limit for a request',
      world({ container: { resources: { limits: { cpu: 1, memory: '1Gi' } } } }),
    ],
    [
      'resources of the whole Pod',
      world({
        container: { resources: null },
        spec: { resources: { requests: { cpu: 1 }, limits: { memory: '1Gi' } } },
      }),
    ],
    [
      'defaults of the Namespace',
      [
        ...world({ container: { resources: null } }),
        { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'a', namespace: 'shop' } },
      ],
    ],
    [
      'no Service that asks it',
      world({ container: { readinessProbe: null }, service: { spec: { selector: { app: 'a' } } } }),
    ],
    [
      'a Service without a selector',
      world({ container: { readinessProbe: null }, service: { spec: {} } }),
    ],
    ['no token', world({ binding: null, spec: { automountServiceAccountToken: false } })],
    [
      'an account without a token',
      world({ binding: null, account: { automountServiceAccountToken: false } }),
    ],
    [
      'the account `default` without its token',
      world({ spec: { serviceAccountName: null, automountServiceAccountToken: false } }),
    ],
    [
      'rights through all accounts of the Namespace',
      world({ binding: { subjects: [{ kind: 'Group', name: 'system:serviceaccounts:shop' }] } }),
    ],
    ['a policy for all Pods', world({ policy: { spec: { podSelector: {} } } })],
    [
      'a policy by expressions',
      world({
        policy: {
          spec: {
            podSelector: {
              matchExpressions: [
                { key: 'app', operator: 'In', values: ['shop'] },
                { key: 'app', operator: 'Exists' },
                { key: 'tier', operator: 'DoesNotExist' },
                { key: 'tier', operator: 'NotIn', values: ['a'] },
              ],
            },
          },
        },
      }),
    ],
    ['a `local` volume', [volume({ local: { path: '/a' } })]],
    [
      'a role of kinds of its own',
      [
        clusterRole({ apiGroups: ['a.b'], resources: ['*'], verbs: ['*'] }),
        {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: 'cs.a.b' },
          spec: {
            group: 'a.b',
            scope: 'Namespaced',
            names: { kind: 'C', plural: 'cs' },
            versions: [
              {
                name: 'v1',
                served: true,
                storage: true,
                schema: { openAPIV3Schema: { type: 'object' } },
              },
            ],
          },
        },
      ],
    ],
  ])('that have %s are right', (_, objects) => {
    expect(foundIn(...objects)).toEqual([]);
  });

  it.each([
    ['In', ['till']],
    ['NotIn', ['shop']],
    ['DoesNotExist', undefined],
    ['Like', ['shop']],
  ])('whose policy asks for `%s` of something else are covered by none', (operator, values) => {
    const podSelector = { matchExpressions: [{ key: 'app', operator, values }] };
    expect(rulesIn(...world({ policy: { spec: { podSelector } } }))).toEqual([
      'network-policy-missing',
    ]);
  });

  it.each([
    ['restricted', { enforce: 'restricted' }, true],
    ['restricted, where one mode asks for it', { enforce: 'baseline', warn: 'restricted' }, true],
    ['baseline', { enforce: 'baseline' }, false],
    ['nothing that is judged', { enforce: 'privileged' }, false],
  ])('are judged by what the Namespace asks for: %s', (_, modes, isRestricted) => {
    const labels = Object.fromEntries(
      Object.entries(modes).map(([mode, profile]) => [
        `pod-security.kubernetes.io/${mode}`,
        profile,
      ]),
    );
    expect(rulesIn(...world({ labels })).includes('pod-drop-all')).toBe(isRestricted);
  });

  it('in a privileged Namespace may do anything', () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' };
    const spec = { hostNetwork: true, hostPID: true };
    expect(rulesIn(...world({ labels, spec }))).toEqual(['namespace-unguarded']);
  });

  it('of a Namespace from elsewhere are judged by baseline', () => {
    const [, ...others] = world({ spec: { hostPID: true } });
    expect(rulesIn(...others)).toEqual(['pod-host-namespaces']);
  });

  it('are told where each finding stands, and what it is about', () => {
    const text = `# a comment\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a, namespace: b}\n  spec:\n    automountServiceAccountToken: false\n    hostNetwork: true\n    containers: [{name: c, image: 'd${digest}', resources: {limits: {cpu: 1, memory: 1Gi}}}]\n`;
    expect(reportOf([['x/y.yaml', text]]).findings).toEqual([
      {
        rule: 'pod-host-namespaces',
        message: 'Pod "b/a": the Pod has `hostNetwork`',
        at: { path: 'x/y.yaml', line: 10, column: 5 },
        object: { kind: 'Pod', namespace: 'b', name: 'a' },
      },
    ]);
  });

  it('have each rule tried', () => {
    const tried = new Set(['manifest-unreadable', 'waiver-stale']);
    for (const { rule } of foundIn(
      secret({ data: { a: 'b' } }),
      volume({ hostPath: {} }),
      everybody('system:anonymous'),
      { kind: 'a' },
      ...world({ binding: clusterAdmin, labels: {}, policy: null }),
      ...world({
        container: { image: 'a:1', resources: null, readinessProbe: null },
        binding: null,
      }),
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a' },
        spec: { containers: [{ name: 'a' }] },
      },
    ))
      tried.add(rule);
    expect(Object.keys(manifestRules).filter((rule) => !tried.has(rule))).toEqual([
      'token-unneeded',
    ]);
  });
});
