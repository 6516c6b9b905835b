import {
  Certificate,
  type ICertificate,
} from '@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate';
import type { IIssuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Issuer';
import {
  ServiceMonitor,
  type IServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kubernetes/value.ts';
import { at, find, renderScenario, role, storeWith, type Rendered } from './scenario.ts';

/** `store` in the Namespace `shop`, with such metrics in its manifest. */
function rendered(metrics: object, monitoring: object = { enabled: true }): Rendered {
  return renderScenario({
    archives: [{ metrics, roles: role('ClusterRole', 'manager-role') }],
    environments: storeWith({}),
    platform: { monitoring },
  });
}

const https = rendered({ enabled: true });
const certified = rendered({ enabled: true }, { enabled: true, certManager: true });
const http = rendered({ enabled: true, scheme: 'http' });

const kinds = ({ objects }: Rendered) => objects.map(({ kind }) => kind);
const pod = ({ objects }: Rendered) =>
  at(find(objects, 'Deployment', 'shop/store-operator'), 'spec', 'template', 'spec');
const container = (scenario: Rendered) => at(pod(scenario), 'containers', 0);
const spec = ({ objects }: Rendered, kind: string, name: string): JsonObject =>
  Object(find(objects, kind, `shop/${name}`)['spec']);

/** The files but for the first, whose ConfigMap of MetalK8s has the whole product manifest. */
function afterNamespaces({ manifests }: Rendered) {
  return manifests
    .filter(({ file }) => !file.startsWith('0000-'))
    .map(({ file, objects }) => ({ file, objects }));
}

/** The labels of the ServiceMonitor. */
function labelsWith(monitoring: object): unknown {
  const { objects } = rendered({ enabled: true }, { enabled: true, ...monitoring });
  return at(find(objects, 'ServiceMonitor', 'shop/store-operator'), 'metadata', 'labels');
}

describe('an Operator that serves metrics', () => {
  it('over https is told where to listen and where its certificate is', () => {
    expect(at(container(https), 'command')).toEqual([
      'store-operator',
      '--config=/etc/config/operator.yaml',
      '--metrics-bind-address=:8443',
      '--metrics-cert-path=/tmp/k8s-metrics-server/metrics-certs',
    ]);
    expect(at(pod(https), 'volumes')).toContainEqual({
      name: 'metrics-cert',
      secret: { secretName: 'store-operator-metrics-cert', defaultMode: 420 },
    });
    expect(at(container(https), 'volumeMounts')).toContainEqual({
      name: 'metrics-cert',
      mountPath: '/tmp/k8s-metrics-server/metrics-certs',
      readOnly: true,
    });
  });

  it('over http is told that, because its own default is https', () => {
    expect(at(container(http), 'command')).toEqual([
      'store-operator',
      '--config=/etc/config/operator.yaml',
      '--metrics-bind-address=:8080',
      '--metrics-secure=false',
    ]);
    expect(JSON.stringify(http.objects)).not.toContain('metrics-cert');
  });

  it.each([
    ['https', {}, 8443],
    ['http', { scheme: 'http' }, 8080],
    ['a port of its own', { scheme: 'http', port: 9090 }, 9090],
  ])('listens on the port of %s, and the Service asks that one by its name', (_, more, port) => {
    const one = rendered({ enabled: true, ...more });
    expect(at(container(one), 'ports')).toEqual([
      { name: 'metrics', containerPort: port, protocol: 'TCP' },
    ]);
    expect(spec(one, 'Service', 'store-operator-metrics')).toEqual({
      type: 'ClusterIP',
      ports: [{ name: 'metrics', port, protocol: 'TCP', targetPort: 'metrics' }],
      selector: { app: 'store-operator' },
    });
  });

  it('may review tokens in the whole cluster over https alone', () => {
    const name = 'shop-store-operator-system:auth-delegator';
    expect(find(https.objects, 'ClusterRoleBinding', name)).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'system:auth-delegator' },
      subjects: [{ kind: 'ServiceAccount', name: 'store-operator', namespace: 'shop' }],
    });
    expect(kinds(http)).not.toContain('ClusterRoleBinding');
  });

  it('has a binding for each of its Namespaces, so that none takes the rights of another', () => {
    const solutions = [{ name: 'store', version: '1.0.0' }];
    const { objects } = renderScenario({
      archives: [{ metrics: { enabled: true } }],
      environments: {
        one: { namespaces: [{ name: 'one', solutions }] },
        two: { namespaces: [{ name: 'two', solutions }] },
      },
      platform: { monitoring: { enabled: true } },
    });
    const bindings = objects.filter(({ kind }) => kind === 'ClusterRoleBinding');
    expect(bindings.map(({ metadata }) => Object(metadata).name)).toEqual([
      'one-store-operator-system:auth-delegator',
      'two-store-operator-system:auth-delegator',
    ]);
    expect(bindings.map(({ subjects }) => at(subjects, 0, 'namespace'))).toEqual(['one', 'two']);
  });

  it.each([
    ['platform.yaml knows of nobody who collects them', { enabled: true }, { enabled: false }],
    ['its manifest does not enable them', { scheme: 'https', port: 8443 }, { enabled: true }],
    ['its manifest disables them', { enabled: false }, { enabled: true }],
  ])('is rendered as if there were none where %s', (_, metrics, monitoring) => {
    const none = renderScenario({
      archives: [{ roles: role('ClusterRole', 'manager-role') }],
      environments: storeWith({}),
    });
    const one = rendered(metrics, { ...monitoring, certManager: true });
    expect(afterNamespaces(one)).toEqual(afterNamespaces(none));
    expect(afterNamespaces(one)).not.toHaveLength(0);
  });
});

