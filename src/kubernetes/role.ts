import { metadataShape } from './metadata.ts';
import { fieldsOf, shapeMistakes, type Shape } from './shape.ts';
import { fieldOf, isJsonList, type Json, type JsonObject } from './value.ts';

const texts: Shape = { listOf: 'text' };

/** `rules` and what is around them; each rule must have verbs. */
const common = {
  apiVersion: 'text',
  kind: 'text',
  metadata: metadataShape,
  rules: {
    listOf: {
      fields: fieldsOf({
        verbs: texts,
        apiGroups: texts,
        resources: texts,
        resourceNames: texts,
        nonResourceURLs: texts,
      }),
      required: ['verbs'],
    },
  },
} as const;

const labelSelector: Shape = {
  fields: fieldsOf({
    matchLabels: { mapOf: 'text' },
    matchExpressions: {
      listOf: {
        fields: fieldsOf({ key: 'text', operator: 'text', values: texts }),
        required: ['key', 'operator'],
      },
    },
  }),
};

const role: Shape = { fields: fieldsOf(common) };
const clusterRole: Shape = {
  fields: fieldsOf({
    ...common,
    aggregationRule: { fields: fieldsOf({ clusterRoleSelectors: { listOf: labelSelector } }) },
  }),
};

/**
 * What the API server would refuse in a Role.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/
 */
export function roleMistakes(object: JsonObject): string[] {
  const mistakes = shapeMistakes(object, role);
  return mistakes.length > 0 ? mistakes : rulesMistakes(object['rules'], 'Role');
}

/** What the API server would refuse in a ClusterRole. */
export function clusterRoleMistakes(object: JsonObject): string[] {
  const mistakes = shapeMistakes(object, clusterRole);
  if (mistakes.length > 0) return mistakes;
  const aggregation = object['aggregationRule'] ?? undefined;
  return [
    ...rulesMistakes(object['rules'], 'ClusterRole'),
    ...(aggregation === undefined || isThere(aggregation, 'clusterRoleSelectors')
      ? []
      : ['aggregationRule.clusterRoleSelectors must not be empty']),
  ];
}

/** ValidatePolicyRule: what a rule of the right shape must have. The first mistake is enough. */
function rulesMistakes(rules: Json | undefined, kind: 'Role' | 'ClusterRole'): string[] {
  if (!isJsonList(rules)) return [];
  for (const [index, rule] of rules.entries()) {
    const mistake = ruleMistake(rule, kind);
    if (mistake !== undefined) return [`rules[${index}]${mistake}`];
  }
  return [];
}

function ruleMistake(rule: Json, kind: 'Role' | 'ClusterRole'): string | undefined {
  if (!isThere(rule, 'verbs')) return '.verbs must not be empty';
  const missing = ['apiGroups', 'resources'].find((key) => !isThere(rule, key));
  if (!isThere(rule, 'nonResourceURLs')) {
    return missing === undefined ? undefined : `.${missing} must not be empty`;
  }
  if (kind === 'Role') return '.nonResourceURLs is only for a ClusterRole';
  return ['apiGroups', 'resources', 'resourceNames'].some((key) => isThere(rule, key))
    ? ' has resources and nonResourceURLs, must be two rules'
    : undefined;
}

/** Whether a list is there and not empty. */
function isThere(map: Json, key: string): boolean {
  const list = fieldOf(map, key);
  return isJsonList(list) && list.length > 0;
}
