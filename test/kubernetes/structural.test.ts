import { describe, expect, test } from 'vitest';
import { structuralMistakes } from '../../src/kubernetes/structural.ts';
import type { Json, JsonObject } from '../../src/kubernetes/value.ts';
import { realTrees } from '../support/archive-make.ts';
import { readManifests } from '../../src/kubernetes/read.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A definition whose one version has this schema. */
function definition(openAPIV3Schema: Json, spec: JsonObject = {}): JsonObject {
  return { spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema } }], ...spec } };
}

/** The mistakes of a schema whose field `a` is `schema`, from that field on. */
function ofField(schema: JsonObject): string[] {
  const root = { type: 'object', properties: { a: schema } };
  return structuralMistakes(definition(root)).map(({ path, must }) => {
    const below = path.slice(path.indexOf('openAPIV3Schema') + 1);
    return `${below.join('.')} ${must}`;
  });
}

const text = { type: 'string' };
const number = { type: 'integer' };

describe('a schema is structural', () => {
  test.each<[string, JsonObject]>([
    ['with a type', text],
    ['without a type where any value is kept', { 'x-kubernetes-preserve-unknown-fields': true }],
    [
      'as a number or a text, with the two types spelt out',
      { 'x-kubernetes-int-or-string': true, anyOf: [number, text], pattern: '^a$' },
    ],
    [
      'as a number or a text, with the two types under allOf',
      { 'x-kubernetes-int-or-string': true, allOf: [{ anyOf: [number, text] }, { pattern: 'a' }] },
    ],
    ['as a list of what has a type', { type: 'array', items: text }],
    ['as a map', { type: 'object', additionalProperties: text }],
    ['as a map of anything', { type: 'object', additionalProperties: true }],
    [
      'as a whole object',
      {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
    ],
    [
      'as a list with keys',
      {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: { type: 'object', properties: { k: text } },
      },
    ],
    [
      'with logic about fields that are described',
      {
        type: 'object',
        properties: { b: text, c: { type: 'array', items: text } },
        oneOf: [{ required: ['b'] }, { properties: { c: { items: { maxLength: 3 } } } }],
        not: { properties: { b: { enum: ['x'] } } },
      },
    ],
  ])('%s', (_, schema) => {
    expect(ofField(schema)).toEqual([]);
  });

  test.runIf(realTrees.length > 0)('in every CRD of real archives', () => {
    const files = realTrees.flatMap((tree) =>
      readdirSync(tree, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('_crd.yaml'))
        .map((path) => join(tree, path)),
    );
    expect(files.length).toBeGreaterThan(0);
    const crds = files.flatMap((file) => readManifests(readFileSync(file), file));
    expect(crds.flatMap(({ value }) => structuralMistakes(value))).toEqual([]);
  });
});

const ELSEWHERE = 'must not stand under allOf, anyOf, oneOf or not';

describe('a schema is not structural', () => {
  test.each<[JsonObject, string]>([
    [{}, 'properties.a.type must be there'],
    [{ type: 'text' }, 'properties.a.type must be one of array, boolean'],
    [{ type: 'array' }, 'properties.a.items must be a schema'],
    [{ type: 'array', items: {} }, 'properties.a.items.type must be there'],
    [{ type: 'object', additionalProperties: {} }, 'properties.a.additionalProperties.type must'],
    [{ ...text, $ref: '#/a' }, 'properties.a.$ref must not be used'],
    [{ ...text, id: 'a' }, 'properties.a.id must not be used'],
    [{ type: 'array', items: text, uniqueItems: true }, 'properties.a.uniqueItems must not'],
    [
      { type: 'object', properties: { b: text }, additionalProperties: text },
      'properties.a.additionalProperties must not stand beside `properties`',
    ],
    [
      { ...text, 'x-kubernetes-preserve-unknown-fields': false },
      'properties.a.x-kubernetes-preserve-unknown-fields must be `true`',
    ],
    [
      { 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true },
      'properties.a.x-kubernetes-preserve-unknown-fields must not stand beside',
    ],
    [
      { type: 'object', 'x-kubernetes-embedded-resource': true },
      'properties.a.properties must not be empty',
    ],
    [
      { ...text, 'x-kubernetes-list-type': 'set' },
      'properties.a.type must be `array` beside `x-kubernetes-list-type`',
    ],
    [
      { type: 'array', items: text, 'x-kubernetes-list-type': 'map' },
      'properties.a.x-kubernetes-list-map-keys must name the keys',
    ],
    [
      {
        type: 'array',
        items: { type: 'object' },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      'properties.a.x-kubernetes-list-map-keys must name properties',
    ],
    [{ ...text, anyOf: [{ type: 'string' }] }, `properties.a.anyOf.0.type ${ELSEWHERE}`],
    [{ ...text, not: { description: 'a' } }, `properties.a.not.description ${ELSEWHERE}`],
    [
      { type: 'object', oneOf: [{ properties: { b: { maxLength: 1 } } }] },
      'properties.a.oneOf.0.properties.b must be described outside',
    ],
    [
      { type: 'object', allOf: [{ items: { maxLength: 1 } }] },
      'properties.a.allOf.0.items must be described outside',
    ],
  ])('%j: %s', (schema, mistake) => {
    const found = ofField(schema);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(mistake);
  });

  test.each<[string, JsonObject, string]>([
    ['a root that is no object', definition(text), 'type must be `object` at the root'],
    [
      'a root that is a map',
      definition({ type: 'object', additionalProperties: text }),
      'at the root',
    ],
    [
      'metadata with fields of its own',
      definition({
        type: 'object',
        properties: { metadata: { type: 'object', properties: { uid: text } } },
      }),
      '`name` and `generateName` alone',
    ],
    [
      'kind as a number',
      definition({ type: 'object', properties: { kind: number } }),
      'be `string`',
    ],
    ['no schema', { spec: { versions: [{ name: 'v1' }] } }, 'must be there'],
    [
      'unknown fields kept everywhere',
      definition({ type: 'object' }, { preserveUnknownFields: true }),
      'must not be set',
    ],
  ])('%s', (_, given, says) => {
    const found = structuralMistakes(given).map(({ must }) => must);
    expect(found).toHaveLength(1);
    expect(`type ${found[0]}`).toContain(says);
  });

  test('with a million mistakes, of which ten are told', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`p${index}`, {}]),
    );
    expect(structuralMistakes(definition({ type: 'object', properties }))).toHaveLength(10);
  });
});
