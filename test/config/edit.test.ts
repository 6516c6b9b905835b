import { describe, expect, it } from 'vitest';
import { editYaml, type Change } from '../../src/config/edit.ts';
import { placeText } from '../../src/errors.ts';
import { isJsonList, isJsonObject, type Json } from '../../src/kubernetes/value.ts';
import { errorsIn } from '../support/complaints.ts';

function edited(text: string, change: Change): string | undefined {
  const bytes = editYaml(Buffer.from(text), { file: 'f' }, change);
  return bytes && Buffer.from(bytes).toString();
}

/** Sets `value` at the key `a` of the first document. */
function set(value: Json): Change {
  return ([first = {}, ...rest]) => [isJsonObject(first) ? { ...first, a: value } : first, ...rest];
}

/** Adds an item to the list at `a`. */
function push(...items: Json[]): Change {
  return (documents) => {
    const [first] = documents;
    const list = isJsonObject(first) ? first['a'] : undefined;
    return set([...(isJsonList(list) ? list : []), ...items])(documents);
  };
}

/** Takes an item out of the list at `a`. */
function drop(index: number): Change {
  return (documents) => {
    const [first] = documents;
    const list = isJsonObject(first) ? first['a'] : undefined;
    return set(isJsonList(list) ? list.filter((_, at) => at !== index) : [])(documents);
  };
}

const addDocument: Change = (documents) => [...documents, { a: ['x'] }];

function dropDocument(index: number): Change {
  return (documents) => documents.filter((_, at) => at !== index);
}

const dropKey: Change = ([first = {}, ...rest]) => [
  Object.fromEntries(Object.entries(first ?? {}).filter(([key]) => key !== 'a')),
  ...rest,
];

describe('an edit that adds an item', () => {
  it.each<[string, string, Change, string]>([
    ['a block list', 'a:\n  - b\n', push('c'), 'a:\n  - b\n  - c\n'],
    ['a list at the column of its key', 'a:\n- b\nd: e\n', push('c'), 'a:\n- b\n- c\nd: e\n'],
    ['a list with wide dashes', 'a:\n   -  b\n', push('c'), 'a:\n   -  b\n   -  c\n'],
    [
      'a comment behind the last item',
      'a:\n  - b # x\n  # y\n\n# z\nd: e\n',
      push('c'),
      'a:\n  - b # x\n  - c\n  # y\n\n# z\nd: e\n',
    ],
    ['a list without a last line end', 'a:\n  - b', push('c'), 'a:\n  - b\n  - c'],
    [
      'CRLF',
      'a:\r\n  - b # x\r\n\r\nd: e\r\n',
      push('c'),
      'a:\r\n  - b # x\r\n  - c\r\n\r\nd: e\r\n',
    ],
    ['CRLF without the last one', 'a:\r\n  - b', push('c'), 'a:\r\n  - b\r\n  - c'],
    ['a byte order mark', '\uFEFFa:\n  - b\n', push('c'), '\uFEFFa:\n  - b\n  - c\n'],
    ['single quotes', "a:\n  - 'b'\n", push('c'), "a:\n  - 'b'\n  - 'c'\n"],
    ['a flow list', 'a: [b] # x\n', push('c'), 'a: [b, c] # x\n'],
    ['a flow list with quotes', 'a: ["b"]\n', push('c'), 'a: ["b", "c"]\n'],
    ['a flow list with blanks', 'a: [ b , ]\n', push('c'), 'a: [ b, c , ]\n'],
    [
      'a flow list in lines',
      'a: [\n  b, # x\n  c # y\n] # z\n',
      push('d'),
      'a: [\n  b, # x\n  c, # y\n  d\n] # z\n',
    ],
    [
      'a flow list in lines with a last comma',
      'a: [\n  b, # x\n]\n',
      push('d', 'e'),
      'a: [\n  b, # x\n  d,\n  e,\n]\n',
    ],
    ['an empty flow list', 'a: [] # x\nd: e\n', push('c'), 'a: # x\n  - c\nd: e\n'],
    ['an empty flow list with a comment', 'a: [ # x\n]\n', push('c'), 'a: [c # x\n]\n'],
    ['nothing', 'a:\nd: e\n', push('c'), 'a:\n  - c\nd: e\n'],
    [
      'nothing, with comments',
      'a:  # x\n  # y\nd: e\n',
      push('c'),
      'a:  # x\n  - c\n  # y\nd: e\n',
    ],
    ['null', 'a: ~ # x\nd: e\n', push('c'), 'a: # x\n  - c\nd: e\n'],
    ['an absent key', 'd:\n    e: f\n', push('c'), 'd:\n    e: f\na:\n  - c\n'],
    [
      'an absent key, where lists stand at the column of their key',
      'd:\n- e\n',
      push('c'),
      'd:\n- e\na:\n- c\n',
    ],
    ['JSON', '{"d": 1}\n', push('c'), '{"d": 1, "a": ["c"]}\n'],
    [
      'JSON in lines',
      '{\n  "d": 1,\n  "a": [\n    "b"\n  ]\n}',
      push('c'),
      '{\n  "d": 1,\n  "a": [\n    "b",\n    "c"\n  ]\n}',
    ],
    ['an empty list in JSON', '{"a": []}', push('c'), '{"a": ["c"]}'],
    [
      'a block of text before',
      'a:\n  - |+\n    b\n\n# x\n',
      push('c'),
      'a:\n  - |+\n    b\n\n  - c\n# x\n',
    ],
    [
      'maps',
      'a:\n  - b: 1\n    c:\n      - 2\n',
      push({ b: 3, c: [4, { d: 5 }] }),
      'a:\n  - b: 1\n    c:\n      - 2\n  - b: 3\n    c:\n      - 4\n      - d: 5\n',
    ],
    ['flow maps', 'a: [{b: 1}]\n', push({ b: 'x, y' }), 'a: [{b: 1}, {b: "x, y"}]\n'],
    [
      'an anchor that nothing repeats',
      'a: &x # y\n  - b\n',
      push('c'),
      'a: &x # y\n  - b\n  - c\n',
    ],
    ['a document that ends in `...`', 'a:\n  - b\n...\n', push('c'), 'a:\n  - b\n  - c\n...\n'],
    ['a document among others', 'a: [b]\n---\na: [b]\n', push('c'), 'a: [b, c]\n---\na: [b]\n'],
  ])('changes nothing else: %s', (_, before, change, after) => {
    expect(edited(before, change)).toBe(after);
  });
});

