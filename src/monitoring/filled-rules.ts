import * as z from 'zod';
import { checked } from '../config/fields.ts';
import { parseAs } from '../config/parse.ts';
import type { Alerts } from './alerts.ts';
import { fill, type Filling } from './inputs.ts';
import { promqlMistake } from './promql.ts';
import { groupsOf } from './rules.ts';

/** As the Prometheus Operator checks it; a duration there has no fractions and one order. */
const DURATION =
  /^(?:0|(?=[0-9])(?:[0-9]+y)?(?:[0-9]+w)?(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?(?:[0-9]+ms)?)$/u;
/** Names before Prometheus 3, which not every cluster has. */
const LABEL = /^[A-Za-z_][A-Za-z0-9_]*$/u;
const METRIC = /^[A-Za-z_:][A-Za-z0-9_:]*$/u;
/** The label that holds the name of a series: no rule may set it. */
const NAME_LABEL = '__name__';
const WHOLE = /^(?:0|[1-9][0-9]{0,8})$/u;

const filledGroups = groupsOf({
  name: (text) => (text === '' ? 'is empty, expected some text' : undefined),
  record: (text) => (METRIC.test(text) ? undefined : 'must be letters, digits, `_` and `:`'),
  label: labelMistake,
  expression: expressionMistake,
  duration: (text) => (DURATION.test(text) ? undefined : 'must be a duration such as 5m or 1h30m'),
  limit: checked((text) => (WHOLE.test(text) ? undefined : 'must be a whole number'), {
    pattern: WHOLE.source,
  }).transform(Number),
  // Prometheus takes no file in which a recorded series has them.
  forAlerts: ['for', 'keep_firing_for', 'annotations'],
});

const schema = z.strictObject({ groups: filledGroups });

/** The groups of a file of rules for one Namespace: what a PrometheusRule holds. */
export type FilledGroups = z.output<typeof filledGroups>;

function labelMistake(text: string): string | undefined {
  if (text === NAME_LABEL) return 'is the name of the series itself';
  return LABEL.test(text) ? undefined : 'must be letters, digits and `_`';
}

function expressionMistake(text: string): string | undefined {
  const at = promqlMistake(text);
  if (at === undefined) return undefined;
  if (at >= text.trimEnd().length) return 'is no PromQL: more of it is expected at its end';
  const before = text.slice(0, at).split('\n');
  const column = (before.at(-1) ?? '').length + 1;
  return `is no PromQL: its line ${before.length} cannot go on like this at column ${column}`;
}

/**
 * Fills in the inputs of a file of rules, and looks at what Prometheus then reads.
 *
 * @param change - done to every text once it is filled in
 * @throws SolutionsError `schema`, or several in an AggregateError: PromQL that does not parse, and
 *   what is no duration, no label, no number
 */
export function fillAlerts(
  alerts: Alerts,
  filling: Filling,
  change: (text: string) => string,
): FilledGroups {
  const groups = withTexts(alerts.groups, (text) => change(fill(text, filling)));
  return parseAs(schema, { value: { groups }, placeOf: (path) => alerts.placeOf(path) }).groups;
}

/** The same value with other texts; keys stay. */
function withTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item: unknown) => withTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]: [string, unknown]) => [key, withTexts(entry, change)]),
  );
}
