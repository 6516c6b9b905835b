import { describe, expect, it } from 'vitest';
import { parseAlerts } from '../../src/monitoring/alerts.ts';
import { fillAlerts } from '../../src/monitoring/filled-rules.ts';
import { MAX_FILLED } from '../../src/monitoring/inputs.ts';
import { complaintsOf } from '../support/complaints.ts';
import { alertsOf, promtool } from '../support/monitoring-make.ts';

function parse(text: string) {
  return parseAlerts(Buffer.from(text), 'a.iso:alerts.yaml');
}

const values = new Map([
  ['namespace', 'shop'],
  ['job', 'store'],
  ['limit', '0.5'],
]);

function filled(text: string) {
  return fillAlerts(parse(text), { values, room: MAX_FILLED }, (one) => one);
}

function complaints(work: () => unknown): string[] {
  return complaintsOf(work).map((line) => line.replace('a.iso:alerts.yaml:', ''));
}

/** A file with one rule, in flow style. */
function rules(...rule: readonly string[]): string {
  return `groups:\n- name: a\n  rules:\n${rule.map((one) => `  - {${one}}\n`).join('')}`;
}

describe('a file of alerts', () => {
  it('has its inputs filled in, and nothing of its templates', () => {
    expect(filled(alertsOf())).toEqual([
      {
        name: 'Orders',
        rules: [
          {
            alert: 'TooManyOrders',
            expr: 'sum(orders{namespace="shop", job="store"}) > 0.5',
            for: '5m',
            labels: { severity: 'warning' },
            annotations: { summary: 'More than 0.5: {{ $value }}' },
          },
        ],
      },
    ]);
  });

  it('keeps numbers and words as they are written, as Prometheus does', () => {
    const text =
      'x-inputs: [{name: a, type: config, value: 1.10}, {name: b, type: constant, value: 0755}]\n' +
      rules('record: a, expr: 1.0, labels: {one: 1e3, two: yes, three: true}');
    expect(parse(text).inputs.map(({ value }) => value)).toEqual(['1.10', '0755']);
    expect(filled(text)[0]?.rules).toEqual([
      { record: 'a', expr: '1.0', labels: { one: '1e3', two: 'yes', three: 'true' } },
    ]);
  });

  it('may have its fields in any case, as files that vendors ship do, but not names', () => {
    const text =
      'Groups:\n- Name: a\n  Rules:\n' +
      '  - {Alert: A, Expr: 1.0, For: 5m, Labels: {Expr: 1.10}, Annotations: {For: b, alert: c}}\n' +
      '  - {alert: B, Expr: up >, Record: c}\n  - {alert: C, expr: up, Expr: down}\n';
    const good = text.split('\n').slice(0, 4).join('\n');
    expect(filled(good)[0]?.rules).toEqual([
      {
        alert: 'A',
        expr: '1.0',
        for: '5m',
        labels: { Expr: '1.10' },
        annotations: { For: 'b', alert: 'c' },
      },
    ]);
    expect(complaints(() => parse(text))).toEqual([
      '5:5 `groups[0].rules[1]` needs either `alert` or `record`',
      '6:26 `groups[0].rules[2].Expr` is not a known key | did you mean `expr`?',
    ]);
    expect(
      complaints(() => filled(text.replace(', Record: c', '').replace(', Expr: down', ''))),
    ).toEqual([
      '5:16 `groups[0].rules[1].expr` is no PromQL: more of it is expected at its end; found "up >"',
    ]);
  });

  it('may have any field that the Prometheus Operator of MetalK8s knows', () => {
    const text = `groups:
- name: a
  interval: 1m
  limit: \${count}
  partial_response_strategy: warn
  rules:
  - {alert: b, expr: up, for: 0m, keep_firing_for: 1h30m}
- name: empty
`;
    const filling = { values: new Map([['count', '10']]), room: MAX_FILLED };
    expect(fillAlerts(parse(text), filling, (one) => one)).toEqual([
      {
        name: 'a',
        interval: '1m',
        limit: 10,
        partial_response_strategy: 'warn',
        rules: [{ alert: 'b', expr: 'up', for: '0m', keep_firing_for: '1h30m' }],
      },
      { name: 'empty' },
    ]);
  });

  it.each([
    ['', 'a.iso:alerts.yaml expected one document with `groups`, found nothing'],
    [
      'groups: []\n---\ngroups: []\n',
      'a.iso:alerts.yaml expected one document with `groups`, found 2 documents',
    ],
    [
      'apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec: {groups: []}\n',
      '1:1 expected rules, found a PrometheusRule around them | ship what is in its `spec`: the object is made for each Namespace',
    ],
    ['rules: []\n', '1:1 `groups` is missing, expected a list'],
    [
      'text\n',
      '1:1 the document is "text", expected a map | write `key: value`, with a blank behind the colon',
    ],
    [rules('alert: a'), '4:5 `groups[0].rules[0].expr` is missing, expected text'],
    [rules('expr: up'), '4:5 `groups[0].rules[0]` needs either `alert` or `record`'],
    [
      rules('alert: a, record: b, expr: up'),
      '4:5 `groups[0].rules[0]` needs either `alert` or `record`',
    ],
    [rules('alert: a, expr: ""'), '4:16 `groups[0].rules[0].expr` is empty, expected some text'],
    [
      rules('alert: a, expr: up, labels: {a: [b]}'),
      '4:35 `groups[0].rules[0].labels.a` is a list, expected text',
    ],
    [
      rules('alert: a, expr: up, label: {}'),
      '4:26 `groups[0].rules[0].label` is not a known key | did you mean `labels`?',
    ],
    [
      'groups: [{name: a}, {name: a}]\n',
      '1:22 `groups[1].name` is the same as in item 1 of the list; found "a" | remove one of the two',
    ],
    [
      'groups: [{name: a, partial_response_strategy: never}]\n',
      '1:20 `groups[0].partial_response_strategy` is "never", expected `warn` or `abort`',
    ],
    [
      'groups: []\nx-inputs: [{name: a, type: secret}]\n',
      '2:22 `x-inputs[0].type` is "secret", expected `constant`, `config` or `datasource`',
    ],
  ])('that is none says why: %j', (text, expected) => {
    expect(complaints(() => parse(text))).toEqual(expect.arrayContaining([expected]));
  });

  it.each([
    [
      'expr: "sum(up) =="',
      '4:16 `groups[0].rules[0].expr` is no PromQL: more of it is expected at its end; found "sum(up) =="',
    ],
    [
      'expr: "sum(up)\\nor up)"',
      '4:16 `groups[0].rules[0].expr` is no PromQL: its line 2 cannot go on like this at column 6; found "sum(up)\\nor up)"',
    ],
    [
      "expr: 'up{job=${other}}'",
      '4:16 `groups[0].rules[0].expr` is no PromQL: its line 1 cannot go on like this at column 8; found "up{job=${other}}"',
    ],
    [
      'expr: up, for: 5',
      '4:26 `groups[0].rules[0].for` must be a duration such as 5m or 1h30m; found "5"',
    ],
    [
      'expr: up, for: 1m1h',
      '4:26 `groups[0].rules[0].for` must be a duration such as 5m or 1h30m; found "1m1h"',
    ],
    [
      'expr: up, labels: {a-b: c}',
      '4:35 `groups[0].rules[0].labels.a-b` cannot be a key here: it must be letters, digits and `_`',
    ],
  ])('that Prometheus would refuse once it is filled in says why: %s', (rule, expected) => {
    expect(complaints(() => filled(rules(`alert: a, ${rule}`)))).toEqual([expected]);
  });

  it.each([
    [
      'record: a b, expr: up',
      '`groups[0].rules[0].record` must be letters, digits, `_` and `:`; found "a b"',
      'invalid recording rule name',
    ],
    [
      'record: a, expr: up, for: 5m',
      '`groups[0].rules[0].for` is for alerts alone, not for what is recorded; found "5m"',
      "invalid field 'for' in recording rule",
    ],
    [
      'record: a, expr: up, annotations: {b: c}',
      '`groups[0].rules[0].annotations` is for alerts alone, not for what is recorded',
      "invalid field 'annotations' in recording rule",
    ],
    [
      'alert: a, expr: up, labels: {__name__: b}',
      '`groups[0].rules[0].labels.__name__` cannot be a key here: it is the name of the series itself',
      'invalid label name',
    ],
  ])('is wrong to us where it is to promtool: %s', async (rule, expected, theirs) => {
    expect(await promtool(rules(rule))).toContain(theirs);
    expect(complaints(() => filled(rules(rule)))).toEqual([expect.stringContaining(expected)]);
  });

  it('is told all that is wrong with its rules at once', () => {
    const text = rules(
      'record: a b, expr: up',
      'record: a, expr: up, for: 5m',
      'alert: a, expr: up, labels: {__name__: b}',
    );
    expect(complaints(() => filled(text))).toHaveLength(3);
  });

  it('may have fields of alerts that say nothing where it records, as promtool has it', async () => {
    const text = rules('record: a:b, expr: up, for: 0m, annotations: {}');
    expect(await promtool(text)).toBe('');
    expect(complaints(() => filled(text))).toEqual([]);
  });

  it('that is long and deep is read in no time, and left to Prometheus where the parser gives up', () => {
    for (const operator of ['+', '^', ' or ', '- -']) {
      const long = `${`up${operator}`.repeat(1500)}up`;
      expect(filled(rules(`alert: a, expr: "${long}"`))[0]?.rules).toHaveLength(1);
    }
    expect(filled(rules(`alert: a, expr: "${'('.repeat(500_000)}"`))).toHaveLength(1);
    expect(complaints(() => filled(rules(`alert: a, expr: "${'1 '.repeat(3000)}"`)))).toHaveLength(
      1,
    );
  });

  it('of any depth gives an error of ours', () => {
    const deep = `groups: ${'['.repeat(100_000)}`;
    expect(complaints(() => parse(deep))).toHaveLength(1);
  });
});

