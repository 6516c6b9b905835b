import { levels, type Level } from '../../src/crd/rule.ts';
import { crdRuleIds, ruleText } from '../../src/crd/rules.ts';

const titles: Readonly<Record<Level, string>> = {
  breaking: 'Breaking',
  risky: 'Risky',
  safe: 'Safe',
};

const meanings: Readonly<Record<Level, string>> = {
  breaking:
    'What works stops: stored data is lost or can no longer be updated, a program of before is refused, or the API server\nrefuses the definition.',
  risky: 'It depends on what is stored and on what a program expects: somebody has to look.',
  safe: 'What was valid stays valid, what is stored stays whole.',
};

/** docs/crd-changes.md: every rule in its own words. */
export function crdRulesDocument(): string {
  return `${[INTRODUCTION, ...levels.map(section)].join('\n\n')}\n`;
}

const INTRODUCTION = `# Changes of CRDs

<!-- Made from the rules in src/crd: \`npx vitest run test/crd/rules-document.test.ts --update\` -->

A new version of a Solution brings its CustomResourceDefinitions along, and its objects are already in the cluster.
\`solutions plan\` compares each definition with the one before, and says for each change what follows for stored objects and
for programs that were written for the one before. Where several versions of one Operator run, one of them has its definition
in the cluster: \`synth\` and \`plan\` compare the own one of each other version with that one, in the same way. Without a
breaking change it can live with it.

Descriptions, titles and examples mean nothing, nor does the order of keys, of required fields, or of values. Numbers are
compared with all their digits. Names of fields are not guessed: a field that was renamed is one that is gone and one that is
new.

**Validation ratcheting.** From Kubernetes 1.30 on, an update may leave a value as it is although a new schema refuses it. It
does not help with required fields, allOf, anyOf, oneOf and not, items of sets and keyed lists, expressions over \`oldSelf\`,
nor whoever creates objects as before: what tightens is breaking here with or without it.

**Where somebody knows better**, \`platform.yaml\` says so, with the reason, which plans show beside the change:

    spec:
      crdWaivers:
        - name: shops.example.com        # the CRD
          rules: [field-removed]         # ids from below; without \`rules\` all of them
          reason: spec.colour was never set on this site

A waiver of a CRD that is not rendered is warned of.`;

function section(level: Level): string {
  const rules = crdRuleIds.filter((id) => ruleText(id).level === level);
  return [`## ${titles[level]}`, meanings[level], ...rules.map(ruleSection)].join('\n\n');
}

function ruleSection(id: (typeof crdRuleIds)[number]): string {
  const { what, why, remedy } = ruleText(id);
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}.`;
  const advice =
    remedy === undefined ? '' : `\n\nTo do: ${remedy.charAt(0).toLowerCase()}${remedy.slice(1)}`;
  return `### \`${id}\`\n\n**${sentence}** ${why}${advice}`;
}
