import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { appliedSize, printJson, printManifests } from '../../src/kubernetes/print.ts';
import { readManifests } from '../../src/kubernetes/read.ts';
import { anyObject, anyText, traps } from '../support/kubernetes-arbitrary.ts';
import { samples } from '../support/kubernetes-samples.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readManifests(bytes(text), 'f.yaml').map(({ value }) => value);

/** Go and YAML hold no half of a surrogate pair. */
const whole = (text: string) => text.replaceAll(/\p{Surrogate}/gu, '\ufffd');

describe('printManifests', () => {
  it('lays out maps, lists, empty ones and documents as kubectl does', () => {
    const first = {
      apiVersion: 'v1',
      kind: 'A',
      list: [{ a: 1, b: [2, [3, [4]], {}] }, 'text', [], [[]], null],
      empty: {},
      none: null,
      map: { yes: true, 'a b': 'c: d', '': '' },
    };
    expect(printManifests([first, {}, { b: 1 }])).toBe(`apiVersion: v1
kind: A
list:
- a: 1
  b:
  - 2
  - - 3
    - - 4
  - {}
- text
- []
- - []
- null
empty: {}
none: null
map:
  "yes": true
  a b: "c: d"
  "": ""
---
{}
---
b: 1
`);
  });

  it('prints lines as a block, with the sign that keeps their ends', () => {
    const script = 'if a; then\n  b # c\nfi';
    expect(printManifests([{ a: script, b: [`${script}\n`], c: { d: `${script}\n\n` }, e: 1 }]))
      .toBe(`a: |-
  if a; then
    b # c
  fi
b:
- |
  if a; then
    b # c
  fi
c:
  d: |+
    if a; then
      b # c
    fi

e: 1
`);
  });

  it('never folds a line', () => {
    const long = 'word '.repeat(5_000).trim();
    expect(printManifests([{ a: long, b: `- ${long}` }]).split('\n')).toHaveLength(3);
  });

  it.each([
    [0, '0'],
    [-0, '-0.0'],
    [1.5, '1.5'],
    [1e21, '1.0e+21'],
    [1.5e-9, '1.5e-9'],
    [1e-7, '1.0e-7'],
    [2 ** 53, '9.007199254740992e+15'],
    [2 ** 53 - 1, '9007199254740991'],
    [2n ** 63n - 1n, '9223372036854775807'],
    [2n ** 64n - 1n, '18446744073709551615'],
  ])('prints the number %s as %s', (value, text) => {
    expect(printManifests([{ a: value }])).toBe(`a: ${text}\n`);
  });

  it.each([
    'v1',
    'a',
    '10Gi',
    '100m',
    '--config=/a',
    '/a/b',
    'a:b',
    'a#b',
    '.spec.a',
    'ä',
    'node-1',
    'https://a',
  ])('leaves %s without quotes', (text) => {
    expect(printManifests([{ a: text }])).toBe(`a: ${text}\n`);
  });

  it('puts U+FFFD for half a surrogate pair, as Go does', () => {
    expect(read(printManifests([{ 'a\ud800': '\udc00\ud800' }]))).toEqual([
      { 'a\ufffd': '\ufffd\ufffd' },
    ]);
  });

  it('refuses what no JSON holds, as a bug', () => {
    expect(() => printManifests([{ a: Number.NaN }])).toThrow(TypeError);
    expect(() => printJson([Infinity])).toThrow(TypeError);
  });

  it('is read back by our reader as the value that was printed', () => {
    fc.assert(
      fc.property(fc.array(anyObject), (objects) => {
        expect(read(printManifests(objects))).toEqual(objects);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['core', 'yaml-1.1'] as const)(
    'is text to the %s schema of another parser where it was text',
    (schema) => {
      const check = (text: string): void => {
        const objects = [{ a: text }, { a: [text] }, { [text]: 'a' }];
        const documents = parseAllDocuments(printManifests(objects), { schema });
        const values: unknown[] = documents.map((document) => document.toJS());
        expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
        expect(values).toEqual([{ a: whole(text) }, { a: [whole(text)] }, { [whole(text)]: 'a' }]);
      };
      traps.forEach(check);
      fc.assert(fc.property(anyText, check), { numRuns: 500 });
    },
  );

  it('prints 10,000 objects without delay', () => {
    const objects = Array.from({ length: 1_000 }, () => samples)
      .flat()
      .slice(0, 10_000);
    const start = performance.now();
    expect(printManifests(objects).length).toBeGreaterThan(1_000_000);
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});

describe('printJson', () => {
  it('is JSON, with every digit of 64-bit numbers', () => {
    expect(printJson({ a: [1n, 2n ** 63n - 1n, -0, 1.5, null, true, 'ä"\n'], b: {} })).toBe(
      String.raw`{"a":[1,9223372036854775807,-0,1.5,null,true,"ä\"\n"],"b":{}}`,
    );
  });

  it('is what JSON.stringify makes of a value without 64-bit numbers', () => {
    fc.assert(
      fc.property(anyObject, (value) => {
        fc.pre(!/\d{16}/u.test(printJson(value)));
        expect(JSON.parse(printJson(value))).toEqual(value);
      }),
    );
  });
});

describe('appliedSize', () => {
  it('counts the bytes that Go writes: six for each of <, > and &', () => {
    expect(appliedSize({ a: 'ä' })).toBe(11);
    expect(appliedSize({ a: '<&>' })).toBe(8 + 18 + 1);
    expect(appliedSize({ a: '\u2028' })).toBe(8 + 6 + 1);
  });
});
