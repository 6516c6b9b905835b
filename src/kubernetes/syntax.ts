import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Node } from './node.ts';

/** Called with what is wrong and where; never returns. */
export type Fail = (message: string, at: number, hint?: string) => never;

/** The documents of a file, empty ones among them. */
export function parseDocuments(text: string, fail: Fail): Node[] {
  const parsed = parseAllDocuments(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  return documents.map((document) => {
    const [error] = document.errors;
    if (error) fail(error.message, error.pos[0]);
    return toNode(document.contents, 0);
  });
}

function toNode(node: unknown, fallback: number): Node {
  if (isAlias(node)) return { kind: 'alias', at: node.range?.[0] ?? fallback, name: node.source };
  if (isMap(node)) {
    const at = node.range?.[0] ?? fallback;
    return {
      kind: 'map',
      at,
      anchor: node.anchor,
      entries: node.items.map(({ key, value }) => [toNode(key, at), toNode(value, at)]),
    };
  }
  if (isSeq(node)) {
    const at = node.range?.[0] ?? fallback;
    return {
      kind: 'list',
      at,
      anchor: node.anchor,
      items: node.items.map((item) => toNode(item, at)),
    };
  }
  if (!isScalar(node)) {
    return {
      kind: 'scalar',
      at: fallback,
      text: '',
      plain: true,
      tag: undefined,
      anchor: undefined,
    };
  }
  return {
    kind: 'scalar',
    at: node.range?.[0] ?? fallback,
    text: node.source ?? '',
    plain: node.type === 'PLAIN' || node.type === undefined,
    tag: node.tag,
    anchor: node.anchor,
  };
}
