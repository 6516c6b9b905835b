import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kubernetes/value.ts';
import { at, digestOf, find, renderScenario, storeWith, type ScenarioToMake } from './scenario.ts';

function deploymentWith(settings: object, more: ScenarioToMake = {}): JsonObject {
  const { objects } = renderScenario({ environments: storeWith(settings), ...more });
  return find(objects, 'Deployment', 'shop/store-operator');
}

const pod = (deployment: JsonObject) => at(deployment, 'spec', 'template', 'spec');
const container = (deployment: JsonObject) => at(pod(deployment), 'containers', 0);

describe("an Operator's Deployment", () => {
  it('selects by `app` alone, whatever the version is', () => {
    for (const version of ['1.0.0', '2.0.0-rc.1']) {
      const deployment = deploymentWith({ version }, { archives: [{ version }] });
      expect(at(deployment, 'spec', 'selector')).toEqual({
        matchLabels: { app: 'store-operator' },
      });
    }
  });

  it('starts the binary that is named as the Operator, from the image pinned by its digest', () => {
    const image = digestOf('store-operator:v7');
    const deployment = deploymentWith(
      {},
      {
        archives: [{ tag: 'v7' }],
        platform: { registry: { endpoint: 'registry.example:5000', base: 'a/b' } },
      },
    );
    expect(container(deployment)).toMatchObject({
      name: 'store-operator',
      image: `registry.example:5000/a/b/store-1.0.0/store-operator:v7@${image}`,
      command: ['store-operator', '--config=/etc/config/operator.yaml'],
    });
  });

  it("takes the images from MetalK8s' own registry unless platform.yaml names another", () => {
    expect(at(container(deploymentWith({})), 'image')).toMatch(
      /^metalk8s-registry-from-config\.invalid\/store-1\.0\.0\/store-operator:1\.0\.0@sha256:[0-9a-f]{64}$/u,
    );
  });

  it('gives it its Namespace, its name and the name of its Pod, with every default written out', () => {
    expect(at(container(deploymentWith({})), 'env')).toEqual([
      {
        name: 'WATCH_NAMESPACE',
        valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
      },
      {
        name: 'POD_NAME',
        valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } },
      },
      { name: 'OPERATOR_NAME', value: 'store-operator' },
    ]);
  });

  it('takes variables from environments.yaml, over its own, and sends no empty value', () => {
    const env = [
      { name: 'WATCH_NAMESPACE', value: '' },
      { name: 'LEVEL', value: 'debug' },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    ];
    expect(at(container(deploymentWith({ env })), 'env')).toEqual([
      expect.objectContaining({ name: 'POD_NAME' }),
      { name: 'OPERATOR_NAME', value: 'store-operator' },
      { name: 'WATCH_NAMESPACE' },
      { name: 'LEVEL', value: 'debug' },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    ]);
  });
});

describe('the profiles', () => {
  it('restricted: nothing is left to ask for', () => {
    const deployment = deploymentWith({});
    expect(at(pod(deployment), 'securityContext')).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container(deployment)).toMatchObject({
      imagePullPolicy: 'IfNotPresent',
      resources: { requests: { cpu: '10m', memory: '64Mi' } },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
      },
    });
    expect(at(container(deployment), 'resources')).not.toHaveProperty('limits');
    expect(at(pod(deployment), 'volumes')).toContainEqual({ name: 'tmp', emptyDir: {} });
    expect(at(container(deployment), 'volumeMounts')).toContainEqual({
      name: 'tmp',
      mountPath: '/tmp',
    });
  });

  it('baseline: root may run, a seccomp profile is set, the root file system is writable', () => {
    const deployment = deploymentWith({ hardening: 'baseline' }, { archives: [{ user: '' }] });
    expect(at(pod(deployment), 'securityContext')).toEqual({
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(at(container(deployment), 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
    });
    expect(at(pod(deployment), 'volumes')).toEqual([
      { name: 'operator-config', configMap: { name: 'store-operator-config' } },
    ]);
  });

  it('compat: what Salt rendered, no security context and no requests', () => {
    const deployment = deploymentWith({ hardening: 'compat' }, { archives: [{ user: '' }] });
    expect(pod(deployment)).not.toHaveProperty('securityContext');
    expect(container(deployment)).not.toHaveProperty('securityContext');
    expect(container(deployment)).not.toHaveProperty('resources');
    expect(container(deployment)).toMatchObject({ imagePullPolicy: 'Always' });
  });

  it.each([
    ['of the Solution', { hardening: 'baseline' }, { hardening: 'compat' }, 'baseline'],
    ['of platform.yaml', {}, { hardening: 'compat' }, 'compat'],
    ['restricted, without any', {}, {}, 'restricted'],
  ])('the profile is that %s', (_, settings, platform, profile) => {
    const { state } = renderScenario({ environments: storeWith(settings), platform });
    expect(state.namespaces[0]?.operators[0]?.profile).toBe(profile);
  });

  it.each([
    ['a numeric user of the image is left to the image', '65532', {}, undefined],
    ['`nonroot` is 65532', 'nonroot', {}, 65532],
    ['`nonroot` with its group is 65532', 'nonroot:nonroot', {}, 65532],
    ['another name takes the uid of environments.yaml', 'store', { runAsUser: 1234 }, 1234],
    ['environments.yaml overrides a numeric one', '65532', { runAsUser: 1234 }, 1234],
  ])('%s', (_, user, settings, runAsUser) => {
    const deployment = deploymentWith(settings, { archives: [{ user }] });
    expect(at(pod(deployment), 'securityContext', 'runAsNonRoot')).toBe(true);
    expect(at(pod(deployment), 'securityContext', 'runAsUser')).toBe(runAsUser);
  });

  it('compat sets the user that environments.yaml names, and nothing else', () => {
    const deployment = deploymentWith({ hardening: 'compat', runAsUser: 0 });
    expect(at(pod(deployment), 'securityContext')).toEqual({ runAsUser: 0 });
  });
});

