import * as z from 'zod';
import type { Place } from '../errors.ts';
import { reason } from './crd-waivers.ts';
import { checked } from './fields.ts';

const RULE = /^[a-z0-9]+(?:-[a-z0-9]+)*$/u;

const rule = checked(
  (text) => (RULE.test(text) ? undefined : 'is no id of a rule: lower-case words with `-` between'),
  { pattern: RULE.source, maxLength: 63 },
);

/** Names of objects are compared, not used: which kind it is decides what they may be. */
const name = checked(
  (text) => (/^[!-~]{1,253}$/u.test(text) ? undefined : 'is no name that an object can have'),
  { pattern: '^[!-~]+$', maxLength: 253 },
);

/** `spec.waivers` of platform.yaml, as people write it. */
export const waiversSchema = z.array(
  z.strictObject({
    rule: rule.describe('The id of a rule of `solutions check`; docs/rules.md has all of them'),
    object: z
      .strictObject({
        kind: name.optional().describe('Its kind, such as Deployment'),
        namespace: name.optional().describe('Its Namespace'),
        name: name.optional().describe('Its name'),
      })
      .nullish()
      .describe('The manifest that may break it; what is not said may be anything'),
    reason: reason.describe('Why that is right: reports show it beside the finding'),
  }),
);

/** Somebody looked at what breaks a rule, and says why it is right. */
export interface Waiver {
  /** As it is written: there may be no such rule. */
  readonly rule: string;
  readonly object: {
    readonly kind?: string | undefined;
    readonly namespace?: string | undefined;
    readonly name?: string | undefined;
  };
  readonly reason: string;
  readonly place: Place;
}

/** `spec.waivers` in the order of the file; `placeOf` knows where its entries are. */
export function toWaivers(
  waivers: z.output<typeof waiversSchema> | null | undefined,
  placeOf: (index: number) => Place,
): Waiver[] {
  return (waivers ?? []).map(({ object, ...waiver }, index) => ({
    ...waiver,
    object: object ?? {},
    place: placeOf(index),
  }));
}
