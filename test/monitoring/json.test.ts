import { assert, jsonValue, property, string, nat, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson, type JsonNode } from '../../src/monitoring/json.ts';
import { complaintsOf, errorsIn } from '../support/complaints.ts';

function read(text: string): JsonNode {
  return readJson(Buffer.from(text), 'a.json').root;
}

/** What `JSON.parse` gives, from the nodes and nothing else. */
function valueOf(node: JsonNode): unknown {
  if (node.kind === 'map') {
    return Object.fromEntries(node.entries.map(([key, value]) => [key.value, valueOf(value)]));
  }
  if (node.kind === 'list') return node.items.map(valueOf);
  return node.kind === 'text' ? node.value : JSON.parse(node.value);
}

function accepts(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

describe('JSON', () => {
  it('means what JSON.parse says, whatever its blanks', () => {
    assert(
      property(jsonValue(), nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(valueOf(read(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is refused where JSON.parse refuses it, and nowhere else', () => {
    const text = '{"a": [1, -2.5e+3, true, null, "b\\u00e9\\n"], "c": {}}';
    const pieces = [
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '-',
      'e',
      '.',
      ' ',
      '\t',
      'x',
      '+',
    ];
    const edits = tuple(nat(text.length), nat(2), nat(pieces.length - 1));
    assert(
      property(edits, ([at, drop, piece]) => {
        const edited = text.slice(0, at) + pieces[piece] + text.slice(at + drop);
        expect(accepts(() => read(edited))).toBe(accepts(() => JSON.parse(edited)));
      }),
      { numRuns: 500 },
    );
  });

  it('gives an error of ours for any text that is none', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 30 }), (text) => {
        expect(errorsIn(() => read(text)).length).toBeLessThan(2);
      }),
    );
  });

  it('keeps numbers as they are written, and where everything stands', () => {
    const text = '{"big": 9223372036854775807, "list": [1.0, 1e400]}';
    const root = read(text);
    const [big, list] = root.kind === 'map' ? root.entries : [];
    expect(big?.[1]).toMatchObject({ kind: 'word', value: '9223372036854775807', at: 8 });
    expect(list?.[1]).toMatchObject({ items: [{ value: '1.0' }, { value: '1e400' }] });
    expect(text.slice(list?.[1].at, list?.[1].end)).toBe('[1.0, 1e400]');
  });

  it('has keys that JavaScript gives a meaning like any others', () => {
    const root = read('{"__proto__": 1, "constructor": 2}');
    expect(root).toMatchObject({
      entries: [
        [{ value: '__proto__' }, {}],
        [{ value: 'constructor' }, {}],
      ],
    });
  });

  it.each([
    ['nothing', '', '1:1 this is no JSON: found the end of the file, expected a value'],
    ['blanks alone', ' \n ', '2:2 this is no JSON: found the end of the file, expected a value'],
    [
      'a comma too many',
      '{"a": 1,}',
      '1:9 this is no JSON: found "}", expected a key in double quotes',
    ],
    [
      'a comment',
      '{\n  // why\n}',
      '2:3 this is no JSON: found "/", expected a key in double quotes',
    ],
    [
      'a bracket that is never closed',
      '[1, 2',
      '1:6 this is no JSON: found the end of the file, expected `,` or `]`',
    ],
    [
      'a text that is never closed',
      '["a\n"]',
      '1:4 this is no JSON: found "\\n", expected `"` at the end of the text',
    ],
    [
      'an escape that is none',
      '["\\x"]',
      '1:4 this is no JSON: found "x", expected a character that may follow `\\`',
    ],
    ['a number with a zero in front', '[012]', '1:2 this is no JSON: found "0", expected a value'],
    ['a word', '[None]', '1:2 this is no JSON: found "N", expected a value'],
    ['more behind it', '{} {}', '1:4 this is no JSON: found "{", expected the end of the file'],
    [
      'a key twice',
      '{"a": 1, "a": 2}',
      '1:10 this is no JSON: found "\\"", expected each key once in a map',
    ],
    ['YAML', 'groups: []', '1:1 this is no JSON: found "g", expected a value'],
    ['a level too much', '['.repeat(101), '1:101 the JSON nests more than 100 deep'],
    ['a million levels', '['.repeat(1_000_000), '1:101 the JSON nests more than 100 deep'],
    [
      'a million values',
      `[${'1,'.repeat(400_000)}1]`,
      '1:400000 the JSON holds more than 200000 values',
    ],
  ])('says where %s is', (_, text, expected) => {
    expect(complaintsOf(() => read(text))).toEqual([`a.json:${expected}`]);
  });

  it('is UTF-8', () => {
    expect(complaintsOf(() => readJson(Buffer.from('["\xe9"]', 'latin1'), 'a.json'))).toEqual([
      'a.json:1:3 the file is not UTF-8 text | save it as UTF-8',
    ]);
  });
});
