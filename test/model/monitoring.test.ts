import { describe, expect, it } from 'vitest';
import type { SolutionMonitoring } from '../../src/model/state.ts';
import {
  environment,
  errorsOf,
  noticesOf,
  stateOf,
  store,
  type Scenario,
} from '../support/model-make.ts';
import { alertsOf, dashboardOf, usualInputs } from '../support/monitoring-make.ts';

const platform = '  monitoring: {enabled: true}\n';

/** `store` with some files, once in the Namespace `shop`. */
function scenario(
  files: Readonly<Record<string, string>>,
  inputs = '',
  more: Scenario = {},
): Scenario {
  const settings = inputs === '' ? '' : `monitoring: {inputs: {${inputs}}}`;
  return {
    archives: [{ files }],
    environments: [environment('production', { shop: [store(settings)] })],
    platform,
    ...more,
  };
}

function dashboards(...texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text, n) => [`monitoring/dashboards/${n}.json`, text]));
}

function alerts(text: string): Record<string, string> {
  return { 'monitoring/alerts/orders.yaml': text };
}

function monitoringOf(of: Scenario): SolutionMonitoring[] {
  return [...stateOf(of).monitoring];
}

/** The expression that an input became part of, in the first dashboard. */
function exprOf(inputs: string, more?: Scenario): string {
  const [found] = monitoringOf(scenario(dashboards(dashboardOf()), inputs, more));
  return (
    /"expr": "(.*)"/u.exec(found?.dashboards[0]?.text ?? '')?.[1]?.replaceAll('\\"', '"') ?? ''
  );
}

function titleOf(text: string): string {
  return /^ {2}"title": "(.*)"/mu.exec(text)?.[1] ?? '';
}

function uidOf(text: string): string {
  return /"uid": "([^"]+)"/u.exec(text)?.[1] ?? '';
}

function expr(namespace: string, job: string): string {
  return `sum(rate(orders{namespace="${namespace}", job="${job}"}[$__rate_interval]))`;
}

