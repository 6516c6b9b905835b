import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../src/registry/challenge.ts';

function parsed(header: string) {
  return parseChallenges(header).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ]);
}

describe('a WWW-Authenticate header', () => {
  it.each([
    ['Basic realm="registry"', [['basic', { realm: 'registry' }]]],
    ['BASIC REALM=registry', [['basic', { realm: 'registry' }]]],
    [
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          {
            realm: 'https://auth.example/token',
            service: 'registry.example',
            scope: 'repository:a/b:pull,push',
          },
        ],
      ],
    ],
    ['Bearer realm = "a\\"b\\\\c" , service=x', [['bearer', { realm: 'a"b\\c', service: 'x' }]]],
    [
      'Negotiate, Basic realm="a, b", Bearer realm="c"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a, b' }],
        ['bearer', { realm: 'c' }],
      ],
    ],
    ['Negotiate YWJj==, Basic realm="a"', [['negotiate', {}]]],
    ['', []],
    ['"', []],
    ['Bearer realm="unclosed', [['bearer', {}]]],
  ])('%s is understood', (header, expected) => {
    expect(parsed(header)).toEqual(expected);
  });

  it('of any text gives challenges or none, in time', () => {
    assert(
      property(string({ maxLength: 20_000, unit: 'binary-ascii' }), (header) => {
        const start = performance.now();
        for (const { scheme } of parseChallenges(header)) expect(scheme).not.toBe('');
        expect(performance.now() - start).toBeLessThan(1000);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['quotes and backslashes', 'Bearer realm="'.concat('\\"'.repeat(20_000))],
    ['commas', ','.repeat(20_000)],
    ['blanks', 'Bearer '.concat(' '.repeat(20_000))],
    ['a long token', 'a'.repeat(20_000)],
    ['many tokens', 'a '.repeat(10_000)],
    ['equals signs', 'a='.repeat(10_000)],
  ])('of many %s takes no time', (_, header) => {
    const start = performance.now();
    parseChallenges(header);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
