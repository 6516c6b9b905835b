import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  annotationKeyMistake,
  configKeyMistake,
  dnsLabelMistake,
  dnsSubdomainMistake,
  envNameMistake,
  jobNameMistake,
  labelKeyMistake,
  labelValue,
  labelValueMistake,
  pathSegmentMistake,
  portNameMistake,
  serviceNameMistake,
} from '../../src/kubernetes/names.ts';

const a = (count: number): string => 'a'.repeat(count);

/** Rules with names that keep them and names that break them, each at its edges. */
const rules = [
  {
    rule: dnsLabelMistake,
    good: ['a', '0', 'a-b', 'a--b', '1.0'.replace('.', '-'), a(63)],
    bad: ['', '-a', 'a-', 'A', 'a.b', 'a_b', 'a b', 'ä', a(64), 'a\n'],
  },
  { rule: serviceNameMistake, good: ['a', 'a1'], bad: ['', '1a', 'A', 'a.b', a(64)] },
  {
    rule: dnsSubdomainMistake,
    good: ['a', 'a.b', '1.0.0', 'a-b.c-d', a(253)],
    bad: ['', '.', 'a.', '.a', 'a..b', 'a-.b', 'A.b', 'a_b', 'a/b', a(254), 'a\n'],
  },
  { rule: jobNameMistake, good: ['a', 'a.b', a(63)], bad: ['', 'A', a(64)] },
  {
    rule: labelValueMistake,
    good: ['', 'a', 'A.b_c-d', '1.0.0', a(63)],
    bad: ['-a', 'a-', '_', 'a b', 'a/b', '1.0+2', a(64), 'a\n'],
  },
  {
    rule: labelKeyMistake,
    good: ['a', 'A_b.c-d', 'app.kubernetes.io/name', `a.b/${a(63)}`, `${a(253)}/a`],
    bad: ['', '/', 'a/', '/a', 'a/b/c', 'A.b/c', 'a b', '-a', a(64), `${a(254)}/a`],
  },
  {
    rule: annotationKeyMistake,
    good: ['a', 'Example.com/a'],
    bad: ['', '/a', 'a/', 'a b', 'a/b/c'],
  },
  {
    rule: configKeyMistake,
    good: ['a', 'operator.yaml', '.hidden', '-', '_', 'A', a(253)],
    bad: ['', '.', '..', '..a', 'a/b', 'a b', 'ä', a(254), 'a\n'],
  },
  {
    rule: envNameMistake,
    good: ['A', '_a', 'a.b', 'a-b', 'A1', '.a', '-'],
    bad: ['', '1', 'a=b', 'a b', '.', '..', '..a', 'a\n'],
  },
  {
    rule: portNameMistake,
    good: ['a', 'http', 'a-1', '1a', a(15)],
    bad: ['', '1', '-a', 'a-', 'a--b', 'A', 'a.b', a(16)],
  },
  {
    rule: pathSegmentMistake,
    good: ['a', 'A b', 'system:node', '...', 'ä', a(300)],
    bad: ['', '.', '..', 'a/b', 'a%b'],
  },
];

describe('the rules of Kubernetes names', () => {
  it.each(rules.flatMap(({ rule, good }) => good.map((name) => ({ rule, name }))))(
    '$rule.name takes "$name"',
    ({ rule, name }) => {
      expect(rule(name)).toBeUndefined();
    },
  );

  it.each(rules.flatMap(({ rule, bad }) => bad.map((name) => ({ rule, name }))))(
    '$rule.name refuses "$name" with a reason',
    ({ rule, name }) => {
      expect(rule(name)).toMatch(/^(?:is|has|must) /u);
    },
  );

  it('a long name is refused at once, whatever it holds', () => {
    const hostile = `${'a-'.repeat(500_000)}.`;
    const start = performance.now();
    for (const { rule } of rules) rule(hostile);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('labelValue', () => {
  it.each([
    ['1.2.3', '1.2.3'],
    ['1.0.0+build 5', '1.0.0_build_5'],
    ['-1.0-', '1.0'],
    ['...', ''],
    ['ä1', '1'],
    [`${a(62)}-b`, a(62)],
    [`-${a(64)}`, a(63)],
  ])('makes %s into %s', (text, value) => {
    expect(labelValue(text)).toBe(value);
  });

  it('makes a value of any text, and leaves a value as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const value = labelValue(text);
        expect(labelValueMistake(value)).toBeUndefined();
        expect(labelValue(value)).toBe(value);
        expect(labelValueMistake(text) === undefined).toBe(value === text);
      }),
    );
  });
});