describe('an edit that takes an item away', () => {
  it.each<[string, string, Change, string]>([
    ['the first one', 'a:\n  # x\n  - b # y\n  # z\n  - c\n', drop(0), 'a:\n  # x\n  # z\n  - c\n'],
    ['the last one', 'a:\n  - b\n  # x\n  - c # y\n  # z\n', drop(1), 'a:\n  - b\n  # x\n  # z\n'],
    ['the last one without a line end', 'a:\n  - b\n  - c', drop(1), 'a:\n  - b'],
    ['of several lines', 'a:\n  - b: 1\n    # x\n    c: 2\n\n  - d\n', drop(0), 'a:\n\n  - d\n'],
    ['the only one', 'a: # x\n  # y\n  - b # z\nd: e\n', drop(0), 'a: [] # x\n  # y\nd: e\n'],
    ['with CRLF', 'a:\r\n  - b\r\n  - c\r\nd: e\r\n', drop(1), 'a:\r\n  - b\r\nd: e\r\n'],
    ['the first one of a flow list', 'a: [b, c] # x\n', drop(0), 'a: [c] # x\n'],
    ['the last one of a flow list', 'a: [b, c ]\n', drop(1), 'a: [b ]\n'],
    ['the only one of a flow list', 'a: [ b ]\n', drop(0), 'a: []\n'],
    ['with its line in a flow list', 'a: [\n  b, # x\n  c # y\n]\n', drop(0), 'a: [\n  c # y\n]\n'],
    ['the last one with its line', 'a: [\n  b, # x\n  c # y\n]\n', drop(1), 'a: [\n  b # x\n]\n'],
    ['the last one with its line and comma', 'a: [\n  b,\n  c,\n]\n', drop(1), 'a: [\n  b,\n]\n'],
    ['an entry', '# x\na: b # y\n# z\nc: d\n', dropKey, '# x\n# z\nc: d\n'],
    ['an entry of a flow map', '{a: b, c: d}\n', dropKey, '{c: d}\n'],
  ])('leaves all comments but its own: %s', (_, before, change, after) => {
    expect(edited(before, change)).toBe(after);
  });
});

describe('an edit of a scalar', () => {
  it.each<[string, string, Json, string]>([
    ['plain', 'a: b # x\n', 'c', 'a: c # x\n'],
    ['a version', 'a: 1.0.0\n', '1.1.0-rc.1+b', 'a: 1.1.0-rc.1+b\n'],
    ['a version that others read as a number', 'a: 1.1.0\n', '1.10', 'a: "1.10"\n'],
    ['single quotes', "a: 'b'\n", 'c', "a: 'c'\n"],
    ['double quotes', 'a: "b"\n', 'c', 'a: "c"\n'],
    ['several lines', 'a: b\n  c\nd: e\n', 'f', 'a: f\nd: e\n'],
    ['a block of text', 'a: |- # x\n  b\n\nd: e\n', 'f', 'a: f # x\n\nd: e\n'],
    ['a path', 'a: b\n', '../b/c.iso', 'a: ../b/c.iso\n'],
    ['text that needs quotes', 'a: b\n', 'c: # d', 'a: "c: # d"\n'],
    ['text of two lines', 'a: b\n', 'c\nd', 'a: "c\\nd"\n'],
    ['a word that is no text', 'a: b\n', 'yes', 'a: "yes"\n'],
    ['a boolean', 'a: false\n', true, 'a: true\n'],
    ['nothing', 'a: # x\nb: c\n', 'd', 'a: d # x\nb: c\n'],
    ['nothing in a flow map', '{a, b: c}\n', 'd', '{a: d, b: c}\n'],
    ['a tag', 'a: !!str 1\n', '2', 'a: !!str "2"\n'],
  ])('keeps what is around it: %s', (_, before, value, after) => {
    expect(edited(before, set(value))).toBe(after);
  });
});

