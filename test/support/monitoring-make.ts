import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';

interface InputText {
  readonly name: string;
  readonly type?: string;
  readonly pluginId?: string;
  readonly value?: string | number;
}

/** Inputs as the dashboards of real archives declare them: a data source, and constants. */
export const usualInputs: readonly InputText[] = [
  { name: 'DS_PROMETHEUS', type: 'datasource', pluginId: 'prometheus' },
  { name: 'namespace', type: 'constant', value: 'vendor' },
  { name: 'job', type: 'constant', value: 'store-metrics' },
];

interface DashboardToMake {
  readonly title?: string;
  readonly uid?: string | null;
  readonly inputs?: readonly InputText[];
  readonly expr?: string;
  /** URLs of links of the dashboard. */
  readonly links?: readonly string[];
}

/** The text of a dashboard as Grafana exports it: one panel with one expression. */
export function dashboardOf(make: DashboardToMake = {}): string {
  const { title = 'Orders', uid, inputs = usualInputs, links = [] } = make;
  const { expr = 'sum(rate(orders{namespace="${namespace}", job="${job}"}[$__rate_interval]))' } =
    make;
  const dashboard = {
    __inputs: inputs.map((input) => ({ type: 'constant', label: input.name, ...input })),
    panels: [
      {
        id: 1,
        datasource: '${DS_PROMETHEUS}',
        targets: [{ expr, legendFormat: '{{ cmd }}', refId: 'A' }],
        title: 'Rate',
      },
    ],
    links: links.map((url) => ({ type: 'link', url })),
    title,
    ...(uid === undefined ? {} : { uid }),
    version: 1,
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

interface AlertsToMake {
  readonly inputs?: readonly InputText[];
  readonly expr?: string;
  /** More fields of the rule. */
  readonly rule?: Readonly<Record<string, unknown>>;
}

/** The text of a file with one group and one alert. */
export function alertsOf({ inputs, expr, rule }: AlertsToMake = {}): string {
  const declared = inputs ?? [
    ...usualInputs.slice(1),
    { name: 'limit', type: 'config', value: 0.5 },
  ];
  return stringify({
    'x-inputs': declared.map((input) => ({ type: 'constant', ...input })),
    groups: [
      {
        name: 'Orders',
        rules: [
          {
            alert: 'TooManyOrders',
            expr: expr ?? 'sum(orders{namespace="${namespace}", job="${job}"}) > ${limit}',
            for: '5m',
            labels: { severity: 'warning' },
            annotations: { summary: 'More than ${limit}: {{ $value }}' },
            ...rule,
          },
        ],
      },
    ],
  });
}

/** What Prometheus itself says of the text of a file of rules; nothing where it finds no mistake. */
export async function promtool(rules: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'solutions-rules-'));
  try {
    const file = join(folder, 'rules.yaml');
    writeFileSync(file, rules);
    const result = await execa('promtool', ['check', 'rules', file], { reject: false });
    return result.exitCode === 0 ? '' : `${result.stdout}\n${result.stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
