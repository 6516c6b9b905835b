import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SolutionsError } from '../../src/errors.ts';
import { readManifests } from '../../src/kubernetes/read.ts';
import type { Json } from '../../src/kubernetes/value.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readManifests(bytes(text), 'f.yaml').map(({ value }) => value);

function valueOf(source: string): Json | undefined {
  return read(`a: ${source}\n`)[0]?.['a'];
}

/** The error that a file is refused with. */
function refusal(input: string | Uint8Array, limit?: number): SolutionsError {
  try {
    readManifests(typeof input === 'string' ? bytes(input) : input, 'f.yaml', limit);
  } catch (error) {
    if (error instanceof SolutionsError) return error;
    throw error;
  }
  throw new Error('the file was read');
}

/** `read`, or the code of our error; any other error is a bug and goes on. */
function outcome(input: Uint8Array): string {
  try {
    readManifests(input, 'f');
    return 'read';
  } catch (error) {
    if (error instanceof SolutionsError) return error.code;
    throw error;
  }
}

describe('readManifests', () => {
  it.each<[string, Json]>([
    ['0755', 493],
    ['08', 8],
    ['0o17', 15],
    ['-0x1f', -31],
    ['0b11', 3],
    ['1_000', 1000],
    ['+1', 1],
    ['1.', 1],
    ['.5', 0.5],
    ['1e3', 1000],
    ['1e400', '1e400'],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['18446744073709551615', 18446744073709551615n],
    ['18446744073709551616', 18446744073709552000],
    ['-9223372036854775809', -9223372036854776000],
    ['0xFFFFFFFFFFFFFFFF', 18446744073709551615n],
    ['0x1FFFFFFFFFFFFFFFF', '0x1FFFFFFFFFFFFFFFF'],
    ['y', true],
    ['Off', false],
    ['oN', 'oN'],
    ['~', null],
    ['', null],
    ['Null', null],
    ['12:30:45', '12:30:45'],
    ['2001-01-01', '2001-01-01'],
    ['"0755"', '0755'],
    ["'yes'", 'yes'],
    ['!!str 1', '1'],
    ['!!int "3"', 3],
    ['!!float 1', 1],
    ['!!binary aGk=', 'hi'],
    ['!foo 1', '1'],
    ['! 12', '12'],
    ['!!str', ''],
  ])('reads %s as kubectl does', (source, value) => {
    expect(valueOf(source)).toBe(value);
  });

  it.each([
    ['on: 1', 'true'],
    ['0755: 1', '493'],
    ['1.50: 1', '1.5'],
    ['1e21: 1', '1e+21'],
    ['0.1234567890123: 1', '0.12345679'],
    ['.inf: 1', '.inf'],
    ['"on": 1', 'on'],
    ['2001-01-01: 1', '2001-01-01'],
    ['__proto__: 1', '__proto__'],
    ['constructor: 1', 'constructor'],
  ])('takes the key of %s as the text %s', (source, key) => {
    const [object = {}] = read(source);
    expect(Object.entries(object)).toEqual([[key, 1]]);
  });

  it('keeps null values, and the order of keys', () => {
    expect(Object.entries(read('default: null\nb:\na: ~\n')[0] ?? {})).toEqual([
      ['default', null],
      ['b', null],
      ['a', null],
    ]);
  });

  it('reads several documents, drops empty ones, and takes CRLF, a BOM and no last line end', () => {
    expect(
      read(
        '\uFEFF---\r\n# none\r\n--- # one\r\na: |\r\n  b\r\n  c\r\n...\r\n---\r\n\r\n---\r\nnull\r\n---\r\nb: 2',
      ),
    ).toEqual([{ a: 'b\nc\n' }, { b: 2 }]);
    expect(read('')).toEqual([]);
  });

  it('reads JSON, with pairs of surrogates and tabs', () => {
    expect(read('{\n\t"a": "\\ud83d\\ude00\\/",\n\t"b": [1, -0.5e1, true, null, {}]\n}')).toEqual([
      { a: '😀/', b: [1, -5, true, null, {}] },
    ]);
  });

  it('expands aliases and merges as kubectl does: where `<<` stands', () => {
    expect(
      read('a: &x {b: 1, c: &y [2]}\nd: *y\ne: {b: 3, <<: *x}\nf: {<<: [{b: 4}, *x], c: 5}\n'),
    ).toEqual([{ a: { b: 1, c: [2] }, d: [2], e: { b: 1, c: [2] }, f: { b: 4, c: 5 } }]);
  });

  it('knows where a document, a key, an item and what was merged stand', () => {
    const [, manifest] = readManifests(
      bytes('x: 1\n---\n# c\nspec:\n  base: &b {m: 1}\n  list:\n  - a\n  - <<: *b\n    on: 2\n'),
      'crds/a.yaml',
    );
    const at = (...path: (string | number)[]) => manifest?.placeOf(path);
    const file = 'crds/a.yaml';
    expect(manifest?.place).toEqual({ file, line: 4, column: 1 });
    expect(at('spec', 'base', 'm')).toEqual({ file, line: 5, column: 13 });
    expect(at('spec', 'list')).toEqual({ file, line: 6, column: 3 });
    expect(at('spec', 'list', 0)).toEqual({ file, line: 7, column: 5 });
    expect(at('spec', 'list', 1, 'true')).toEqual({ file, line: 9, column: 5 });
    expect(at('spec', 'list', 1, 'm')).toEqual({ file, line: 5, column: 13 });
    expect(at('spec', 'list', 1, 'nothing', 'below')).toEqual({ file, line: 8, column: 5 });
    expect(at('nothing')).toEqual({ file, line: 4, column: 1 });
  });

  it.each<[string, string, string, string]>([
    ['a key that stands twice', 'a: 1\nb: 2\na: 3\n', 'manifest-value', '3:1'],
    ['keys that become one', 'a: {1: x, "1": y}\n', 'manifest-value', '1:11'],
    ['infinity', 'a: .inf\n', 'manifest-value', '1:4'],
    ['a null key', 'a: {~: 1}\n', 'manifest-value', '1:5'],
    ['a list as a key', '? [a]\n: 1\n', 'manifest-value', '1:3'],
    ['a key over 63 bits', '18446744073709551615: 1\n', 'manifest-value', '1:1'],
    ['a list as a document', '- a\n', 'manifest-value', '1:1'],
    ['text as a document', '\ntext\n', 'manifest-value', '2:1'],
    ['an unknown anchor', 'a: *b\n', 'manifest-value', '1:4'],
    ['a value that holds itself', 'a: &b [*b]\n', 'manifest-value', '1:8'],
    ['a merge of text', 'a: {<<: b}\n', 'manifest-value', '1:9'],
    ['a tag that does not fit', 'a: !!int x\n', 'manifest-value', '1:10'],
    ['bytes in base64 that are no text', 'a: !!binary /w==\n', 'manifest-value', '1:13'],
    ['a tab as indent', 'a:\n\tb: 1\n', 'manifest-syntax', '2:2'],
    ['a map in the line of its key', 'a: b: c\n', 'manifest-syntax', '1:5'],
    ['a list in the line of its key', 'a: - b\n', 'manifest-syntax', '1:4'],
    ['a line that is further in', 'a: 1\n  b: 2\n', 'manifest-syntax', '2:4'],
    ['a line that is between', 'a:\n    b: 1\n  c: 2\n', 'manifest-syntax', '3:3'],
    ['a quote that stays open', 'a: "b\n', 'manifest-syntax', '1:4'],
    ['an escape that is none', 'a: "b\\q"\n', 'manifest-syntax', '1:6'],
    ['half a surrogate pair', 'a: "\\ud800"\n', 'manifest-syntax', '1:4'],
    ['a list that stays open', 'a: [b\n', 'manifest-syntax', '1:4'],
    ['a list that stays open behind a comma', 'a: 1\nb: [b,\n\n', 'manifest-syntax', '2:4'],
    ['a list of nothing that stays open', 'a: [\n', 'manifest-syntax', '1:4'],
    ['a map that stays open', 'a: {b: \n', 'manifest-syntax', '1:4'],
    ['a map that stays open behind a mark', 'a: {? \n', 'manifest-syntax', '1:4'],
    ['a list that stays open in a closed place', 'a: {b: [c, &d \n', 'manifest-syntax', '1:8'],
    ['text after a quote', 'a: "b" c\n', 'manifest-syntax', '1:8'],
    ['a reserved character', 'a: @b\n', 'manifest-syntax', '1:4'],
    ['a directive', '%YAML 1.2\n---\na: 1\n', 'manifest-syntax', '1:1'],
    ['a value behind ---', '--- {a: 1}\n', 'manifest-syntax', '1:4'],
    ['what kubectl drops behind ...', 'a: 1\n...\nb: 2\n', 'manifest-syntax', '3:1'],
    ['an undefined tag handle', 'a: !e!x 1\n', 'manifest-syntax', '1:4'],
    ['a merge conflict', 'a: 1\n<<<<<<< HEAD\nb: 2\n', 'manifest-syntax', '2:1'],
    ['a control character', 'a: "b\u0007"\n', 'manifest-encoding', '1:6'],
    ['a line end that no editor shows', 'a: b\u2028c\n', 'manifest-encoding', '1:5'],
  ])('refuses %s, with its place', (_, text, code, place) => {
    const error = refusal(text);
    expect([error.code, `${error.place?.line}:${error.place?.column}`]).toEqual([code, place]);
    expect(error.place?.file).toBe('f.yaml');
  });

  it('refuses bytes that are no UTF-8 with their place, and a file over the limit', () => {
    const error = refusal(Uint8Array.of(0x61, 0x3a, 0x0a, 0x20, 0xff));
    expect(error).toMatchObject({ code: 'manifest-encoding', place: { line: 2, column: 2 } });
    expect(refusal('a: 1\n', 4)).toMatchObject({ code: 'manifest-too-large' });
    expect(readManifests(bytes('a: 1'), 'f', 4)).toHaveLength(1);
  });

  it('answers any bytes with values or with its own error', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '  ',
      '- ',
      '? ',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      ',',
      '&a ',
      '*a',
      '!',
      '!!int ',
      '|',
      '>',
      '#',
      '\\',
      '\t',
      '---\n',
      '...\n',
      '<<',
      '1',
      '%',
      '@',
      '\r',
      '\u00e9',
      '\u0085',
    );
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => bytes(pieces.join('')));
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 60 })), (input) => {
        expect(outcome(input)).toMatch(/^(?:read|manifest-)/u);
      }),
      { numRuns: 3_000 },
    );
  });
});