describe('an edit of documents', () => {
  it.each<[string, string, Change, string]>([
    ['adds to nothing', '', addDocument, 'a:\n  - x\n'],
    ['adds to blanks', '\n\n', addDocument, 'a:\n  - x\n'],
    ['adds below comments', '# x\n', addDocument, '# x\n\na:\n  - x\n'],
    ['adds below a blank line', '# x\n\n', addDocument, '# x\n\na:\n  - x\n'],
    ['adds below an open `---`', 'a: b\n---\n', addDocument, 'a: b\n---\na:\n  - x\n'],
    ['adds below comments without a line end', '# x', addDocument, '# x\n\na:\n  - x'],
    ['adds behind another', 'b: c # x\n# y\n', addDocument, 'b: c # x\n# y\n---\na:\n  - x\n'],
    ['adds as the others are laid out', 'b:\n- c\n', addDocument, 'b:\n- c\n---\na:\n- x\n'],
    ['adds behind `---`', 'b: c\n---\n', addDocument, 'b: c\n---\na:\n  - x\n'],
    ['adds behind `...`', 'b: c\n...\n', addDocument, 'b: c\n...\n---\na:\n  - x\n'],
    ['adds behind null', 'null\n', addDocument, 'null\n---\na:\n  - x\n'],
    ['adds where the last line has no end', 'b: c', addDocument, 'b: c\n---\na:\n  - x'],
    ['adds with CRLF', 'b: c\r\n', addDocument, 'b: c\r\n---\r\na:\r\n  - x\r\n'],
    [
      'removes the first one',
      '# x\n\n# y\na: 1\n# z\n--- # u\n# v\nb: 2\n',
      dropDocument(0),
      '# x\n\n# y\n# v\nb: 2\n',
    ],
    [
      'removes the second one',
      'a: 1\n--- # x\n# y\nb: 2\n# z\n---\nc: 3\n',
      dropDocument(1),
      'a: 1\n---\nc: 3\n',
    ],
    ['removes the last one', 'a: 1\n---\nb: 2\n...\n', dropDocument(1), 'a: 1\n'],
    ['removes the last one without a line end', 'a: 1\n---\nb: 2', dropDocument(1), 'a: 1'],
    [
      'removes the first one behind `---`',
      '---\na: 1\n---\nb: 2\n',
      dropDocument(0),
      '---\nb: 2\n',
    ],
    ['removes the only one', '# x\na: 1\n', dropDocument(0), '# x\n'],
  ])('%s', (_, before, change, after) => {
    expect(edited(before, change)).toBe(after);
  });
});

describe('an edit', () => {
  it('that changes nothing gives no bytes', () => {
    expect(edited('a: [b] # x\n', set(['b']))).toBeUndefined();
    expect(edited('', (documents) => documents)).toBeUndefined();
  });

  it.each<[string, string, Change, string]>([
    [
      'an alias',
      'b: &x [c]\na: *x\n',
      push('d'),
      'f:2:4 this is to change, but `*x` repeats what stands elsewhere',
    ],
    [
      'what an alias repeats',
      'a: &x [c]\nb: *x\n',
      push('d'),
      'f:1:7 this is to change, but the alias `*x` in line 2 repeats it',
    ],
    [
      'what holds an anchor that is needed',
      'a: [&x c, d]\nb: *x\n',
      drop(0),
      'f:1:8 this is to change, but the alias `*x` in line 2 repeats it',
    ],
    [
      'a pair that has no braces',
      'a: [b: c]\n',
      set([{ b: 'c', d: 'e' }]),
      'f the file is written in a way that keeps it from being edited here',
    ],
  ])('is refused where it would change something else: %s', (_, before, change, complaint) => {
    const found = errorsIn(() => edited(before, change)).map(
      ({ place, message }) => `${place ? placeText(place) : ''} ${message}`,
    );
    expect(found).toEqual([complaint]);
  });

  it('of what an alias does not share is made beside it', () => {
    const before = 'b: &x [c]\nd: *x\na: [e]\n';
    expect(edited(before, push('f'))).toBe('b: &x [c]\nd: *x\na: [e, f]\n');
    const inside = 'b: [&y c, *y]\na: [e]\n';
    expect(edited(inside, push('f'))).toBe('b: [&y c, *y]\na: [e, f]\n');
  });
});
