import * as fc from 'fast-check';
import type { Json, JsonObject } from '../../src/kubernetes/value.ts';

const name = fc.constantFrom('a', 'b', 'kind', 'metadata', 'description', 'x y', '\u001b[2J');
const bound = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(2n ** 63n - 1n));
const scalar = fc.constantFrom<Json>('x', '1', 1, true, null, 0.5);

/** Schemas of so many levels: each level has a few of the one below. */
function schemaOf(levels: number): fc.Arbitrary<JsonObject> {
  const inner = levels === 0 ? fc.constant<JsonObject>({}) : schemaOf(levels - 1);
  return fc.record(
    {
      type: fc.constantFrom('object', 'array', 'string', 'integer', 'number', 'boolean'),
      description: fc.constantFrom('one', 'two'),
      properties: fc.dictionary(name, inner, { maxKeys: 3 }),
      additionalProperties: fc.oneof(fc.boolean(), inner),
      items: inner,
      required: fc.uniqueArray(name, { maxLength: 2 }),
      enum: fc.array(scalar, { maxLength: 3 }),
      default: scalar,
      nullable: fc.boolean(),
      minimum: bound,
      maximum: bound,
      multipleOf: fc.constantFrom<Json>(1, 2, 6, 0.5, 10n),
      maxLength: bound,
      pattern: fc.constantFrom('a', 'b'),
      format: fc.constantFrom('int32', 'date', 'date-time', 'other'),
      allOf: fc.array(inner, { maxLength: 2 }),
      not: inner,
      'x-kubernetes-int-or-string': fc.boolean(),
      'x-kubernetes-preserve-unknown-fields': fc.boolean(),
      'x-kubernetes-embedded-resource': fc.boolean(),
      'x-kubernetes-list-type': fc.constantFrom('atomic', 'set', 'map'),
      'x-kubernetes-validations': fc.array(
        fc.record({ rule: fc.constantFrom('a', 'b', 'c'), message: fc.constantFrom('m', 'n', '') }),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: [] },
  );
}

/** A schema as an API server would take it, more or less. */
export const anySchema: fc.Arbitrary<JsonObject> = schemaOf(3);

/** The `spec` of a CRD with a version or two. */
export const anyCrd: fc.Arbitrary<JsonObject> = fc
  .record({
    scope: fc.constantFrom('Namespaced', 'Cluster'),
    shortNames: fc.uniqueArray(name, { maxLength: 2 }),
    versions: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('v1', 'v2', 'v1beta1'),
        served: fc.boolean(),
        storage: fc.boolean(),
        deprecated: fc.boolean(),
        schema: fc.record({ openAPIV3Schema: anySchema }),
        subresources: fc.constantFrom<Json>({}, { status: {} }),
      }),
      { maxLength: 2, selector: (version) => version.name },
    ),
  })
  .map(({ scope, shortNames, versions }) => ({
    spec: { scope, names: { plural: 'as', kind: 'A', shortNames }, versions },
  }));

/** Equal, with the keys of every map in reverse order; lists stay. */
export function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reversed(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, reversed(entry)] as const);
  return Object.fromEntries(entries.toReversed());
}
