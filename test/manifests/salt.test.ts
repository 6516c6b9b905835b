import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { at, find, renderScenario, role, storeWith } from './scenario.ts';

/** What MetalK8s' Salt states make for the Solution `store` 1.0.0 in `shop`, with its webhook. */
const labels = {
  app: 'store-operator',
  'app.kubernetes.io/name': 'store-operator',
  'app.kubernetes.io/instance': 'store-operator',
  'app.kubernetes.io/version': '1.0.0',
  'app.kubernetes.io/component': 'operator',
  'app.kubernetes.io/part-of': 'store',
};

const { objects } = renderScenario({
  archives: [{ roles: `${role('Role', 'leader')}---\n${role('ClusterRole', 'manager')}` }],
  environments: storeWith({ webhook: true, hardening: 'compat' }),
});

/**
 * @see https://github.com/scality/metalk8s/tree/HEAD/salt/metalk8s/orchestrate/solutions/files/operator
 */
describe('applying over what Salt made takes it over in place:', () => {
  it.each([
    ['ServiceAccount', 'shop/store-operator'],
    ['ConfigMap', 'shop/store-operator-config'],
    ['Deployment', 'shop/store-operator'],
    ['RoleBinding', 'shop/store-operator-role-leader'],
    ['RoleBinding', 'shop/store-operator-clusterrole-manager'],
  ])('the %s %s has its name, its labels, and our managed-by', (kind, name) => {
    expect(at(find(objects, kind, name), 'metadata', 'labels')).toEqual({
      ...labels,
      'app.kubernetes.io/managed-by': 'solutions',
    });
  });

  it.each([
    ['ConfigMap', 'shop/metalk8s-environment'],
    ['ConfigMap', 'metalk8s-solutions/metalk8s-solutions'],
    ['Namespace', 'metalk8s-solutions'],
    ['Role', 'shop/leader'],
    ['ClusterRole', 'manager'],
  ])('the %s %s has its name', (kind, name) => {
    expect(() => find(objects, kind, name)).not.toThrow();
  });

  it('the Deployment has its selector, containers and volumes', () => {
    const { selector, template } = Object(find(objects, 'Deployment', 'shop/store-operator').spec);
    expect(selector).toEqual({ matchLabels: { app: 'store-operator' } });
    expect(template.metadata.labels).toMatchObject(labels);
    expect(template.spec).toEqual({
      serviceAccountName: 'store-operator',
      containers: [
        {
          name: 'store-operator',
          image: expect.stringMatching(
            /^metalk8s-registry-from-config\.invalid\/store-1\.0\.0\/store-operator:1\.0\.0@/u,
          ),
          command: ['store-operator', '--config=/etc/config/operator.yaml'],
          imagePullPolicy: 'Always',
          env: [
            {
              name: 'WATCH_NAMESPACE',
              valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
            },
            {
              name: 'POD_NAME',
              valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } },
            },
            { name: 'OPERATOR_NAME', value: 'store-operator' },
          ],
          volumeMounts: [
            { name: 'operator-config', mountPath: '/etc/config' },
            { name: 'cert', mountPath: '/cert', readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: 'operator-config', configMap: { name: 'store-operator-config' } },
        { name: 'cert', secret: { defaultMode: 420, secretName: 'store-cert' } },
      ],
    });
  });

  it.each([
    ['store-operator-role-leader', 'Role', 'leader'],
    ['store-operator-clusterrole-manager', 'ClusterRole', 'manager'],
  ])('the RoleBinding %s binds the same %s to the same account', (name, kind, bound) => {
    const binding = find(objects, 'RoleBinding', `shop/${name}`);
    expect(binding['roleRef']).toEqual({
      kind,
      name: bound,
      apiGroup: 'rbac.authorization.k8s.io',
    });
    expect(binding['subjects']).toEqual([
      { kind: 'ServiceAccount', name: 'store-operator', namespace: 'shop' },
    ]);
  });

  it('operator.yaml names the same registry and images', () => {
    const config = find(objects, 'ConfigMap', 'shop/store-operator-config');
    expect(parse(String(at(config, 'data', 'operator.yaml')))).toEqual({
      apiVersion: 'solutions.metalk8s.scality.com/v1alpha1',
      kind: 'OperatorConfig',
      repositories: {
        '1.0.0': [
          {
            endpoint: 'metalk8s-registry-from-config.invalid/store-1.0.0',
            images: ['store-operator:1.0.0'],
          },
        ],
      },
    });
  });
});
