import * as z from 'zod';
import { checked, refuseRepeated, text, writtenFreely, type Rule } from '../config/fields.ts';

type AlertField = 'for' | 'keep_firing_for' | 'annotations';

/** Not so no time at all, and no annotation. */
function saysSomething(value: string | object | null | undefined): boolean {
  if (typeof value === 'string') return /[1-9]/u.test(value);
  return Object.keys(value ?? {}).length > 0;
}

/**
 * The schema of the `groups` of a file of Prometheus rules, with what texts become. Its fields are
 * those that the Prometheus Operator of MetalK8s knows: the API server refuses others.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
 */
export function groupsOf<Limit extends z.ZodType>(rules: {
  readonly name: Rule;
  readonly record: Rule;
  readonly label: Rule;
  readonly expression: Rule;
  readonly duration: Rule;
  readonly limit: Limit;
  /** What must not be in a rule that records a series, by the name of the field. */
  readonly forAlerts: readonly AlertField[];
}) {
  const name = writtenFreely(rules.name);
  const duration = writtenFreely(rules.duration).optional();
  const texts = z.record(checked(rules.label, { pattern: '.' }), text).nullish();
  const rule = z
    .strictObject({
      alert: name.optional(),
      record: writtenFreely(rules.record).optional(),
      expr: writtenFreely(rules.expression),
      for: duration,
      keep_firing_for: duration,
      labels: texts,
      annotations: texts,
    })
    .superRefine(({ alert, record, ...fields }, context) => {
      if ((alert === undefined) === (record === undefined)) {
        context.addIssue({ code: 'custom', message: 'needs either `alert` or `record`' });
      }
      if (record === undefined) return;
      for (const field of rules.forAlerts.filter((one) => saysSomething(fields[one]))) {
        const message = 'is for alerts alone, not for what is recorded';
        context.addIssue({ code: 'custom', path: [field], message });
      }
    });
  const group = z.strictObject({
    name,
    interval: duration,
    limit: rules.limit.optional(),
    partial_response_strategy: z.enum(['warn', 'abort']).optional(),
    rules: z.array(rule).nullish(),
  });
  return z
    .array(group)
    .superRefine(refuseRepeated(({ name: one }: { readonly name: string }) => one, ['name']));
}

const notEmpty: Rule = (value) => (value === '' ? 'is empty, expected some text' : undefined);
const anything: Rule = () => undefined;

/** As a vendor ships them: any text may hold inputs. */
export const shippedGroups = groupsOf({
  name: notEmpty,
  record: notEmpty,
  label: notEmpty,
  expression: notEmpty,
  duration: notEmpty,
  limit: writtenFreely(anything),
  forAlerts: [],
});
