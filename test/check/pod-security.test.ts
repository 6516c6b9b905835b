import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baselineRules, restrictedRules } from '../../src/check/pod-rules.ts';
import { podBreaches, type Standard } from '../../src/check/pod-security.ts';
import { podTemplateOf } from '../../src/check/pod-template.ts';
import { readManifests } from '../../src/kubernetes/read.ts';
import { objectOf } from '../support/manifest-make.ts';

/** A Pod that meets `restricted`; what follows is laid over its spec, its container, its init container. */
interface PodToMake {
  readonly spec?: object;
  readonly pod?: object;
  readonly container?: object;
  readonly context?: object;
  readonly init?: object;
  readonly ephemeral?: object;
  readonly annotations?: object;
}

const safe = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

function podOf({ spec, pod, container, context, init, ephemeral, annotations }: PodToMake) {
  return podIn({
    metadata: { name: 'pod', annotations },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, ...pod },
      initContainers: [{ name: 'init', securityContext: { ...safe, ...init } }],
      containers: [{ name: 'main', securityContext: { ...safe, ...context }, ...container }],
      ...(ephemeral ? { ephemeralContainers: [{ name: 'debug', ...ephemeral }] } : {}),
      ...spec,
    },
  });
}

function podIn(body: object) {
  const pod = podTemplateOf(objectOf({ apiVersion: 'v1', kind: 'Pod', ...body }), 'Pod');
  if (!pod) throw new Error('a Pod is one');
  return pod;
}

function rulesOf(made: PodToMake, standard: Standard): string[] {
  return [...new Set(podBreaches(podOf(made), standard).map(({ rule }) => rule))];
}

const unmasked = { procMount: 'Unmasked' };
const hostPath = [{ name: 'a', hostPath: { path: '/a' } }];
const windows = { os: { name: 'windows' } };

/** After the fixtures by which Kubernetes tests its own admission, each control both ways. */
const broken: readonly (readonly [string, PodToMake])[] = [
  ['pod-host-namespaces', { spec: { hostIPC: true } }],
  ['pod-host-namespaces', { spec: { hostNetwork: true } }],
  ['pod-host-namespaces', { spec: { hostPID: true } }],
  ['pod-host-namespaces', { spec: { hostPID: 'true' } }],
  ['pod-privileged', { context: { privileged: true } }],
  ['pod-privileged', { init: { privileged: true } }],
  ['pod-capabilities', { context: { capabilities: { drop: ['ALL'], add: ['NET_RAW'] } } }],
  ['pod-capabilities', { init: { capabilities: { drop: ['ALL'], add: ['NET_RAW'] } } }],
  ['pod-capabilities', { context: { capabilities: { drop: ['ALL'], add: ['chown'] } } }],
  ['pod-capabilities', { context: { capabilities: { drop: ['ALL'], add: ['CAP_CHOWN'] } } }],
  ['pod-host-path', { spec: { volumes: hostPath } }],
  ['pod-host-path', { spec: { volumes: [{ name: 'b', emptyDir: {} }, ...hostPath] } }],
  ['pod-host-port', { container: { ports: [{ containerPort: 1 }, { hostPort: 12345 }] } }],
  ['pod-host-probe', { container: { livenessProbe: { httpGet: { host: '127.0.0.1' } } } }],
  ['pod-host-probe', { container: { readinessProbe: { tcpSocket: { host: '::1' } } } }],
  ['pod-host-probe', { container: { startupProbe: { httpGet: { host: 'a' } } } }],
  ['pod-host-probe', { container: { lifecycle: { postStart: { httpGet: { host: 'a' } } } } }],
  ['pod-host-probe', { container: { lifecycle: { preStop: { tcpSocket: { host: 'a' } } } } }],
  ['pod-host-process', { pod: { windowsOptions: { hostProcess: true } } }],
  ['pod-host-process', { init: { windowsOptions: { hostProcess: true } } }],
  ['pod-apparmor', { pod: { appArmorProfile: { type: 'Unconfined' } } }],
  ['pod-apparmor', { context: { appArmorProfile: { type: 'Unconfined' } } }],
  [
    'pod-apparmor',
    { annotations: { 'container.apparmor.security.beta.kubernetes.io/init': 'unconfined' } },
  ],
  ['pod-selinux', { pod: { seLinuxOptions: { type: 'spc_t' } } }],
  ['pod-selinux', { context: { seLinuxOptions: { type: 'container_engine_t' } } }],
  ['pod-selinux', { pod: { seLinuxOptions: { user: 'somebody' } } }],
  ['pod-selinux', { init: { seLinuxOptions: { role: 'something' } } }],
  ['pod-proc-mount', { context: unmasked }],
  ['pod-proc-mount', { init: unmasked, spec: { hostUsers: false } }],
  ['pod-seccomp-off', { pod: { seccompProfile: { type: 'Unconfined' } } }],
  ['pod-seccomp-off', { init: { seccompProfile: { type: 'Unconfined' } } }],
  ['pod-sysctls', { pod: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }],
  ['pod-sysctls', { pod: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } }],
];

