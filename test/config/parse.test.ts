import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseAs } from '../../src/config/parse.ts';
import { pathText } from '../../src/config/schema-mistake.ts';
import { isTextAt } from '../../src/config/schema-path.ts';
import { didYouMean } from '../../src/config/spelling.ts';
import { readYaml } from '../../src/config/yaml.ts';
import { complaintsOf } from '../support/complaints.ts';

const name = z.string().superRefine((text, context) => {
  if (!/^[a-z]+$/u.test(text)) context.addIssue({ code: 'custom', message: 'must be letters' });
});
const amount = z.union([z.string(), z.number()]).transform(String);
const schema = z.strictObject({
  name,
  size: z.int().min(1).max(9).optional(),
  kind: z.enum(['apple', 'pear']).optional(),
  flag: z.boolean().optional(),
  amount: amount.optional(),
  list: z.array(z.strictObject({ name, note: z.string().optional() })).nullish(),
  map: z.record(name, amount).nullish(),
});

function parse(text: string): unknown {
  const [document] = readYaml(Buffer.from(text), {
    file: 'f',
    isText: (path) => isTextAt(schema, path),
  });
  return document && parseAs(schema, document);
}

function complaints(text: string): string[] {
  return complaintsOf(() => parse(text));
}

describe('a document that fits its schema', () => {
  it('loses the keys of people wherever the schema knows the keys, and nowhere else', () => {
    expect(
      parse('name: a\nx-b: [1]\nlist: [{name: c, x-d: {e: f}}]\nmap: {g: 1.10}\nx-: ~\n'),
    ).toEqual({ name: 'a', list: [{ name: 'c' }], map: { g: '1.10' } });
    expect(complaints('name: a\nmap: {x-y: 1}\n')).toEqual([
      'f:2:7 `map.x-y` cannot be a key here: it must be letters',
    ]);
  });

  it('keeps the source of what is text, and the value of what is not', () => {
    expect(parse('name: a\namount: 0x10\nsize: 0x5\nmap: {b: 1e3, c: "1.0"}\n')).toEqual({
      name: 'a',
      amount: '0x10',
      size: 5,
      map: { b: '1e3', c: '1.0' },
    });
  });

  it('may have nothing where the schema says so', () => {
    expect(parse('name: a\nlist:\nmap: ~\n')).toEqual({ name: 'a', list: null, map: null });
  });
});

describe('a document that does not fit', () => {
  it.each([
    [
      'another type of document',
      'a\n',
      [
        'f:1:1 the document is "a", expected a map | write `key: value`, with a blank behind the colon',
      ],
    ],
    ['a list of documents', '- a\n', ['f:1:1 the document is a list, expected a map']],
    ['what is missing', 'size: 1\n', ['f:1:1 `name` is missing, expected text']],
    [
      'what is missing further in',
      'name: a\nlist:\n  - note: b\n',
      ['f:3:5 `list[0].name` is missing, expected text'],
    ],
    [
      'an empty value',
      'name:\n',
      ['f:1:1 `name` is empty, expected text | give it a value, or remove it'],
    ],
    [
      'a number',
      'name: 1\n',
      ['f:1:1 `name` is 1, expected text | put quotes around it where text is meant: "1"'],
    ],
    ['a broken rule', 'name: "1"\n', ['f:1:1 `name` must be letters; found "1"']],
    ['a broken rule of nothing', 'name: ""\n', ['f:1:1 `name` must be letters']],
    ['a map for text', 'name: a\namount: {}\n', ['f:2:1 `amount` is a map, expected text']],
    [
      'text for a number',
      'name: a\nsize: two\n',
      ['f:2:1 `size` is "two", expected a whole number'],
    ],
    ['half a number', 'name: a\nsize: 1.5\n', ['f:2:1 `size` is 1.5, expected a whole number']],
    ['no number', 'name: a\nsize: .nan\n', ['f:2:1 `size` is NaN, expected a whole number']],
    ['a small number', 'name: a\nsize: 0\n', ['f:2:1 `size` is 0, expected at least 1']],
    ['a large number', 'name: a\nsize: 10\n', ['f:2:1 `size` is 10, expected at most 9']],
    [
      'another word',
      'name: a\nkind: Aple\n',
      ['f:2:1 `kind` is "Aple", expected `apple` or `pear` | did you mean `apple`?'],
    ],
    [
      'text for a boolean',
      'name: a\nflag: yes\n',
      ['f:2:1 `flag` is "yes", expected true or false'],
    ],
    [
      'no list',
      'name: a\nlist: b\n',
      ['f:2:1 `list` is "b", expected a list | start each item with `- `'],
    ],
    [
      'another item',
      'name: a\nlist:\n  - b\n',
      [
        'f:3:5 `list[0]` is "b", expected a map | write `key: value`, with a blank behind the colon',
      ],
    ],
    [
      'a slip',
      'name: a\nflags: true\n',
      ['f:2:1 `flags` is not a known key | did you mean `flag`?'],
    ],
    [
      'an unknown key',
      'name: a\nlist: [{name: b, other: c}]\n',
      [
        'f:2:18 `list[0].other` is not a known key | known here: `name`, `note`; keys of your own start with `x-`',
      ],
    ],
  ])('is told of %s', (_, text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  it('is told of every mistake, in the order of the file', () => {
    expect(complaints('flag: 1\nx-a: b\nlist: [{nam: a}]\nb: c\nname: 1\n')).toEqual([
      'f:1:1 `flag` is 1, expected true or false',
      'f:3:8 `list[0].name` is missing, expected text',
      'f:3:9 `list[0].nam` is not a known key | did you mean `name`?',
      expect.stringMatching(/^f:4:1 `b` is not a known key \| known here: /u),
      expect.stringMatching(/^f:5:1 `name` is 1, /u),
    ]);
  });

  it('is told of fifty mistakes, and how many there are besides', () => {
    const found = complaints(Array.from({ length: 90 }, (_, n) => `key${n}: 1\n`).join(''));
    expect(found).toHaveLength(51);
    expect(found).toContain('f 41 more mistakes are not shown | mend these first');
  });

  it('sees long text cut short, keys and values alike', () => {
    const long = 'Z'.repeat(1_000_000);
    for (const text of [`name: ${long}\n`, `name: a\n? ${long}\n: b\n`]) {
      const [found = ''] = complaints(text);
      expect(found).toContain(`${'Z'.repeat(60)}...`);
      expect(found.length).toBeLessThan(300);
    }
  });
});

describe('a path', () => {
  it.each([
    [[], 'the document'],
    [['a'], '`a`'],
    [['a', 0, 'b-c', 1], '`a[0].b-c[1]`'],
    [['a', 'kubernetes.io/os'], '`a["kubernetes.io/os"]`'],
    [['a', 'b c'], '`a["b c"]`'],
    [['a', '\u001b'], '`a["\\u001b"]`'],
  ])('%j reads as %s', (path, expected) => {
    expect(pathText(path)).toBe(expected);
  });
});

describe('a slip', () => {
  it.each([
    ['archive', 'archives'],
    ['Archives', 'archives'],
    ['acitve', 'active'],
    ['actve', 'active'],
    ['knd', 'kind'],
  ])('%s is taken for %s', (word, meant) => {
    expect(didYouMean(word, ['archives', 'active', 'kind'])).toBe(`did you mean \`${meant}\`?`);
  });

  it.each(['', 'other', 'archivesarchives', 'a'.repeat(1_000_000)])(
    'is not seen in %.20s',
    (word) => {
      expect(didYouMean(word, ['archives', 'active', 'kind'])).toBeUndefined();
    },
  );
});
