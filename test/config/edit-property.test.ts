import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { editYaml } from '../../src/config/edit.ts';
import { readYaml, type Path } from '../../src/config/yaml.ts';
import { isJsonList, isJsonObject, type Json } from '../../src/kubernetes/value.ts';
import { yamlTexts } from '../support/yaml-text.ts';

const NEW: readonly Json[] = ['v9001', '1.10', ['v9001'], { k9001: ['v9002', { k9003: 'v9004' }] }];

/** One edit of a value, and the words that it takes away. */
interface Edit {
  readonly kind: 'set' | 'remove' | 'add';
  readonly wanted: Json;
  readonly gone: readonly string[];
}

/** Every edit of what is at a path: another scalar, one value more, one fewer. */
function editsAt(value: Json, path: Path, fresh: Json): Edit[] {
  const found = path.reduce<Json>(below, value);
  const edits: Edit[] = [];
  if (isJsonList(found)) {
    edits.push({ kind: 'add', wanted: replaced(value, path, [...found, fresh]), gone: [] });
  } else if (isJsonObject(found)) {
    edits.push({
      kind: 'add',
      wanted: replaced(value, path, { ...found, k9000: fresh }),
      gone: [],
    });
  } else {
    edits.push({ kind: 'set', wanted: replaced(value, path, 'v9000'), gone: [String(found)] });
  }
  // A document without a key is none.
  if (path.length < 2) return edits;
  const key = path.at(-1);
  const gone = [...(typeof key === 'string' ? [key] : []), ...wordsOf(found)];
  return [...edits, { kind: 'remove', wanted: replaced(value, path, undefined), gone }];
}

function below(value: Json, step: string | number): Json {
  const found = isJsonList(value)
    ? value[Number(step)]
    : isJsonObject(value)
      ? value[step]
      : undefined;
  if (found === undefined) throw new Error('no such path');
  return found;
}

/** `value` with something else, or nothing, at a path. */
function replaced(value: Json, [step, ...rest]: Path, by: Json | undefined): Json {
  if (step === undefined) return by ?? null;
  const inner = rest.length === 0 ? by : replaced(below(value, step), rest, by);
  if (isJsonList(value))
    return value.toSpliced(Number(step), 1, ...(inner === undefined ? [] : [inner]));
  const entries = Object.entries(isJsonObject(value) ? value : {});
  return Object.fromEntries(
    entries.flatMap(([key, old]) => {
      if (key !== step) return [[key, old]];
      return inner === undefined ? [] : [[key, inner]];
    }),
  );
}

function pathsOf(value: Json, path: Path = []): Path[] {
  const parts = isJsonList(value)
    ? value.map((item, index): [number, Json] => [index, item])
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return [path, ...parts.flatMap(([step, inner]) => pathsOf(inner, [...path, step]))];
}

function wordsOf(value: Json): string[] {
  return JSON.stringify(value).match(/[kv]\d+/gu) ?? [];
}

/** The words and comments of a text, but those that are new. */
function wordsIn(text: string): string[] {
  return (text.match(/[kvc]\d+/gu) ?? []).filter((word) => !/^[kv]9\d{3}$/u.test(word));
}

/** The lines that two texts do not share at their front or back. */
function linesApart(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let front = 0;
  while (front < Math.min(old.length, now.length) && old[front] === now[front]) front += 1;
  let back = 0;
  const most = Math.min(old.length, now.length) - front;
  while (back < most && old.at(-1 - back) === now.at(-1 - back)) back += 1;
  return old.slice(front, old.length - back);
}

const cases = fc
  .tuple(yamlTexts, fc.nat(), fc.nat(), fc.constantFrom(...NEW))
  .map(([{ text, value }, where, which, fresh]) => {
    const paths = pathsOf(value);
    const edits = editsAt(value, paths[where % paths.length] ?? [], fresh);
    const edit = edits[which % edits.length];
    if (!edit) throw new Error('no edit');
    return { text, value, edit };
  });

function editedText(text: string, wanted: Json): string {
  const bytes = editYaml(Buffer.from(text), { file: 'f' }, () => [wanted]);
  if (!bytes) throw new Error('nothing was edited');
  return Buffer.from(bytes).toString();
}

test('an edit of any file says what was asked for, to this reader and to another one', () => {
  fc.assert(
    fc.property(cases, ({ text, value, edit }) => {
      expect(readYaml(Buffer.from(text), { file: 'f' })[0]?.value).toEqual(value);
      const judge = parseDocument(editedText(text, edit.wanted));
      expect(judge.errors).toEqual([]);
      expect(judge.toJS()).toEqual(edit.wanted);
    }),
    { numRuns: 1000 },
  );
});

test('an edit of any file leaves all words and comments but its own, in their order', () => {
  fc.assert(
    fc.property(cases, ({ text, edit: { kind, wanted, gone } }) => {
      const after = editedText(text, wanted);
      const before = wordsIn(text);
      const staying = new Set(wordsIn(after));
      expect([...staying]).toEqual(before.filter((word) => staying.has(word)));
      const lost = before.flatMap((word, index) => (staying.has(word) ? [] : [index]));
      const [first = 0] = lost;
      // One stretch goes: the comments in it, and no other, go with it.
      expect(lost).toEqual(lost.map((_, index) => first + index));
      const lostWords = lost.map((index) => before[index]).filter((word) => !word?.startsWith('c'));
      expect(lostWords).toEqual(gone);
      expect(kind === 'remove' ? 0 : lost.length - gone.length).toBe(0);
      // The lines where the edit starts and ends may hold others.
      const touched = linesApart(text, after).filter(
        (line) =>
          /[kvc]\d/u.test(line) && !lost.some((at) => wordsIn(line).includes(before[at] ?? '')),
      );
      expect(touched.length).toBeLessThanOrEqual(kind === 'remove' ? 2 : 1);
      expect(after.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
      expect(after.includes('\r\n')).toBe(text.includes('\r\n'));
      expect(after.replaceAll('\r\n', '').includes('\n')).toBe(
        text.replaceAll('\r\n', '').includes('\n'),
      );
    }),
    { numRuns: 1000 },
  );
});

test('an edit and the one that takes it back give the same value, and what was added leaves no trace', () => {
  fc.assert(
    fc.property(cases, ({ text, value, edit: { kind, wanted } }) => {
      const back = editedText(editedText(text, wanted), value);
      expect(readYaml(Buffer.from(back), { file: 'f' })[0]?.value).toEqual(value);
      const grewFromNothing = /\[\]|\{\}/u.test(text);
      expect(kind === 'add' && !grewFromNothing ? back : text).toBe(text);
    }),
    { numRuns: 1000 },
  );
});
