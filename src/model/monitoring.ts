import type { Platform } from '../config/platform.ts';
import { solutionsErrors, type Notice } from '../errors.ts';
import type { Alerts } from '../monitoring/alerts.ts';
import { dashboardText, followed } from '../monitoring/dashboard.ts';
import { fillAlerts } from '../monitoring/filled-rules.ts';
import { MAX_FILLED } from '../monitoring/inputs.ts';
import type { Named } from '../monitoring/shipped.ts';
import { list, type Notices } from './notices.ts';
import { dashboardTitles, filledDashboards, type FilledDashboard } from './filled-dashboards.ts';
import {
  fillingOf,
  refuseMissing,
  refuseUnknownInputs,
  type InputContext,
} from './monitoring-inputs.ts';
import type { Placed, WantedNamespace } from './placement.ts';
import type { PlacedAlerts, PlacedDashboard, SolutionMonitoring } from './state.ts';

interface Context {
  readonly platform: Platform;
  readonly notices: Notices;
}

/** The dashboards and alerts of each Namespace: by Environment, Namespace and Solution. */
export function placeMonitoring(
  namespaces: readonly WantedNamespace[],
  context: Context,
): SolutionMonitoring[] {
  const all = namespaces.flatMap(({ placed }) => placed);
  if (!context.platform.monitoring.isEnabled) {
    reportOff(all, context);
    return [];
  }
  for (const placed of all) refuseUnknownInputs(placed, context.notices);
  return namespaces.flatMap((namespace) => monitoringIn(namespace, context));
}

function monitoringIn(
  { name: namespace, environment, placed }: WantedNamespace,
  context: Context,
): SolutionMonitoring[] {
  const filled = placed.filter(hasMonitoring).map((one) => {
    const told = { ...context, placed: one, namespace, missing: new Map() };
    return { told, dashboards: filledDashboards(told) };
  });
  const titleOf = dashboardTitles(
    namespace,
    filled.flatMap(({ dashboards }) => dashboards),
  );
  return filled.map(({ told, dashboards }) => ({
    namespace,
    environment: environment.name,
    archive: told.placed.archive,
    ...monitoringOf(
      dashboards.map((one) => ({ ...one, title: titleOf(one) })),
      told,
    ),
  }));
}

function hasMonitoring({ archive }: Placed): boolean {
  const { dashboards, alerts } = archive.monitoring;
  return dashboards.length + alerts.length > 0;
}

/** Whoever says nothing may not know that there is something; whoever says `false` does. */
function reportOff(all: readonly Placed[], { platform, notices }: Context): void {
  const { isSaid, place } = platform.monitoring;
  const ids = all.filter(hasMonitoring).map(({ archive }) => archive.id);
  if (!isSaid && ids.length > 0) {
    notices.warn(
      'monitoring-off',
      `the dashboards and alerts of ${list(ids)} are not rendered: platform.yaml does not say that the Prometheus Operator is there`,
      {
        place,
        hint: 'add `monitoring: {enabled: true}` there; `enabled: false` silences this',
      },
    );
  }
  for (const { archive, settings } of all) {
    if (!settings.monitoring) continue;
    notices.warn(
      'ignored-setting',
      `\`monitoring\` of ${archive.id} has no effect: its dashboards and alerts are not rendered`,
      {
        place: settings.place,
        hint: 'add `monitoring: {enabled: true}` to platform.yaml, or remove it',
      },
    );
  }
}

function monitoringOf(
  dashboards: readonly FilledDashboard[],
  context: InputContext,
): Pick<SolutionMonitoring, 'dashboards' | 'alerts'> {
  const { alerts } = context.placed.archive.monitoring;
  const uids = new Map(
    dashboards.flatMap(({ shipped, uid }): [string, string][] =>
      shipped === undefined ? [] : [[shipped, uid]],
    ),
  );
  const placed = {
    dashboards: dashboards.flatMap((dashboard) => placeDashboard(dashboard, uids, context)),
    alerts: alerts.flatMap((one) => placeAlerts(one, uids, context)),
  };
  refuseMissing(context);
  return placed;
}

function placeDashboard(
  { name, value, solution, filling, uid, title }: FilledDashboard,
  uids: ReadonlyMap<string, string>,
  { namespace, notices }: InputContext,
): PlacedDashboard[] {
  const text = dashboardText(value, { filling, uid, title, uids });
  if (filling.room < 0 || text.length > MAX_FILLED) {
    reportTooLarge(value.place.file, notices);
    return [];
  }
  return [
    {
      // A dot is in no name of a Solution: two of them never make one name.
      name: `${solution}-dashboard.${name}`,
      file: `${namespace}.${solution}.${name}.json`,
      text,
      place: value.place,
    },
  ];
}

function reportTooLarge(file: string, notices: Notices): void {
  notices.sharedError(
    'monitoring-too-large',
    `${file} has more than ${MAX_FILLED} characters once its inputs are filled in`,
    { place: { file }, hint: 'no ConfigMap holds more: shorten its inputs, or ask the vendor to' },
  );
}

function placeAlerts(
  { name, value }: Named<Alerts>,
  uids: ReadonlyMap<string, string>,
  context: InputContext,
): PlacedAlerts[] {
  const filling = fillingOf(value, context);
  const { notices, placed } = context;
  // What is missing is said already, and would be no PromQL.
  if (filling.values.size < value.inputs.length) return [];
  try {
    const filled = fillAlerts(value, filling, (text) => followed(text, uids));
    // An empty list in a manifest is a difference that no apply ends.
    const groups = filled.filter(({ rules }) => (rules?.length ?? 0) > 0);
    if (groups.length === 0) return [];
    if (filling.room >= 0) {
      return [{ name: `${placed.solution.name}-alerts.${name}`, groups, place: value.place }];
    }
    reportTooLarge(value.place.file, notices);
  } catch (error) {
    if (filling.room < 0) reportTooLarge(value.place.file, notices);
    else for (const one of solutionsErrors(error)) refuseAlerts(one, notices);
  }
  return [];
}

function refuseAlerts({ message, place, hint }: Notice, notices: Notices): void {
  const remedy = 'the vendor must mend it, unless an input in environments.yaml is to blame';
  notices.sharedError('invalid-alerts', message, {
    place,
    hint: hint === undefined ? remedy : `${remedy}: ${hint}`,
  });
}
