import { describe, expect, it } from 'vitest';
import { parseSolutions } from '../../src/config/solutions.ts';
import { complaintsOf } from '../support/complaints.ts';

const head = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: SolutionsConfiguration\n';

function parse(text: string) {
  return parseSolutions(Buffer.from(text), 'solutions.yaml');
}

function complaints(text: string): string[] {
  return complaintsOf(() => parse(text)).map((line) => line.replace('solutions.yaml:', ''));
}

describe('solutions.yaml', () => {
  it.each([
    ['empty', ''],
    ['nothing but comments', '# nothing yet\n---\n'],
    ['null', 'null\n'],
    ['without archives', head],
    ['with lists left empty', `${head}archives:\nactive:\n`],
    ['with null lists', `${head}archives: ~\nactive: null\n`],
    ['with empty lists', `${head}archives: []\nactive: {}\n`],
  ])('imports nothing when it is %s', (_, text) => {
    expect(parse(text)).toEqual({ archives: [], active: [] });
  });

  it.each(['solutions.metalk8s.scality.com/v1alpha1', 'metalk8s.scality.com/v1alpha1'])(
    'may have the apiVersion %s',
    (version) => {
      const text = `apiVersion: ${version}\nkind: SolutionsConfiguration\narchives: [a.iso]\n`;
      expect(parse(text).archives).toMatchObject([{ path: 'a.iso' }]);
    },
  );

  it('names archives and active versions, with their places', () => {
    const text = `${head}archives:\n  - /a/b_1.0.0.iso\n  - c d/é.iso\nactive:\n  b: 1.0.0\n  c: latest\n`;
    expect(parse(text)).toEqual({
      archives: [
        { path: '/a/b_1.0.0.iso', place: { file: 'solutions.yaml', line: 4, column: 5 } },
        { path: 'c d/é.iso', place: { file: 'solutions.yaml', line: 5, column: 5 } },
      ],
      active: [
        { name: 'b', version: '1.0.0', place: { file: 'solutions.yaml', line: 7, column: 3 } },
        { name: 'c', version: 'latest', place: { file: 'solutions.yaml', line: 8, column: 3 } },
      ],
    });
  });

  it.each(['1.10', '1.0', '"1.10"', "'1'", '0x10', '1e3', '010', '1_0', '12:30:45', '2024-01-01'])(
    'keeps the version %s as it is written',
    (version) => {
      const [active] = parse(`${head}active: {a: ${version}}\n`).active;
      expect(active?.version).toBe(version.replaceAll(/["']/gu, ''));
    },
  );

  it('says what the older format lacks', () => {
    expect(complaints('# old\narchives:\n  - a.iso\n')).toEqual([
      '2:1 this is the older format of solutions.yaml, with `archives` alone | add the lines `apiVersion: solutions.metalk8s.scality.com/v1alpha1` and `kind: SolutionsConfiguration` at the top',
    ]);
    expect(complaints('archives: []\nactive: {}\n')).toEqual([
      expect.stringMatching(/^1:1 `apiVersion` is missing, /u),
      '1:1 `kind` is missing, expected `SolutionsConfiguration`',
    ]);
  });

  const rule = 'must be lower-case letters, digits and `-`, with a letter or digit at both ends';

  it.each([
    [
      'another apiVersion',
      head.replace('v1alpha1', 'v1alpha2'),
      [
        '1:1 `apiVersion` is "solutions.metalk8s.scality.com/v1alpha2", expected `solutions.metalk8s.scality.com/v1alpha1` or `metalk8s.scality.com/v1alpha1` | did you mean `solutions.metalk8s.scality.com/v1alpha1`?',
      ],
    ],
    [
      'another kind',
      head.replace('Configuration', ''),
      ['2:1 `kind` is "Solutions", expected `SolutionsConfiguration`'],
    ],
    [
      'one archive for a list',
      `${head}archives: a.iso\n`,
      ['3:1 `archives` is "a.iso", expected a list | start each item with `- `'],
    ],
    [
      'an empty item',
      `${head}archives:\n  -\n`,
      ['4:4 `archives[0]` is empty, expected text | give it a value, or remove it'],
    ],
    ['an empty path', `${head}archives: [""]\n`, ['3:12 `archives[0]` is empty, expected a path']],
    [
      'an escape in a path',
      `${head}archives: ["a\\e[2J"]\n`,
      ['3:12 `archives[0]` must not hold control characters; found "a\\u001b[2J"'],
    ],
    [
      'a path twice',
      `${head}archives: [a, b, a]\n`,
      [
        '3:18 `archives[2]` is the same as in item 1 of the list; found "a" | remove one of the two',
      ],
    ],
    [
      'an unknown key',
      `${head}archive: []\n`,
      ['3:1 `archive` is not a known key | did you mean `archives`?'],
    ],
    [
      'a name that is none',
      `${head}active: {Store: 1}\n`,
      [`3:10 \`active.Store\` cannot be a key here: it ${rule}`],
    ],
    [
      'an active key of one’s own',
      `${head}active: {x-: 1}\n`,
      [`3:10 \`active.x-\` cannot be a key here: it ${rule}`],
    ],
    [
      'an empty version',
      `${head}active:\n  a:\n  b: ""\n`,
      [
        '4:3 `active.a` is empty, expected text | give it a value, or remove it',
        '5:3 `active.b` is empty, expected a version or `latest`',
      ],
    ],
    [
      'a list of versions',
      `${head}active: {a: [1]}\n`,
      ['3:10 `active.a` is a list, expected text'],
    ],
    [
      'a version that leads elsewhere',
      `${head}active: {a: ../1}\n`,
      [
        '3:10 `active.a` must not hold `/`, `\\` or control characters, nor blanks at its ends; found "../1"',
      ],
    ],
    [
      'an escape in a version',
      `${head}active: {a: "1\\e"}\n`,
      [
        '3:10 `active.a` must not hold `/`, `\\` or control characters, nor blanks at its ends; found "1\\u001b"',
      ],
    ],
    [
      'a long version',
      `${head}active: {a: ${'1'.repeat(129)}}\n`,
      [expect.stringContaining('has 129 characters, at most 128 are allowed')],
    ],
    [
      'a Solution twice',
      `${head}active: {a: 1, b: 1, a: 2}\n`,
      ['3:22 the key `a` is here again, first in line 3 | remove one of the two'],
    ],
    [
      'a second document',
      `${head}---\n${head}`,
      ['4:1 a second document starts here, expected one | put all archives into one list'],
    ],
    [
      'mistakes in the first document, too',
      `${head}a: 1\n---\n${head}`,
      [
        expect.stringContaining('3:1 `a` is not a known key'),
        expect.stringContaining('5:1 a second document'),
      ],
    ],
  ])('is refused for %s', (_, text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });
});
