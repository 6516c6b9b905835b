/** What a file of an archive may be to those who monitor. */
export type MonitoringKind = 'dashboard' | 'alerts';

/** Bytes of one file: no ConfigMap holds more. */
export const MAX_MONITORING = 1 << 20;

/** Artifacts, by the type of the layer or of the whole artifact. */
const KINDS = new Map<string, MonitoringKind>([
  ['application/grafana-dashboard+json', 'dashboard'],
  ['application/prometheus-alerts+yaml', 'alerts'],
]);

/** What a layer of this media type is. */
export function kindOfType(mediaType: string): MonitoringKind | undefined {
  return KINDS.get(mediaType);
}

/** What is taken from a folder of the archive: its files of these names, not what is below. */
const FOLDERS: readonly (readonly [RegExp, MonitoringKind])[] = [
  [/^monitoring\/dashboards\/[^/]+\.json$/u, 'dashboard'],
  [/^monitoring\/alerts\/[^/]+\.ya?ml$/u, 'alerts'],
];

/** What a file at this path of the archive is. */
export function kindOfPath(path: string): MonitoringKind | undefined {
  return FOLDERS.find(([form]) => form.test(path))?.[1];
}
