import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crdChanges } from '../../src/crd/changes.ts';
import { readCrd } from '../support/crd-make.ts';

const folder = join(import.meta.dirname, '..', 'fixtures', 'prometheus-operator');

function release(kind: string, version: string) {
  return readCrd(readFileSync(join(folder, `${kind}-${version}.yaml`), 'utf8'));
}

/** Rules and paths of what is not safe, and how many safe changes there are. */
function between(kind: string, from: string, to: string) {
  const changes = crdChanges(release(kind, from), release(kind, to));
  const worth = changes.filter(({ level }) => level !== 'safe');
  return {
    lines: worth.map(({ level, rule, path }) => `${level} ${rule} ${path}`).toSorted(),
    safe: changes.length - worth.length,
  };
}

const endpoint = 'v1: spec.podMetricsEndpoints[]';
/** Where a Secret's or a ConfigMap's key is selected. */
const selectors = [
  'authorization.credentials',
  'basicAuth.password',
  'basicAuth.username',
  'bearerTokenSecret',
  'oauth2.clientId.configMap',
  'oauth2.clientId.secret',
  'oauth2.clientSecret',
  'tlsConfig.ca.configMap',
  'tlsConfig.ca.secret',
  'tlsConfig.cert.configMap',
  'tlsConfig.cert.secret',
  'tlsConfig.keySecret',
];

describe('the CRDs of the Prometheus Operator', () => {
  it.each([
    {
      kind: 'prometheusrules',
      from: '0.60.0',
      to: '0.65.0',
      lines: [
        'breaking list-now-unique v1: spec.groups',
        'breaking pattern-added v1: spec.groups[].interval',
        'breaking limit-tightened v1: spec.groups[].name',
        'breaking pattern-added v1: spec.groups[].partial_response_strategy',
        'breaking pattern-added v1: spec.groups[].rules[].for',
        'risky field-optional v1: spec.groups[].rules',
      ],
      safe: 1,
    },
    { kind: 'prometheusrules', from: '0.65.0', to: '0.80.0', lines: [], safe: 3 },
    { kind: 'prometheusrules', from: '0.80.0', to: '0.93.0', lines: [], safe: 1 },
    {
      kind: 'prometheusrules',
      from: '0.93.0',
      to: '0.80.0',
      lines: [
        'breaking field-removed v1: status',
        'breaking status-removed v1: subresources.status',
      ],
      safe: 0,
    },
    {
      kind: 'podmonitors',
      from: '0.50.0',
      to: '0.55.0',
      lines: ['metricRelabelings[]', 'relabelings[]'].flatMap((name) => [
        `breaking enum-added ${endpoint}.${name}.action`,
        `breaking pattern-added ${endpoint}.${name}.sourceLabels[]`,
        `risky default-added ${endpoint}.${name}.action`,
      ]),
      safe: 1,
    },
    {
      kind: 'podmonitors',
      from: '0.55.0',
      to: '0.60.0',
      lines: [
        `breaking pattern-added ${endpoint}.interval`,
        `breaking pattern-added ${endpoint}.scrapeTimeout`,
        `risky enum-value-added ${endpoint}.metricRelabelings[].action`,
        `risky enum-value-added ${endpoint}.relabelings[].action`,
        ...selectors.map((name) => `risky map-type-changed ${endpoint}.${name}`),
        'risky map-type-changed v1: spec.selector',
      ],
      safe: 4,
    },
    {
      kind: 'podmonitors',
      from: '0.60.0',
      to: '0.65.0',
      lines: [
        `breaking enum-added ${endpoint}.scheme`,
        `risky enum-value-added ${endpoint}.metricRelabelings[].action`,
        `risky enum-value-added ${endpoint}.relabelings[].action`,
      ],
      safe: 0,
    },
  ])('$kind change from $from to $to', ({ kind, from, to, lines, safe }) => {
    expect(between(kind, from, to)).toEqual({ lines: lines.toSorted(), safe });
  });

  it('say what was and what is', () => {
    const changes = crdChanges(
      release('prometheusrules', '0.60.0'),
      release('prometheusrules', '0.65.0'),
    );
    expect(changes.slice(0, 3).map(({ message }) => message)).toEqual([
      'the list type was `atomic`, is `map`',
      expect.stringMatching(/^must match `\^\(0\|.{60,}\.\.\.` from now on$/u),
      '`minLength` is new: `1`',
    ]);
  });
});
