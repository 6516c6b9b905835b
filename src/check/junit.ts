import { printable } from '../printable.ts';
import { spotText, type Finding, type Report } from './finding.ts';
import type { Level } from './rule.ts';
import { chapterOf, rulesFor, ruleText, type RuleId } from './rules.ts';

/**
 * Reports as JUnit's XML: a suite for each archive, a case for each rule. What does not fail is
 * written to the case's output.
 *
 * @param failing the levels that fail a case
 */
export function junitOf(reports: readonly Report[], failing: readonly Level[]): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="solutions check">',
    ...reports.flatMap((report) => suiteOf(report, failing)),
    '</testsuites>',
  ];
  return lines.join('\n');
}

function suiteOf(report: Report, failing: readonly Level[]): string[] {
  const rules = rulesFor(report.kind === 'manifests' ? 'manifests' : 'archive');
  const failed = rules.filter((rule) => isFailed(report, rule, failing));
  return [
    `  <testsuite name="${xml(report.subject)}" tests="${rules.length}" failures="${failed.length}" errors="0">`,
    ...rules.flatMap((rule) => caseOf(report, rule, failing)),
    '  </testsuite>',
  ];
}

function isFailed(report: Report, rule: RuleId, failing: readonly Level[]): boolean {
  const isOpen = findingsOf(report, rule).some(({ waiver }) => waiver === undefined);
  return isOpen && failing.includes(ruleText(rule).level);
}

function findingsOf({ findings }: Report, rule: RuleId): Finding[] {
  return findings.filter((finding) => finding.rule === rule);
}

function caseOf(report: Report, rule: RuleId, failing: readonly Level[]): string[] {
  const head = `    <testcase name="${rule}" classname="${chapterOf(rule)}"`;
  const found = findingsOf(report, rule);
  if (found.length === 0) return [`${head}/>`];
  const { title, level, mend } = ruleText(rule);
  const omitted = report.omitted.find((one) => one.rule === rule)?.count ?? 0;
  const text = [
    ...found.map(lineOf),
    ...(omitted === 0 ? [] : [`and ${omitted} more`]),
    `mend: ${mend}`,
  ]
    .map(xml)
    .join('\n');
  const body = isFailed(report, rule, failing)
    ? `      <failure message="${xml(title)}" type="${level}">${text}</failure>`
    : `      <system-out>${text}</system-out>`;
  return [`${head}>`, body, '    </testcase>'];
}

function lineOf({ at, message, waiver }: Finding): string {
  const where = at ? `${spotText(at)}: ` : '';
  return `${where}${message}${waiver === undefined ? '' : ` (waived: ${waiver})`}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/**
 * Text for XML 1.0, whose documents hold neither controls nor halves of surrogate pairs, which
 * {@link printable} spells out, nor the two noncharacters of the first plane (2.2).
 */
function xml(text: string): string {
  return printable(text)
    .replaceAll(/[\uFFFE\uFFFF]/gu, '\uFFFD')
    .replaceAll(/[&<>"]/gu, (character) => ENTITIES[character] ?? '');
}
