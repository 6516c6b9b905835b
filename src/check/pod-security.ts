import { fieldOf, textOf, type Json } from '../kubernetes/value.ts';
import type { baselineRules, restrictedRules } from './pod-rules.ts';
import { isThere, itemsOf, mapAt, type Container, type PodTemplate } from './pod-template.ts';
import {
  containerName,
  inContainers,
  inContexts,
  onLinux,
  refused,
  itemTexts,
  unsetIn,
  type Flaw,
} from './security-context.ts';
import { shown } from './shown.ts';

/** The profiles of the Pod Security Standards that ask for something. */
export type Standard = 'baseline' | 'restricted';

type BaselineRule = keyof typeof baselineRules;
type RestrictedRule = keyof typeof restrictedRules;

/** Where a Pod breaks a control. */
export interface Breach extends Flaw {
  readonly rule: BaselineRule | RestrictedRule;
}

type Control = (pod: PodTemplate) => Flaw[];

/**
 * Where a Pod breaks a profile. Of the versions of the standards from 1.28 to 1.37 the strictest counts:
 * what passes here passes on each, so that neither `hostUsers: false` (1.35) nor newer sysctls help.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podBreaches(pod: PodTemplate, standard: Standard): Breach[] {
  return [
    ...breachesOf(pod, baselineControls),
    ...(standard === 'restricted' ? breachesOf(pod, restrictedControls) : []),
  ];
}

function breachesOf<Rule extends Breach['rule']>(
  pod: PodTemplate,
  controls: Readonly<Record<Rule, Control>>,
): Breach[] {
  return idsOf(controls).flatMap((rule) =>
    controls[rule](pod).map((flaw): Breach => ({ rule, ...flaw })),
  );
}

function idsOf<Id extends string>(table: Readonly<Record<Id, unknown>>): Id[] {
  return Object.keys(table).filter((id): id is Id => Object.hasOwn(table, id));
}

const baselineControls: Readonly<Record<BaselineRule, Control>> = {
  'pod-host-namespaces': ({ spec, path }) =>
    ['hostNetwork', 'hostPID', 'hostIPC']
      .filter((key) => isSet(spec[key]))
      .map((key) => ({ message: `the Pod has \`${key}\``, path: [...path, key] })),
  'pod-privileged': (pod) =>
    inContainers(pod, ['privileged'], (value) => (isSet(value) ? 'is privileged' : undefined)),
  'pod-capabilities': (pod) =>
    inContainers(pod, ['capabilities', 'add'], (value) =>
      refused('adds the capability', itemTexts(value), CAPABILITIES),
    ),
  'pod-host-path': ({ spec, path }) =>
    itemsOf(spec['volumes'])
      .filter(({ value }) => isThere(value['hostPath']))
      .map(({ value, index }) => ({
        message: `the Pod mounts ${shown(mapAt(value, ['hostPath'])['path'])} of its node`,
        path: [...path, 'volumes', index, 'hostPath'],
      })),
  'pod-host-port': ({ containers }) =>
    containers.flatMap((container) =>
      itemsOf(container.value['ports'])
        .filter(({ value }) => isThere(value['hostPort']) && value['hostPort'] !== 0)
        .map(({ value, index }) => ({
          message: `${containerName(container)} takes the port ${shown(value['hostPort'])} of its node`,
          path: [...container.path, 'ports', index, 'hostPort'],
        })),
    ),
  'pod-host-probe': ({ containers }) => containers.flatMap(hostsAsked),
  'pod-host-process': (pod) =>
    inContexts(pod, ['windowsOptions', 'hostProcess'], (value) =>
      isSet(value) ? 'is a process of its node' : undefined,
    ),
  'pod-apparmor': (pod) => [...appArmorFields(pod), ...appArmorAnnotations(pod)],
  'pod-selinux': (pod) =>
    ['type', 'user', 'role'].flatMap((key) =>
      inContexts(pod, ['seLinuxOptions', key], (value) => {
        const allowed = key === 'type' ? SELINUX_TYPES : NOTHING;
        return refused(`sets the SELinux ${key}`, [textIn(value, '')], allowed);
      }),
    ),
  'pod-proc-mount': (pod) =>
    inContainers(pod, ['procMount'], (value) =>
      refused('has `procMount`', [textIn(value, 'Default')], PROC_MOUNTS),
    ),
  'pod-seccomp-off': (pod) =>
    inContexts(pod, ['seccompProfile'], (value) =>
      isThere(value) ? refused('has the seccomp profile', [typeOf(value)], PROFILES) : undefined,
    ),
  'pod-sysctls': ({ spec, path }) =>
    itemsOf(mapAt(spec, ['securityContext'])['sysctls'])
      .filter(({ value }) => !SYSCTLS.has(textOf(value['name'])))
      .map(({ value, index }) => ({
        message: `the Pod sets ${shown(value['name'])}`,
        path: [...path, 'securityContext', 'sysctls', index],
      })),
};

const restrictedControls: Readonly<Record<RestrictedRule, Control>> = {
  'pod-volume-type': ({ spec, path }) =>
    itemsOf(spec['volumes']).flatMap(({ value, index }) => {
      const type = Object.keys(value).find((key) => key !== 'name' && isThere(value[key]));
      // Without any it is an emptyDir; of folders of the node, baseline tells.
      if (type === undefined || type === 'hostPath' || VOLUMES.has(type)) return [];
      const message = `the Pod has the volume ${shown(value['name'])} of the type ${shown(type)}`;
      return [{ message, path: [...path, 'volumes', index] }];
    }),
  'pod-escalation': (pod) =>
    onLinux(pod, () =>
      inContainers(pod, ['allowPrivilegeEscalation'], (value) =>
        value === false ? undefined : 'may get more privileges',
      ),
    ),
  'pod-root': (pod) => [
    ...inContexts(pod, ['runAsNonRoot'], (value) =>
      isThere(value) && value !== true ? 'may run as root' : undefined,
    ),
    ...unsetIn(pod, 'runAsNonRoot', 'may run as root'),
  ],
  'pod-root-uid': (pod) =>
    inContexts(pod, ['runAsUser'], (value) => (value === 0 ? 'runs as uid 0' : undefined)),
  'pod-seccomp': (pod) =>
    onLinux(pod, () => unsetIn(pod, 'seccompProfile', 'has no seccomp profile')),
  'pod-drop-all': (pod) =>
    onLinux(pod, () => [
      ...inContainers(pod, ['capabilities', 'drop'], (value) =>
        itemTexts(value).includes('ALL') ? undefined : 'does not drop all capabilities',
      ),
      // Of the others, baseline tells.
      ...inContainers(pod, ['capabilities', 'add'], (value) =>
        refused(
          'adds the capability',
          itemTexts(value).filter((text) => CAPABILITIES.has(text)),
          RESTRICTED_CAPABILITIES,
        ),
      ),
    ]),
};

/** Neither absent nor false: what is no boolean, the API server refuses. */
function isSet(value: Json | undefined): boolean {
  return isThere(value) && value !== false;
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const HOOKS = ['postStart', 'preStop'];

function hostsAsked(container: Container): Flaw[] {
  const handlers = [...PROBES.map((key) => [key]), ...HOOKS.map((key) => ['lifecycle', key])];
  return handlers
    .flatMap((path) => ['httpGet', 'tcpSocket'].map((action) => [...path, action]))
    .filter((path) => textOf(mapAt(container.value, path)['host']) !== '')
    .map((path) => ({
      message: `${containerName(container)} asks ${shown(mapAt(container.value, path)['host'])} in \`${path.join('.')}\``,
      path: [...container.path, ...path, 'host'],
    }));
}

function appArmorFields(pod: PodTemplate): Flaw[] {
  return inContexts(pod, ['appArmorProfile'], (value) =>
    isThere(value) ? refused('has the AppArmor profile', [typeOf(value)], PROFILES) : undefined,
  );
}

/** How AppArmor was chosen before 1.30; the admission still looks at it. */
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

function appArmorAnnotations({ metadata, path }: PodTemplate): Flaw[] {
  const holder = [...path.slice(0, -1), 'metadata', 'annotations'];
  return Object.entries(mapAt(metadata, ['annotations']))
    .filter(([key]) => key.startsWith(APPARMOR))
    .filter(([, value]) => !/^(?:runtime\/default|localhost\/.*)?$/su.test(textOf(value)))
    .map(([key, value]) => ({
      message: `the Pod has the AppArmor profile ${shown(value)} for the container ${shown(key.slice(APPARMOR.length))}`,
      path: [...holder, key],
    }));
}

/** What stands there as text; `other` where nothing does. */
function textIn(value: Json | undefined, other: string): string {
  if (!isThere(value)) return other;
  return typeof value === 'string' ? value : shown(value);
}

function typeOf(profile: Json): string {
  return textOf(fieldOf(profile, 'type'));
}

/** Of seccomp and of AppArmor alike; the third is `Unconfined`. */
const PROFILES: ReadonlySet<string> = new Set(['RuntimeDefault', 'Localhost']);

const PROC_MOUNTS: ReadonlySet<string> = new Set(['Default']);

const NOTHING: ReadonlySet<string> = new Set(['']);

const SELINUX_TYPES: ReadonlySet<string> = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
]);

const CAPABILITIES: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const RESTRICTED_CAPABILITIES: ReadonlySet<string> = new Set(['NET_BIND_SERVICE']);

/** As 1.28 has them. */
const SYSCTLS: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_syncookies',
]);

/** In the order of the API; `image` is of 1.31. */
const VOLUMES: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);
