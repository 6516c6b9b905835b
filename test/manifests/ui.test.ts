import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kubernetes/value.ts';
import {
  at,
  digestOf,
  find,
  folderOfScenario,
  renderScenario,
  storeWith,
  type ScenarioToMake,
} from './scenario.ts';

interface UiToMake {
  readonly user?: string;
  readonly settings?: object;
  readonly platform?: ScenarioToMake['platform'] & object;
}

/** The objects of `store`, which has a UI, in the Namespace `shop`. */
function objectsWith({ user = '101', settings = {}, platform = {} }: UiToMake = {}) {
  return renderScenario({
    archives: [{ ui: user }],
    environments: storeWith(settings),
    platform,
  }).objects;
}

function podOf(objects: readonly JsonObject[]): unknown {
  return at(find(objects, 'Deployment', 'shop/store-ui'), 'spec', 'template', 'spec');
}

const containerOf = (objects: readonly JsonObject[]) => at(podOf(objects), 'containers', 0);

function ingressOf(ingress: object): unknown {
  const platform = { ingress };
  return find(objectsWith({ platform }), 'Ingress', 'shop/store-ui')['spec'];
}

describe('the UI of a Solution', () => {
  it('is what people review', async () => {
    const files = folderOfScenario({
      archives: [{ ui: '101', user: false }],
      environments: storeWith({}),
      platform: {
        ingress: { class: 'nginx', host: 'ui.example', tlsSecret: 'ui-tls' },
        network: { enabled: true },
      },
    });
    const file = '0500-ui.shop.store.yaml';
    const golden = join(import.meta.dirname, '..', 'golden', 'ui', file);
    await expect(files.get(file)).toMatchFileSnapshot(golden);
  });

  it('is in a file of its own after the Operators', () => {
    const { manifests } = renderScenario({
      archives: [{ ui: '101' }],
      environments: storeWith({}),
    });
    expect(manifests.map(({ file }) => file)).toEqual([
      '0000-namespaces.yaml',
      '0400-operator.shop.store.yaml',
      '0500-ui.shop.store.yaml',
    ]);
  });

  it('selects by the label of MetalK8s, in Deployment and Service', () => {
    const objects = objectsWith();
    const label = { 'app.kubernetes.io/name': 'store-ui' };
    const deployment = find(objects, 'Deployment', 'shop/store-ui');
    expect(at(deployment, 'spec', 'selector')).toEqual({ matchLabels: label });
    expect(at(find(objects, 'Service', 'shop/store-ui'), 'spec', 'selector')).toEqual(label);
  });

  it('runs the image that its manifest names, pinned by its digest, without rights', () => {
    const platform = { registry: { endpoint: 'registry.example:5000', pullSecret: 'login' } };
    const objects = objectsWith({ platform });
    expect(at(containerOf(objects), 'image')).toBe(
      `registry.example:5000/store-1.0.0/store-ui:v2@${digestOf('store-ui:v2')}`,
    );
    expect(podOf(objects)).toMatchObject({
      automountServiceAccountToken: false,
      imagePullSecrets: [{ name: 'login' }],
    });
    expect(podOf(objects)).not.toHaveProperty('serviceAccountName');
  });

  it('finds its configuration where MetalK8s had it', () => {
    const objects = objectsWith();
    expect(at(containerOf(objects), 'volumeMounts', 0)).toEqual({
      name: 'ui-config',
      mountPath: '/etc/store/ui',
      readOnly: true,
    });
    expect(find(objects, 'ConfigMap', 'shop/store-ui')['data']).toEqual({
      'config.json': '{"url": "/api/kubernetes"}\n',
      'theme.json': '{"brand": {"primary": "#403e40", "secondary": "#e99121"}}\n',
    });
  });

  it('goes to the nodes of its Solution', () => {
    const nodeSelector = { 'node-role.kubernetes.io/infra': '' };
    const tolerations = [{ key: 'infra', operator: 'Exists' }];
    expect(podOf(objectsWith({ settings: { nodeSelector, tolerations } }))).toMatchObject({
      nodeSelector,
      tolerations,
    });
    const none = podOf(objectsWith({ settings: { nodeSelector: {}, tolerations: [] } }));
    expect(none).toEqual(podOf(objectsWith()));
  });
});

