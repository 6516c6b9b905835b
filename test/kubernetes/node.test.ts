import { describe, expect, it } from 'vitest';
import type { Node } from '../../src/kubernetes/node.ts';
import { parseDocuments } from '../../src/kubernetes/syntax.ts';

function fail(_code: string, message: string): never {
  throw new Error(message);
}

/** The source of every value below a node, in the order of the file. */
function sources(text: string): string[] {
  return parseDocuments(text, fail).flatMap((root) => below(root, text));
}

function below(node: Node, text: string): string[] {
  const source = text.slice(node.at, node.end);
  if (node.kind === 'list') return [source, ...node.items.flatMap((item) => below(item, text))];
  if (node.kind !== 'map') return [source];
  return [source, ...node.entries.flatMap(([, value]) => below(value, text))];
}

describe('the source of a value', () => {
  it.each<[string, string, string[]]>([
    ['a plain scalar', 'a: b c  # d\n', ['a: b c', 'b c']],
    [
      'a plain scalar of several lines',
      'a: b\n  c \n\nd: e\n',
      ['a: b\n  c \n\nd: e', 'b\n  c', 'e'],
    ],
    ['quotes', `a: "b"  \nc: 'd\n  e' # f\n`, [`a: "b"  \nc: 'd\n  e'`, '"b"', `'d\n  e'`]],
    ['a flow list', 'a: [b , c,] # d\n', ['a: [b , c,]', '[b , c,]', 'b', 'c']],
    ['a flow map', '{a: b , c}\n', ['{a: b , c}', 'b', '']],
    ['a pair in a list', '[a: b c ]\n', ['[a: b c ]', 'a: b c', 'b c']],
    ['an alias', 'a: &x b\nc: *x  \n', ['a: &x b\nc: *x', 'b', '*x']],
    ['a list', '- a # b\n\n- c\n# d\n', ['- a # b\n\n- c', 'a', 'c']],
    ['nothing', 'a:  # b\n# c\nd:\n', ['a:  # b\n# c\nd:', '', '']],
    ['nothing in a list', '-\n-  # a\n', ['-\n-', '', '']],
    ['nothing behind a marked key', '? a\n# b\n', ['? a', '']],
    [
      'a block of text',
      'a: |  # b\n  c\n\n# d\ne: >-\n',
      ['a: |  # b\n  c\n\n# d\ne: >-', '|  # b\n  c', '>-'],
    ],
    [
      'a block whose blank lines count',
      '- |+\n  a\n\n\n- b\n',
      ['- |+\n  a\n\n\n- b', '|+\n  a\n\n', 'b'],
    ],
    ['several documents', 'a: b\n---\nc: |\n d\n', ['a: b', 'b', 'c: |\n d', '|\n d']],
  ])('is known to its last character: %s', (_, text, expected) => {
    expect(sources(text)).toEqual(expected);
  });

  it('is empty, behind what is before it, where a value is absent', () => {
    const [root] = parseDocuments('a:  # b\n\nc: &d\n', fail);
    const ends = root?.kind === 'map' ? root.entries.map(([, { end }]) => end) : [];
    expect(ends).toEqual([2, 14]);
  });
});
