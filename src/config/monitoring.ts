import * as z from 'zod';
import type { Place } from '../errors.ts';
import { inputValue } from './monitoring-input.ts';
import { labelKey, labels } from './pod-fields.ts';

/** What MetalK8s' Prometheus selects ServiceMonitors, PodMonitors and PrometheusRules by. */
const METALK8S_LABELS = { 'metalk8s.scality.com/monitor': '' } as const;

/** What MetalK8s' Grafana finds dashboards by, puts them into folders by, and reads from. */
const METALK8S_GRAFANA = {
  labels: { grafana_dashboard: '1' },
  folderAnnotation: 'metalk8s.scality.com/grafana-folder-name',
  datasource: 'metalk8s-prometheus',
} as const;

/** `spec.monitoring` of platform.yaml, as people write it. */
export const monitoringSchema = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe('The Prometheus Operator is there: what Solutions monitor is rendered for it'),
  labels: labels
    .optional()
    .describe(
      'What Prometheus selects ServiceMonitors, PodMonitors and PrometheusRules by; MetalK8s has metalk8s.scality.com/monitor',
    ),
  certManager: z
    .boolean()
    .optional()
    .describe(
      'Whether cert-manager makes the certificates that metrics are served with; false: people make the Secrets',
    ),
  datasource: inputValue
    .optional()
    .describe("The uid of Grafana's Prometheus data source, by default metalk8s-prometheus"),
  dashboards: z
    .strictObject({
      labels: labels
        .optional()
        .describe(
          'What Grafana finds the ConfigMaps of dashboards by, by default grafana_dashboard',
        ),
      folderAnnotation: labelKey
        .optional()
        .describe(
          "Where Grafana's sidecar is told the folder, by default metalk8s.scality.com/grafana-folder-name",
        ),
    })
    .nullish()
    .describe('How Grafana finds dashboards'),
});

/** How the cluster monitors, with the defaults filled in. */
export interface Monitoring {
  readonly isEnabled: boolean;
  /** The labels that make Prometheus see an object. */
  readonly labels: Readonly<Record<string, string>>;
  /** Who makes the certificates of metrics: cert-manager, people, or nobody said. */
  readonly certificates: 'cert-manager' | 'people' | 'unset';
  /** Whether platform.yaml says if the Prometheus Operator is there, and where. */
  readonly isSaid: boolean;
  readonly place: Place;
  readonly grafana: {
    /** The uid of the data source with Prometheus' series. */
    readonly datasource: string;
    /** The labels that make Grafana see a ConfigMap. */
    readonly labels: Readonly<Record<string, string>>;
    readonly folderAnnotation: string;
  };
}

/** What `spec.monitoring` of platform.yaml says. */
export function toMonitoring(
  fields: z.output<typeof monitoringSchema> | null | undefined,
  place: Place,
): Monitoring {
  const { labels: dashboardLabels, folderAnnotation } = fields?.dashboards ?? {};
  return {
    isEnabled: fields?.enabled ?? false,
    labels: fields?.labels ?? METALK8S_LABELS,
    certificates: certificatesOf(fields?.certManager),
    isSaid: fields?.enabled !== undefined,
    place,
    grafana: {
      datasource: fields?.datasource || METALK8S_GRAFANA.datasource,
      labels: dashboardLabels ?? METALK8S_GRAFANA.labels,
      folderAnnotation: folderAnnotation ?? METALK8S_GRAFANA.folderAnnotation,
    },
  };
}

function certificatesOf(certManager: boolean | undefined): Monitoring['certificates'] {
  if (certManager === undefined) return 'unset';
  return certManager ? 'cert-manager' : 'people';
}
