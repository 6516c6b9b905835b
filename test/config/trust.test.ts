import { describe, expect, it } from 'vitest';
import { parsePlatform } from '../../src/config/platform.ts';
import { complaintsOf } from '../support/complaints.ts';

function parse(trust: string) {
  const head = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: Platform\nspec:\n';
  return parsePlatform(Buffer.from(`${head}${trust}`), 'platform.yaml').trust;
}

const key = '{name: vendor, file: keys/vendor.pub}';

describe('trust', () => {
  it('looks at signatures that are there, by default, and has no keys', () => {
    const nothing = { policy: 'when-present', keys: [], trustedRoot: undefined };
    expect(parse('')).toEqual(nothing);
    expect(parse('  trust:\n')).toEqual(nothing);
    expect(parse('  trust: {keys: }\n')).toEqual(nothing);
  });

  it('knows where its files are named', () => {
    expect(
      parse(`  trust:\n    policy: required\n    keys: [${key}]\n    trustedRoot: root.json\n`),
    ).toEqual({
      policy: 'required',
      keys: [
        {
          name: 'vendor',
          file: 'keys/vendor.pub',
          place: { file: 'platform.yaml', line: 6, column: 27 },
        },
      ],
      trustedRoot: { file: 'root.json', place: { file: 'platform.yaml', line: 7, column: 5 } },
    });
  });

  it.each([
    ['policy: required', 'there are no keys'],
    ['policy: always', '`spec.trust.policy`'],
    [`keys: [${key}, ${key}]`, 'is the same as in item 1'],
    ['keys: [{name: vendor}]', '`spec.trust.keys[0].file` is missing'],
    ['keys: [{name: Vendor, file: a}]', '`spec.trust.keys[0].name`'],
    ['keys: [{name: a, file: ""}]', 'is empty, expected a path'],
    [
      `keys: [${Array.from({ length: 17 }, (_, index) => `{name: a${index}, file: a}`).join()}]`,
      'at most 16',
    ],
    ['trustedRoot: ""', 'is empty, expected a path'],
    ['root: a', 'is not a known key'],
  ])('refuses %j', (text, complaint) => {
    const complaints = complaintsOf(() => parse(`  trust: {${text}}\n`));
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(complaint);
  });
});
