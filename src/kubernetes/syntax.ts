import { readRoot } from './block.ts';
import { Cursor, type Count, type Fail } from './cursor.ts';
import type { Node } from './node.ts';

/** Documents in one file, empty ones among them. */
const MAX_DOCUMENTS = 10_000;

/**
 * The documents of a file as goyaml v2 parses them, empty ones among them. `text` has `\n` as its
 * line end, and ends with one; `fail` is called for the first mistake. Values are counted on from
 * `count`, which several files may share.
 *
 * kubectl cuts a file at its `---` lines, whatever they stand in, and parses what is between two
 * (YAMLReader in k8s.io/apimachinery).
 */
export function parseDocuments(text: string, fail: Fail, count: Count = { nodes: 0 }): Node[] {
  const isJson = /^\s*\{/u.test(text);
  if (!isJson) refuseCharacters(text, fail);
  const documents: Node[] = [];
  const file = { fail, count };
  for (const range of documentRanges(text)) {
    const divider = text.slice(range.end, text.indexOf('\n', range.end));
    if (!isJson && !/^---\s*(?:#|$)|^$/u.test(divider)) {
      const hint = 'begin the document in a line of its own';
      fail('manifest-syntax', 'nothing is read behind `---` in its line', range.end + 3, hint);
    }
    if (documents.length >= MAX_DOCUMENTS) {
      fail('manifest-too-large', `the file has more than ${MAX_DOCUMENTS} documents`, range.start);
    }
    documents.push(readDocument(text, range, file));
  }
  return documents;
}

/** A part of a text, its end not in it. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the documents of a file stand, at least one: each from behind its `---` line up to that of
 * the next one, or to the end of `text`.
 */
export function* documentRanges(text: string): Generator<Range> {
  let start = 0;
  for (const { 0: line, index } of text.matchAll(/^---.*$/gmu)) {
    yield { start, end: index };
    start = index + line.length + 1;
  }
  yield { start, end: text.length };
}

function readDocument(
  text: string,
  { start, end }: Range,
  file: { readonly count: Count; readonly fail: Fail },
): Node {
  const whole = text.slice(start, end);
  const stop = /^\.\.\.(?=\s)/mu.exec(whole)?.index ?? whole.length;
  const rest = /^(?![ \t]*(?:#|$)|\.\.\.\s)/mu.exec(whole.slice(stop));
  if (rest) {
    file.fail(
      'manifest-syntax',
      'what stands behind `...` is not read',
      start + stop + rest.index,
      'put `---` before it',
    );
  }
  return readRoot(new Cursor(whole.slice(0, stop), start, file));
}

/**
 * What goyaml's reader refuses, or takes for the end of a line where no editor shows one. JSON
 * goes another way in kubectl, and may hold them.
 */
const REFUSED =
  /[^\t\n\r\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

function refuseCharacters(text: string, fail: Fail): void {
  const found = REFUSED.exec(text);
  if (!found) return;
  const code = found[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  fail(
    'manifest-encoding',
    `the character U+${code} cannot stand in YAML`,
    found.index,
    'write it as an escape in double quotes',
  );
}