describe('the settings in environments.yaml', () => {
  it('replaces one Pod after the other within one replica by default', () => {
    expect(deploymentWith({})).toMatchObject({
      spec: {
        replicas: 1,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      },
    });
  });

  it('0 replicas are 0, and Recreate has no other field', () => {
    const deployment = deploymentWith({ replicas: 0, strategy: 'Recreate' });
    expect(at(deployment, 'spec', 'replicas')).toBe(0);
    expect(at(deployment, 'spec', 'strategy')).toEqual({ type: 'Recreate' });
  });

  it('puts the Pod where nodeSelector and tolerations say', () => {
    const nodeSelector = { 'node-role.kubernetes.io/infra': '', constructor: 'yes', 1: 'one' };
    const tolerations = [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }];
    const deployment = deploymentWith({ nodeSelector, tolerations });
    expect(at(pod(deployment), 'nodeSelector')).toEqual(nodeSelector);
    expect(at(pod(deployment), 'tolerations')).toEqual(tolerations);
  });

  it('takes resources by their part: limits alone keep the requests', () => {
    const limits = deploymentWith({ resources: { limits: { memory: '1Gi' } } });
    expect(at(container(limits), 'resources')).toEqual({
      requests: { cpu: '10m', memory: '64Mi' },
      limits: { memory: '1Gi' },
    });
    const requests = deploymentWith({ resources: { requests: { cpu: 2 } } });
    expect(at(container(requests), 'resources')).toEqual({ requests: { cpu: '2' } });
  });

  it('mounts the Secret of the webhook only where it is asked for, per Solution', () => {
    const environments = {
      shop: {
        namespaces: [
          {
            name: 'shop',
            solutions: [
              { name: 'store', version: '1.0.0', webhook: true },
              { name: 'till', version: '1.0.0' },
            ],
          },
        ],
      },
    };
    const { objects } = renderScenario({ environments, archives: [{}, { name: 'till' }] });
    const withCert = find(objects, 'Deployment', 'shop/store-operator');
    expect(at(pod(withCert), 'volumes')).toContainEqual({
      name: 'cert',
      secret: { secretName: 'store-cert', defaultMode: 420 },
    });
    expect(at(container(withCert), 'volumeMounts')).toContainEqual({
      name: 'cert',
      mountPath: '/cert',
      readOnly: true,
    });
    expect(JSON.stringify(find(objects, 'Deployment', 'shop/till-operator'))).not.toContain('cert');
  });

  it('names the pull secret of platform.yaml, and none by default', () => {
    const platform = { registry: { pullSecret: 'registry-login' } };
    expect(at(pod(deploymentWith({}, { platform })), 'imagePullSecrets')).toEqual([
      { name: 'registry-login' },
    ]);
    expect(pod(deploymentWith({}))).not.toHaveProperty('imagePullSecrets');
  });

  it.each([{ env: [] }, { nodeSelector: {} }, { tolerations: [] }, { resources: {} }])(
    'an empty %j is as if it were not there',
    (settings) => {
      expect(deploymentWith(settings)).toEqual(deploymentWith({}));
    },
  );
});

function checksum(scenario: ScenarioToMake): unknown {
  const annotation = 'solutions.metalk8s.scality.com/config-checksum';
  const deployment = deploymentWith({}, scenario);
  return at(deployment, 'spec', 'template', 'metadata', 'annotations', annotation);
}

describe('the Pod restarts', () => {
  it('when what its configuration says changes, and only then', () => {
    const before = checksum({});
    expect(before).toMatch(/^[0-9a-f]{64}$/u);
    expect(checksum({ archives: [{ roles: '' }] })).toBe(before);
    expect(checksum({ archives: [{}, { version: '0.9.0' }] })).not.toBe(before);
    expect(checksum({ platform: { registry: { endpoint: 'other.example' } } })).not.toBe(before);
  });
});