describe('the inputs of dashboards and alerts', () => {
  it('are the Namespace, what the vendor says, and what environments.yaml says over both', () => {
    expect(exprOf('')).toBe(expr('shop', 'store-metrics'));
    expect(exprOf('job: till')).toBe(expr('shop', 'till'));
    expect(exprOf('namespace: other, job: 1.10')).toBe(expr('other', '1.10'));
  });

  it('have the data source of the cluster', () => {
    const texts = ['', ', datasource: P1809'].map((datasource) => {
      const of = scenario(dashboards(dashboardOf()), '', {
        platform: `  monitoring: {enabled: true${datasource}}\n`,
      });
      return monitoringOf(of)[0]?.dashboards[0]?.text ?? '';
    });
    expect(texts[0]).toContain('"datasource": "metalk8s-prometheus"');
    expect(texts[1]).toContain('"datasource": "P1809"');
    expect(exprOf('')).not.toContain('DS_PROMETHEUS');
  });

  it('without a value are errors that show the line to add', () => {
    const inputs = [
      ...usualInputs,
      { name: 'replicas' },
      { name: 'DS_LOKI', type: 'datasource', pluginId: 'loki' },
      { name: 'two words' },
    ];
    const file = 'metadata/store-1.0.0/monitoring/dashboards/0.json';
    const files = { ...dashboards(dashboardOf({ inputs })), ...alerts(alertsOf({ inputs })) };
    expect(errorsOf(scenario(files))).toEqual([
      {
        code: 'input-missing',
        message: `nobody says what the inputs \`replicas\` of ${file}, \`DS_LOKI\` of ${file} and \`two words\` of ${file} are`,
        hint: 'add to this Solution: `monitoring: {inputs: {replicas: <its value>, DS_LOKI: <the uid of a data source of loki>, "two words": <its value>}}`',
        place: 'environments.yaml:7:17',
      },
    ]);
    const [only] = errorsOf(scenario(files, 'replicas: 3, DS_LOKI: a'));
    expect(only?.message).toBe(`nobody says what the input \`two words\` of ${file} is`);
    const many = Array.from({ length: 10_000 }, (_, n) => ({ name: `i${n}` }));
    const [all] = errorsOf(scenario(dashboards(dashboardOf({ inputs: many }))));
    expect(all?.message).toMatch(/and 9990 more are$/u);
    expect(all?.hint).toMatch(/, i9: <its value>\}\}` and so on$/u);
    const given = 'replicas: 3, DS_LOKI: loki-uid, "two words": ""';
    expect(errorsOf(scenario(dashboards(dashboardOf({ inputs })), given))).toEqual([]);
  });

  it('that nobody asks for are errors', () => {
    const files = { ...dashboards(dashboardOf()), ...alerts(alertsOf()) };
    const found = errorsOf(scenario(files, 'jobb: a, other: b, limit: 1'));
    expect(found.map(({ code, message, hint }) => `${code} ${message} | ${hint}`)).toEqual([
      'unknown-input store-1.0.0 has no input `jobb` | did you mean `job`?',
      'unknown-input store-1.0.0 has no input `other` | its dashboards and alerts ask for DS_PROMETHEUS, namespace, job and limit',
    ]);
    expect(errorsOf(scenario({}, 'a: b'))).toMatchObject([
      { code: 'unknown-input', hint: 'its dashboards and alerts ask for none: remove it' },
    ]);
  });

  it('that multiply are refused', () => {
    const inputs = [{ name: 'a', value: 'x'.repeat(4000) }];
    const files = dashboards(dashboardOf({ inputs, expr: '${a}'.repeat(50_000) }));
    expect(
      errorsOf({
        ...scenario({ ...files, ...alerts(alertsOf({ inputs, expr: '${a}'.repeat(50_000) })) }),
      }),
    ).toMatchObject([
      { code: 'monitoring-too-large', place: 'metadata/store-1.0.0/monitoring/dashboards/0.json' },
      { code: 'monitoring-too-large', place: 'metadata/store-1.0.0/monitoring/alerts/orders.yaml' },
    ]);
  });
});

describe('dashboards', () => {
  const twice: Scenario = {
    archives: [
      {
        files: dashboards(
          dashboardOf({ uid: 'orders', links: ['/d/stock'] }),
          dashboardOf({ uid: 'stock' }),
        ),
      },
      {
        name: 'till',
        files: dashboards(dashboardOf({ uid: 'orders' }), dashboardOf({ uid: null })),
      },
    ],
    environments: [
      environment('production', {
        shop: [store(), '{name: till, version: 1.0.0}'],
        'shop-2': [store()],
      }),
      environment('staging', { staging: [store()] }),
    ],
    platform,
  };
  const all = monitoringOf(twice).flatMap((one) => one.dashboards);
  const uids = all.map(({ text }) => uidOf(text));

  it('have uids, titles and files of their own in each Namespace and Solution', () => {
    expect(all).toHaveLength(8);
    expect(new Set(uids).size).toBe(8);
    expect(uids.every((uid) => /^[A-Za-z0-9_-]{1,40}$/u.test(uid))).toBe(true);
    expect(new Set(all.map(({ file }) => file)).size).toBe(8);
    expect(all.map(({ text }) => titleOf(text))).toEqual([
      'Orders [store.0] (shop)',
      'Orders [store.1] (shop)',
      'Orders [till.0] (shop)',
      'Orders [till.1] (shop)',
      'Orders [store.0] (shop-2)',
      'Orders [store.1] (shop-2)',
      'Orders [store.0] (staging)',
      'Orders [store.1] (staging)',
    ]);
  });

  // Grafana takes in no file at all any more where two have one title, or one uid.
  it.each([
    ['tell the file where several have one', ['A', 'A', 'B'], ['A [store.0]', 'A [store.1]', 'B']],
    ['differ in more than their case', ['A', 'a'], ['A [store.0]', 'a [store.1]']],
    [
      'differ from what another one becomes',
      ['A', 'A', 'A [store.0]'],
      ['A [store.0]', 'A [store.1]', 'A [store.0] [store.2]'],
    ],
    [
      'are filled in before they are compared',
      ['shop', '${namespace}'],
      ['shop [store.0]', 'shop [store.1]'],
    ],
    [
      'are the names of their files where there are none',
      ['1', ''],
      ['1 [store.0]', '1 [store.1]'],
    ],
  ])('have titles that %s', (_, titles, expected) => {
    const texts = titles.map((title, n) => dashboardOf({ title, expr: `orders > ${n}` }));
    const [found] = monitoringOf(scenario(dashboards(...texts)));
    expect(found?.dashboards.map(({ text }) => titleOf(text))).toEqual(
      expected.map((title) => `${title} (shop)`),
    );
  });

  it('have other uids than those that Grafana would be left to make', () => {
    const texts = [dashboardOf({ title: 'A' }), dashboardOf({ title: 'B', uid: '0' })];
    const [found] = monitoringOf(scenario(dashboards(...texts)));
    const [one = '', other = ''] = found?.dashboards.map(({ text }) => uidOf(text)) ?? [];
    expect([one, other]).toEqual([
      expect.stringMatching(/^0-[0-9a-f]{8}$/u),
      expect.stringMatching(/^0-[0-9a-f]{8}$/u),
    ]);
    expect(one).not.toBe(other);
  });

  it('that have one uid once their inputs are filled in are refused, once', () => {
    const inputs = [{ name: 'which', value: 'orders' }];
    const texts = [
      dashboardOf({ title: 'A', inputs, uid: '${which}' }),
      dashboardOf({ title: 'B', uid: 'orders' }),
    ];
    const of = (settings: string): Scenario => ({
      ...scenario(dashboards(...texts), settings),
      environments: [
        environment('production', { shop: [store(settings)], 'shop-2': [store(settings)] }),
      ],
    });
    const folder = 'metadata/store-1.0.0/monitoring/dashboards';
    expect(errorsOf(of(''))).toEqual([
      {
        code: 'dashboard-uid',
        message: `${folder}/1.json and ${folder}/0.json have the uid "orders" once their inputs are filled in`,
        hint: 'Grafana shows one dashboard of a uid: give their inputs other values, or ask the vendor to change one of the two',
        place: `${folder}/1.json`,
      },
    ]);
    expect(errorsOf(of('monitoring: {inputs: {which: stock}}'))).toEqual([]);
  });

  it('link to those of their own Namespace', () => {
    const [first = '', second = ''] = uids;
    expect(first).toMatch(/^orders-[0-9a-f]{8}$/u);
    expect(all[0]?.text).toContain(`"url": "/d/${second}"`);
  });

  it('have the same uid whatever else is deployed, and one of 40 characters at most', () => {
    const uid = 'ü'.repeat(10) + 'x'.repeat(60);
    const [first] = monitoringOf(scenario(dashboards(dashboardOf({ uid }))));
    const own = uidOf(first?.dashboards[0]?.text ?? '');
    const environments = [environment('a', { shop: [store()], another: [store()] })];
    expect(own).toMatch(/^-{10}x{21}-[0-9a-f]{8}$/u);
    const second = monitoringOf(
      scenario(dashboards(dashboardOf({ uid })), '', { environments }),
    )[1];
    expect(second?.namespace).toBe('shop');
    expect(second?.dashboards[0]?.text).toContain(`"uid": "${own}"`);
  });
});

describe('alerts', () => {
  it('whose PromQL does not parse once it is filled in are refused once, with their place', () => {
    const inputs = [{ name: 'limit', value: '>' }];
    const files = alerts(alertsOf({ inputs, expr: 'up > ${limit}' }));
    const of = scenario(files, '', {
      environments: [environment('production', { shop: [store()], 'shop-2': [store()] })],
    });
    expect(errorsOf(of)).toEqual([
      {
        code: 'invalid-alerts',
        message:
          '`groups[0].rules[0].expr` is no PromQL: its line 1 cannot go on like this at column 6; found "up > >"',
        hint: 'the vendor must mend it, unless an input in environments.yaml is to blame',
        place: 'metadata/store-1.0.0/monitoring/alerts/orders.yaml:9:9',
      },
    ]);
    expect(errorsOf(scenario(files, 'limit: 5'))).toEqual([]);
  });

  it('without a rule are not rendered', () => {
    expect(
      monitoringOf(scenario(alerts('groups: [{name: a}, {name: b, rules: []}]'))),
    ).toMatchObject([{ dashboards: [], alerts: [] }]);
  });
});

describe('without a Prometheus Operator', () => {
  const files = { ...dashboards(dashboardOf()), ...alerts(alertsOf({ expr: 'up > >' })) };

  it('nothing is rendered or judged, and a warning says so once', () => {
    const of = scenario(files, '', { platform: '  hardening: baseline\n' });
    expect(monitoringOf(of)).toEqual([]);
    expect(noticesOf(of, 'no-roles', 'images-not-pushed')).toEqual([
      {
        code: 'monitoring-off',
        message:
          'the dashboards and alerts of store-1.0.0 are not rendered: platform.yaml does not say that the Prometheus Operator is there',
        hint: 'add `monitoring: {enabled: true}` there; `enabled: false` silences this',
        place: 'platform.yaml:3:1',
      },
    ]);
  });

  it('somebody who knows is not told', () => {
    const of = scenario(files, '', { platform: '  monitoring: {enabled: false}\n' });
    expect(noticesOf(of, 'no-roles')).toEqual([]);
  });

  it('inputs have no effect, and a warning says so', () => {
    const of = scenario(files, 'job: a', { platform: '  monitoring: {enabled: false}\n' });
    expect(noticesOf(of, 'no-roles')).toMatchObject([
      { code: 'ignored-setting', place: 'environments.yaml:7:17' },
    ]);
  });
});

describe('a Solution without an Operator', () => {
  it('has its dashboards and alerts rendered all the same', () => {
    const of = scenario({}, 'job: a', {
      archives: [
        { operator: 'none', files: { ...dashboards(dashboardOf()), ...alerts(alertsOf()) } },
      ],
    });
    expect(monitoringOf(of)).toMatchObject([
      {
        dashboards: [{ name: 'store-dashboard.0', file: 'shop.store.0.json' }],
        alerts: [{ name: 'store-alerts.orders' }],
      },
    ]);
    expect(noticesOf(of).map(({ code }) => code)).toEqual(['no-operator']);
  });
});