describe('the profiles of a UI', () => {
  it('restricted: nothing is left to ask for, and nginx has where to write and may listen', () => {
    const objects = objectsWith();
    expect(at(podOf(objects), 'securityContext')).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
      sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
    });
    expect(at(containerOf(objects), 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
    const mounts: unknown = at(containerOf(objects), 'volumeMounts');
    for (const mountPath of ['/tmp', '/var/cache/nginx', '/var/run']) {
      expect(mounts).toContainEqual({ name: expect.any(String), mountPath });
    }
  });

  it('baseline of the UI alone lets it run as root, and its Operator stays restricted', () => {
    const objects = objectsWith({ user: '', settings: { ui: { hardening: 'baseline' } } });
    expect(at(containerOf(objects), 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
    });
    expect(at(podOf(objects), 'volumes')).toEqual([
      { name: 'ui-config', configMap: { name: 'store-ui' } },
    ]);
    const operator = find(objects, 'Deployment', 'shop/store-operator');
    expect(JSON.stringify(operator)).toContain('"readOnlyRootFilesystem":true');
    const labels = at(find(objects, 'Namespace', 'shop'), 'metadata', 'labels');
    expect(labels).toMatchObject({ 'pod-security.kubernetes.io/warn': 'baseline' });
  });

  it('compat: what Salt rendered', () => {
    const objects = objectsWith({ user: '', settings: { hardening: 'compat' } });
    expect(podOf(objects)).not.toHaveProperty('securityContext');
    expect(containerOf(objects)).not.toHaveProperty('securityContext');
    expect(containerOf(objects)).not.toHaveProperty('resources');
  });

  it.each([
    ['the uid of its own settings', { ui: { runAsUser: 33 }, runAsUser: 1000 }, 33],
    ['that of the image, whatever its Operator has', { runAsUser: 1000 }, undefined],
  ])('the UI runs as %s', (_, settings, runAsUser) => {
    expect(at(podOf(objectsWith({ settings })), 'securityContext', 'runAsUser')).toBe(runAsUser);
  });
});

describe('people reach a UI', () => {
  const backend = { service: { name: 'store-ui', port: { name: 'http' } } };

  it('at the path that MetalK8s had, of any host, which ingress-nginx takes off', () => {
    expect(ingressOf({})).toEqual({
      ingressClassName: 'nginx-control-plane',
      rules: [
        {
          http: {
            paths: [
              {
                path: '/env/shop/store(/|$)(.*)',
                pathType: 'ImplementationSpecific',
                backend,
              },
            ],
          },
        },
      ],
    });
    const { metadata } = find(objectsWith(), 'Ingress', 'shop/store-ui');
    expect(at(metadata, 'annotations')).toMatchObject({
      'nginx.ingress.kubernetes.io/rewrite-target': '/$2',
      'nginx.ingress.kubernetes.io/use-regex': 'true',
    });
  });

  it('at that path of one host, with its certificate', () => {
    expect(ingressOf({ class: 'nginx', host: 'ui.example', tlsSecret: 'ui-tls' })).toMatchObject({
      ingressClassName: 'nginx',
      tls: [{ hosts: ['ui.example'], secretName: 'ui-tls' }],
      rules: [{ host: 'ui.example', http: { paths: [{ path: '/env/shop/store(/|$)(.*)' }] } }],
    });
  });

  it('at a host of its own, where no controller has to rewrite anything', () => {
    const ingress = { class: 'traefik', host: '*.ui.example', tlsSecret: 'ui-tls' };
    expect(ingressOf(ingress)).toEqual({
      ingressClassName: 'traefik',
      tls: [{ hosts: ['store-shop.ui.example'], secretName: 'ui-tls' }],
      rules: [
        {
          host: 'store-shop.ui.example',
          http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
        },
      ],
    });
    const { metadata } = find(objectsWith({ platform: { ingress } }), 'Ingress', 'shop/store-ui');
    expect(JSON.stringify(metadata)).not.toContain('nginx.ingress');
  });
});
