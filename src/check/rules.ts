import { archiveRules } from './archive-rules.ts';
import { crdRules } from './crd-rules.ts';
import { imageRules } from './image-rules.ts';
import { isoRules } from './iso-rules.ts';
import { manifestRules } from './manifest-rules.ts';
import { monitoringRules } from './monitoring-rules.ts';
import { baselineRules, restrictedRules } from './pod-rules.ts';
import { productRules } from './product-rules.ts';
import { roleRules } from './role-rules.ts';
import type { RuleText } from './rule.ts';
import { trustRules } from './trust-rules.ts';

/** The rules by what they are about: a chapter of docs/rules.md each. */
const chapters = {
  archive: archiveRules,
  iso: isoRules,
  product: productRules,
  images: imageRules,
  crds: crdRules,
  roles: roleRules,
  monitoring: monitoringRules,
  trust: trustRules,
  baseline: baselineRules,
  restricted: restrictedRules,
  manifests: manifestRules,
} as const;

/** What rules are about. */
export type Chapter = keyof typeof chapters;

const rules = {
  ...archiveRules,
  ...isoRules,
  ...productRules,
  ...imageRules,
  ...crdRules,
  ...roleRules,
  ...monitoringRules,
  ...trustRules,
  ...baselineRules,
  ...restrictedRules,
  ...manifestRules,
} as const;

/** The chapters, in their order. */
export const chapterNames: readonly Chapter[] = Object.keys(chapters).filter(isChapter);

function isChapter(text: string): text is Chapter {
  return Object.hasOwn(chapters, text);
}

/** What a rule is about. */
export function chapterOf(rule: RuleId): Chapter {
  const found = chapterNames.find((name) => Object.hasOwn(chapters[name], rule));
  if (found === undefined) throw new Error(`the rule ${rule} is in no chapter`);
  return found;
}

const ofManifests: ReadonlySet<Chapter> = new Set(['baseline', 'restricted', 'manifests']);

/** Of an archive and of manifests alike. */
const ofRoles: ReadonlySet<string> = new Set(['role-wildcard', 'role-verbs', 'role-escalation']);

/** The rules that an archive, or a folder of manifests, is judged by. */
export function rulesFor(what: 'archive' | 'manifests'): RuleId[] {
  return ruleIds.filter(
    (rule) =>
      ofManifests.has(chapterOf(rule)) === (what === 'manifests') ||
      (what === 'manifests' && ofRoles.has(rule)),
  );
}

/** The id of a rule, which people name in waivers and pipelines: it never changes its meaning. */
export type RuleId = keyof typeof rules;

/** The ids, in the order in which the rules are explained. */
export const ruleIds: readonly RuleId[] = Object.keys(rules).filter(isRuleId);

/** Whether a text is the id of a rule. */
export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(rules, text);
}

/** What there is to say about a rule. */
export function ruleText(rule: RuleId): RuleText {
  return rules[rule];
}
