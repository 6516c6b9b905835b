import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { appliedSize } from '../../src/kubernetes/print.ts';
import type { JsonObject } from '../../src/kubernetes/value.ts';
import { errorsIn } from '../support/complaints.ts';
import { schemaMistakes } from '../support/kubernetes-schema.ts';
import { alertsOf, dashboardOf, promtool } from '../support/monitoring-make.ts';
import { at, find, folderOfScenario, renderScenario, type ScenarioToMake } from './scenario.ts';

const files = {
  'monitoring/dashboards/orders.json': dashboardOf({ uid: 'orders' }),
  'monitoring/alerts/orders.yaml': alertsOf(),
};

/** `store` in the Namespaces `shop` and `shop-2` of one Environment. */
function scenario(
  monitoring: object = {},
  shipped: Readonly<Record<string, string>> = files,
): ScenarioToMake {
  const solutions = [{ name: 'store', version: '1.0.0' }];
  return {
    archives: [{ files: shipped }],
    environments: {
      production: { namespaces: ['shop', 'shop-2'].map((name) => ({ name, solutions })) },
    },
    platform: { monitoring: { enabled: true, ...monitoring } },
  };
}

function objectsOf(made: ScenarioToMake): readonly JsonObject[] {
  return renderScenario(made).objects;
}

function rulesOf(object: JsonObject): unknown {
  return at(object, 'spec', 'groups', 0, 'rules', 0);
}

describe('dashboards and alerts', () => {
  const { manifests, objects } = renderScenario(scenario());

  it('are what people review', async () => {
    const file = '0600-monitoring.shop.store.yaml';
    const golden = join(import.meta.dirname, '..', 'golden', 'monitoring', file);
    await expect(folderOfScenario(scenario()).get(file)).toMatchFileSnapshot(golden);
  });

  it('are the last files, one for each Solution in a Namespace', () => {
    expect(manifests.map(({ file }) => file).slice(-2)).toEqual([
      '0600-monitoring.shop.store.yaml',
      '0600-monitoring.shop-2.store.yaml',
    ]);
  });

  it('are ConfigMaps that Grafana finds, each with a file name of its own', () => {
    const map = find(objects, 'ConfigMap', 'shop/store-dashboard.orders');
    expect(map['metadata']).toEqual({
      name: 'store-dashboard.orders',
      namespace: 'shop',
      labels: {
        grafana_dashboard: '1',
        'app.kubernetes.io/managed-by': 'solutions',
        'app.kubernetes.io/part-of': 'store',
        'app.kubernetes.io/version': '1.0.0',
        'app.kubernetes.io/component': 'monitoring',
      },
      annotations: {
        'metalk8s.scality.com/grafana-folder-name': 'store',
        'solutions.metalk8s.scality.com/rendered-from': 'solutions.yaml',
      },
    });
    expect(Object.keys(Object(map['data']))).toEqual(['shop.store.orders.json']);
    const other = find(objects, 'ConfigMap', 'shop-2/store-dashboard.orders');
    expect(JSON.parse(String(at(other, 'data', 'shop-2.store.orders.json')))).toMatchObject({
      title: 'Orders (shop-2)',
      panels: [{ datasource: 'metalk8s-prometheus' }],
    });
  });

  it('are PrometheusRules that say whose their alerts are', () => {
    const rule = find(objects, 'PrometheusRule', 'shop-2/store-alerts.orders');
    expect(at(rule, 'metadata', 'labels')).toMatchObject({
      'metalk8s.scality.com/monitor': '',
      'app.kubernetes.io/part-of': 'store',
    });
    expect(rulesOf(rule)).toEqual({
      alert: 'TooManyOrders',
      expr: 'sum(orders{namespace="shop-2", job="store-metrics"}) > 0.5',
      for: '5m',
      labels: {
        solution: 'store',
        solution_environment: 'production',
        solution_namespace: 'shop-2',
        severity: 'warning',
      },
      annotations: { summary: 'More than 0.5: {{ $value }}' },
    });
  });

  it('leave recorded series and what a rule says itself as they are', () => {
    const rules = [
      { record: 'a:b', expr: 'up' },
      { alert: 'A', expr: 'up', labels: { solution: 'mine' } },
    ];
    const text = stringify({ groups: [{ name: 'a', limit: 5, rules }] });
    const rule = find(
      objectsOf(scenario({}, { 'monitoring/alerts/a.yaml': text })),
      'PrometheusRule',
      'shop/store-alerts.a',
    );
    expect(at(rule, 'spec', 'groups')).toMatchObject([
      {
        name: 'a',
        limit: 5,
        rules: [{ record: 'a:b', expr: 'up' }, { labels: { solution: 'mine' } }],
      },
    ]);
    expect(Object.keys(Object(rulesOf(rule)))).toEqual(['record', 'expr']);
    expect(schemaMistakes(rule)).toEqual([]);
  });

  it('have the labels and the annotation that platform.yaml says, ours not among them', () => {
    const found = objectsOf(
      scenario({
        labels: { release: 'prometheus', 'app.kubernetes.io/managed-by': 'me' },
        dashboards: { labels: { dashboards: 'yes' }, folderAnnotation: 'grafana_folder' },
      }),
    );
    const rule = find(found, 'PrometheusRule', 'shop/store-alerts.orders');
    expect(at(rule, 'metadata', 'labels', 'release')).toBe('prometheus');
    expect(at(rule, 'metadata', 'labels', 'app.kubernetes.io/managed-by')).toBe('solutions');
    const map = find(found, 'ConfigMap', 'shop/store-dashboard.orders');
    expect(at(map, 'metadata', 'labels', 'grafana_dashboard')).toBeUndefined();
    expect(at(map, 'metadata', 'labels', 'dashboards')).toBe('yes');
    expect(at(map, 'metadata', 'annotations', 'grafana_folder')).toBe('store');
  });

  it('are not there without the Prometheus Operator', () => {
    const found = objectsOf(scenario({ enabled: false }));
    expect(found.map(({ kind }) => kind)).not.toContain('PrometheusRule');
    expect(found.length).toBe(objects.length - 4);
  });

  it('of Solutions whose names run into each other have names of their own', () => {
    const names = ['a', 'a-dashboard', 'a-dashboard-dashboard'];
    const found = objectsOf({
      archives: names.map((name) => ({
        name,
        files: {
          'monitoring/dashboards/x.json': dashboardOf(),
          'monitoring/dashboards/dashboard-x.json': dashboardOf({ title: 'Other' }),
        },
      })),
      environments: {
        shop: {
          namespaces: [
            { name: 'shop', solutions: names.map((name) => ({ name, version: '1.0.0' })) },
          ],
        },
      },
      platform: { monitoring: { enabled: true } },
    });
    const maps = found.filter(
      (object) => at(object, 'metadata', 'labels', 'grafana_dashboard') === '1',
    );
    expect(new Set(maps.map((object) => at(object, 'metadata', 'name'))).size).toBe(6);
  });

  it('are what the Prometheus Operator and promtool take', async () => {
    const rules = objects.filter(({ kind }) => kind === 'PrometheusRule');
    expect(rules).toHaveLength(2);
    expect(rules.flatMap(schemaMistakes)).toEqual([]);
    for (const rule of rules) expect(await promtool(JSON.stringify(rule['spec']))).toBe('');
  });

  it('would be refused by both if they were wrong', async () => {
    const rule = objects.find(({ kind }) => kind === 'PrometheusRule');
    expect(schemaMistakes({ ...rule, spec: { groups: [{ rules: [] }] } })).toHaveLength(1);
    expect(
      await promtool('{"groups": [{"name": "a", "rules": [{"alert": "b", "expr": "up =="}]}]}'),
    ).toContain('parse error');
  });
});

