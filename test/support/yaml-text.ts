import * as fc from 'fast-check';
import type { Json } from '../../src/kubernetes/value.ts';

/** A value as somebody may have written it. */
type Tree = Scalar | Collection;

interface Scalar {
  readonly kind: 'scalar';
  readonly quote: 'none' | 'single' | 'double' | 'block';
  readonly comment: boolean;
}

interface Collection {
  readonly kind: 'list' | 'map';
  readonly isFlow: boolean;
  /** Of a flow collection: each part in a line of its own. */
  readonly inLines: boolean;
  readonly parts: readonly Tree[];
  /** Which of the places for a comment have one. */
  readonly comments: readonly boolean[];
}

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

/** The root of a document: a map with at least one entry. */
const map = tree.map((inner): Collection => {
  const isUsable = inner.kind !== 'scalar' && inner.parts.length > 0;
  return {
    kind: 'map',
    isFlow: false,
    inLines: false,
    parts: isUsable ? inner.parts : [inner],
    comments: inner.kind === 'scalar' ? [true, false] : inner.comments,
  };
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
    const { text, value } = block(root, 0, { ...style, words: { count: 0 } });
    const lines = `# c00${text}${ending}`;
    return { text: mark + lines.replaceAll('\n', lineEnd), value };
  });

/** How a text is laid out, and how many words it has so far. */
interface Writer {
  readonly step: number;
  readonly listStep: number;
  /** Between a dash and what stands in its line. */
  readonly gap: string;
  readonly words: { count: number };
}

function word(letter: string, { words }: Writer): string {
  words.count += 1;
  return `${letter}${words.count}`;
}

function comment(isThere: boolean | undefined, writer: Writer): string {
  return isThere === true ? ` # ${word('c', writer)}` : '';
}

function quoted(text: string, quote: string): string {
  if (quote === 'single') return `'${text}'`;
  return quote === 'double' ? `"${text}"` : text;
}

/** The value of a collection whose parts have these keys and values. */
function valueOf(kind: Tree['kind'], parts: readonly (readonly [string, Json])[]): Json {
  return kind === 'map' ? Object.fromEntries(parts) : parts.map(([, value]) => value);
}

/** A collection in lines of its own, the line end before them included. */
function block(node: Collection, column: number, writer: Writer): YamlText {
  const indent = `\n${' '.repeat(column)}`;
  const parts: [string, Json][] = [];
  const lines = node.parts.map((part, index) => {
    const blank = index % 2 === 1 ? '\n' : '';
    const above = node.comments[index] === true ? `${indent}# ${word('c', writer)}` : '';
    const key = node.kind === 'map' ? word('k', writer) : '';
    const { text, value } =
      node.kind === 'map' ? behindKey(part, column, writer) : behindDash(part, column, writer);
    parts.push([key, value]);
    return `${blank}${above}${indent}${node.kind === 'map' ? `${key}:` : '-'}${text}`;
  });
  return { text: lines.join(''), value: valueOf(node.kind, parts) };
}

function behindKey(node: Tree, column: number, writer: Writer): YamlText {
  if (node.kind === 'scalar' || isFlow(node)) return inLine(node, column, writer);
  const above = comment(node.comments[6], writer);
  const step = node.kind === 'list' ? writer.listStep : writer.step;
  const { text, value } = block(node, column + step, writer);
  return { text: above + text, value };
}

function behindDash(node: Tree, column: number, writer: Writer): YamlText {
  if (node.kind === 'scalar' || isFlow(node)) return inLine(node, column, writer);
  const above = comment(node.comments[6], writer);
  const { text, value } = block(node, column + 1 + writer.gap.length, writer);
  if (node.comments[7] === true) return { text: above + text, value };
  // The first part stands in the line of the dash, and no comment above it.
  return { text: writer.gap + text.replace(/^\n(?: *# c\d+\n)* */u, ''), value };
}

function isFlow({ isFlow: isMeant, parts }: Collection): boolean {
  return isMeant || parts.length === 0;
}

/** A value that starts in the line of its key or dash. */
function inLine(node: Tree, column: number, writer: Writer): YamlText {
  if (node.kind !== 'scalar') {
    const { text, value } = flow(node, column, writer);
    return { text: ` ${text}${comment(node.comments[0], writer)}`, value };
  }
  const value = word('v', writer);
  const beside = comment(node.comment, writer);
  if (node.quote !== 'block') return { text: ` ${quoted(value, node.quote)}${beside}`, value };
  return { text: ` |-${beside}\n${' '.repeat(column + 1)}${value}`, value };
}

/** A value in flow style, in one line or with each part in its own. */
function flow(node: Tree, column: number, writer: Writer): YamlText {
  if (node.kind === 'scalar') {
    const value = word('v', writer);
    return { text: quoted(value, node.quote), value };
  }
  const indent = `\n${' '.repeat(column + 2)}`;
  const parts: [string, Json][] = [];
  const texts = node.parts.map((part, index) => {
    const isLast = index === node.parts.length - 1;
    const key = node.kind === 'map' ? word('k', writer) : '';
    const { text, value } = flow(part, column + 2, writer);
    parts.push([key, value]);
    const comma = !isLast || node.comments[5] === true ? ',' : '';
    const line = `${key === '' ? '' : `${key}: `}${text}${comma}`;
    if (node.inLines) return `${indent}${line}${comment(node.comments[index], writer)}`;
    return isLast ? line : `${line} `;
  });
  const end = node.inLines && node.parts.length > 0 ? `\n${' '.repeat(column + 1)}` : '';
  const [open, close] = node.kind === 'map' ? ['{', '}'] : ['[', ']'];
  return { text: `${open}${texts.join('')}${end}${close}`, value: valueOf(node.kind, parts) };
}