const unrestricted: readonly (readonly [string, PodToMake])[] = [
  ['pod-volume-type', { spec: { volumes: [{ name: 'a', nfs: { server: 'a', path: '/' } }] } }],
  ['pod-volume-type', { spec: { volumes: [{ name: 'a', gitRepo: { repository: 'a' } }] } }],
  ['pod-volume-type', { spec: { volumes: [{ name: 'a', ofTomorrow: {} }] } }],
  ['pod-escalation', { context: { allowPrivilegeEscalation: true } }],
  ['pod-escalation', { init: { allowPrivilegeEscalation: null } }],
  ['pod-escalation', { ephemeral: { securityContext: { capabilities: { drop: ['ALL'] } } } }],
  ['pod-root', { pod: { runAsNonRoot: null } }],
  ['pod-root', { pod: { runAsNonRoot: false } }],
  ['pod-root', { init: { runAsNonRoot: false } }],
  ['pod-root', { pod: { runAsNonRoot: null }, context: { runAsNonRoot: true } }],
  ['pod-root-uid', { pod: { runAsUser: 0 } }],
  ['pod-root-uid', { init: { runAsUser: 0 } }],
  ['pod-seccomp', { pod: { seccompProfile: null } }],
  [
    'pod-seccomp',
    { pod: { seccompProfile: null }, context: { seccompProfile: { type: 'Localhost' } } },
  ],
  ['pod-drop-all', { context: { capabilities: { drop: ['NET_RAW', 'SYS_ADMIN'] } } }],
  ['pod-drop-all', { init: { capabilities: null } }],
  ['pod-drop-all', { context: { capabilities: { drop: ['ALL'], add: ['CHOWN'] } } }],
];

describe('a Pod that breaks a control', () => {
  it.each(broken)('of baseline is told so by both profiles: %s %j', (rule, made) => {
    expect(rulesOf(made, 'baseline')).toEqual([rule]);
    expect(rulesOf(made, 'restricted')).toContain(rule);
  });

  it.each(unrestricted)('of restricted alone is told so by that one: %s %j', (rule, made) => {
    expect(rulesOf(made, 'baseline')).toEqual([]);
    expect(rulesOf(made, 'restricted')).toEqual([rule]);
  });

  it('is tried for every control that there is', () => {
    const ids = (cases: typeof broken) => [...new Set(cases.map(([rule]) => rule))].toSorted();
    expect(ids(broken)).toEqual(Object.keys(baselineRules).toSorted());
    expect(ids(unrestricted)).toEqual(Object.keys(restrictedRules).toSorted());
  });
});

