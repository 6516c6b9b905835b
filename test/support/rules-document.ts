import { chapterNames, chapterOf, ruleIds, ruleText, type Chapter } from '../../src/check/rules.ts';

const titles: Readonly<Record<Chapter, string>> = {
  archive: 'The archive',
  iso: 'The image',
  product: '`manifest.yaml`',
  images: 'Images',
  crds: 'CRDs',
  roles: 'Roles',
  monitoring: 'Dashboards and alerts',
  trust: 'What vouches for the archive',
  baseline: 'Pods: the profile `baseline`',
  restricted: 'Pods: the profile `restricted`',
  manifests: 'Manifests',
};

/** docs/rules.md: every rule in its own words. */
export function rulesDocument(): string {
  return `${[INTRODUCTION, ...chapterNames.map(chapter)].join('\n\n')}\n`;
}

const INTRODUCTION = `# Rules

<!-- Made from the rules in src/check: \`npx vitest run test/check/rules-document.test.ts --update\` -->

What \`solutions check\` judges by. An id never changes its meaning; pipelines and waivers may name it.

- **error**: the archive cannot be imported, or what it holds cannot run as it is; a manifest is refused, or is what nobody
  should apply.
- **warning**: it works here and now, but somebody loses by it: another reader, another Solution, an administrator who must
  work around it. \`--strict\` makes it fail.
- **note**: nothing is wrong; somebody may want to know.

A folder of manifests is judged by the last three chapters, and by \`role-wildcard\`, \`role-verbs\` and \`role-escalation\`;
\`waivers\` in \`platform.yaml\` excuse what is right there all the same ([hardening.md](hardening.md)).

Of one rule the first 20 findings are shown, and how many more there are.`;

function chapter(name: Chapter): string {
  const rules = ruleIds.filter((id) => chapterOf(id) === name);
  return [`## ${titles[name]}`, ...rules.map(ruleSection)].join('\n\n');
}

function ruleSection(id: (typeof ruleIds)[number]): string {
  const { level, title, why, mend } = ruleText(id);
  const sentence = `${title.charAt(0).toUpperCase()}${title.slice(1)}.`;
  return `### \`${id}\`\n\n${level}: **${sentence}** ${why}\n\nTo mend: ${mend.charAt(0).toLowerCase()}${mend.slice(1)}`;
}
