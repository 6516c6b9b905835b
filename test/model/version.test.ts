import * as fc from 'fast-check';
import { compare as compareSemver } from 'semver';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../src/model/version.ts';
import { compareText } from '../../src/text-order.ts';
import { stateOf } from '../support/model-make.ts';

const number = fc.oneof(fc.nat(3), fc.nat(), fc.constantFrom(9, 10, 99, 100)).map(String);
const words = fc.stringMatching(/^[0-9A-Za-z-]{0,3}[A-Za-z-][0-9A-Za-z-]{0,3}$/u);
const identifier = fc.oneof(
  number,
  words,
  fc.constantFrom('alpha', 'beta', 'rc', 'dev', '-', '1a'),
);
const dotted = fc.array(identifier, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
const suffix = (sign: string) =>
  fc.option(
    dotted.map((text) => sign + text),
    { nil: '' },
  );
/** Valid after the grammar of https://semver.org/spec/v2.0.0.html. */
const semver = fc
  .tuple(number, number, number, suffix('-'), suffix('+'))
  .map(([major, minor, patch, pre, build]) => `${major}.${minor}.${patch}${pre}${build}`);

/** Text that is near to a version, so that its parts meet. */
const anyText = fc.oneof(
  semver,
  fc.string({ maxLength: 8 }),
  fc.stringMatching(/^v?[0-9]{0,2}(?:\.[0-9]{0,2}){0,4}[-+._a0]{0,3}[0-9a]{0,2}$/u),
);

const long = (end: string) =>
  `${'1.'.repeat(250_000)}${'9'.repeat(250_000)}${'-a'.repeat(9)}${end}`;

describe('versions', () => {
  it('that are SemVer have the precedence that npm gives them', () => {
    fc.assert(
      fc.property(semver, semver, (a, b) => {
        const expected = compareSemver(a, b);
        // What SemVer leaves open (build metadata) is ours to decide.
        fc.pre(expected !== 0);
        expect(Math.sign(compareVersions(a, b))).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('are equal only as text, and the reverse of a comparison is its opposite', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(compareVersions(a, b) === 0).toBe(a === b);
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
      }),
      { numRuns: 3000 },
    );
  });

  it('have one order, whatever order they come in', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (a, b, c) => {
        const [low = '', middle = '', high = ''] = [a, b, c].toSorted(compareVersions);
        expect(compareVersions(low, middle)).toBeLessThanOrEqual(0);
        expect(compareVersions(middle, high)).toBeLessThanOrEqual(0);
        expect(compareVersions(low, high)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 5000 },
    );
  });

  it('stand in the documented order', () => {
    const ordered = [
      'text',
      '0.1.0',
      '1.0rc1',
      '1.0.0-dev',
      '1.0.0-dev.2',
      '1.0.0-dev.10',
      '1.0.0-dev.x',
      '1.0',
      '1.0.0',
      '1.0.0+build.1',
      '1.0.0+build.2',
      'v1.2.3',
      '1.9.0',
      '1.10.0-rc.1',
      '1.10',
      '1.10.0',
      '2.10.4-rc.9',
      '2.10.4',
      '2.10.4.1-rc',
      '2.10.4.1',
      '2.11',
      '99999999999999999998.0.0',
      '99999999999999999999.0.0',
    ];
    expect(ordered.toReversed().toSorted(compareVersions)).toEqual(ordered);
  });

  it('of a megabyte are compared at once', () => {
    const start = performance.now();
    expect(compareVersions(long('1'), long('2'))).toBeLessThan(0);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('text', () => {
  it('is ordered by UTF-16 code units, as no locale does', () => {
    expect(['a', 'B', 'ä', 'A-', 'A', ''].toSorted(compareText)).toEqual([
      '',
      'A',
      'A-',
      'B',
      'a',
      'ä',
    ]);
  });
});

const latestOf = (...versions: readonly string[]) =>
  stateOf({ archives: versions.map((version) => ({ version })), active: { store: 'latest' } })
    .solutions[0]?.active?.version;

describe('`latest`', () => {
  it.each([
    [['1.10.0', '1.9.0', '1.8.12'], '1.10.0'],
    [['1.0.0-dev', '1.0.0'], '1.0.0'],
    [['2.10.4', '2.10.4.1'], '2.10.4.1'],
    [['nightly', '0.0.1'], '0.0.1'],
    [['nightly'], 'nightly'],
  ])('of %j is %s', (versions, expected) => {
    expect(latestOf(...versions)).toBe(expected);
    expect(latestOf(...versions.toReversed())).toBe(expected);
  });

  it('is the last by precedence alone: a pre-release of a later version comes after a release', () => {
    expect(latestOf('1.0.0', '1.1.0-rc.1')).toBe('1.1.0-rc.1');
  });
});
