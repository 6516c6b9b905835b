import { quoted } from '../archive/mistake.ts';
import { solutionsErrors, type Place } from '../errors.ts';
import { appliedSize, MAX_CLIENT_SIDE } from '../kubernetes/print.ts';
import { ownValue } from '../model/monitoring-inputs.ts';
import type { Alerts } from '../monitoring/alerts.ts';
import {
  compactJson,
  dashboardText,
  shippedTitle,
  type Dashboard,
} from '../monitoring/dashboard.ts';
import { fillAlerts } from '../monitoring/filled-rules.ts';
import { MAX_FILLED, type Filling, type Input } from '../monitoring/inputs.ts';
import type { ShippedMonitoring } from '../monitoring/shipped.ts';
import type { Findings, Spot } from './finding.ts';

/** What the dashboards and alerts of an archive are judged with. */
interface MonitoringContext {
  readonly findings: Findings;
  readonly spotOf: (place: Place) => Spot;
}

/** A Namespace and a data source that are as good as any other. */
const ANY = { namespace: 'namespace', datasource: 'prometheus' } as const;

/** What dashboards and alerts that can be read become, their inputs at their own values. */
export function checkMonitoring(
  { dashboards, alerts }: ShippedMonitoring,
  context: MonitoringContext,
): void {
  checkTitles(
    dashboards.map(({ value }) => value),
    context,
  );
  for (const { value } of dashboards) checkDashboard(value, context);
  for (const { value } of alerts) checkAlerts(value, context);
}

function checkTitles(dashboards: readonly Dashboard[], context: MonitoringContext): void {
  const first = new Map<string, Dashboard>();
  for (const dashboard of dashboards) {
    const title = shippedTitle(dashboard, fillingOf(dashboard.inputs));
    // In lower case, as some databases of Grafana compare.
    const other = title === undefined ? undefined : first.get(title.toLowerCase());
    if (title !== undefined && !other) first.set(title.toLowerCase(), dashboard);
    if (title === undefined || !other) continue;
    const { path } = context.spotOf(other.place);
    context.findings.add('dashboard-title', `${quoted(title)} is that of ${path}, too`, {
      at: context.spotOf(dashboard.place),
    });
  }
}

function checkDashboard(dashboard: Dashboard, context: MonitoringContext): void {
  noteInputs(dashboard, context);
  const filling = fillingOf(dashboard.inputs);
  const title = shippedTitle(dashboard, filling) ?? '';
  const text = dashboardText(dashboard, { filling, uid: '', title, uids: new Map() });
  // A dashboard that its inputs blow up is not read again: it may be of any size.
  const size = filling.room < 0 ? MAX_FILLED : appliedSize({ data: compactJson(text) });
  checkSize(dashboard, size, context);
}

function checkAlerts(alerts: Alerts, context: MonitoringContext): void {
  const filling = fillingOf(alerts.inputs);
  if (noteInputs(alerts, context) > 0) return;
  try {
    const groups = fillAlerts(alerts, filling, (text) => text);
    checkSize(alerts, Buffer.byteLength(JSON.stringify(groups)), context);
  } catch (error) {
    for (const { message, place, hint } of solutionsErrors(error)) {
      const at = context.spotOf(place ?? alerts.place);
      context.findings.add('alerts-refused', message, { at, mend: hint });
    }
  }
}

/** The least that the object has: labels come on top, and what administrators fill in. */
function checkSize(
  { place }: Dashboard | Alerts,
  size: number,
  { findings, spotOf }: MonitoringContext,
): void {
  if (size <= MAX_CLIENT_SIDE) return;
  findings.add(
    'monitoring-size',
    `${size} bytes of JSON, at most ${MAX_CLIENT_SIDE} are possible`,
    {
      at: spotOf(place),
    },
  );
}

/** How many inputs nobody but an administrator gives a value. */
function noteInputs(
  { inputs, place }: Dashboard | Alerts,
  { findings, spotOf }: MonitoringContext,
): number {
  const missing = inputs.filter((input) => ownValue(input, ANY) === undefined);
  for (const { name } of missing) {
    findings.add('input-without-value', `the input ${quoted(name)}`, { at: spotOf(place) });
  }
  return missing.length;
}

function fillingOf(inputs: readonly Input[]): Filling {
  const values = inputs.flatMap((input): [string, string][] => {
    const value = ownValue(input, ANY);
    return value === undefined ? [] : [[input.name, value]];
  });
  return { values: new Map(values), room: MAX_FILLED };
}