describe('a Pod that meets restricted', () => {
  it.each<[string, PodToMake]>([
    ['has what it asks', {}],
    ['says no to what is off by default', { spec: { hostNetwork: false, hostPID: null } }],
    ['is not privileged in so many words', { context: { privileged: false } }],
    [
      'adds NET_BIND_SERVICE',
      { init: { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } } },
    ],
    ['has ports of its own', { container: { ports: [{ containerPort: 80, hostPort: 0 }] } }],
    ['asks itself', { container: { livenessProbe: { httpGet: { port: 80, host: '' } } } }],
    ['names profiles of its node', { pod: { seccompProfile: { type: 'Localhost' } } }],
    ['names the default profile', { pod: { appArmorProfile: { type: 'RuntimeDefault' } } }],
    [
      'names AppArmor by annotations',
      { annotations: { 'container.apparmor.security.beta.kubernetes.io/main': 'localhost/a' } },
    ],
    ['has a type of SELinux', { pod: { seLinuxOptions: { type: 'container_t', level: 's0' } } }],
    ['masks /proc as ever', { context: { procMount: 'Default' } }],
    ['sets what is safe', { pod: { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start' }] } }],
    ['has a volume that says nothing', { spec: { volumes: [{ name: 'a' }] } }],
    [
      'has volumes of its own',
      {
        spec: {
          volumes: ['configMap', 'csi', 'emptyDir', 'ephemeral', 'image', 'projected'].map(
            (type) => ({ name: 'a', [type]: {} }),
          ),
        },
      },
    ],
    [
      'sets the profile in each container',
      {
        pod: { seccompProfile: null, runAsNonRoot: null },
        context: { seccompProfile: { type: 'Localhost' }, runAsNonRoot: true },
        init: { seccompProfile: { type: 'RuntimeDefault' }, runAsNonRoot: true },
      },
    ],
    ['names another uid', { pod: { runAsUser: 1 } }],
    ['is debugged as it runs', { ephemeral: { securityContext: safe } }],
    [
      'runs on Windows',
      { spec: windows, context: { allowPrivilegeEscalation: null, capabilities: null } },
    ],
  ])('%s', (_, made) => {
    expect(rulesOf(made, 'restricted')).toEqual([]);
  });
});

describe('where a Pod breaks a control', () => {
  it.each([
    ['Deployment', 'apps/v1', '{template: {spec: {hostPID: true}}}', 'spec.template.spec.hostPID'],
    ['StatefulSet', 'apps/v1', '{template: {spec: {hostPID: true}}}', 'spec.template.spec.hostPID'],
    ['Job', 'batch/v1', '{template: {spec: {hostPID: true}}}', 'spec.template.spec.hostPID'],
    [
      'CronJob',
      'batch/v1',
      '{jobTemplate: {spec: {template: {spec: {hostPID: true}}}}}',
      'spec.jobTemplate.spec.template.spec.hostPID',
    ],
  ])('is told inside of a %s', (kind, apiVersion, spec, path) => {
    const text = `{apiVersion: ${apiVersion}, kind: ${kind}, spec: ${spec}}`;
    const [manifest] = readManifests(Buffer.from(text), 'a.yaml');
    const group = apiVersion.split('/')[0] ?? '';
    const pod = manifest && podTemplateOf(manifest.value, `${kind}.${group}`);
    expect(pod && podBreaches(pod, 'baseline').map((breach) => breach.path.join('.'))).toEqual([
      path,
    ]);
  });

  it('is no Pod where the kind makes none', () => {
    expect(
      podTemplateOf(objectOf({ spec: { hostPID: true } }), 'Shop.example.com'),
    ).toBeUndefined();
  });

  it('is said without the marks of a terminal, and not at any length', () => {
    const made = {
      spec: { volumes: [{ name: 'a', hostPath: { path: `\u001b${'x'.repeat(9999)}` } }] },
    };
    const [breach] = podBreaches(podOf(made), 'baseline');
    expect(breach?.message).toMatch(/^the Pod mounts "\\u001bx+\.\.\." of its node$/u);
    expect(breach?.message.length).toBeLessThan(300);
  });
});

describe('any JSON where a Pod should be', () => {
  const words =
    'securityContext containers initContainers volumes hostPath name ports hostNetwork privileged capabilities add drop seccompProfile type sysctls';
  const keys = fc.constantFrom(...words.split(' '));
  const { value: json } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom<unknown>(null, true, false, 0, 'ALL', 'Unconfined', '', 1.5),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 6 }),
    ),
  }));

  it('is judged without a fall, and by restricted for all that baseline refuses', () => {
    let flawed = 0;
    fc.assert(
      fc.property(fc.dictionary(keys, json, { maxKeys: 8 }), (spec) => {
        const pod = podIn({ metadata: { name: 'pod' }, spec });
        const found = podBreaches(pod, 'baseline');
        flawed += found.length;
        expect(podBreaches(pod, 'restricted')).toEqual(expect.arrayContaining(found));
      }),
      { numRuns: 1000 },
    );
    expect(flawed).toBeGreaterThan(50);
  });
});
