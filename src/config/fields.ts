import * as z from 'zod';
import {
  DNS_LABEL,
  DNS_SUBDOMAIN,
  dnsLabelMistake,
  dnsSubdomainMistake,
} from '../kubernetes/names.ts';

/** What is wrong with a text, as the end of a sentence about it; nothing where it is right. */
export type Rule = (text: string) => string | undefined;

/** What an editor can check of a rule; it may let through what the rule refuses. */
export interface Form {
  readonly pattern: string;
  /** In UTF-16 units here, in characters in an editor. */
  readonly maxLength?: number;
}

/** Text that `rule` finds nothing wrong with. */
export function checked(rule: Rule, form: Form) {
  return z
    .string()
    .superRefine(refuse(rule))
    .meta({ ...form });
}

/**
 * Text that looks like a number to an editor: the program gets it as it is written, because
 * whoever reads the file asks `isTextAt`.
 */
export function written(rule: Rule, form: Form) {
  return z
    .union([z.string().meta({ ...form }), z.number()])
    .transform(String)
    .superRefine(refuse(rule));
}

/** The same for text that may look like a boolean, too. */
export function writtenFreely(rule: Rule, form?: Form) {
  return z
    .union([z.string().meta({ ...form }), z.number(), z.boolean()])
    .transform(String)
    .superRefine(refuse(rule));
}

function refuse(rule: Rule) {
  return (text: string, context: z.RefinementCtx) => {
    const message = rule(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };
}

/** The apiVersion of every file of ours. */
export const apiVersion = z.literal('solutions.metalk8s.scality.com/v1alpha1');

/** An RFC 1123 label: the name of a Solution, an Environment, a Namespace. */
export const dnsLabel = checked(dnsLabelMistake, { pattern: DNS_LABEL.source, maxLength: 63 });

/** An RFC 1123 subdomain: the name of a Secret or a ConfigMap. */
export const objectName = checked(dnsSubdomainMistake, {
  pattern: DNS_SUBDOMAIN.source,
  maxLength: 253,
});

/** The same, or empty for none. */
export const optionalObjectName = checked(
  (text) => (text === '' ? undefined : dnsSubdomainMistake(text)),
  { pattern: `^$|${DNS_SUBDOMAIN.source}`, maxLength: 253 },
);

const MAX_VERSION = 128;
/** What a version of an archive may be: it becomes a part of a path. */
const VERSION = /^(?!\s)(?!.*\s$)[^/\\\p{C}]+$/u;

function versionMistake(text: string): string | undefined {
  if (text === '') return 'is empty, expected a version or `latest`';
  if (text.length > MAX_VERSION) {
    return `has ${text.length} characters, at most ${MAX_VERSION} are allowed`;
  }
  return VERSION.test(text)
    ? undefined
    : 'must not hold `/`, `\\` or control characters, nor blanks at its ends';
}

/** A version: a string or a number to an editor, the text as written to the program. */
export const version = written(versionMistake, {
  pattern: VERSION.source,
  maxLength: MAX_VERSION,
}).describe('The version as the archive names it, or `latest`');

/** A path; relative to the file that names it. */
export const path = checked(
  (text) => {
    if (text === '') return 'is empty, expected a path';
    return /\p{Cc}/u.test(text) ? 'must not hold control characters' : undefined;
  },
  { pattern: String.raw`^\P{Cc}+$` },
);

/** Free text. */
export const text = writtenFreely(() => undefined);

/** How much an Operator's Pod may do: the Pod Security Standards, and what MetalK8s rendered. */
export const hardening = z
  .enum(['restricted', 'baseline', 'compat'])
  .describe('restricted and baseline are the Pod Security Standards; compat is what Salt rendered');

/** Complains of each item of a list whose key, `below` in it, an item before it has. */
export function refuseRepeated<Item>(keyOf: (item: Item) => string, below: readonly string[] = []) {
  return (items: readonly Item[], context: z.RefinementCtx) => {
    const first = new Map<string, number>();
    for (const [index, item] of items.entries()) {
      const key = keyOf(item);
      const before = first.get(key);
      if (before === undefined) first.set(key, index);
      else {
        context.addIssue({
          code: 'custom',
          path: [index, ...below],
          message: `is the same as in item ${before + 1} of the list`,
          params: { hint: 'remove one of the two' },
        });
      }
    }
  };
}
