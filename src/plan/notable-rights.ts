import type { Target } from './grants.ts';

/** Rights that reach further than their words, and why. */
interface Notable {
  readonly group: string;
  /** With their subresources. */
  readonly resources: readonly string[];
  /** Any of these; nothing for every verb. */
  readonly verbs?: readonly string[];
  readonly why: string;
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch'];
const RBAC = 'rbac.authorization.k8s.io';

/**
 * What Kubernetes itself warns of. Starting Pods is left out: every Operator does it, and may so use
 * any ServiceAccount and Secret of the Namespace.
 *
 * @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
 */
const notables: readonly Notable[] = [
  {
    group: '',
    resources: ['secrets'],
    verbs: READ,
    why: 'reads Secrets, keys and tokens among them',
  },
  { group: '', resources: ['secrets'], verbs: WRITE, why: 'writes Secrets' },
  {
    group: '',
    resources: ['pods/exec', 'pods/attach', 'pods/ephemeralcontainers'],
    why: 'runs commands in Pods of others',
  },
  {
    group: '',
    resources: ['pods/portforward', 'pods/proxy', 'services/proxy'],
    why: 'reaches Pods past every NetworkPolicy',
  },
  { group: '', resources: ['nodes/proxy'], why: 'runs commands in every Pod of a node' },
  {
    group: '',
    resources: ['serviceaccounts/token'],
    verbs: ['create'],
    why: 'issues tokens of any ServiceAccount there',
  },
  {
    group: '',
    resources: ['users', 'groups', 'serviceaccounts'],
    verbs: ['impersonate'],
    why: 'acts as somebody else',
  },
  {
    group: 'authentication.k8s.io',
    resources: ['uids', 'userextras'],
    verbs: ['impersonate'],
    why: 'acts as somebody else',
  },
  {
    group: 'authentication.k8s.io',
    resources: ['tokenreviews'],
    why: 'asks whose a token is: whoever calls it hands over tokens',
  },
  {
    group: 'authorization.k8s.io',
    resources: ['subjectaccessreviews', 'localsubjectaccessreviews'],
    why: 'asks what others may do',
  },
  {
    group: RBAC,
    resources: ['roles', 'clusterroles'],
    verbs: ['bind', 'escalate'],
    why: 'gives rights that it has not itself',
  },
  {
    group: RBAC,
    resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'],
    verbs: WRITE,
    why: 'gives its rights to others',
  },
  {
    group: '',
    resources: ['namespaces'],
    verbs: ['update', 'patch'],
    why: 'changes labels of Namespaces, by which Pod Security and network policies go',
  },
  {
    group: '',
    resources: ['persistentvolumes'],
    verbs: WRITE,
    why: 'reaches folders of nodes through volumes',
  },
  {
    group: 'admissionregistration.k8s.io',
    resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
    verbs: WRITE,
    why: 'sees and changes what others write',
  },
  {
    group: 'apiextensions.k8s.io',
    resources: ['customresourcedefinitions'],
    verbs: [...WRITE, 'delete', 'deletecollection'],
    why: 'changes kinds, or deletes them with all of their objects',
  },
  {
    group: 'apiregistration.k8s.io',
    resources: ['apiservices'],
    verbs: WRITE,
    why: 'takes over a part of the API',
  },
  {
    group: 'certificates.k8s.io',
    resources: ['certificatesigningrequests/approval', 'signers'],
    why: 'makes certificates that the cluster trusts',
  },
];

/** Why somebody should look at verbs on a target; nothing where it is an ordinary right. */
export function notableWhy(target: Target, verbs: readonly string[]): string | undefined {
  if (target.kind === 'unknown') return 'what that is, only the cluster knows';
  if (target.kind === 'url') return undefined;
  if (target.resource === '*')
    return 'covers Secrets and whatever is there later, where the group has it';
  return notables.find((notable) => isMet(notable, target, verbs))?.why;
}

function isMet(
  { group, resources, verbs }: Notable,
  target: Extract<Target, { kind: 'resource' }>,
  given: readonly string[],
): boolean {
  if (target.group !== group && target.group !== '*') return false;
  if (!resources.some((resource) => covers(target.resource, resource))) return false;
  return verbs === undefined || given.includes('*') || given.some((verb) => verbs.includes(verb));
}

/** `*` before a slash stands for any resource; extras of a user are named behind one. */
function covers(granted: string, resource: string): boolean {
  if (granted === resource) return true;
  return granted.startsWith('*/')
    ? resource.endsWith(granted.slice(1))
    : resource === 'userextras' && granted.startsWith('userextras/');
}
