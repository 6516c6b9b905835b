import { compareText } from '../text-order.ts';

/**
 * Orders versions: negative when `a` comes before `b`, 0 only for equal text.
 *
 * The rule is SemVer 2.0 clause 11, widened so that any text has a place: a version is its leading
 * numbers (as many as there are; missing ones count as 0; a `v` before them is skipped), then what
 * follows. Nothing after the numbers is a release; `-...` is a pre-release and comes before it;
 * any other text comes before both. What SemVer calls equal (`1.0.0+a` and `1.0.0+b`, `1.0` and
 * `1.0.0`) is ordered by its text, so that the order is total.
 *
 * `latest` is the last one in this order and nothing else: of 1.0.0 and 1.1.0-rc.1 it is the
 * pre-release. Who imports a pre-release and does not want it names the version.
 *
 * @see https://semver.org/spec/v2.0.0.html#spec-item-11
 */
export function compareVersions(a: string, b: string): number {
  const left = parts(a);
  const right = parts(b);
  return (
    compareLists(left.numbers, right.numbers, '0', compareNumbers) ||
    left.rank - right.rank ||
    compareLists(left.rest, right.rest, undefined, compareIdentifiers) ||
    compareText(a, b)
  );
}

interface Parts {
  readonly numbers: readonly string[];
  /** 0 other text, 1 pre-release, 2 release. */
  readonly rank: number;
  readonly rest: readonly string[];
}

function parts(version: string): Parts {
  const withoutBuild = version.split('+', 1)[0] ?? '';
  const [head = ''] = /^v?[0-9]+(?:\.[0-9]+)*/iu.exec(withoutBuild) ?? [];
  const tail = withoutBuild.slice(head.length);
  const numbers = head === '' ? [] : head.replace(/^v/iu, '').split('.');
  if (head !== '' && tail === '') return { numbers, rank: 2, rest: [] };
  const isPreRelease = head !== '' && tail.startsWith('-');
  return { numbers, rank: isPreRelease ? 1 : 0, rest: tail.slice(isPreRelease ? 1 : 0).split('.') };
}

function compareLists(
  a: readonly string[],
  b: readonly string[],
  missing: string | undefined,
  compare: (a: string, b: string) => number,
): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const left = a[index] ?? missing;
    const right = b[index] ?? missing;
    // A pre-release with fewer identifiers comes first (clause 11.4.4).
    if (left === undefined || right === undefined) return a.length - b.length;
    const order = compare(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** Clauses 11.4.1 to 11.4.3: numbers by value and before text, text by its characters. */
function compareIdentifiers(a: string, b: string): number {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return compareText(a, b);
}

/** By value, whatever the number of digits: no float and no bound. */
function compareNumbers(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/u, ''), b.replace(/^0+/u, '')];
  return left.length - right.length || compareText(left, right);
}

function isNumber(text: string): boolean {
  return /^[0-9]+$/u.test(text);
}
