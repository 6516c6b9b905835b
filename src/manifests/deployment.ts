import { k8s } from 'cdk8s-plus-28';
import type { Platform } from '../config/platform.ts';
import type { Operator } from '../model/state.ts';
import { containerSecurity, hasReadOnlyRoot, podSecurity } from './hardening.ts';
import { operatorLabels, selector } from './labels.ts';
import { metricsPod } from './metrics.ts';
import { manifestOf } from './object.ts';
import type { OperatorConfig } from './operator-config.ts';
import { quantities } from './quantities.ts';

interface DeploymentContext {
  readonly namespace: string;
  readonly platform: Platform;
  readonly config: OperatorConfig;
}

/**
 * The manifest of an Operator's Deployment. Name, selector, container and volumes are those of MetalK8s, so
 * that it takes over the one that Salt made; every default that an apply would compare is written.
 */
export function deployment(
  operator: Operator,
  { namespace, platform, config }: DeploymentContext,
): unknown {
  const { settings } = operator;
  const labels = operatorLabels(operator);
  return manifestOf(k8s.KubeDeployment, {
    metadata: { name: operator.name, namespace, labels },
    spec: {
      replicas: settings.replicas ?? 1,
      selector: { matchLabels: selector(operator) },
      strategy: strategy(settings.strategy),
      template: {
        metadata: {
          labels,
          // A new configuration is a new Pod: an Operator reads the file once.
          annotations: { 'solutions.metalk8s.scality.com/config-checksum': config.checksum },
        },
        spec: podSpec(operator, platform),
      },
    },
  });
}

/**
 * One Operator at a time, as with Recreate, which server-side apply refuses over the RollingUpdate
 * that Salt left.
 */
function strategy(type: 'RollingUpdate' | 'Recreate' = 'RollingUpdate'): k8s.DeploymentStrategy {
  if (type === 'Recreate') return { type };
  return {
    type,
    rollingUpdate: {
      maxSurge: k8s.IntOrString.fromNumber(0),
      maxUnavailable: k8s.IntOrString.fromNumber(1),
    },
  };
}

function podSpec(operator: Operator, platform: Platform): k8s.PodSpec {
  const { settings } = operator;
  const { pullSecret } = platform.registry;
  const volumes: k8s.Volume[] = [
    { name: 'operator-config', configMap: { name: `${operator.name}-config` } },
  ];
  if (settings.webhook) {
    const secretName = `${operator.solution.name}-cert`;
    volumes.push({ name: 'cert', secret: { secretName, defaultMode: 0o644 } });
  }
  if (hasReadOnlyRoot(operator)) volumes.push({ name: 'tmp', emptyDir: {} });
  volumes.push(...metricsPod(operator.metrics).volumes);
  const securityContext = podSecurity(operator);
  return {
    serviceAccountName: operator.name,
    ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
    ...(securityContext === undefined ? {} : { securityContext }),
    containers: [container(operator)],
    volumes,
    ...(notEmpty(settings.nodeSelector) ? { nodeSelector: settings.nodeSelector } : {}),
    ...(notEmpty(settings.tolerations) ? { tolerations: settings.tolerations } : {}),
  };
}

function container(operator: Operator): k8s.Container {
  const { settings, name } = operator;
  const volumeMounts: k8s.VolumeMount[] = [{ name: 'operator-config', mountPath: '/etc/config' }];
  if (settings.webhook) volumeMounts.push({ name: 'cert', mountPath: '/cert', readOnly: true });
  if (hasReadOnlyRoot(operator)) volumeMounts.push({ name: 'tmp', mountPath: '/tmp' });
  const metrics = metricsPod(operator.metrics);
  volumeMounts.push(...metrics.mounts);
  return {
    name,
    image: operator.image,
    // The digest says which image it is: there is nothing to pull again.
    imagePullPolicy: operator.profile === 'compat' ? 'Always' : 'IfNotPresent',
    command: [name, '--config=/etc/config/operator.yaml', ...metrics.arguments],
    ...(metrics.ports.length === 0 ? {} : { ports: [...metrics.ports] }),
    env: environment(operator),
    volumeMounts,
    ...resources(operator),
    ...containerSecurity(operator),
  };
}

function environment({ name, settings }: Operator): k8s.EnvVar[] {
  const own: k8s.EnvVar[] = [
    // `fieldRef` is atomic to server-side apply, so its default is written, too.
    { name: 'WATCH_NAMESPACE', valueFrom: { fieldRef: fieldRef('metadata.namespace') } },
    { name: 'POD_NAME', valueFrom: { fieldRef: fieldRef('metadata.name') } },
    { name: 'OPERATOR_NAME', value: name },
  ];
  // The API server drops an empty value, and every apply would send it again.
  const given = (settings.env ?? []).map((variable) =>
    'value' in variable && variable.value === '' ? { name: variable.name } : variable,
  );
  const names = new Set(given.map((variable) => variable.name));
  return [...own.filter((variable) => !names.has(variable.name)), ...given];
}

function fieldRef(fieldPath: string): k8s.ObjectFieldSelector {
  return { apiVersion: 'v1', fieldPath };
}

/** Requests so that the scheduler knows; no CPU limit, which would only slow an Operator down. */
function resources({ settings, profile }: Operator): Pick<k8s.Container, 'resources'> {
  const defaults = profile === 'compat' ? undefined : { cpu: '10m', memory: '64Mi' };
  const { requests = defaults, limits } = settings.resources ?? {};
  const merged = {
    ...(notEmpty(requests) ? { requests: quantities(requests) } : {}),
    ...(notEmpty(limits) ? { limits: quantities(limits) } : {}),
  };
  return notEmpty(merged) ? { resources: merged } : {};
}

/** An empty list or map in a manifest is a difference that no apply ends. */
function notEmpty<Value extends object>(value: Value | undefined): value is Value {
  return value !== undefined && Object.keys(value).length > 0;
}
