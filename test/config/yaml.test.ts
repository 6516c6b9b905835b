import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeText } from '../../src/errors.ts';
import { MAX_BYTES, readYaml, type Path } from '../../src/config/yaml.ts';
import { complaintsOf, errorsIn } from '../support/complaints.ts';

function values(text: string, isText?: (path: Path) => boolean): unknown[] {
  return readYaml(Buffer.from(text), { file: 'f', ...(isText && { isText }) }).map(
    ({ value }) => value,
  );
}

function isNamedText(path: Path): boolean {
  return path.at(-1) === 'text';
}

function complaints(text: string | Uint8Array): string[] {
  return complaintsOf(() => readYaml(Buffer.from(text), { file: 'f' }));
}

describe('a file of people', () => {
  it.each([
    ['an empty file', '', []],
    ['comments alone', '# a\n\n# b\n', []],
    ['null', '~\n', []],
    ['empty documents', '---\n---\n# c\n---\nnull\n...\n', []],
    ['two documents', 'a: 1\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
    ['a byte order mark', '\uFEFFa: 1\n', [{ a: 1 }]],
    ['line ends of other systems', 'a: 1\r\nb:\r\n  - c\r\n', [{ a: 1, b: ['c'] }]],
    ['no line end at the end', 'a: 1', [{ a: 1 }]],
    ['JSON', '{"a": [1, true, null, "b"]}', [{ a: [1, true, null, 'b'] }]],
    ['an empty text', '""', ['']],
  ])('may be %s', (_, text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  it.each([
    ['1.10', 1.1],
    ['010', 10],
    ['0o17', 15],
    ['0x1F', 31],
    ['-1e3', -1000],
    ['.5', 0.5],
    ['.inf', Infinity],
    ['-.INF', -Infinity],
    ['.nan', Number.NaN],
    ['~', null],
    ['Null', null],
    ['True', true],
    ['FALSE', false],
    ['yes', 'yes'],
    ['on', 'on'],
    ['1_000', '1_000'],
    ['12:30', '12:30'],
    ['2024-01-01', '2024-01-01'],
    ['0x', '0x'],
    ['"1.10"', '1.10'],
    ["'true'", 'true'],
    ['!!str 1.10', '1.10'],
    ['! true', 'true'],
    ['|-\n  1.10', '1.10'],
  ])('has the scalar %j as YAML 1.2 has it', (source, expected) => {
    expect(values(`a: ${source}\n`)).toEqual([{ a: expected }]);
  });

  it.each(['1.10', '1.0', '0x10', '1e3', '010', 'true', '1_0', '"1.10"'])(
    'keeps the source of %s where text is meant',
    (source) => {
      const text = source.replaceAll('"', '');
      expect(values(`text: ${source}\nlist: [{text: ${source}}]\n`, isNamedText)).toEqual([
        { text, list: [{ text }] },
      ]);
    },
  );

  it('has null for what is empty, where text is meant, too', () => {
    expect(values('a:\nb: ~\n', () => true)).toEqual([{ a: null, b: null }]);
  });

  it('has keys as they are written', () => {
    expect(values('1.10: a\ntrue: b\n"~": c\nconstructor: d\n')).toEqual([
      { '1.10': 'a', true: 'b', '~': 'c', constructor: 'd' },
    ]);
  });

  it('repeats what an alias names, at the anchor that stands last before it', () => {
    expect(values('a: &x {b: &y 1}\nc: &y 2\nd: *x\ne: *y\n')).toEqual([
      { a: { b: 1 }, c: 2, d: { b: 1 }, e: 2 },
    ]);
  });
});

describe('the place of a value', () => {
  const [document] = readYaml(
    Buffer.from('a:\n  b:\n    - c: 1\n    - *x\n'.replace('*x', 'd').replace('a:', '# c\na: &x')),
    { file: 'f' },
  );
  const aliased = readYaml(Buffer.from('a: &x {b: 1}\nc: [*x]\n'), { file: 'f' })[0];

  it.each<[Path, string]>([
    [[], 'f:2:1'],
    [['a'], 'f:2:1'],
    [['a', 'b'], 'f:3:3'],
    [['a', 'b', 0], 'f:4:7'],
    [['a', 'b', 0, 'c'], 'f:4:7'],
    [['a', 'b', 1], 'f:5:7'],
    [['a', 'b', 2], 'f:3:3'],
    [['a', 'nothing', 'below'], 'f:2:1'],
    [['constructor'], 'f:2:1'],
  ])('at %j is that of its key or item, or of what is nearest above', (path, expected) => {
    expect(document && placeText(document.placeOf(path))).toBe(expected);
  });

  it.each<[Path, string]>([
    [['c', 0], 'f:2:5'],
    [['c', 0, 'b'], 'f:1:8'],
  ])('at %j, behind an alias, is where it is written', (path, expected) => {
    expect(aliased && placeText(aliased.placeOf(path))).toBe(expected);
  });
});

describe('a mistake in the YAML', () => {
  it.each([
    ['a list that stays open', 'a: [b\n', 'f:1:4 this `[` is never closed'],
    ['a quote that stays open', 'a: "b\n', 'f:1:4 the quote that opens here is never closed'],
    ['a tab', 'a:\n\tb: 1\n', 'f:2:2 a tab stands where spaces were expected'],
    ['a control character', 'a: \u001b[31m\n', 'f:1:4 the character U+001B cannot stand in YAML'],
    ['a zero', 'a: 1\nb: \0\n', 'f:2:4 the character U+0000 cannot stand in YAML'],
    ['a key in a value', 'a: b: c\n', 'f:1:5 a map cannot start here'],
    ['a bare @', 'a: @b\n', 'f:1:4 a value cannot start with `@`'],
    ['an unknown anchor', 'a: *b\n', 'f:1:4 there is no anchor `&b` before this alias'],
    ['an anchor of another document', 'a: &b 1\n---\nc: *b\n', 'f:3:4 there is no anchor `&b`'],
    ['a value in itself', 'a: &b [*b]\n', 'f:1:8 the value of `&b` contains itself'],
    ['a tag', 'a: !!int 1\n', 'f:1:10 tags are not read here, but for `!!str`'],
    ['a directive', '%YAML 1.2\n---\na: 1\n', 'f:1:1 a value cannot start with `%` | directives'],
    ['text behind ---', '--- a\n', 'f:1:4 nothing is read behind `---` in its line'],
    ['text behind ...', 'a: 1\n...\nb: 1\n', 'f:3:1 what stands behind `...` is not read'],
    ['a merge', 'a: &b {}\nc:\n  <<: *b\n', 'f:3:3 maps are not merged with `<<` here'],
    ['an empty key', 'a: {: 1}\n', 'f:1:5 '],
    ['a list as a key', '{[a]: b}\n', 'f:1:2 a key must be text'],
    ['a key that changes objects', '__proto__: {a: 1}\n', 'f:1:1 the key `__proto__`'],
    [
      'a conflict that git left',
      'a:\n<<<<<<< HEAD\n- b\n=======\n- c\n>>>>>>> branch\n',
      'f:2:1 a merge conflict starts here | resolve it',
    ],
  ])('%s is shown with its place', (_, text, expected) => {
    const found = complaints(text);
    expect(found).toHaveLength(1);
    expect(found[0]?.slice(0, expected.length)).toBe(expected);
  });

  it('is shown once for every key that is there twice, however often', () => {
    expect(complaints('a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n')).toEqual([
      'f:2:11 the key `c` is here again, first in line 2 | remove one of the two',
      'f:3:1 the key `a` is here again, first in line 1 | remove one of the two',
    ]);
    expect(complaints('1: a\n"1": b\n')).toHaveLength(1);
  });

  it('is shown once where an alias repeats it', () => {
    expect(complaints('a: &x {b: 1, b: 2}\nc: [*x, *x]\n')).toHaveLength(1);
    expect(complaints('a: &x [*y]\nc: [*x, *x]\n')).toHaveLength(1);
  });

  it.each([
    ['a byte', Buffer.from([0x61, 0x3a, 0x20, 0xff]), 'f:1:4'],
    ['Latin-1', Buffer.from('a: 1\nb: ü\n', 'latin1'), 'f:2:4'],
    ['UTF-16', Buffer.from('\uFEFFa: 1\n', 'utf16le'), 'f:1:1'],
    [
      'a half character after the sign for one, which is a character itself',
      Buffer.concat([Buffer.from('\uFEFFa: \uFFFD\r\nb: \uFFFD'), Buffer.from([0xe2, 0x82])]),
      'f:2:5',
    ],
  ])('%s that is no UTF-8 is shown with its place', (_, bytes, place) => {
    expect(complaints(bytes)).toEqual([
      `${place} the file is not UTF-8 text from here on | save it as UTF-8`,
    ]);
  });

  it('is cut off after fifty, with the number of the others', () => {
    const keys = Array.from({ length: 200 }, (_, index) => `k${index}: 1\nk${index}: 2\n`);
    const found = complaints(keys.join(''));
    expect(found).toHaveLength(51);
    expect(found.at(-1)).toBe('f 150 more mistakes are not shown | mend these first');
    expect(complaints(keys.slice(0, 51).join(''))).toHaveLength(51);
  });
});

describe('hostile bytes', () => {
  const size = 1 << 20;
  const fill = (unit: string): string => unit.repeat(Math.floor(size / unit.length));
  const bomb = Array.from({ length: 30 }, (_, n) =>
    n === 0 ? 'a0: &a0 [x]\n' : `a${n}: &a${n} [${`*a${n - 1},`.repeat(9)}]\n`,
  ).join('');
  const longText = `a: &a "${'x'.repeat(size / 2)}"\nb: [${'*a,'.repeat(100_000)}]\n`;
  const longPaths = `${Array.from({ length: 50 }, (_, n) => `${' '.repeat(n)}${'k'.repeat(9_000)}:\n`).join('')}${' '.repeat(50)}[${'1,'.repeat(200_000)}]\n`;

  it.each([
    ['open lists', fill('[')],
    ['open maps', fill('{')],
    ['nested lists', fill('- ')],
    ['nested keys', fill('? ')],
    ['steps', Array.from({ length: 1400 }, (_, n) => `${' '.repeat(n)}a:\n`).join('')],
    ['documents', fill('---\n')],
    ['the ends of documents', fill('...\n')],
    ['directives', fill('%\n')],
    ['different keys', Array.from({ length: 120_000 }, (_, n) => `k${n}:\n`).join('')],
    ['equal keys', fill('a:\n')],
    ['closing brackets', fill(']\n')],
    ['colons', fill('a: b: c\n')],
    ['tabs', fill('\t\n')],
    ['blank lines', fill('\n')],
    ['comments', fill('#\n')],
    ['anchors', fill('&a ')],
    ['tags', fill('!a ')],
    ['aliases', `[${fill('*a,')}]`],
    ['unknown aliases that are repeated', `a: &a [*x]\nb: [${'*a,'.repeat(90_000)}]`],
    ['items', `[${fill('1,')}]`],
    ['quotes', fill('"')],
    ['escapes', `"${fill('\\\\')}"`],
    ['folded lines', `>\n${fill(' a\n\n')}`],
    ['plain lines', fill('a\n')],
    ['an alias bomb', bomb],
    ['a long text that aliases repeat', longText],
    ['long paths', longPaths],
    ['too many bytes', ' '.repeat(MAX_BYTES + 1)],
  ])('end soon in a value or an error: %s', (_, text) => {
    const start = performance.now();
    const errors = errorsIn(() => readYaml(Buffer.from(text), { file: 'f' }));
    // A second or so on a busy machine; what is not linear takes minutes.
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(errors.length).toBeLessThan(52);
  });

  it.each([
    ['an alias bomb', bomb, 'aliases add more than 100000 values and characters'],
    ['a long text', longText, 'aliases add more than 100000 values and characters'],
    ['depth', fill('['), 'values nest more than 300 deep'],
    ['depth below the limit of the parser', `${'['.repeat(150)}${']'.repeat(150)}`, '100 deep'],
    ['size', ' '.repeat(MAX_BYTES + 1), `the file has ${MAX_BYTES + 1} bytes`],
  ])('are refused for %s', (_, text, message) => {
    const [error] = errorsIn(() => readYaml(Buffer.from(text), { file: 'f' }));
    expect(error).toMatchObject({
      code: 'yaml-too-large',
      message: expect.stringContaining(message),
    });
  });

  const pieces = [
    ['a', 'b: ', '- ', '? ', ': ', '[', ']', '{', '}', ',', '&a ', '*a', '!t ', '!!str ', '\n'],
    ['"', "'", '|\n', '>-\n', '#', '\n  ', '\t', '---\n', '...\n', '<<: ', '%YAML 1.2\n'],
    ['1.10', '~', '\\', '\0', '\uFEFF', '\uFFFD', '\r\n', '__proto__: ', '<<<<<<< a\n'],
  ];
  const word = fc.constantFrom(...pieces.flat());

  it('of any kind give a value or an error of ours', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(word, { maxLength: 60 }).map((words) => Buffer.from(words.join(''))),
    );
    let [good, bad] = [0, 0];
    fc.assert(
      fc.property(bytes, (source) => {
        const errors = errorsIn(() => readYaml(source, { file: 'f', isText: () => true }));
        if (errors.length === 0) good += 1;
        else bad += 1;
        for (const { place, message } of errors) {
          expect(place?.line).toBeGreaterThan(0);
          expect(message).not.toBe('');
        }
      }),
      { numRuns: 3000 },
    );
    expect(good).toBeGreaterThan(10);
    expect(bad).toBeGreaterThan(10);
  });

  it('that are JSON give the value that JSON.parse gives', () => {
    const json = fc.jsonValue({ maxDepth: 5 }).filter((value) => value !== null);
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('__proto__') && !text.includes('"":'));
        expect(values(text)).toEqual([JSON.parse(text)]);
      }),
    );
  });
});
