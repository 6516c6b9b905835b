import { z } from 'zod';
import { dnsLabelMistake, labelKeyMistake, labelValueMistake } from '../kubernetes/names.ts';

/** A string that `mistake` finds nothing wrong with. */
function checked(mistake: (text: string) => string | undefined): z.ZodString {
  return z.string().superRefine((text, context) => {
    const message = mistake(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

/** The apiVersion of every file of ours. */
export const apiVersion = z.literal('solutions.metalk8s.scality.com/v1alpha1');

/** An RFC 1123 label: the name of a Solution, an Environment, a Namespace, a Secret. */
export const dnsLabel = checked(dnsLabelMistake);

/**
 * A version as written. Editors may see a number (`1.10`), the program sees its text: the YAML is
 * read with {@link isVersionPath}.
 */
export const version = z
  .union([z.string().min(1), z.number()])
  .transform(String)
  .describe('The version as the archive names it, or `latest`');

/** Text of which YAML may make a number or a boolean. */
export const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** How much an Operator's Pod may do: the Pod Security Standards, and what MetalK8s rendered. */
export const hardening = z
  .enum(['restricted', 'baseline', 'compat'])
  .describe('restricted and baseline are the Pod Security Standards; compat is what Salt rendered');

/** `nodeSelector`: label keys and values. */
export const labels = z.record(checked(labelKeyMistake), text.pipe(checked(labelValueMistake)));

const quantity = text.pipe(
  z.string().regex(/^[0-9]+(?:\.[0-9]+)?(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$/u, {
    message: 'expected a Kubernetes quantity such as 250m, 64Mi or 2',
  }),
);

/** `resources` of a container. */
export const resources = z.strictObject({
  requests: z.record(z.string(), quantity).optional(),
  limits: z.record(z.string(), quantity).optional(),
});

/** `tolerations` of a Pod. */
export const tolerations = z.array(
  z.strictObject({
    key: z.string().optional(),
    operator: z.enum(['Equal', 'Exists']).optional(),
    value: text.optional(),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
    tolerationSeconds: z.int().optional(),
  }),
);

const keySelector = z.strictObject({ name: z.string().min(1), key: z.string().min(1) });

/** `env` of a container: a value, or a key of a Secret or ConfigMap by name. */
export const env = z.array(
  z.union([
    z.strictObject({ name: z.string().min(1), value: text }),
    z.strictObject({
      name: z.string().min(1),
      valueFrom: z.union([
        z.strictObject({ secretKeyRef: keySelector }),
        z.strictObject({ configMapKeyRef: keySelector }),
      ]),
    }),
  ]),
);
