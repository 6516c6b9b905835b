import * as z from 'zod';
import { checked } from './fields.ts';

/** A name is exact; what ends in a slash is the start of one, with a registry in it at least. */
const FORM =
  /^[a-z0-9][a-zA-Z0-9._:-]*\/(?:[a-z0-9._-]+\/)*(?:[a-z0-9._-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?)?$/u;

const other = checked(
  (text) =>
    FORM.test(text)
      ? undefined
      : 'is neither an image such as registry.example/a/b:1 nor a start of some that ends in `/`',
  { pattern: FORM.source, maxLength: 512 },
);

/** `spec.imageAdmission` of platform.yaml, as people write it. */
export const imageAdmissionSchema = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe('Renders a ValidatingAdmissionPolicy, which Kubernetes has since 1.30'),
  action: z
    .enum(['deny', 'warn'])
    .optional()
    .describe('What happens to a Pod with another image; warn also writes it to the audit log'),
  also: z
    .array(other)
    .nullish()
    .describe('Images from elsewhere: whole names, or starts of names that end in `/`'),
});

/** Whether the cluster itself refuses images that no record has. */
export interface ImageAdmission {
  readonly isEnabled: boolean;
  readonly action: 'deny' | 'warn';
  /** Each once, in one order. */
  readonly also: readonly string[];
}

/** `spec.imageAdmission` with its defaults. */
export function toImageAdmission(
  fields: z.output<typeof imageAdmissionSchema> | null | undefined,
): ImageAdmission {
  return {
    isEnabled: fields?.enabled ?? false,
    action: fields?.action ?? 'deny',
    also: [...new Set(fields?.also)].toSorted(),
  };
}
