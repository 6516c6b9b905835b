import * as fc from 'fast-check';
import type { Json } from '../../src/kubernetes/value.ts';

/** A value as somebody may have written it. */
type Tree =
  | {
      readonly kind: 'scalar';
      readonly quote: 'none' | 'single' | 'double' | 'block';
      readonly comment: boolean;
    }
  | {
      readonly kind: 'list' | 'map';
      readonly isFlow: boolean;
      readonly inLines: boolean;
      readonly parts: readonly Tree[];
      readonly comments: readonly boolean[];
    };

const scalar = fc.record({
  kind: fc.constant('scalar' as const),
  quote: fc.constantFrom(
    'none' as const,
    'none' as const,
    'single' as const,
    'double' as const,
    'block' as const,
  ),
  comment: fc.boolean(),
});

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.record({
      kind: fc.constantFrom('list' as const, 'map' as const),
      isFlow: fc.boolean(),
      inLines: fc.boolean(),
      parts: fc.array(tie('tree'), { maxLength: 4 }),
      comments: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    }),
  ),
}));

const map = tree.map((inner): Tree => {
  const parts = inner.kind === 'scalar' ? [inner] : inner.parts.length > 0 ? inner.parts : [inner];
  const comments = inner.kind === 'scalar' ? [true, false] : inner.comments;
  return { kind: 'map', isFlow: false, inLines: false, parts, comments };
});

/** A text and what it says: a map of words, each of which stands nowhere else in the text. */
export interface YamlText {
  readonly text: string;
  readonly value: Json;
}

/** Documents with comments everywhere, in many styles; keys are `k1`, scalars `v2`, comments `# c3`. */
export const yamlTexts: fc.Arbitrary<YamlText> = fc
  .record({
    root: map,
    step: fc.constantFrom(1, 2, 4),
    listStep: fc.constantFrom(0, 2, 3),
    gap: fc.constantFrom(' ', '   '),
    lineEnd: fc.constantFrom('\n', '\n', '\r\n'),
    mark: fc.constantFrom('', '', '\uFEFF'),
    ending: fc.constantFrom('', '\n', '\n\n# c0\n', '\n...\n'),
  })
  .map(({ root, lineEnd, mark, ending, ...style }) => {
    const writer = writerOf(style);
    const { text, value } = writer(root, 0);
    const lines = `# c00${text}${ending}`;
    return { text: mark + lines.replaceAll('\n', lineEnd), value };
  });

interface Style {
  readonly step: number;
  readonly listStep: number;
  readonly gap: string;
}

function quoted(text: string, quote: string): string {
  if (quote === 'single') return `'${text}'`;
  return quote === 'double' ? `"${text}"` : text;
}

function writerOf({ step, listStep, gap }: Style) {
  let words = 0;
  const word = (letter: string) => `${letter}${(words += 1)}`;
  const comment = (isThere: boolean | undefined) => (isThere ? ` # ${word('c')}` : '');

  /** The text behind a `:` or a dash, and the value. */
  const below = (node: Tree, column: number, isItem: boolean): YamlText => {
    if (node.kind === 'scalar') {
      const text = word('v');
      if (node.quote === 'block')
        return {
          text: ` |-${comment(node.comment)}\n${' '.repeat(column + 1)}${text}`,
          value: text,
        };
      return { text: ` ${quoted(text, node.quote)}${comment(node.comment)}`, value: text };
    }
    if (node.isFlow || node.parts.length === 0) {
      const { text, value } = flow(node, column);
      return { text: ` ${text}${comment(node.comments[0])}`, value };
    }
    const inner = column + (isItem ? 1 + gap.length : node.kind === 'list' ? listStep : step);
    const { text, value } = block(node, inner);
    // The first part of an item stands behind its dash.
    if (isItem && !node.comments[7])
      return { text: `${gap}${text.replace(/^\n(?: *# c\d+\n)* */u, '')}`, value };
    return { text: `${comment(node.comments[6])}${text}`, value };
  };

  const block = (node: Extract<Tree, { parts: unknown }>, column: number): YamlText => {
    const indent = `\n${' '.repeat(column)}`;
    const values: Json[] = [];
    const entries: Record<string, Json> = {};
    const lines = node.parts.map((part, index) => {
      const before = `${index % 2 ? '\n' : ''}${node.comments[index] ? `${indent}# ${word('c')}` : ''}${indent}`;
      const key = node.kind === 'map' ? word('k') : '';
      const { text, value } = below(part, column, node.kind === 'list');
      values.push(value);
      entries[key] = value;
      return `${before}${node.kind === 'map' ? `${key}:` : '-'}${text}`;
    });
    return { text: lines.join(''), value: node.kind === 'map' ? entries : values };
  };

  const flow = (node: Tree, column: number): YamlText => {
    if (node.kind === 'scalar') {
      const text = word('v');
      return { text: quoted(text, node.quote), value: text };
    }
    const values: Json[] = [];
    const entries: Record<string, Json> = {};
    const indent = `\n${' '.repeat(column + 2)}`;
    const all = node.parts.map((part, index) => {
      const key = node.kind === 'map' ? word('k') : '';
      const { text, value } = flow(part, column + 2);
      values.push(value);
      entries[key] = value;
      const comma = index < node.parts.length - 1 || node.comments[5] ? ',' : '';
      const space = index < node.parts.length - 1 ? ' ' : '';
      const line = `${key === '' ? '' : `${key}: `}${text}${comma}`;
      return node.inLines ? `${indent}${line}${comment(node.comments[index])}` : line + space;
    });
    const end = node.inLines && node.parts.length > 0 ? `\n${' '.repeat(column + 1)}` : '';
    const [open, close] = node.kind === 'map' ? ['{', '}'] : ['[', ']'];
    return {
      text: `${open}${all.join('')}${end}${close}`,
      value: node.kind === 'map' ? entries : values,
    };
  };

  return (root: Tree, column: number): YamlText =>
    root.kind === 'scalar' ? { text: `\n${word('v')}`, value: '' } : block(root, column);
}
