import * as z from 'zod';
import { labels } from './pod-fields.ts';

/** What MetalK8s' Prometheus selects ServiceMonitors, PodMonitors and PrometheusRules by. */
const METALK8S_LABELS = { 'metalk8s.scality.com/monitor': '' } as const;

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
    .describe('cert-manager is there: it makes the certificates that metrics are served with'),
});

/** How the cluster monitors, with the defaults filled in. */
export interface Monitoring {
  readonly isEnabled: boolean;
  /** The labels that make Prometheus see an object. */
  readonly labels: Readonly<Record<string, string>>;
  readonly hasCertManager: boolean;
}

/** What `spec.monitoring` of platform.yaml says. */
export function toMonitoring(
  fields: z.output<typeof monitoringSchema> | null | undefined,
): Monitoring {
  return {
    isEnabled: fields?.enabled ?? false,
    labels: fields?.labels ?? METALK8S_LABELS,
    hasCertManager: fields?.certManager ?? false,
  };
}
