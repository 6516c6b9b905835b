import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-code.ts';
import { jobNameMistake } from '../../src/kubernetes/names.ts';
import { fieldOf, nameOf, textOf, type JsonObject } from '../../src/kubernetes/value.ts';
import { at, find, renderScenario, type ScenarioToMake } from './scenario.ts';

const registry = { endpoint: 'registry.example:5000', base: 'solutions' };
const least = { image: 'solutions:0.1.0', archives: { node: 'bootstrap', path: '/archives' } };
const template = ['spec', 'template', 'spec'] as const;
const container = [...template, 'containers', 0] as const;

function objectsWith(imageSync: object = {}, more: object = {}): readonly JsonObject[] {
  return renderScenario({
    archives: [{}],
    platform: { registry, imageSync: { ...least, ...imageSync }, ...more },
  }).objects;
}

function ofKind(objects: readonly JsonObject[], kind: string): JsonObject[] {
  return objects.filter((object) => object['kind'] === kind);
}

/** The one Job. */
function jobWith(imageSync: object = {}, more: object = {}): JsonObject {
  const [job, ...others] = ofKind(objectsWith(imageSync, more), 'Job');
  if (!job || others.length > 0) throw new Error('not one Job');
  return job;
}

function jobNames(scenario: ScenarioToMake): string[] {
  const platform = { registry, imageSync: least };
  return ofKind(renderScenario({ platform, ...scenario }).objects, 'Job').map(nameOf);
}

function jobOf(name: string, version: string): string {
  const [only = ''] = jobNames({ archives: [{ name, version }] });
  return only;
}

