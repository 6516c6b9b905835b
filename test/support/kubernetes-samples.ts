import type { JsonObject } from '../../src/kubernetes/value.ts';

const metadata = { name: 'sample', labels: { app: 'sample' }, annotations: { 'a.example/b': 'c' } };
const namespaced = { ...metadata, namespace: 'production' };

const podSpec: JsonObject = {
  serviceAccountName: 'sample',
  containers: [
    {
      name: 'sample',
      image: 'registry.example/sample:1',
      command: ['sample', '--config=/etc/config/operator.yaml'],
      env: [
        {
          name: 'WATCH_NAMESPACE',
          valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
        },
        { name: 'OPERATOR_NAME', value: 'sample' },
      ],
      ports: [{ name: 'metrics', containerPort: 8443 }],
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      volumeMounts: [{ name: 'config', mountPath: '/etc/config', readOnly: true }],
    },
  ],
  volumes: [{ name: 'config', configMap: { name: 'sample-config' } }],
};

const template: JsonObject = { metadata: { labels: { app: 'sample' } }, spec: podSpec };
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }];
const rbac = 'rbac.authorization.k8s.io/v1';
const subjects = [{ kind: 'ServiceAccount', name: 'sample', namespace: 'production' }];
const roleRef = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: 'sample' });

const crdSchema = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', format: 'int64', maximum: 9223372036854775807n, default: null },
        port: {
          anyOf: [{ type: 'integer' }, { type: 'string' }],
          'x-kubernetes-int-or-string': true,
        },
        tags: {
          type: 'object',
          additionalProperties: { type: 'string' },
          example: { any: [1, null] },
        },
        parts: {
          type: 'array',
          items: { type: 'string', enum: ['a', 'b'] },
          'x-kubernetes-list-type': 'set',
        },
      },
    },
  },
};

/** One object of every kind that may be rendered, all of which an API server takes. */
export const samples: readonly JsonObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: namespaced,
    data: { 'operator.yaml': 'a: 1\n' },
  },
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: namespaced,
    automountServiceAccountToken: true,
  },
  { apiVersion: rbac, kind: 'ClusterRole', metadata, rules },
  { apiVersion: rbac, kind: 'Role', metadata: namespaced, rules },
  {
    apiVersion: rbac,
    kind: 'RoleBinding',
    metadata: namespaced,
    roleRef: roleRef('Role'),
    subjects,
  },
  {
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: roleRef('ClusterRole'),
    subjects,
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: namespaced,
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'sample' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      template,
    },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: namespaced,
    spec: {
      backoffLimit: 3,
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
      template: { ...template, spec: { ...podSpec, restartPolicy: 'Never' } },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata,
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadOnlyMany'],
      local: { path: '/srv/archives' },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1'] },
              ],
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: namespaced,
    spec: {
      accessModes: ['ReadOnlyMany'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: '',
      volumeName: 'sample',
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: namespaced,
    spec: {
      podSelector: { matchLabels: { app: 'sample' } },
      policyTypes: ['Egress'],
      egress: [
        { ports: [{ protocol: 'UDP', port: 53 }] },
        { to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] },
      ],
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: namespaced,
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['a.example'], secretName: 'tls' }],
      rules: [
        {
          host: 'a.example',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'sample', port: { name: 'http' } } },
              },
            ],
          },
        },
      ],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: namespaced,
    spec: {
      selector: { app: 'sample' },
      ports: [{ name: 'metrics', port: 8443, targetPort: 'metrics' }],
    },
  },
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { ...metadata, name: 'samples.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Sample', listKind: 'SampleList', plural: 'samples', singular: 'sample' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: crdSchema } },
      ],
    },
  },
];

/** The sample of a kind. */
export function sampleOf(kind: string): JsonObject {
  const found = samples.find((sample) => sample['kind'] === kind);
  if (!found) throw new Error(`there is no sample of ${kind}`);
  return found;
}