describe('a dashboard near the limit of client-side apply', () => {
  const panel = JSON.stringify(
    { text: 'x'.repeat(80), list: Array.from({ length: 40 }, () => 0) },
    null,
    2,
  );

  function mapOf(panels: number): JsonObject {
    const text = `{"title": "A", "panels": [${Array.from({ length: panels }, () => panel).join(',\n')}]}`;
    return find(
      objectsOf(scenario({}, { 'monitoring/dashboards/a.json': text })),
      'ConfigMap',
      'shop/store-dashboard.a',
    );
  }

  it('keeps its blanks as long as it fits, and loses nothing else', () => {
    const [small, large] = [mapOf(400), mapOf(900)].map((map) =>
      String(at(map, 'data', 'shop.store.a.json')),
    );
    expect(small).toContain('\n');
    expect(large).not.toContain('\n');
    expect(appliedSize(mapOf(900))).toBeLessThan(250_000);
    expect(JSON.parse(large ?? '')).toMatchObject({ panels: { length: 900 } });
  });

  it('is an error that says which where it does not fit', () => {
    const text = `{"title": "A", "panels": ["${'x'.repeat(250_000)}"]}`;
    const made = scenario({}, { 'monitoring/dashboards/a.json': text });
    expect(errorsIn(() => folderOfScenario(made))).toMatchObject([
      {
        code: 'object-too-large',
        message: expect.stringContaining('ConfigMap shop/store-dashboard.a has 250'),
        hint: 'kubectl cannot apply an object that large: the vendor must shorten that file, or make two of it',
        place: { file: 'metadata/store-1.0.0/monitoring/dashboards/a.json' },
      },
      { message: expect.stringContaining('ConfigMap shop-2/store-dashboard.a has 250') },
    ]);
  });
});

describe('text of a vendor', () => {
  it('stays text, whatever it looks like', () => {
    const title = '{{ title }} - "quoted" \u2028 &amp; ${nothing} $__all';
    const map = find(
      objectsOf(scenario({}, { 'monitoring/dashboards/a.json': dashboardOf({ title }) })),
      'ConfigMap',
      'shop/store-dashboard.a',
    );
    const text = String(at(map, 'data', 'shop.store.a.json'));
    expect(JSON.parse(text)).toMatchObject({ title: `${title} (shop)` });
  });
});
