import { describe, expect, it } from 'vitest';
import { parsePlatform } from '../../src/config/platform.ts';
import { complaintsOf } from '../support/complaints.ts';

function parse(waivers: string) {
  const head = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: Platform\n';
  return parsePlatform(Buffer.from(`${head}spec:\n  crdWaivers:\n${waivers}`), 'platform.yaml');
}

describe('crdWaivers', () => {
  it('name a CRD, the rules or none for all, and a reason', () => {
    const text =
      '  - {name: a.example.com, reason: "no objects yet"}\n' +
      '  - {name: b.example.com, rules: [field-removed, enum-added], reason: moved by hand}\n';
    expect(parse(text).crdWaivers).toEqual([
      {
        name: 'a.example.com',
        rules: undefined,
        reason: 'no objects yet',
        place: { file: 'platform.yaml', line: 5, column: 5 },
      },
      {
        name: 'b.example.com',
        rules: new Set(['field-removed', 'enum-added']),
        reason: 'moved by hand',
        place: { file: 'platform.yaml', line: 6, column: 5 },
      },
    ]);
  });

  it('are none where nothing is said', () => {
    expect(parse('').crdWaivers).toEqual([]);
  });

  it.each([
    ['  - {name: a.b, reason: a, rules: [field-removd]}\n', 'did you mean `field-removed`?'],
    ['  - {name: a.b, reason: a, rules: [anything]}\n', 'docs/crd-changes.md'],
    ['  - {name: a.b, reason: a, rules: []}\n', 'at least 1'],
    ['  - {name: a.b, reason: "  "}\n', 'expected the reason'],
    ['  - {name: a.b}\n', '`spec.crdWaivers[0].reason` is missing'],
    ['  - {name: A, reason: a}\n', '`spec.crdWaivers[0].name`'],
    ['  - {name: a.b, reason: a, until: 2027}\n', 'is not a known key'],
  ])('refuse %j', (text, complaint) => {
    const complaints = complaintsOf(() => parse(text));
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(complaint);
  });
});
