import { definitionRules } from './definition-rules.ts';
import type { RuleText } from './rule.ts';
import { fieldRules, valueRules } from './schema-rules.ts';

/** Every rule by its id, which people name in waivers: an id never changes its meaning. */
const crdRules = { ...definitionRules, ...fieldRules, ...valueRules } as const;

/** The id of a rule. */
export type CrdRule = keyof typeof crdRules;

/** The ids, in the order in which the rules are explained. */
export const crdRuleIds: readonly CrdRule[] = Object.keys(crdRules).filter(isCrdRule);

function isCrdRule(text: string): text is CrdRule {
  return Object.hasOwn(crdRules, text);
}

/** What there is to say about a rule. */
export function ruleText(rule: CrdRule): RuleText {
  return crdRules[rule];
}