describe('an image Job', () => {
  it('is in metalk8s-solutions, with labels that say what it is on the Pods, too', () => {
    const job = jobWith();
    expect(job['apiVersion']).toBe('batch/v1');
    expect(at(job, 'metadata', 'namespace')).toBe('metalk8s-solutions');
    const labels = {
      'app.kubernetes.io/component': 'images',
      'app.kubernetes.io/managed-by': 'solutions',
      'app.kubernetes.io/part-of': 'store',
      'app.kubernetes.io/version': '1.0.0',
    };
    expect(at(job, 'metadata', 'labels')).toEqual(labels);
    expect(at(job, 'spec', 'template', 'metadata', 'labels')).toEqual(labels);
  });

  it('runs the push of the tool with what platform.yaml says, without a shell', () => {
    expect(at(jobWith(), ...container, 'args')).toEqual([
      'push',
      '/archives/store-1.0.0.iso',
      '--to=registry.example:5000/solutions',
    ]);
    const all = jobWith(
      { secret: 'push', caConfigMap: 'ca' },
      { registry: { endpoint: 'registry.example', plainHTTP: true } },
    );
    expect(at(all, ...container, 'args')).toEqual([
      'push',
      '/archives/store-1.0.0.iso',
      '--to=registry.example',
      '--plain-http',
      '--authfile=/auth/config.json',
      '--cacert=/ca/ca.crt',
    ]);
    expect(at(all, ...container, 'command')).toBeUndefined();
  });

  it.each([
    ['archives/$(SOLUTIONS_MOUNT_FROM).iso', '/archives/$$(SOLUTIONS_MOUNT_FROM).iso'],
    ['archives/$$a$.iso', '/archives/$$$$a$$.iso'],
    ['archives/--to=a b.iso', '/archives/--to=a b.iso'],
  ])('reads the archive %s, whatever Kubernetes makes of its signs', (path, argument) => {
    const platform = { registry, imageSync: least };
    const { objects } = renderScenario({ archives: [{ path }], platform });
    const [job] = ofKind(objects, 'Job');
    expect(at(job, ...container, 'args', 1)).toBe(argument);
  });

  it('fails for good on the exit codes of push that no retry helps, and never on a drained node', () => {
    const { failed, usage, archive, credentials, refused } = exitCodes;
    expect(at(jobWith(), 'spec', 'podFailurePolicy', 'rules')).toEqual([
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      {
        action: 'FailJob',
        onExitCodes: {
          containerName: 'push',
          operator: 'In',
          values: [failed, usage, archive, credentials, refused],
        },
      },
    ]);
    expect(at(jobWith(), ...container, 'name')).toBe('push');
  });

  it('ends, and leaves the rest to people: no time to live, no hook', () => {
    const job = jobWith(
      {},
      { gitops: { agent: 'argocd', repoURL: 'https://git.example/site.git' } },
    );
    expect(at(job, ...template, 'restartPolicy')).toBe('Never');
    expect(at(job, 'spec', 'backoffLimit')).toBe(6);
    expect(at(job, 'spec', 'activeDeadlineSeconds')).toBe(21_600);
    expect(at(job, 'spec', 'ttlSecondsAfterFinished')).toBeUndefined();
    expect(at(job, 'metadata', 'annotations')).toEqual({
      'argocd.argoproj.io/sync-wave': '300',
      'solutions.metalk8s.scality.com/rendered-from': 'solutions.yaml',
    });
    const other = jobWith({ backoffLimit: 0, deadlineSeconds: 60 });
    expect(at(other, 'spec', 'backoffLimit')).toBe(0);
    expect(at(other, 'spec', 'activeDeadlineSeconds')).toBe(60);
  });

  it('keeps the profile restricted in full, and has no token', () => {
    const job = jobWith();
    expect(at(job, ...template, 'automountServiceAccountToken')).toBe(false);
    expect(at(job, ...template, 'securityContext')).toEqual({
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(at(job, ...container, 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
  });

  it('mounts all but /tmp read-only, the archives on the claim and on the mount', () => {
    const job = jobWith({ archives: { claim: 'mine' }, secret: 'push', caConfigMap: 'ca' });
    expect(at(job, ...template, 'volumes')).toEqual([
      { name: 'archives', persistentVolumeClaim: { claimName: 'mine', readOnly: true } },
      {
        name: 'auth',
        secret: {
          secretName: 'push',
          items: [{ key: '.dockerconfigjson', path: 'config.json' }],
          defaultMode: 0o444,
        },
      },
      {
        name: 'ca',
        configMap: {
          name: 'ca',
          items: [{ key: 'ca.crt', path: 'ca.crt' }],
          defaultMode: 0o444,
        },
      },
      { name: 'tmp', emptyDir: {} },
    ]);
    expect(at(job, ...container, 'volumeMounts')).toEqual([
      { name: 'archives', mountPath: '/archives', readOnly: true },
      { name: 'auth', mountPath: '/auth', readOnly: true },
      { name: 'ca', mountPath: '/ca', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ]);
  });

  it.each<[object | undefined, object]>([
    [undefined, { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } }],
    [
      { limits: { memory: '100Mi', cpu: '50m' } },
      {
        requests: { cpu: '50m', memory: '100Mi' },
        limits: { memory: '100Mi', cpu: '50m' },
      },
    ],
    [
      { requests: { memory: '1Gi' } },
      { requests: { cpu: '100m', memory: '1Gi' }, limits: { memory: '1Gi' } },
    ],
  ])('with the resources %j limits memory, and requests no more than it limits', (given, all) => {
    const job = given === undefined ? jobWith() : jobWith({ resources: given });
    expect(at(job, ...container, 'resources')).toEqual(all);
  });

  it('takes a loaded image as it is, and else pulls it with the Secret of the Namespace', () => {
    expect(at(jobWith(), ...container, 'imagePullPolicy')).toBe('IfNotPresent');
    expect(at(jobWith(), ...template, 'imagePullSecrets')).toBeUndefined();
    const job = jobWith({}, { registry: { ...registry, pullSecret: 'pull' } });
    expect(at(job, ...template, 'imagePullSecrets')).toEqual([{ name: 'pull' }]);
  });

  it('goes where it is told to', () => {
    const where = {
      nodeSelector: { infra: '' },
      tolerations: [{ key: 'infra', operator: 'Exists', effect: 'NoSchedule' }],
    };
    const job = jobWith(where);
    expect(at(job, ...template, 'nodeSelector')).toEqual(where.nodeSelector);
    expect(at(job, ...template, 'tolerations')).toEqual(where.tolerations);
    const nowhere = jobWith({ nodeSelector: {}, tolerations: [] });
    expect(Object.keys(Object(at(nowhere, ...template)))).not.toContain('nodeSelector');
    expect(Object.keys(Object(at(nowhere, ...template)))).not.toContain('tolerations');
  });
});

describe('the name of an image Job', () => {
  it('says whose it is, and ends in a hash', () => {
    expect(nameOf(jobWith())).toMatch(/^images-store-1-0-0-[0-9a-f]{10}$/u);
  });

  it.each<[string, object, object]>([
    ['another image', { image: 'solutions:0.2.0' }, {}],
    ['another folder', { archives: { node: 'bootstrap', path: '/other' } }, {}],
    ['another node', { archives: { node: 'other', path: '/archives' } }, {}],
    ['a claim', { archives: { claim: 'archives' } }, {}],
    ['a Secret', { secret: 'push' }, {}],
    ['a ConfigMap', { caConfigMap: 'ca' }, {}],
    ['another deadline', { deadlineSeconds: 60 }, {}],
    ['another limit of tries', { backoffLimit: 1 }, {}],
    ['other resources', { resources: { limits: { memory: '1Gi' } } }, {}],
    ['another node selector', { nodeSelector: { a: 'b' } }, {}],
    ['a toleration', { tolerations: [{ operator: 'Exists' }] }, {}],
    ['another registry', {}, { registry: { ...registry, endpoint: 'other.example' } }],
    ['another base', {}, { registry: { endpoint: registry.endpoint } }],
    ['plain HTTP', {}, { registry: { ...registry, plainHTTP: true } }],
    ['a pull Secret', {}, { registry: { ...registry, pullSecret: 'pull' } }],
  ])('is another one for %s, because its template is immutable', (_, imageSync, more) => {
    const [before, after] = [jobWith(), jobWith(imageSync, more)];
    expect(after['spec']).not.toEqual(before['spec']);
    expect(nameOf(after)).not.toBe(nameOf(before));
  });

  it('is another one for other bytes under the same name and version', () => {
    expect(jobNames({ archives: [{}] })).not.toEqual(jobNames({ archives: [{ tag: '9' }] }));
  });

  it('stays for what is not in its spec: other archives, Environments, an agent, networks', () => {
    const before = jobWith();
    const { objects } = renderScenario({
      archives: [{ version: '0.9.0' }, {}, { name: 'till' }, { version: '1.1.0' }],
      environments: { shop: {} },
      platform: {
        registry,
        imageSync: least,
        gitops: { agent: 'flux', repoURL: 'https://git.example/site.git' },
        network: { registryCIDRs: ['10.0.0.0/8'] },
      },
    });
    const after = find(objects, 'Job', `metalk8s-solutions/${nameOf(before)}`);
    expect(after['spec']).toEqual(before['spec']);
  });

  it('differs where dashes or signs make two Solutions look alike', () => {
    const alike = [jobOf('a', 'b-1'), jobOf('a-b', '1'), jobOf('a', 'b.1'), jobOf('a', 'b--1')];
    expect(new Set(alike).size).toBe(4);
    expect(alike.slice(0, 3).map((name) => name.slice(0, -10))).toEqual(
      Array(3).fill('images-a-b-1-'),
    );
  });

  it('is one that a Job may have, and no two archives share one, whatever they are called', () => {
    const label = fc.stringMatching(/^[a-z](?:[a-z-]{0,52}[a-z])?$/u);
    const version = fc.stringMatching(/^[a-z0-9](?:[._-]?[a-z0-9]){0,50}$/u);
    const archive = fc.record({ name: label, version });
    const several = fc.uniqueArray(archive, {
      minLength: 1,
      maxLength: 4,
      selector: ({ name, version: text }) => `${name}-${text}`,
    });
    fc.assert(
      fc.property(several, (archives) => {
        const names = jobNames({ archives });
        expect(new Set(names).size).toBe(archives.length);
        expect(names.map(jobNameMistake)).toEqual(names.map(() => undefined));
        expect(names.join(' ')).toMatch(/^(?:images-[a-z0-9-]*[a-z0-9]-[0-9a-f]{10}(?: |$))+$/u);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the folder of a node', () => {
  const objects = objectsWith();
  const [volume = {}] = ofKind(objects, 'PersistentVolume');
  const [claim = {}] = ofKind(objects, 'PersistentVolumeClaim');

  it('is one volume and one claim, which name each other and nothing else', () => {
    expect(at(volume, 'spec', 'claimRef')).toEqual({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace: 'metalk8s-solutions',
      name: nameOf(claim),
    });
    expect(at(claim, 'spec', 'volumeName')).toBe(nameOf(volume));
    const job = ofKind(objects, 'Job')[0];
    expect(at(job, ...template, 'volumes', 0)).toEqual({
      name: 'archives',
      persistentVolumeClaim: { claimName: nameOf(claim), readOnly: true },
    });
  });

  it('is local to its node, kept, and of no class on the claim alone', () => {
    expect(at(volume, 'spec', 'local')).toEqual({ path: '/archives' });
    expect(at(volume, 'spec', 'nodeAffinity', 'required', 'nodeSelectorTerms')).toEqual([
      {
        matchExpressions: [
          { key: 'kubernetes.io/hostname', operator: 'In', values: ['bootstrap'] },
        ],
      },
    ]);
    expect(at(volume, 'spec', 'persistentVolumeReclaimPolicy')).toBe('Retain');
    expect(Object.keys(Object(volume['spec']))).not.toContain('storageClassName');
    expect(at(claim, 'spec', 'storageClassName')).toBe('');
    expect(at(claim, 'spec', 'resources', 'requests', 'storage')).toBe(
      at(volume, 'spec', 'capacity', 'storage'),
    );
  });

  it('is never a hostPath', () => {
    expect(JSON.stringify(objects)).not.toContain('hostPath');
  });

  it('has other names on another node or path, and keeps them for other archives', () => {
    const namesWith = (archives: object) =>
      ['PersistentVolume', 'PersistentVolumeClaim']
        .flatMap((kind) => ofKind(objectsWith({ archives }), kind))
        .map(nameOf);
    const here = { node: 'a', path: '/archives' };
    const names = [here, { ...here, node: 'b' }, { ...here, path: '/b' }].map(namesWith);
    expect(new Set(names.flat()).size).toBe(6);
    const more = renderScenario({
      archives: [{}, { name: 'till' }],
      platform: { registry, imageSync: least },
    });
    expect(ofKind(more.objects, 'PersistentVolume').map(nameOf)).toEqual([nameOf(volume)]);
  });

  it('is nobody’s to make where there is a claim', () => {
    const kinds = objectsWith({ archives: { claim: 'mine' } }).map(({ kind }) => textOf(kind));
    expect(kinds).toContain('Job');
    expect(kinds.filter((kind) => kind.startsWith('Persistent'))).toEqual([]);
  });
});

describe('the network of image Jobs', () => {
  const dns = {
    ports: [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ],
  };

  it.each<[string, object, object]>([
    ['the port of the registry', { registry }, { ports: [{ port: 5000, protocol: 'TCP' }] }],
    [
      'the networks of the registry, where they are known',
      { registry: { endpoint: 'a.b' }, network: { registryCIDRs: ['10.2.0.0/16', '10.1.0.0/16'] } },
      {
        to: [{ ipBlock: { cidr: '10.1.0.0/16' } }, { ipBlock: { cidr: '10.2.0.0/16' } }],
        ports: [{ port: 443, protocol: 'TCP' }],
      },
    ],
  ])('is DNS and %s', (_, more, rule) => {
    const policy = find(objectsWith({}, more), 'NetworkPolicy', 'metalk8s-solutions/images');
    expect(at(policy, 'spec', 'egress')).toEqual([dns, rule]);
    expect(at(policy, 'spec', 'policyTypes')).toEqual(['Ingress', 'Egress']);
    expect(at(policy, 'spec', 'ingress')).toBeUndefined();
  });

  it('is that of their Pods', () => {
    const objects = objectsWith();
    const policy = find(objects, 'NetworkPolicy', 'metalk8s-solutions/images');
    const selected = at(policy, 'spec', 'podSelector', 'matchLabels');
    const [job] = ofKind(objects, 'Job');
    expect(at(job, 'spec', 'template', 'metadata', 'labels')).toMatchObject(Object(selected));
    expect(Object.keys(Object(selected)).length).toBeGreaterThan(0);
  });
});

/** The objects of so many versions of one Solution. */
function objectsOf(...versions: readonly string[]) {
  const archives = versions.map((version) => ({ version }));
  return renderScenario({ archives, platform: { registry, imageSync: least } }).objects;
}

describe('what a Job is told of other versions', () => {
  it('is in a ConfigMap, at the key that its Pod reads', () => {
    const objects = objectsOf('1.0.0', '1.1.0');
    const map = find(objects, 'ConfigMap', 'metalk8s-solutions/images-mount-from');
    expect(map['data']).toEqual({ 'store-1.0.0': 'store-1.1.0', 'store-1.1.0': 'store-1.0.0' });
    const keys = ofKind(objects, 'Job').map((job) => at(job, ...container, 'env'));
    expect(keys).toEqual(
      ['store-1.0.0', 'store-1.1.0'].map((key) => [
        {
          name: 'SOLUTIONS_MOUNT_FROM',
          valueFrom: { configMapKeyRef: { name: 'images-mount-from', key, optional: true } },
        },
      ]),
    );
  });

  it('is nothing for a version that is alone, whose Job the next one leaves as it is', () => {
    const alone = objectsOf('1.0.0');
    expect(alone.map(nameOf)).not.toContain('images-mount-from');
    expect(ofKind(objectsOf('1.0.0', '1.1.0'), 'Job')).toContainEqual(ofKind(alone, 'Job')[0]);
  });
});

it('no image Job is there without imageSync, nor anything of it', () => {
  const { objects } = renderScenario({ platform: { registry } });
  expect(objects.map(({ kind }) => kind)).toEqual(['Namespace', 'ConfigMap']);
  expect(fieldOf(objects[1]?.['metadata'], 'name')).toBe('metalk8s-solutions');
});
