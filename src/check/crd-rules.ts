import type { RuleText } from './rule.ts';

/** `operator/deploy/crds`. */
export const crdRules = {
  'kubernetes-yaml': {
    level: 'error',
    title: 'a file with CRDs or roles is not YAML as kubectl reads it',
    why: 'Duplicate keys, bytes that are no UTF-8 and syntax errors lose something in silence, or stop the apply.',
    mend: 'Correct it at the place that is named.',
  },
  'crd-kind': {
    level: 'error',
    title: '`*_crd.yaml` holds another object',
    why: 'CustomResourceDefinitions of apiextensions.k8s.io/v1 alone are taken from there.',
    mend: 'Keep other objects out of `*_crd.yaml`.',
  },
  'crd-v1beta1': {
    level: 'error',
    title: 'a CRD is of apiextensions.k8s.io/v1beta1',
    why: 'Kubernetes has not served it since 1.22.',
    mend: 'Ship it as apiextensions.k8s.io/v1.',
  },
  'crd-name': {
    level: 'error',
    title: 'a CRD has no name',
    why: 'Its name is `<plural>.<group>`.',
    mend: 'Add `metadata.name`.',
  },
  'crd-unseen': {
    level: 'warning',
    title: 'a CRD is where nobody looks for one',
    why: 'Only `*_crd.yaml` below operator/deploy/crds is applied: this one is lost without a word.',
    mend: 'Rename or move the file, or remove it.',
  },
  'crd-refused': {
    level: 'error',
    title: 'the API server refuses a CRD',
    why: 'Unknown and missing fields, a name that is not `<plural>.<group>`, not exactly one stored version (ValidateCustomResourceDefinition).',
    mend: 'Correct the field that is named; `kubectl apply --dry-run=server` on any cluster says the same.',
  },
  'crd-schema': {
    level: 'error',
    title: 'the schema of a CRD is not structural',
    why: 'apiextensions.k8s.io/v1 takes structural schemas alone: a type everywhere, no `$ref`, nothing that allOf, anyOf, oneOf or not may not hold.',
    mend: 'Correct the schema; controller-gen makes structural ones.',
  },
  'crd-twice': {
    level: 'error',
    title: 'one CRD is defined twice in an archive',
    why: 'Which of the two counts would be chance.',
    mend: 'Remove one of them.',
  },
  'crd-owners': {
    level: 'warning',
    title: 'several Solutions define one CRD',
    why: 'A cluster has it once: one of the Operators would find the definition of another.',
    mend: 'Let one Solution own it, or put it into a Solution of its own.',
  },
  'crd-webhook': {
    level: 'warning',
    title: 'a webhook that converts between versions has a fixed Namespace, or none',
    why: 'A CRD is there once, its Operator runs in the Namespaces of Environments, whose names the vendor cannot know.',
    mend: 'Use conversion `None`, or tell administrators that the Operator must run in that Namespace.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
