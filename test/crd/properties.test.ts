import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crdChanges } from '../../src/crd/changes.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/kubernetes/value.ts';
import { isPrintable } from '../../src/printable.ts';
import { anyCrd, anySchema, reversed } from '../support/crd-arbitrary.ts';

function withSchema(schema: Json): JsonObject {
  return {
    spec: {
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
}

function asObject(value: Json): JsonObject {
  if (!isJsonObject(value)) throw new Error('a map stays a map');
  return value;
}

/** Wherever `properties` are, one more of them that nobody has to give. */
function withMoreFields(schema: Json, field: Json): Json {
  if (!isJsonObject(schema)) return schema;
  const { properties, items } = schema;
  return {
    ...schema,
    ...(items === undefined ? {} : { items: withMoreFields(items, field) }),
    ...(properties === undefined || !isJsonObject(properties)
      ? {}
      : {
          properties: {
            ...Object.fromEntries(
              Object.entries(properties).map(([key, one]) => [key, withMoreFields(one, field)]),
            ),
            'new-field': field,
          },
        }),
  };
}

describe('changes of random CRDs', () => {
  it('are none between equal ones, whatever the order of keys', () => {
    fc.assert(
      fc.property(anyCrd, (crd) => {
        expect(crdChanges(crd, crd)).toEqual([]);
        expect(crdChanges(crd, asObject(reversed(crd)))).toEqual([]);
      }),
    );
  });

  it('are the same whatever the order of keys', () => {
    fc.assert(
      fc.property(anyCrd, anyCrd, (before, after) => {
        const turned = crdChanges(asObject(reversed(before)), asObject(reversed(after)));
        expect(turned).toEqual(crdChanges(before, after));
      }),
    );
  });

  it('are there one way round where they are the other', () => {
    fc.assert(
      fc.property(anySchema, anySchema, (before, after) => {
        const there = crdChanges(withSchema(before), withSchema(after));
        const back = crdChanges(withSchema(after), withSchema(before));
        expect(there.length > 0).toBe(back.length > 0);
      }),
    );
  });

  it('break nothing where only optional fields are added', () => {
    let added = 0;
    fc.assert(
      fc.property(anySchema, anySchema, (schema, field) => {
        // A schema for the keys of a map stands against properties: the API server takes one of both.
        const before = withoutOwnKeys(schema);
        const after = withMoreFields(before, field);
        const changes = crdChanges(withSchema(before), withSchema(after));
        added += changes.length;
        expect(changes.filter(({ level }) => level === 'breaking')).toEqual([]);
      }),
    );
    expect(added).toBeGreaterThan(10);
  });

  it('can be printed', () => {
    fc.assert(
      fc.property(anyCrd, anyCrd, (before, after) => {
        for (const { path, message } of crdChanges(before, after)) {
          expect(isPrintable(path + message)).toBe(true);
        }
      }),
    );
  });

  it('of anything else than CRDs end without an error', () => {
    const anything = fc.jsonValue().map((value) => ({ spec: value }));
    const parts = fc.constantFrom('spec', 'versions', 'schema', 'openAPIV3Schema', 'properties');
    const nearly = fc.dictionary(parts, fc.jsonValue({ maxDepth: 4 })).map((spec) => ({ spec }));
    fc.assert(
      fc.property(fc.oneof(anything, nearly), fc.oneof(anything, nearly), (before, after) => {
        const crds = [before, after].map((one) => asObject(JSON.parse(JSON.stringify(one))));
        expect(Array.isArray(crdChanges(crds[0] ?? {}, crds[1] ?? {}))).toBe(true);
      }),
    );
  });
});

function withoutOwnKeys(schema: Json): Json {
  if (!isJsonObject(schema)) return schema;
  const { additionalProperties: _, properties, items, ...rest } = schema;
  return {
    ...rest,
    ...(items === undefined ? {} : { items: withoutOwnKeys(items) }),
    ...(properties === undefined || !isJsonObject(properties)
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, one]) => [key, withoutOwnKeys(one)]),
          ),
        }),
  };
}

describe('a hostile CRD', () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `f${index}`);

  /** As long as a machine with work to do needs many times over. */
  const PATIENCE_MS = 10_000;

  function timed(before: Json, after: Json) {
    const start = performance.now();
    const changes = crdChanges(withSchema(before), withSchema(after));
    expect(performance.now() - start).toBeLessThan(PATIENCE_MS);
    return changes;
  }

  it('with a hundred thousand differences is cut, worst first, and what is left out is counted', () => {
    const fields = Object.fromEntries(names.map((one): [string, Json] => [one, {}]));
    const [kept, gone] = [names.slice(0, 50_000), names.slice(50_000)];
    const changes = timed(
      { type: 'object', properties: fields },
      {
        type: 'object',
        properties: Object.fromEntries(
          kept.map((one): [string, Json] => [one, { nullable: true }]),
        ),
      },
    );
    expect(changes).toHaveLength(201);
    expect(changes.slice(0, 200).every(({ rule }) => rule === 'field-removed')).toBe(true);
    expect(changes.at(-1)).toEqual({
      rule: 'more-changes',
      level: 'breaking',
      path: '',
      message: `not listed are ${gone.length - 200} more breaking, 50000 more risky`,
    });
  });

  it.each<[string, Json, Json]>([
    ['required fields', { required: names }, { required: names.toReversed().slice(1) }],
    ['values of an enum', { enum: names }, { enum: names.slice(1) }],
    [
      'expressions',
      { 'x-kubernetes-validations': names.map((rule) => ({ rule, message: 'm' })) },
      { 'x-kubernetes-validations': names.map((rule) => ({ rule: `!${rule}`, message: 'm' })) },
    ],
    ['branches', { anyOf: names.map((one) => ({ required: [one] })) }, {}],
    ['unknown keywords', Object.fromEntries(names.map((one) => [one, 1])), {}],
  ])('with a hundred thousand %s ends soon', (_, before, after) => {
    const changes = timed(before, after);
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.every(({ message }) => message.length < 1000)).toBe(true);
  });

  it('with a name of a megabyte has short paths', () => {
    const long = 'x'.repeat(1 << 20);
    const nested = (leaf: Json): Json => ({
      properties: {
        [long]: { properties: Object.fromEntries(names.slice(0, 1000).map((n) => [n, leaf])) },
      },
    });
    const changes = timed(nested({ type: 'string' }), nested({ type: 'integer' }));
    expect(changes[0]?.path.length).toBeLessThan(400);
  });
});
