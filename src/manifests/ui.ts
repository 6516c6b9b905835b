import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Platform } from '../config/platform.ts';
import type { Ui } from '../model/state.ts';
import { containerSecurity, hasReadOnlyRoot, podSecurity } from './hardening.ts';
import { uiLabels, uiSelector } from './labels.ts';
import { uiNetworkPolicy } from './network.ts';
import { manifestOf, PlainObject, sorted } from './object.ts';
import { quantities } from './quantities.ts';

/** The port of the container and of its Service. */
const PORT = 'http';

/** What the UIs of MetalK8s listen on. */
const CONTAINER_PORT = 80;

/**
 * What nginx writes to, by the name of a volume: its temporary files, its pid. In an image that keeps
 * all of it in `/tmp` the others are empty.
 */
const WRITABLE = { tmp: '/tmp', cache: '/var/cache/nginx', run: '/var/run' } as const;

/**
 * What MetalK8s tells a UI: where it asks the API server, which colours it has.
 *
 * @see https://github.com/scality/metalk8s/blob/2.5.2/salt/metalk8s/orchestrate/solutions/files/ui/configmap.yaml
 */
const CONFIG = {
  'config.json': '{"url": "/api/kubernetes"}\n',
  'theme.json': '{"brand": {"primary": "#403e40", "secondary": "#e99121"}}\n',
} as const;

interface UiContext {
  readonly namespace: string;
  readonly platform: Platform;
}

/** A UI in a Namespace: what it is told, what runs, and how people reach it. */
export function addUi(chart: Chart, ui: Ui, { namespace, platform }: UiContext): void {
  const metadata = { namespace, labels: uiLabels(ui) };
  const manifests = [
    manifestOf(k8s.KubeConfigMap, { metadata: { ...metadata, name: ui.name }, data: CONFIG }),
    deployment(ui, { namespace, platform }),
    manifestOf(k8s.KubeService, {
      metadata: { ...metadata, name: ui.service },
      spec: {
        type: 'ClusterIP',
        ports: [
          {
            name: PORT,
            port: 80,
            protocol: 'TCP',
            targetPort: k8s.IntOrString.fromString(PORT),
          },
        ],
        selector: uiSelector(ui),
      },
    }),
    ingress(ui, { namespace, platform }),
    ...uiNetworkPolicy(ui, CONTAINER_PORT, { namespace, network: platform.network }),
  ];
  for (const [index, manifest] of manifests.entries()) {
    new PlainObject(chart, `${index}`, sorted(manifest), ui.settings.place);
  }
}

function deployment(ui: Ui, { namespace, platform }: UiContext): unknown {
  const labels = uiLabels(ui);
  return manifestOf(k8s.KubeDeployment, {
    metadata: { name: ui.name, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: uiSelector(ui) },
      template: { metadata: { labels }, spec: podSpec(ui, platform) },
    },
  });
}

function podSpec(ui: Ui, { registry: { pullSecret } }: Platform): k8s.PodSpec {
  const { nodeSelector = {}, tolerations = [] } = ui.settings;
  const folders = hasReadOnlyRoot(ui) ? Object.entries(WRITABLE) : [];
  const securityContext = listening(podSecurity(ui));
  return {
    // It is a web server: nobody in it has to talk to the API server.
    automountServiceAccountToken: false,
    ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
    ...(securityContext === undefined ? {} : { securityContext }),
    containers: [
      {
        name: ui.name,
        image: ui.image,
        imagePullPolicy: 'IfNotPresent',
        ports: [{ name: PORT, containerPort: CONTAINER_PORT, protocol: 'TCP' }],
        livenessProbe: probe,
        readinessProbe: probe,
        volumeMounts: [
          { name: 'ui-config', mountPath: `/etc/${ui.solution.name}/ui`, readOnly: true },
          ...folders.map(([name, mountPath]) => ({ name, mountPath })),
        ],
        ...(ui.profile === 'compat' ? {} : { resources }),
        ...containerSecurity(ui),
      },
    ],
    volumes: [
      { name: 'ui-config', configMap: { name: ui.name } },
      ...folders.map(([name]) => ({ name, emptyDir: {} })),
    ],
    ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
    ...(tolerations.length > 0 ? { tolerations } : {}),
  };
}

const probe: k8s.Probe = { httpGet: { path: '/', port: k8s.IntOrString.fromString(PORT) } };

const resources: k8s.ResourceRequirements = {
  requests: quantities({ cpu: '10m', memory: '32Mi' }),
};

/**
 * Lets who is not root listen on port 80. Every profile of Pod Security allows this setting, and no
 * other one of the kernel does it without a capability.
 *
 * @see https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls
 */
function listening(security: k8s.PodSecurityContext | undefined) {
  if (!security) return undefined;
  return { ...security, sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] };
}

/**
 * At a path, the UI is asked without it, as MetalK8s' Ingress controller, ingress-nginx, does it; at a
 * host of its own nothing is rewritten, whatever the controller is.
 */
function ingress({ name, service, address, ...ui }: Ui, { namespace, platform }: UiContext) {
  const { host, path } = address;
  const { className, tlsSecret } = platform.ingress;
  const isAtRoot = path === '/';
  const backend = { service: { name: service, port: { name: PORT } } };
  const http = isAtRoot
    ? { paths: [{ path, pathType: 'Prefix', backend }] }
    : { paths: [{ path: `${path}(/|$)(.*)`, pathType: 'ImplementationSpecific', backend }] };
  return manifestOf(k8s.KubeIngress, {
    metadata: {
      name,
      namespace,
      labels: uiLabels({ name, ...ui }),
      ...(isAtRoot ? {} : { annotations: REWRITTEN }),
    },
    spec: {
      ingressClassName: className,
      ...(host === undefined || tlsSecret === undefined
        ? {}
        : { tls: [{ hosts: [host], secretName: tlsSecret }] }),
      rules: [{ ...(host === undefined ? {} : { host }), http }],
    },
  });
}

const REWRITTEN = {
  'nginx.ingress.kubernetes.io/rewrite-target': '/$2',
  'nginx.ingress.kubernetes.io/use-regex': 'true',
} as const;
