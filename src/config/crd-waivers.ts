import * as z from 'zod';
import { crdRuleIds } from '../crd/rules.ts';
import type { ChangeWaiver } from '../crd/waiver.ts';
import type { Place } from '../errors.ts';
import { objectName, writtenFreely } from './fields.ts';
import { didYouMean } from './spelling.ts';

const ids: ReadonlySet<string> = new Set(crdRuleIds);

const rule = z
  .string()
  .superRefine((text, context) => {
    if (ids.has(text)) return;
    context.addIssue({
      code: 'custom',
      message: 'is no rule for changes of a CRD',
      params: { hint: didYouMean(text, crdRuleIds) ?? 'docs/crd-changes.md explains all of them' },
    });
  })
  .meta({ enum: [...crdRuleIds] });

/** Why somebody waives a rule, in their words. */
export const reason = writtenFreely(
  (text) => (text.trim() === '' ? 'is empty, expected the reason in your words' : undefined),
  { pattern: String.raw`\S` },
);

/** `spec.crdWaivers` of platform.yaml, as people write it. */
export const crdWaiversSchema = z.array(
  z.strictObject({
    name: objectName.describe('The CRD: <plural>.<group>'),
    rules: z
      .array(rule)
      .min(1)
      .nullish()
      .describe('Ids of the rules that it breaks and may break; by default all of them'),
    reason: reason.describe('Why that is right: plans show it beside the change'),
  }),
);

/** A waiver, and where it stands. */
export interface CrdWaiver extends ChangeWaiver {
  readonly place: Place;
}

/** `spec.crdWaivers` in the order of the file; `placeOf` knows where its entries are. */
export function toCrdWaivers(
  waivers: z.output<typeof crdWaiversSchema> | null | undefined,
  placeOf: (index: number) => Place,
): CrdWaiver[] {
  return (waivers ?? []).map(({ name, rules, reason: why }, index) => ({
    name,
    rules: rules ? new Set(rules) : undefined,
    reason: why,
    place: placeOf(index),
  }));
}
