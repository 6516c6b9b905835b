import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Monitoring } from '../config/monitoring.ts';
import type { Operator, OperatorMetrics } from '../model/state.ts';
import { operatorLabels, selector } from './labels.ts';
import { manifestOf, PlainObject, sorted } from './object.ts';

/** The port of the container, of its Service, and what the ServiceMonitor asks. */
const PORT = 'metrics';

const VOLUME = 'metrics-cert';

/** Where MetalK8s and the projects of kubebuilder mount the certificate. */
const FOLDER = '/tmp/k8s-metrics-server/metrics-certs';

/** What an Operator that serves metrics has in its container and its Pod. */
export interface MetricsPod {
  readonly arguments: readonly string[];
  readonly ports: readonly k8s.ContainerPort[];
  readonly volumes: readonly k8s.Volume[];
  readonly mounts: readonly k8s.VolumeMount[];
}

/**
 * How an Operator is told to serve its metrics: the flags of kubebuilder's projects, which MetalK8s
 * gives, too. `--metrics-secure` is true by default there.
 *
 * @see https://book.kubebuilder.io/reference/metrics
 */
export function metricsPod(metrics: OperatorMetrics | undefined): MetricsPod {
  if (!metrics) return { arguments: [], ports: [], volumes: [], mounts: [] };
  const { scheme, port, certificate } = metrics;
  const bind = `--metrics-bind-address=:${port}`;
  const ports = [{ name: PORT, containerPort: port, protocol: 'TCP' }];
  if (scheme === 'http') {
    return { arguments: [bind, '--metrics-secure=false'], ports, volumes: [], mounts: [] };
  }
  return {
    arguments: [bind, `--metrics-cert-path=${FOLDER}`],
    ports,
    volumes: [{ name: VOLUME, secret: { secretName: certificate, defaultMode: 0o644 } }],
    mounts: [{ name: VOLUME, mountPath: FOLDER, readOnly: true }],
  };
}

interface MetricsContext {
  readonly namespace: string;
  readonly monitoring: Monitoring;
}

/** The Service in front of an Operator's metrics. */
export function metricsService(operator: Operator, namespace: string): unknown[] {
  const { metrics } = operator;
  if (!metrics) return [];
  const port = { name: PORT, port: metrics.port, protocol: 'TCP' };
  return [
    manifestOf(k8s.KubeService, {
      metadata: { name: metrics.service, namespace, labels: operatorLabels(operator) },
      spec: {
        type: 'ClusterIP',
        ports: [{ ...port, targetPort: k8s.IntOrString.fromString(PORT) }],
        selector: selector(operator),
      },
    }),
  ];
}

/** What the Prometheus Operator reads of an Operator: the ServiceMonitor. */
export function addMetrics(chart: Chart, operator: Operator, context: MetricsContext): void {
  const { metrics, settings } = operator;
  if (!metrics) return;
  const manifest = serviceMonitor(operator, metrics, context);
  new PlainObject(chart, 'metrics', sorted(manifest), settings.place);
}

/**
 * What makes cert-manager sign the certificate of an Operator's metrics. No Pod of the Operator starts
 * without it, so that an agent which waits for one stage before it applies the next must find both in
 * one.
 */
export function metricsCertificate(
  operator: Operator,
  { namespace, monitoring }: MetricsContext,
): unknown[] {
  const { metrics } = operator;
  if (metrics?.scheme !== 'https' || monitoring.certificates !== 'cert-manager') return [];
  return certifying(operator, metrics, namespace);
}

/**
 * Prometheus shows its own token, and trusts what the Secret of the certificate has in `ca.crt`.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor
 */
function serviceMonitor(
  operator: Operator,
  { scheme, path, service, certificate: secret }: OperatorMetrics,
  { namespace, monitoring }: MetricsContext,
): unknown {
  const secured = {
    bearerTokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
    tlsConfig: {
      ca: { secret: { name: secret, key: 'ca.crt' } },
      serverName: `${service}.${namespace}.svc`,
    },
  };
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: {
      name: operator.name,
      namespace,
      labels: { ...monitoring.labels, ...operatorLabels(operator) },
    },
    spec: {
      endpoints: [{ port: PORT, scheme, path, ...(scheme === 'https' ? secured : {}) }],
      selector: { matchLabels: selector(operator) },
    },
  };
}

/**
 * A certificate that signs itself: Prometheus gets it as its CA from the same Secret, so that nothing
 * else needs to trust it.
 *
 * @see https://cert-manager.io/docs/configuration/selfsigned/
 */
function certifying(
  operator: Operator,
  { service, certificate: name, issuer }: OperatorMetrics,
  namespace: string,
): unknown[] {
  const apiVersion = 'cert-manager.io/v1';
  const labels = operatorLabels(operator);
  return [
    {
      apiVersion,
      kind: 'Issuer',
      metadata: { name: issuer, namespace, labels },
      spec: { selfSigned: {} },
    },
    {
      apiVersion,
      kind: 'Certificate',
      metadata: { name, namespace, labels },
      spec: {
        secretName: name,
        dnsNames: [`${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`],
        issuerRef: { group: 'cert-manager.io', kind: 'Issuer', name: issuer },
      },
    },
  ];
}
