import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/kubernetes/value.ts';
import { areEqual, fieldChanges, type FieldChange } from '../../src/plan/field-changes.ts';
import { anyObject } from '../support/kubernetes-arbitrary.ts';

/** What differs between two values of the field `x`. */
function changesOf(before: Json, after: Json): readonly FieldChange[] {
  return fieldChanges({ x: before }, { x: after }).fields;
}

/** An object with a thousand fields of one value. */
function many(value: number): JsonObject {
  return Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, value]));
}

function lines(prefix: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`).join('\n');
}

/** The same value with the keys of its maps the other way round. */
function reversed(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, entry]) => [key, reversed(entry)]),
  );
}

describe('the fields that differ', () => {
  it.each<[string, Json, Json, readonly FieldChange[]]>([
    ['a number', 1, 2, [{ path: 'x', before: '1', after: '2' }]],
    ['a text', '1', '2', [{ path: 'x', before: '"1"', after: '"2"' }]],
    ['the type of a value', 1, '1', [{ path: 'x', before: '1', after: '"1"' }]],
    [
      'a number of 64 bits, to its last digit',
      9223372036854775806n,
      9223372036854775807n,
      [{ path: 'x', before: '9223372036854775806', after: '9223372036854775807' }],
    ],
    ['a field that comes', {}, { a: null }, [{ path: 'x.a', after: 'null' }]],
    ['a field that goes', { a: { b: 1 } }, {}, [{ path: 'x.a', before: '{"b":1}' }]],
    [
      'a key that is no word',
      { 'app/v': 1 },
      { 'app/v': 2 },
      [{ path: 'x["app/v"]', before: '1', after: '2' }],
    ],
    [
      'a list of texts',
      ['get'],
      ['get', 'list'],
      [{ path: 'x', before: '["get"]', after: '["get","list"]' }],
    ],
    [
      'an item by its name, wherever it stands',
      [{ name: 'a', v: 1 }, { name: 'b' }],
      [{ name: 'new' }, { name: 'a', v: 2 }, { name: 'b' }],
      [
        { path: 'x[a].v', before: '1', after: '2' },
        { path: 'x[new]', after: '{"name":"new"}' },
      ],
    ],
    [
      'the order of items with names',
      [{ name: 'a' }, { name: 'b' }],
      [{ name: 'b' }, { name: 'a' }],
      [{ path: 'x[order]', before: '["a","b"]', after: '["b","a"]' }],
    ],
    [
      'mounts by their path, for one volume may be mounted twice',
      [{ name: 'v', mountPath: '/a' }],
      [
        { name: 'v', mountPath: '/a' },
        { name: 'v', mountPath: '/b' },
      ],
      [{ path: 'x[/b]', after: '{"name":"v","mountPath":"/b"}' }],
    ],
    [
      'a rule that comes between others',
      [{ r: ['a'] }, { r: ['c'] }],
      [{ r: ['a'] }, { r: ['b'] }, { r: ['c'] }],
      [{ path: 'x[1]', after: '{"r":["b"]}' }],
    ],
    [
      'a field of one rule among equal ones',
      [{ r: ['a'] }, { r: ['b'] }],
      [{ r: ['a'] }, { r: ['b', 'c'] }],
      [{ path: 'x[1].r', before: '["b"]', after: '["b","c"]' }],
    ],
    [
      'the lines of a text',
      'a\nb\nc\n',
      'a\nB1\nB2\nc\n',
      [{ path: 'x', before: 'b', after: 'B1\nB2', lines: true }],
    ],
    [
      'lines here and there',
      'a\nb\nc\nd\n',
      'A\nb\nc\nD\n',
      [{ path: 'x', before: 'a\nd', after: 'A\nD', lines: true }],
    ],
    ['lines that come', 'a\nc\n', 'a\nb\nc\n', [{ path: 'x', after: 'b', lines: true }]],
    ['a line feed at the end', 'a', 'a\n', [{ path: 'x', after: '', lines: true }]],
    ['the order of keys is none', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ])('are told: %s', (_, before, after, expected) => {
    expect(changesOf(before, after)).toEqual(expected);
  });

  it('are cut where a value is long, from a little before what differs', () => {
    const start = 'x'.repeat(1000);
    const [change] = changesOf(`${start}1${start}`, `${start}2${start}`);
    expect(change?.before).toMatch(/^…x{20}1x+…$/u);
    expect(change?.after).toMatch(/^…x{20}2x+…$/u);
    expect(change?.after?.length).toBeLessThan(210);
  });

  it('are cut where a text has many lines', () => {
    const [change] = changesOf(lines('a', 100), lines('b', 100));
    expect(change?.after?.split('\n')).toHaveLength(21);
  });

  it('of two large texts without a line in common are found in no time', () => {
    const started = performance.now();
    expect(changesOf(lines('a', 200_000), lines('b', 200_000))).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('are counted where they are too many to list', () => {
    const { fields, more } = fieldChanges(many(1), many(2));
    expect(fields).toHaveLength(100);
    expect(more).toBe(900);
  });

  it('are none between equal objects, whatever the order of their keys', () => {
    fc.assert(
      fc.property(anyObject, (object) => {
        const other = reversed(object);
        const same: JsonObject = { object: other };
        expect(areEqual(object, other)).toBe(true);
        expect(fieldChanges({ object }, same)).toEqual({ fields: [], more: 0 });
      }),
    );
  });

  it('are at least one between objects that are not equal, each with a path', () => {
    fc.assert(
      fc.property(anyObject, anyObject, (before, after) => {
        const { fields, more } = fieldChanges(before, after);
        expect(fields.length + more > 0).toBe(!areEqual(before, after));
        for (const { path, before: old, after: next } of fields) {
          expect(path).not.toBe('');
          expect(old ?? next).toBeDefined();
        }
      }),
    );
  });
});
