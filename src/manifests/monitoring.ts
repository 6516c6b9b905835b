import type { Chart } from 'cdk8s';
import type { Monitoring } from '../config/monitoring.ts';
import { labelValue } from '../kubernetes/names.ts';
import { appliedSize, MAX_CLIENT_SIDE } from '../kubernetes/print.ts';
import type { JsonObject } from '../kubernetes/value.ts';
import type { PlacedAlerts, PlacedDashboard, SolutionMonitoring } from '../model/state.ts';
import { compactJson } from '../monitoring/dashboard.ts';
import { commonLabels } from './labels.ts';
import { PlainObject } from './object.ts';

/** A ConfigMap for each dashboard of a Solution, a PrometheusRule for each file of alerts. */
export function addMonitoring(
  chart: Chart,
  solution: SolutionMonitoring,
  platform: Monitoring,
): void {
  for (const dashboard of solution.dashboards) {
    const manifest = dashboardMap(dashboard, solution, platform);
    new PlainObject(chart, dashboard.name, manifest, dashboard.place);
  }
  for (const alerts of solution.alerts) {
    const manifest = prometheusRule(alerts, solution, platform);
    new PlainObject(chart, alerts.name, manifest, alerts.place);
  }
}

function labelsOf({ archive }: SolutionMonitoring): Record<string, string> {
  return {
    ...commonLabels(archive.name),
    'app.kubernetes.io/version': labelValue(archive.version),
    'app.kubernetes.io/component': 'monitoring',
  };
}

/**
 * What the sidecar of Grafana writes into its folder: a file for each key, so that no two ConfigMaps of
 * a folder may have the same one.
 *
 * @see https://github.com/grafana/helm-charts/tree/main/charts/grafana#sidecar-for-dashboards
 */
function dashboardMap(
  { name, file, text }: PlacedDashboard,
  solution: SolutionMonitoring,
  { grafana }: Monitoring,
): JsonObject {
  const withText = (json: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: solution.namespace,
      labels: { ...grafana.labels, ...labelsOf(solution) },
      annotations: { [grafana.folderAnnotation]: solution.archive.name },
    },
    data: { [file]: json },
  });
  const manifest = withText(`${text}\n`);
  // Blanks are for people, and what does not fit is for nobody.
  return appliedSize(manifest) > MAX_CLIENT_SIDE ? withText(compactJson(text)) : manifest;
}

/** @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule */
function prometheusRule(
  { name, groups }: PlacedAlerts,
  solution: SolutionMonitoring,
  { labels }: Monitoring,
): JsonObject {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name,
      namespace: solution.namespace,
      labels: { ...labels, ...labelsOf(solution) },
    },
    spec: {
      groups: groups.map(({ rules, ...group }) => ({
        ...present(group),
        rules: (rules ?? []).map((rule) => ruleOf(rule, solution)),
      })),
    },
  };
}

type Rule = NonNullable<PlacedAlerts['groups'][number]['rules']>[number];

/**
 * An alert says whose it is: expressions add series up until no label of theirs is left, and the same
 * alert of another Namespace would be the same alert. What a rule says itself counts. A recorded series
 * stays as it is: others are matched with it by their labels.
 */
function ruleOf(
  { labels, annotations, ...rule }: Rule,
  { namespace, environment, archive }: SolutionMonitoring,
): JsonObject {
  const whose = {
    solution: archive.name,
    solution_environment: environment,
    solution_namespace: namespace,
  };
  const all = rule.alert === undefined ? { ...labels } : { ...whose, ...labels };
  return {
    ...present(rule),
    ...(Object.keys(all).length > 0 ? { labels: all } : {}),
    ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}

function present(fields: Readonly<Record<string, string | number | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
