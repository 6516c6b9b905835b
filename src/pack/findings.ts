import { counted } from '../count.ts';
import type { Finding, Report } from '../check/finding.ts';
import type { Level } from '../check/rule.ts';
import { chapterOf, ruleText, type RuleId } from '../check/rules.ts';
import { SolutionsError, type Notice } from '../errors.ts';

/**
 * What `check` found at one level, each as a notice with the rule as its code. What vouches for an
 * archive does not count: it is made afterwards, and what lies there is about an earlier one.
 */
export function noticesOf({ subject, findings, omitted }: Report, level: Level): Notice[] {
  const isOf = ({ rule }: { readonly rule: RuleId }) =>
    ruleText(rule).level === level && chapterOf(rule) !== 'trust';
  return [
    ...findings.filter(isOf).map((finding) => noticeOf(finding, subject)),
    ...omitted.filter(isOf).map(({ rule, count }) => ({
      code: rule,
      message: `${ruleText(rule).title}, ${counted(count, 'more time')}`,
      hint: '`solutions check` tells of the rule',
      place: { file: subject },
    })),
  ];
}

function noticeOf({ rule, message, at, mend }: Finding, subject: string): Notice {
  const { title, mend: usual } = ruleText(rule);
  const file = at ? `${subject}:${at.path}` : subject;
  return {
    code: rule,
    message: `${title}: ${message}`,
    hint: mend ?? usual,
    place: { file, line: at?.line, column: at?.column },
  };
}

/** The errors that `check` found. */
export function errorsOf(report: Report): SolutionsError[] {
  return noticesOf(report, 'error').map(
    ({ code, message, hint, place }) => new SolutionsError(message, { code, hint, place }),
  );
}