describe('PromQL', () => {
  it.each([
    'up',
    'sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / 2 > bool 0.1',
    'histogram_quantile(0.9, sum(rate(a_bucket[5m])) by (le))',
    'max_over_time(rate(a[1m] @ end())[1h:5m] offset 1d)',
    'a * on (b) group_left (c) d unless ignoring (e) f # why',
    'count_values("version", build) == 1e+21 or vector(0)',
    'absent(up{job=`a"b`}) * -0x1F ^ 2',
    'quantile_over_time(0.5, up{job!~"\\\\d+|é"}[5m])\n  and\nday_of_week() > 5',
  ])('is right to us where it is to promtool: %s', async (expr) => {
    const text = rules(`alert: a, expr: ${JSON.stringify(expr)}`);
    expect(await promtool(text)).toBe('');
    expect(complaints(() => filled(text))).toEqual([]);
  });

  it.each([
    'sum(up',
    'sum(up))',
    'up{',
    'up{job=store}',
    'up{job="store}',
    'rate(up[5mm])',
    '1 +',
    '{}}',
    'nothing(up)',
    'up == == 1',
    'up by (job)',
    'up{a="b" c="d"}',
    '${up}',
  ])('is wrong to us where it is to promtool: %s', async (expr) => {
    const text = rules(`alert: a, expr: ${JSON.stringify(expr)}`);
    expect(await promtool(text)).toContain('could not parse expression');
    expect(complaints(() => filled(text))).toHaveLength(1);
  });
});
