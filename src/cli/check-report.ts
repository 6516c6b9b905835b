import { countOf, spotText, type Finding, type Report } from '../check/finding.ts';
import { levels, type Level } from '../check/rule.ts';
import { ruleText, type RuleId } from '../check/rules.ts';
import type { Verdict } from '../trust/verdict.ts';
import { counted } from '../count.ts';
import type { StyledLine } from './terminal.ts';

/** What `check --output json` prints: an entry for each archive or folder, in the order of the command line. */
export function jsonReport(reports: readonly Report[]) {
  return {
    reports: reports.map((report) => ({
      subject: report.subject,
      kind: report.kind ?? null,
      id: report.id ?? null,
      ...countsOf([report]),
      findings: report.findings.map(({ rule, message, at, mend, object, waiver }) => ({
        rule,
        level: ruleText(rule).level,
        message,
        ...(at ? { at } : {}),
        ...(object ? { object } : {}),
        ...(waiver === undefined ? {} : { waiver }),
        mend: mend ?? ruleText(rule).mend,
      })),
      omitted: report.omitted,
      trust: report.trust ?? [],
    })),
    ...countsOf(reports),
  };
}

function countsOf(reports: readonly Report[]) {
  const [errors, warnings, notes] = levels.map((level) => countOf(reports, level));
  return { errors, warnings, notes };
}

/** The findings for people: an archive after the other, the worst first, what to do once a rule. */
export function textReport(reports: readonly Report[]): StyledLine[] {
  const lines = reports.flatMap((report, index) => [
    ...(index === 0 ? [] : [{ text: '' }]),
    ...archiveLines(report),
  ]);
  if (reports.length < 2) return lines;
  return [...lines, { text: '' }, { text: `all ${reports.length}: ${summary(reports)}` }];
}

function archiveLines(report: Report): StyledLine[] {
  const { subject, id, findings, trust } = report;
  const title = id === undefined ? subject : `${subject} (${id})`;
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return [
    { text: `${title}: ${summary([report])}`, style: 'bold' },
    ...trustLines(trust ?? []),
    ...rules.flatMap((rule) => ruleLines(rule, report)),
  ];
}

/** What is wrong, and what nobody looked at, is among the findings. */
function trustLines(verdicts: readonly Verdict[]): StyledLine[] {
  const checked = verdicts.filter(({ state }) => state === 'checked');
  const absent = verdicts.filter(({ state }) => state === 'absent');
  return [
    ...checked.map(({ message, file }): StyledLine => {
      return {
        text: `  checked: ${file.slice(file.lastIndexOf('/') + 1)}: ${message}`,
        style: 'green',
      };
    }),
    ...(absent.length === 0
      ? []
      : [
          {
            text: `  absent: ${absent.map(({ message }) => message).join('; ')}`,
            style: 'dim',
          } as const,
        ]),
  ];
}

const STYLES = { error: 'red', warning: 'yellow', note: 'cyan' } as const;

function ruleLines(rule: RuleId, { findings, omitted }: Report): StyledLine[] {
  const { level, title, mend } = ruleText(rule);
  const own = findings.filter((finding) => finding.rule === rule);
  const more = omitted.find((one) => one.rule === rule)?.count;
  return [
    { text: `  ${level}: ${title} [${rule}]`, style: STYLES[level] },
    ...own.flatMap(findingLines),
    ...(more === undefined ? [] : [{ text: `    and ${more} more` }]),
    // Where each finding says what to do, the general advice is one too many.
    ...(own.every((finding) => (finding.mend ?? finding.waiver) !== undefined)
      ? []
      : [{ text: `    mend: ${mend}` }]),
  ];
}

function findingLines({ at, message, mend, waiver }: Finding): StyledLine[] {
  const where = at ? `${spotText(at)}: ` : '';
  return [
    { text: `    ${where}${message}` },
    ...(waiver === undefined ? [] : [{ text: `      waived: ${waiver}` }]),
    ...(mend === undefined || waiver !== undefined ? [] : [{ text: `      mend: ${mend}` }]),
  ];
}

function summary(reports: readonly Report[]): string {
  const parts = levels.flatMap((level) => countText(countOf(reports, level), level));
  return parts.length === 0 ? 'nothing to say' : parts.join(', ');
}

function countText(count: number, level: Level): string[] {
  if (count === 0) return [];
  return [counted(count, level)];
}
