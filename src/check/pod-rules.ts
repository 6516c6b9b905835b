import type { RuleText } from './rule.ts';

/** Why a privileged Namespace mends all of them: somebody decided it, where everybody sees it. */
const OR_LABEL =
  'Remove the setting; where the Pod cannot work without it, label its Namespace `privileged`.';

/** The controls of the Pod Security Standard `baseline`. */
export const baselineRules = {
  'pod-host-namespaces': {
    level: 'error',
    title: 'a Pod shares the network, the processes or the IPC of its node',
    why: 'It sees and reaches what all others on the node do, and no NetworkPolicy holds it (Pod Security, baseline).',
    mend: OR_LABEL,
  },
  'pod-privileged': {
    level: 'error',
    title: 'a container is privileged',
    why: 'It is root on the node (Pod Security, baseline).',
    mend: OR_LABEL,
  },
  'pod-capabilities': {
    level: 'error',
    title: 'a container has capabilities beyond the default ones',
    why: 'Many of them are a way to the node (Pod Security, baseline). Names have capitals and no `CAP_`.',
    mend: OR_LABEL,
  },
  'pod-host-path': {
    level: 'error',
    title: 'a Pod mounts a folder of its node',
    why: 'What is there belongs to the node and to every Pod on it (Pod Security, baseline).',
    mend: 'Use a claim, or a `local` PersistentVolume with one.',
  },
  'pod-host-port': {
    level: 'error',
    title: 'a container takes a port of its node',
    why: 'It is reached past Services and Ingresses, and one node has one such Pod (Pod Security, baseline).',
    mend: 'Use a Service.',
  },
  'pod-host-probe': {
    level: 'error',
    title: 'a probe or a hook names a host',
    why: 'The kubelet would ask any address for whoever may write Pods (Pod Security, baseline since 1.34).',
    mend: 'Remove `host`: the Pod itself is asked.',
  },
  'pod-host-process': {
    level: 'error',
    title: 'a Windows container is a process of its node',
    why: 'It is privileged there (Pod Security, baseline).',
    mend: OR_LABEL,
  },
  'pod-apparmor': {
    level: 'error',
    title: 'a Pod turns AppArmor off',
    why: 'The default profile of the runtime is what keeps a container from the node (Pod Security, baseline).',
    mend: 'Take `RuntimeDefault`, or a profile of the node as `Localhost`.',
  },
  'pod-selinux': {
    level: 'error',
    title: 'a Pod chooses a user, a role or a type of SELinux',
    why: 'Types other than those for containers reach the node (Pod Security, baseline).',
    mend: 'Remove `seLinuxOptions`, or keep `level` alone.',
  },
  'pod-proc-mount': {
    level: 'error',
    title: 'a container sees all of /proc',
    why: 'What is masked there tells of the node, or changes it (Pod Security, baseline).',
    mend: 'Remove `procMount`.',
  },
  'pod-seccomp-off': {
    level: 'error',
    title: 'a Pod turns seccomp off',
    why: 'Every call of the kernel is open to it (Pod Security, baseline).',
    mend: 'Take `RuntimeDefault`, or a profile of the node as `Localhost`.',
  },
  'pod-sysctls': {
    level: 'error',
    title: 'a Pod sets a parameter of the kernel that is not known to be safe',
    why: 'Others on the node feel it (Pod Security, baseline: the list of 1.28, which later ones lengthen).',
    mend: OR_LABEL,
  },
} as const satisfies Readonly<Record<string, RuleText>>;

/** What the Pod Security Standard `restricted` asks beyond `baseline`. */
export const restrictedRules = {
  'pod-volume-type': {
    level: 'error',
    title: 'a volume is neither local to the Pod nor a claim',
    why: 'Drivers in the Pod itself need secrets there, and reach past the storage classes (Pod Security, restricted).',
    mend: 'Use a PersistentVolumeClaim.',
  },
  'pod-escalation': {
    level: 'error',
    title: 'a process may get more privileges than its parent',
    why: 'A set-uid program in the image makes root out of any user (Pod Security, restricted).',
    mend: 'Set `securityContext.allowPrivilegeEscalation: false`.',
  },
  'pod-root': {
    level: 'error',
    title: 'a container may run as root',
    why: 'Whoever breaks out of it is root on the node (Pod Security, restricted).',
    mend: 'Set `securityContext.runAsNonRoot: true`, and `runAsUser` where the image names no uid.',
  },
  'pod-root-uid': {
    level: 'error',
    title: 'a container is told to run as uid 0',
    why: 'Whoever breaks out of it is root on the node (Pod Security, restricted).',
    mend: 'Set `runAsUser` to another uid.',
  },
  'pod-seccomp': {
    level: 'error',
    title: 'a container has no profile of seccomp',
    why: 'Without one, calls of the kernel that no program needs are open (Pod Security, restricted).',
    mend: 'Set `securityContext.seccompProfile: {type: RuntimeDefault}` in the Pod.',
  },
  'pod-drop-all': {
    level: 'error',
    title: 'a container keeps capabilities',
    why: 'All must be dropped; NET_BIND_SERVICE alone may be added again (Pod Security, restricted).',
    mend: 'Set `securityContext.capabilities: {drop: [ALL]}`.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