describe('what Prometheus and cert-manager read', () => {
  it('is in a file of the last stage, where Prometheus alone waits for it', () => {
    const last = certified.manifests.at(-1);
    expect(last?.file).toBe('0600-monitoring.shop.store.yaml');
    expect(last?.objects.map(({ kind }) => kind)).toEqual(['ServiceMonitor']);
    const others = certified.manifests.slice(0, -1).flatMap(({ objects }) => objects);
    expect(others.map(({ apiVersion }) => apiVersion)).not.toContain('monitoring.coreos.com/v1');
  });

  it('is in front of the Deployment where its Pods wait for it: agents wait for the Deployment', () => {
    const file = certified.manifests.find(({ objects }) =>
      objects.some(({ kind }) => kind === 'Deployment'),
    );
    const found = file?.objects.map(({ kind }) => kind) ?? [];
    expect(found.slice(found.indexOf('Issuer'), found.indexOf('Deployment') + 1)).toEqual([
      'Issuer',
      'Certificate',
      'Deployment',
    ]);
  });

  // Typed, so that a field that the CRD does not have fails the type check.
  it('asks over https with a token, and checks the certificate', () => {
    const expected: IServiceMonitor['spec'] = {
      endpoints: [
        {
          port: 'metrics',
          scheme: 'https',
          path: '/metrics',
          bearerTokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
          tlsConfig: {
            ca: { secret: { name: 'store-operator-metrics-cert', key: 'ca.crt' } },
            serverName: 'store-operator-metrics.shop.svc',
          },
        },
      ],
      selector: { matchLabels: { app: 'store-operator' } },
    };
    expect(spec(https, 'ServiceMonitor', 'store-operator')).toEqual(expected);
    expect(() => new ServiceMonitor({ spec: expected }).validate()).not.toThrow();
  });

  it('asks over http without one, at the path of the manifest', () => {
    const expected: IServiceMonitor['spec'] = {
      endpoints: [{ port: 'metrics', scheme: 'http', path: '/stats/all' }],
      selector: { matchLabels: { app: 'store-operator' } },
    };
    const one = rendered({ enabled: true, scheme: 'http', path: '/stats/all' });
    expect(spec(one, 'ServiceMonitor', 'store-operator')).toEqual(expected);
  });

  it('finds the Service by labels that it has', () => {
    const service = find(https.objects, 'Service', 'shop/store-operator-metrics');
    expect(at(service, 'metadata', 'labels')).toMatchObject({ app: 'store-operator' });
  });

  it('carries the label of MetalK8s, or what platform.yaml says, over which ours go', () => {
    expect(labelsWith({})).toMatchObject({ 'metalk8s.scality.com/monitor': '' });
    const own = labelsWith({ labels: { release: 'prometheus', app: 'other' } });
    expect(own).toMatchObject({ release: 'prometheus', app: 'store-operator' });
    expect(own).not.toHaveProperty(['metalk8s.scality.com/monitor']);
  });

  it('makes the certificate that the Operator mounts, for the name that Prometheus checks', () => {
    const issuer: IIssuer['spec'] = { selfSigned: {} };
    const expected: ICertificate['spec'] = {
      secretName: 'store-operator-metrics-cert',
      dnsNames: [
        'store-operator-metrics.shop.svc',
        'store-operator-metrics.shop.svc.cluster.local',
      ],
      issuerRef: {
        group: 'cert-manager.io',
        kind: 'Issuer',
        name: 'store-operator-metrics-issuer',
      },
    };
    expect(spec(certified, 'Issuer', 'store-operator-metrics-issuer')).toEqual(issuer);
    expect(spec(certified, 'Certificate', 'store-operator-metrics-cert')).toEqual(expected);
    expect(() => new Certificate({ spec: expected }).validate()).not.toThrow();
  });

  it('makes none over http, nor where cert-manager is not: the Secret is the user’s', () => {
    const more = rendered({ enabled: true, scheme: 'http' }, { enabled: true, certManager: true });
    for (const one of [https, more]) {
      expect(kinds(one)).not.toContain('Certificate');
      expect(kinds(one)).not.toContain('Issuer');
      expect(kinds(one)).not.toContain('Secret');
    }
  });

  it.each([
    ['ServiceMonitor', '600'],
    ['Issuer', '400'],
    ['Certificate', '400'],
  ])('does not stop Argo CD where it does not know %s yet, in wave %s', (kind, wave) => {
    const { objects } = renderScenario({
      archives: [{ metrics: { enabled: true } }],
      environments: storeWith({}),
      platform: {
        monitoring: { enabled: true, certManager: true },
        gitops: { agent: 'argocd', repoURL: 'https://git.example/site.git' },
      },
    });
    const object = objects.find((one) => one['kind'] === kind);
    expect(at(object, 'metadata', 'annotations')).toMatchObject({
      'argocd.argoproj.io/sync-wave': wave,
      'argocd.argoproj.io/sync-options': 'SkipDryRunOnMissingResource=true',
    });
  });
});
