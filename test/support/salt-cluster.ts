import { stringify } from 'yaml';

/** An Operator as Salt deployed it, and what somebody edited since. */
export interface SaltOperatorText {
  readonly solution?: string;
  readonly version?: string;
  readonly namespace?: string;
  readonly webhook?: boolean;
  /** Put into the Deployment's spec, Pod and container. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly pod?: Readonly<Record<string, unknown>>;
  readonly container?: Readonly<Record<string, unknown>>;
  /** In place of the variables of Salt. */
  readonly env?: readonly unknown[];
}

function fieldRef(fieldPath: string) {
  return { fieldRef: { apiVersion: 'v1', fieldPath } };
}

/** The variables that Salt sets, as the API server gives them back. */
export function saltVariables(solution = 'store'): unknown[] {
  return [
    { name: 'WATCH_NAMESPACE', valueFrom: fieldRef('metadata.namespace') },
    { name: 'POD_NAME', valueFrom: fieldRef('metadata.name') },
    { name: 'OPERATOR_NAME', value: `${solution}-operator` },
  ];
}

/**
 * A Deployment as `kubectl get` prints it: rendered by MetalK8s'
 * salt/metalk8s/orchestrate/solutions/files/operator/deployment.yaml.j2, with the labels that
 * salt/_modules/metalk8s_kubernetes.py puts on every object, and what an API server fills in (k8s.io/kubernetes pkg/apis/apps/v1/defaults.go, pkg/apis/core/v1/defaults.go).
 */
export function saltDeployment(text: SaltOperatorText = {}) {
  const { solution = 'store', version = '1.0.0', namespace = 'shop', webhook = false } = text;
  const name = `${solution}-operator`;
  const labels = {
    app: name,
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/version': version,
    'app.kubernetes.io/component': 'operator',
    'app.kubernetes.io/part-of': solution,
  };
  const cert = { name: 'cert', secret: { defaultMode: 420, secretName: `${solution}-cert` } };
  const certMount = { name: 'cert', mountPath: '/cert', readOnly: true };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace,
      labels: {
        ...labels,
        'app.kubernetes.io/managed-by': 'salt',
        heritage: 'salt',
        'metalk8s.scality.com/version': '127.0.0',
      },
      annotations: { 'deployment.kubernetes.io/revision': '3' },
      creationTimestamp: '2024-05-13T08:00:00Z',
      generation: 3,
      resourceVersion: '41213',
      uid: '9a0f5e36-52a6-4d8e-8f0e-0c7c9b1d2e3f',
    },
    spec: {
      progressDeadlineSeconds: 600,
      replicas: 1,
      revisionHistoryLimit: 10,
      selector: { matchLabels: { app: name } },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
      },
      template: {
        metadata: {
          creationTimestamp: null,
          labels: { ...labels, 'app.kubernetes.io/managed-by': 'salt', heritage: 'salt' },
        },
        spec: {
          containers: [
            {
              name,
              image: `metalk8s-registry-from-config.invalid/${solution}-${version}/${name}:${version}`,
              imagePullPolicy: 'Always',
              command: [name, '--config=/etc/config/operator.yaml'],
              env: text.env ?? saltVariables(solution),
              resources: {},
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
              volumeMounts: [
                { name: 'operator-config', mountPath: '/etc/config' },
                ...(webhook ? [certMount] : []),
              ],
              ...text.container,
            },
          ],
          dnsPolicy: 'ClusterFirst',
          restartPolicy: 'Always',
          schedulerName: 'default-scheduler',
          securityContext: {},
          serviceAccount: name,
          serviceAccountName: name,
          terminationGracePeriodSeconds: 30,
          volumes: [
            {
              name: 'operator-config',
              configMap: { defaultMode: 420, name: `${name}-config` },
            },
            ...(webhook ? [cert] : []),
          ],
          ...text.pod,
        },
      },
      ...text.spec,
    },
    status: { observedGeneration: 3, replicas: 1, readyReplicas: 1 },
  };
}

/** A Namespace as `solutions.sh create-env` makes it; without `-d` the description is empty. */
export function saltNamespace(name = 'shop', environment = name, description = '') {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        'kubernetes.io/metadata.name': name,
        'solutions.metalk8s.scality.com/environment': environment,
      },
      annotations: { 'solutions.metalk8s.scality.com/environment-description': description },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

/** What `solutions.sh add-solution` patches; without a Solution it has no `data`. */
export function saltEnvironment(
  namespace = 'shop',
  data: Readonly<Record<string, string>> | null = { store: '1.0.0' },
) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'metalk8s-environment', namespace },
    ...(data ? { data } : {}),
  };
}

/** One imported version, as it is told in the ConfigMap `metalk8s-solutions`. */
interface ImportedText {
  readonly name?: string;
  readonly version: string;
  readonly archive?: string;
  readonly active?: boolean;
}

/** After list_available of salt/_modules/metalk8s_solutions.py and deploy-components.sls. */
export function saltSolutions(versions: readonly ImportedText[] = [{ version: '1.0.0' }]) {
  const data: Record<string, unknown[]> = {};
  for (const { name = 'store', version, archive, active = true } of versions) {
    (data[name] ??= []).push({
      name: 'Store',
      id: `${name}-${version}`,
      mountpoint: `/srv/scality/${name}-${version}`,
      archive: archive ?? `/solutions/${name}-${version}.iso`,
      version,
      manifest: { spec: { operator: { image: { name: `${name}-operator`, tag: version } } } },
      active,
    });
  }
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'metalk8s-solutions', namespace: 'metalk8s-solutions' },
    data: Object.fromEntries(
      Object.entries(data).map(([name, entries]) => [name, JSON.stringify(entries)]),
    ),
  };
}

/** Objects as `kubectl get -o yaml` prints them. */
export function savedList(...items: readonly unknown[]): string {
  return stringify({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } });
}
