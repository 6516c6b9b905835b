import type { RuleText } from './rule.ts';

/** A folder of manifests, such as `out/`: what is applied, beside the Pods' security. */
export const manifestRules = {
  'manifest-unreadable': {
    level: 'error',
    title: 'a file cannot be read as manifests',
    why: 'kubectl and agents refuse it, or read something else in it.',
    mend: 'Correct the place that is named; keep files that are no manifests out of the folder.',
  },
  'manifest-refused': {
    level: 'error',
    title: 'the API server refuses an object',
    why: 'The apply stops there, or goes on without it.',
    mend: 'Correct the field that is named.',
  },
  'manifest-twice': {
    level: 'error',
    title: 'one object stands twice in the folder',
    why: 'The second one overwrites the first with each apply.',
    mend: 'Rename or remove one of them.',
  },
  'secret-committed': {
    level: 'error',
    title: 'a Secret with its content is among the manifests',
    why: 'Whoever may read the repository, its clones and its backups may read it, for ever.',
    mend: 'Take it out and change what it held; refer to Secrets by name, and make them in the cluster.',
  },
  'image-latest': {
    level: 'warning',
    title: 'an image is named without a tag, or by `latest`',
    why: 'What runs is what the registry has that day, another on each node.',
    mend: 'Name a version, and the digest: `<image>:<tag>@sha256:...`.',
  },
  'image-no-digest': {
    level: 'warning',
    title: 'an image is named by its tag alone',
    why: 'A tag can be moved: nothing says that what runs is what was reviewed.',
    mend: 'Add the digest: `<image>:<tag>@sha256:...`.',
  },
  'requests-missing': {
    level: 'warning',
    title: 'a container does not say how much CPU or memory it needs',
    why: 'The scheduler takes it for nothing, and the node ends it first when memory is short.',
    mend: 'Set `resources.requests`.',
  },
  'memory-limit-missing': {
    level: 'note',
    title: 'a container has no limit of memory',
    why: 'One that leaks takes what others on its node need. A limit of CPU only slows it down, and is not asked for.',
    mend: 'Set `resources.limits.memory`, for an Operator in environments.yaml.',
  },
  'probe-missing': {
    level: 'note',
    title: 'a Service sends requests to a container that nobody asks whether it is ready',
    why: 'It gets them before it listens, and while it stops.',
    mend: 'Set `readinessProbe`, where the program has something to ask.',
  },
  'account-default': {
    level: 'warning',
    title: 'a Pod has the token of the ServiceAccount `default`',
    why: 'All Pods of the Namespace that name none share it, and what somebody gives one of them all have.',
    mend: 'Give the Pod a ServiceAccount of its own, or set `automountServiceAccountToken: false`.',
  },
  'token-unneeded': {
    level: 'note',
    title: 'a Pod has a token that nothing here gives rights to',
    why: 'Whoever breaks in can talk to the API server. The rights may come from elsewhere.',
    mend: 'Set `automountServiceAccountToken: false` where the program does not talk to the API server.',
  },
  'network-policy-missing': {
    level: 'note',
    title: 'no NetworkPolicy is about a Pod',
    why: 'It reaches everything, and everything reaches it, unless policies from elsewhere forbid it.',
    mend: 'Set `network: {enabled: true}` in platform.yaml, or add a NetworkPolicy that selects it.',
  },
  'namespace-unguarded': {
    level: 'note',
    title: 'a Namespace admits Pods that do anything',
    why: 'It has no label of Pod Security, or says `privileged`: Pods in a privileged one are not judged here either.',
    mend: 'Label it `pod-security.kubernetes.io/enforce: baseline`, or `warn` and `audit` first.',
  },
  'volume-host-path': {
    level: 'warning',
    title: 'a PersistentVolume is a folder of whichever node a Pod lands on',
    why: 'Nothing ties the Pod to the node that has the data, and what else is in the folder is the business of the node.',
    mend: 'Use `local` with a `nodeAffinity`.',
  },
  'binding-admin': {
    level: 'warning',
    title: 'somebody is made cluster-admin',
    why: 'That is every right, that of giving rights among them.',
    mend: 'Bind a role that names what is needed.',
  },
  'binding-everybody': {
    level: 'warning',
    title: 'rights are given to all users or all ServiceAccounts',
    why: 'Every Pod of the cluster has them; with `system:unauthenticated` everybody who reaches the API server.',
    mend: 'Name the ServiceAccounts that need them.',
  },
  'waiver-stale': {
    level: 'note',
    title: 'a waiver in platform.yaml is for nothing that was found',
    why: 'What it excused is gone, or is named otherwise; one day it would excuse something else.',
    mend: 'Remove it, or correct the rule or the object.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
