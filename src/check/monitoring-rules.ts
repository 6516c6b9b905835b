import type { RuleText } from './rule.ts';

/** Dashboards and alerts: whether Grafana and Prometheus take them as they will be rendered. */
export const monitoringRules = {
  'monitoring-file': {
    level: 'error',
    title: 'a dashboard or a file of alerts cannot be used',
    why: 'It is rendered for each Namespace that runs the Solution.',
    mend: 'Mend it as the message says; docs/solution-monitoring.md has the forms.',
  },
  'monitoring-place': {
    level: 'warning',
    title: 'a file for monitoring is neither a dashboard nor alerts',
    why: 'It is left out.',
    mend: 'Name dashboards monitoring/dashboards/<name>.json and alerts monitoring/alerts/<name>.yaml.',
  },
  'monitoring-size': {
    level: 'error',
    title: 'a dashboard or a file of alerts is too large for an object',
    why: 'kubectl keeps the whole object in an annotation, and annotations end at 256 KiB; blanks between the values of a dashboard do not count.',
    mend: 'Shorten it, or make two of it.',
  },
  'alerts-refused': {
    level: 'error',
    title: 'Prometheus would refuse the rules',
    why: 'They are judged with the inputs at their own values: of a file with one wrong rule Prometheus takes none.',
    mend: 'Correct the rule; `promtool check rules` on a file without x-inputs tells more.',
  },
  'input-without-value': {
    level: 'note',
    title: 'an input has no value of its own',
    why: 'Every administrator must give it one under `monitoring.inputs` in environments.yaml, and what depends on it is not judged here.',
    mend: 'Give it a `value` where one fits most.',
  },
  'dashboard-title': {
    level: 'warning',
    title: 'two dashboards have one title',
    why: 'Grafana takes in no dashboard at all any more where two in a folder have one title, so that each is rendered with the name of its file behind it.',
    mend: 'Give each a title of its own.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
