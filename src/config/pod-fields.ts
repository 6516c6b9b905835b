import * as z from 'zod';
import {
  configKeyMistake,
  DNS_SUBDOMAIN,
  envNameMistake,
  LABEL_TEXT,
  labelKeyMistake,
  labelValueMistake,
  pathSegmentMistake,
} from '../kubernetes/names.ts';
import {
  checked,
  objectName,
  refuseRepeated,
  text,
  written,
  writtenFreely,
  type Form,
} from './fields.ts';

const LABEL_VALUE_FORM: Form = { pattern: `^$|${LABEL_TEXT.source}`, maxLength: 63 };
const LABEL_KEY_FORM: Form = {
  pattern: `^(?:${inside(DNS_SUBDOMAIN)}/)?${inside(LABEL_TEXT)}$`,
  maxLength: 253 + 1 + 63,
};

/** A pattern without its ends. */
function inside({ source }: RegExp): string {
  return source.slice('^'.length, -'$'.length);
}

/** The key of a label or of an annotation. */
export const labelKey = checked(labelKeyMistake, LABEL_KEY_FORM);

/** `nodeSelector` of a Pod: label keys and values. */
export const labels = z.record(labelKey, writtenFreely(labelValueMistake, LABEL_VALUE_FORM));

const RESOURCE = /^(?:cpu|memory|ephemeral-storage|hugepages-[0-9]+[KMGTPE]i)$/u;

/** Kubernetes knows the names without a domain (ValidateContainerResourceName). */
function resourceMistake(name: string): string | undefined {
  const mistake = labelKeyMistake(name);
  if (mistake !== undefined || name.includes('/') || RESOURCE.test(name)) return mistake;
  return 'is no resource: `cpu`, `memory`, `ephemeral-storage`, `hugepages-<size>` or `<domain>/<name>`';
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const QUANTITY = /^[0-9]+(?:\.[0-9]+)?(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,3})?$/u;
const MAX_QUANTITY = 63;

const quantities = z.record(
  checked(resourceMistake, LABEL_KEY_FORM),
  written(
    (quantity) =>
      quantity.length <= MAX_QUANTITY && QUANTITY.test(quantity)
        ? undefined
        : 'must be a Kubernetes quantity such as 250m, 64Mi or 2',
    { pattern: QUANTITY.source, maxLength: MAX_QUANTITY },
  ),
);

/** `resources` of a container. */
export const resources = z.strictObject({
  requests: quantities.optional(),
  limits: quantities.optional(),
});

/** Over 68 years; it has 64 bits in Kubernetes, which not every reader of JSON has. */
const MAX_SECONDS = 2 ** 31 - 1;

const toleration = z.strictObject({
  key: checked((key) => (key === '' ? undefined : labelKeyMistake(key)), {
    ...LABEL_KEY_FORM,
    pattern: `^$|${LABEL_KEY_FORM.pattern}`,
  }).optional(),
  operator: z.enum(['Equal', 'Exists']).optional(),
  value: writtenFreely(labelValueMistake, LABEL_VALUE_FORM).optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
  tolerationSeconds: z.int().min(0).max(MAX_SECONDS).optional(),
});

/** `tolerations` of a Pod, as ValidateTolerations in k8s.io/kubernetes takes them. */
export const tolerations = z.array(
  toleration.superRefine(({ key, operator, value, effect, tolerationSeconds }, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if (operator === 'Exists' && value) refuse('must have no `value` beside `operator: Exists`');
    if (!key && operator !== 'Exists') refuse('needs a `key`, or `operator: Exists`');
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      refuse('needs `effect: NoExecute` beside `tolerationSeconds`');
    }
  }),
);

const selector = z.strictObject({
  name: objectName,
  key: checked(configKeyMistake, { pattern: '^[-._a-zA-Z0-9]+$', maxLength: 253 }),
});

const source = z
  .strictObject({ secretKeyRef: selector.optional(), configMapKeyRef: selector.optional() })
  .superRefine(({ secretKeyRef, configMapKeyRef }, context) => {
    if ((secretKeyRef === undefined) !== (configMapKeyRef === undefined)) return;
    context.addIssue({
      code: 'custom',
      message: 'needs either `secretKeyRef` or `configMapKeyRef`',
    });
  })
  .meta({ oneOf: [{ required: ['secretKeyRef'] }, { required: ['configMapKeyRef'] }] });

const variable = z
  .strictObject({
    name: checked(envNameMistake, {
      pattern: String.raw`^(?!\.$|\.\.)[-._a-zA-Z][-._a-zA-Z0-9]*$`,
    }),
    value: text.optional(),
    valueFrom: source.optional(),
  })
  .superRefine(({ value, valueFrom }, context) => {
    if ((value === undefined) !== (valueFrom === undefined)) return;
    context.addIssue({ code: 'custom', message: 'needs either `value` or `valueFrom`' });
  })
  .meta({ oneOf: [{ required: ['value'] }, { required: ['valueFrom'] }] });

/** `env` of a container: a value, or a key of a Secret or ConfigMap by name. */
export const env = z
  .array(variable)
  .superRefine(refuseRepeated(({ name }: { readonly name: string }) => name, ['name']));

/** Names of ClusterRoles. */
export const clusterRoles = z
  .array(
    checked(
      (name) =>
        pathSegmentMistake(name) ??
        (/\p{Cc}/u.test(name) ? 'must not hold control characters' : undefined),
      { pattern: String.raw`^(?!\.{1,2}$)[^/%\p{Cc}]+$` },
    ),
  )
  .superRefine(refuseRepeated((name: string) => name))
  .meta({ uniqueItems: true });
