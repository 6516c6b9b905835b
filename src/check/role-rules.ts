import type { RuleText } from './rule.ts';

/** `operator/deploy/role.yaml`. */
export const roleRules = {
  'role-missing': {
    level: 'warning',
    title: 'the Operator has no role',
    why: 'Its ServiceAccount may do nothing, not even read the custom resources that it is there for: each site must find out what it needs.',
    mend: 'Write the Roles and ClusterRoles that it needs to operator/deploy/role.yaml.',
  },
  'role-kind': {
    level: 'error',
    title: 'role.yaml holds another object than a Role or a ClusterRole',
    why: 'Bindings and accounts are rendered.',
    mend: 'Keep other objects out of role.yaml; roles are of rbac.authorization.k8s.io/v1.',
  },
  'role-name': {
    level: 'error',
    title: 'a role has no name',
    why: 'The API server refuses it.',
    mend: 'Add `metadata.name`.',
  },
  'role-refused': {
    level: 'error',
    title: 'the API server refuses a role',
    why: 'Unknown fields, rules without verbs, groups or resources, paths of the API server in a Role (ValidatePolicyRule).',
    mend: 'Correct the rule that is named.',
  },
  'role-twice': {
    level: 'error',
    title: 'one role is defined twice in an archive',
    why: 'The second one would overwrite the first.',
    mend: 'Rename or remove one of them.',
  },
  'role-wildcard': {
    level: 'warning',
    title: 'a role covers all groups, or all resources of a group that is not its own',
    why: 'It covers Secrets and whatever is there later.',
    mend: 'Name the resources that the Operator uses.',
  },
  'role-verbs': {
    level: 'note',
    title: 'a role gives every verb on what is not its own',
    why: '`*` is also deletecollection, impersonate, bind and escalate, and every verb to come.',
    mend: 'Name the verbs that the Operator uses.',
  },
  'role-escalation': {
    level: 'warning',
    title: 'a role lets the Operator take rights that it was not given',
    why: '`escalate`, `bind` and `impersonate` are the ways around the rule that nobody gives more than they have.',
    mend: 'Remove the verb, or narrow it with `resourceNames`.',
  },
  'role-cluster-scoped': {
    level: 'note',
    title: 'a role has rights that a RoleBinding does not give',
    why: 'An Operator has its rights in its own Namespace: paths of the API server and resources without a Namespace need a ClusterRoleBinding, which environments.yaml must allow.',
    mend: 'Remove what the Operator does without; tell administrators of the rest.',
  },
  'role-generic-name': {
    level: 'warning',
    title: 'a ClusterRole has the name that a generator gives',
    why: 'Two Solutions, or two versions of one, clash: the second apply overwrites the first. This tool renames them, others do not.',
    mend: 'Let the name start with that of the Solution: `namePrefix` of kustomize.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