const SIZE = 4_000_000;
const times = (text: string, tail = ''): string =>
  text.repeat(Math.floor(SIZE / text.length)) + tail;
const lines = (line: (index: number) => string): string => {
  let text = '';
  for (let index = 0; text.length < SIZE; index += 1) text += line(index);
  return text;
};

it('says which bracket is never closed, and how to mend it', () => {
  expect(() => read('a: 1\nb: [c, d\n')).toThrow(
    expect.objectContaining({
      message: 'this `[` is never closed',
      hint: 'add the `]`, or quote the value where text is meant',
    }),
  );
  expect(() => read('a: [b, c\nd: 1\ne: 2\n')).toThrow(
    expect.objectContaining({
      message: '`,` or `]` was expected here',
      place: { file: 'f.yaml', line: 3, column: 2 },
    }),
  );
});

describe('hostile files of 4 MB', () => {
  it.each([
    ['open lists', times('[')],
    ['open maps', times('{a: ')],
    ['lists in lists', times('- ')],
    ['keys in keys', times('? ')],
    ['ever deeper lines', lines((index) => `${' '.repeat(index % 5_000)}a:\n`)],
    ['documents', times('---\n')],
    ['documents with text', times('a:\n---\n')],
    ['ends of documents', times('...\n')],
    ['anchors', lines((index) => `k${index}: &a${index} x\n`)],
    ['anchors without a value', times('&a ')],
    ['aliases', `a:\n- &a x\n${times('- *a\n')}`],
    [
      'a bomb of aliases',
      `a0: &a0 [x]\n${lines((i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]\n`)}`,
    ],
    ['a bomb of text', `a: &a "${'x'.repeat(SIZE / 2)}"\nb: [${'*a,'.repeat(SIZE / 8)}]\n`],
    ['a chain of aliases', `a0: &a0 [x]\n${lines((i) => `a${i + 1}: &a${i + 1} [*a${i}]\n`)}`],
    ['merges', `a: &a {k: 1}\nb: {${times('<<: *a,')}}\n`],
    ['items', `a: [${times('a,', ']')}`],
    ['quoted items in one line', `a: [${times('"a",', ']')}`],
    ['commas', `a: [${times(',')}`],
    ['closing brackets', times(']')],
    ['escapes', `a: "${times('\\x41', '"')}`],
    ['escaped line ends', `a: "${times('\\\n', '"')}`],
    ['backslashes', `a: "${times('\\\\', '"')}`],
    ['an open quote', `a: "${times('b\n')}`],
    ['folded lines', `a: b\n${times('  c\n\n')}`],
    ['blank lines', `a: b${times('\n')}  c\n`],
    ['blanks before a line end', `a: b${times(' ')}\n  c\n`],
    ['a block of blank lines', `a: |\n${times('\n')}  c\n`],
    ['blocks', `a:\n${times('- |\n  x\n')}`],
    ['comments', times('#\n')],
    ['digits', `a: ${times('9')}`],
    ['hexadecimal digits', `a: 0x${times('f')}`],
    ['underscores', `a: .1${times('_1', 'x')}`],
    ['a long key', `${times('a')}: 1`],
    ['a long tag', `a: !${times('a')} b`],
    ['keys that are numbers', lines((index) => `${(index * 7919) % 1_000_003}: v\n`)],
    ['returns', times('\r')],
    ['JSON', `{"a":[${times('{"b":1},', '1]}')}`],
  ])('%s end in a value or an error', (_, text) => {
    const input = bytes(text);
    const start = performance.now();
    expect(outcome(input)).toMatch(/^(?:read|manifest-)/u);
    // A second where the machine is quiet; what is not linear takes minutes.
    expect(performance.now() - start).toBeLessThan(4_000);
  });
});
