import type { SolutionSettings } from '../config/environments.ts';
import { labelValue } from '../kubernetes/names.ts';
import { textOf, type Json, type JsonObject } from '../kubernetes/value.ts';

/** What environments.yaml can say of an Operator, beside which one it is. */
export type Settings = Omit<SolutionSettings, 'name' | 'version' | 'place' | 'hardening'>;

/** The Operator that Salt deployed. */
export interface SaltOperator {
  readonly solution: string;
  readonly version: string;
}

/**
 * The environment variables that Salt gives every Operator.
 *
 * @param name - `<solution>-operator`
 */
export function saltEnvironment(name: string): JsonObject[] {
  return [
    { name: 'WATCH_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'OPERATOR_NAME', value: name },
  ];
}

/**
 * The Deployment as Salt renders it, its image apart, with `settings` put in as an administrator
 * would edit them in: what a running one has beyond that, no file of ours can say.
 *
 * @see https://github.com/scality/metalk8s/blob/HEAD/salt/metalk8s/orchestrate/solutions/files/operator/deployment.yaml.j2
 */
export function saltDeployment(operator: SaltOperator, settings: Settings): JsonObject {
  const labels = saltLabels(operator);
  const app = `${operator.solution}-operator`;
  return {
    metadata: { labels },
    spec: {
      replicas: settings.replicas ?? 1,
      selector: { matchLabels: { app } },
      strategy: strategy(settings),
      template: {
        metadata: {
          labels: { ...labels, 'app.kubernetes.io/managed-by': 'salt', heritage: 'salt' },
        },
        spec: podSpec(operator, settings),
      },
    },
  };
}

function saltLabels({ solution, version }: SaltOperator): JsonObject {
  const app = `${solution}-operator`;
  return {
    app,
    'app.kubernetes.io/name': app,
    'app.kubernetes.io/instance': app,
    'app.kubernetes.io/version': labelValue(version),
    'app.kubernetes.io/component': 'operator',
    'app.kubernetes.io/part-of': solution,
  };
}

/** Salt says nothing: these are the defaults of the API server. */
function strategy(settings: Settings): JsonObject {
  if (settings.strategy === 'Recreate') return { type: 'Recreate' };
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } };
}

function podSpec({ solution }: SaltOperator, settings: Settings): JsonObject {
  const { webhook = false, runAsUser, nodeSelector, tolerations } = settings;
  const name = `${solution}-operator`;
  const cert = { name: 'cert', secret: { defaultMode: 0o644, secretName: `${solution}-cert` } };
  const certMount = { name: 'cert', mountPath: '/cert', readOnly: true };
  return {
    serviceAccountName: name,
    containers: [
      {
        name,
        command: [name, '--config=/etc/config/operator.yaml'],
        imagePullPolicy: 'Always',
        env: environment(name, settings),
        volumeMounts: [
          { name: 'operator-config', mountPath: '/etc/config' },
          ...(webhook ? [certMount] : []),
        ],
        ...(settings.resources ? { resources: jsonOf(settings.resources) } : {}),
      },
    ],
    volumes: [
      { name: 'operator-config', configMap: { name: `${name}-config` } },
      ...(webhook ? [cert] : []),
    ],
    ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }),
    ...(nodeSelector ? { nodeSelector: jsonOf(nodeSelector) } : {}),
    ...(tolerations ? { tolerations: jsonOf(tolerations) } : {}),
  };
}

function environment(name: string, settings: Settings): Json[] {
  const given = new Set((settings.env ?? []).map((variable) => variable.name));
  const own = saltEnvironment(name).filter((variable) => !given.has(textOf(variable['name'])));
  return [...own, ...(settings.env ?? []).map(jsonOf)];
}

/** Settings hold text, numbers, lists and maps alone; keys without a value are not there. */
function jsonOf(value: unknown): Json {
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return Object.fromEntries(entries.map(([key, entry]) => [key, jsonOf(entry)]));
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  throw new TypeError(`${typeof value} is no value of a setting`);
}
