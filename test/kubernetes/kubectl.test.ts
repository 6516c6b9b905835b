import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printJson, printManifests } from '../../src/kubernetes/print.ts';
import { readManifests } from '../../src/kubernetes/read.ts';
import type { Json } from '../../src/kubernetes/value.ts';
import { anyValue, traps } from '../support/kubernetes-arbitrary.ts';
import {
  canonical,
  carrier,
  valuesByKubectl,
  valuesByKustomize,
} from '../support/kubernetes-kubectl.ts';

// What kubectl 1.20 and later agree on: goyaml's scanner and resolver are the same in all of them.

const bytes = (text: string) => new TextEncoder().encode(text);

function valuesByUs(file: string): Json[] {
  return readManifests(bytes(file), 'f.yaml').map(({ value }) => canonical(value['value'] ?? null));
}

/** A file of one object for each `value: <source>`. */
function fileOf(sources: readonly string[]): string {
  return sources.map((source, index) => `${head(index)}value: ${source}\n`).join('---\n');
}

function head(index: number): string {
  return `apiVersion: v1\nkind: Carrier\nmetadata:\n  name: carrier-${index}\n`;
}

/** Whether we read `value: <source>`. */
function isRead(source: string): boolean {
  try {
    return valuesByUs(fileOf([source])).length === 1;
  } catch {
    return false;
  }
}

/** What kubectl reads of each source; nothing where it refuses one, as it does some tabs. */
function judged(sources: readonly string[]): (Json | undefined)[] {
  try {
    return valuesByKubectl(fileOf(sources));
  } catch {
    const half = Math.ceil(sources.length / 2);
    if (sources.length < 2) return [undefined];
    return [...judged(sources.slice(0, half)), ...judged(sources.slice(half))];
  }
}

/** Scalars as a file may have them: numbers of every form, words, and slips of both. */
const scalarSource = fc.oneof(
  fc.constantFrom(...traps),
  fc.stringMatching(/^[-+]?(?:0[xXoObB]?)?[0-9a-f_.]{1,20}$/u),
  fc.stringMatching(/^[-+]?[0-9_]{0,5}\.?[0-9_]{0,5}(?:[eE][-+]?[0-9_]{1,3})?$/u),
  fc.stringMatching(/^[0-9]{15,22}$/u),
  fc.stringMatching(/^[-+]?0b[01]{60,66}$/u),
  fc.stringMatching(/^[-+]?0[0-7]{18,24}$/u),
  fc.stringMatching(/^(?:[yYnN]|[yY][eE][sS]|[nN][oO]|[oO][nNfF]{1,2}|[tT][rR][uU][eE])$/u),
);

const tagged = fc
  .tuple(
    fc.constantFrom(
      '!!str',
      '!!int',
      '!!float',
      '!!bool',
      '!!null',
      '!!binary',
      '!!timestamp',
      '!',
      '!a',
      '!!x',
    ),
    fc.oneof(
      fc.constantFrom(
        '1',
        '1.5',
        'yes',
        '~',
        'aGk=',
        '2001-01-01',
        '0x1F',
        "''",
        '"12"',
        'text',
        '1e3',
        '<<',
      ),
      fc.constantFrom(
        '9223372036854775807',
        '18446744073709551615',
        '2001-02-30',
        '"a\\tb"',
        '|\n  12',
      ),
    ),
  )
  .map(([tag, text]) => `${tag} ${text}`);

/** Lines with quotes, blocks and collections, indented by two. */
const written = fc.oneof(
  fc.constantFrom(
    '"a\\x41\\u00e9\\U0001F600\\N\\_\\L\\P\\e\\0\\a\\b\\v\\f\\r\\t\\n\\\\\\" \\\' "',
    '"a\n  b\n\n  c\\\n  d \\\n  e\\n\n  f"',
    "'it''s\n  b\n\n  c '",
    'plain\n  b\n\n  c # comment',
    'a b\tc\t# comment',
    '|\n  a\n   b\n\n  c\n',
    '|-\n  a\n\n\n',
    '|+\n  a\n\n\n',
    '|2-\n     a\n',
    '>\n  a\n  b\n\n  c\n   d\n  e\n\n\n  f\n',
    '>-\n  a\n  \n  b\n',
    '>+\n\n  a\n\n',
    '|1\n a\n  b\n',
    '| # comment\n\n  a\n',
    '\n- a\n- - b\n  - c\n-\n- d: 1\n  e:\n  - f',
    '\n  a: 1\n  ? b\n  : c\n  ? d\n  "e": *x',
    '\n  - &x a\n  - *x\n  - {<<: {a: 1}, b: *x}\n  - {a: 1, <<: {a: 2, b: 3}}',
    '\n  a: &x {b: &y [1, 2]}\n  c: *y\n  <<: *x\n  d: *x',
    '\n  <<: [{a: 1, b: 2}, {a: 3, c: 4}]\n  b: 5',
    '{a: 1, "b": [x, y,], c, ? d : e, f: , }',
    '[a: b, {c: d}, [], {}, "e": f]',
    '{\n  "json": [1, 2.5, true, null, "x"],\n  "b":{}}',
    '{1: a, 1.5: b, 0x10: c, yes: d, 1e21: e, 0.1234567890123: f, .inf: g, 2001-01-01: h, -7: i, 1e300: j}',
    '\n  on: 1\n  y: 2',
    '\n  ! <<: {a: 1}\n  !!merge <<: {b: 1}\n  "<<": 2\n  !!str <<: 3',
    '&a !!int "7"',
    '!!map\n  a: !!seq [1]\n  b: !x {}',
    '!!binary |\n  aGVs\n  bG8=',
  ),
  fc
    .array(fc.constantFrom('a', ' b', '  c', '', '-', '#d'), { minLength: 1, maxLength: 6 })
    .chain((lines) =>
      fc
        .constantFrom('|', '>', '|-', '>+', '|+', '>-')
        .map((sign) => `${sign}\n  x\n${lines.map((line) => `  ${line}`).join('\n')}`),
    ),
  fc.string({
    unit: fc.constantFrom('a', ' ', '\n  ', ':', '#', "'", '"', '-', '\t', '\\', ','),
    maxLength: 12,
  }),
);

// Shrinking would start kubectl hundreds of times.
const settings = { numRuns: 10, endOnFailure: true };
const many = { minLength: 100, maxLength: 100 };

/** What kustomize cannot print itself and then refuses; and `<<` as a key, which it merges, quoted or not. */
const LOST = /[\u007f-\u009f\ufeff\ufffe\uffff]|"<<":/u;

describe('kubectl', () => {
  it('reads every scalar form as we do', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(scalarSource, tagged, written), many), (sources) => {
        const read = sources.filter(isRead);
        const expected = judged(read);
        const agreed = read.filter((_, index) => expected[index] !== undefined);
        expect(agreed.length).toBeGreaterThan(40);
        expect(valuesByUs(fileOf(agreed))).toEqual(expected.filter((value) => value !== undefined));
      }),
      settings,
    );
  });

  it('reads what we print as the value that we have', () => {
    fc.assert(
      fc.property(fc.array(anyValue, many), (values) => {
        const file = printManifests([...values, ...traps].map(carrier));
        expect(valuesByKubectl(file)).toEqual([...values, ...traps].map(canonical));
      }),
      settings,
    );
  });

  it('kustomizes what we print into the value that we have', () => {
    fc.assert(
      fc.property(fc.array(anyValue, many), (values) => {
        const kept = [...values, ...traps].filter((value) => !LOST.test(printJson(value)));
        expect(valuesByKustomize(printManifests(kept.map(carrier)))).toEqual(kept.map(canonical));
      }),
      settings,
    );
  });
});
