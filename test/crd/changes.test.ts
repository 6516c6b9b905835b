import { describe, expect, it } from 'vitest';
import { crdChanges } from '../../src/crd/changes.ts';
import { crdRuleIds, type CrdRule } from '../../src/crd/rules.ts';
import type { JsonObject } from '../../src/kubernetes/value.ts';
import { crdOfField, crdOfSpec, crdVersion, makeCrd } from '../support/crd-make.ts';

/** `<rule> <path>`, each. */
type Found = readonly string[];
/** What it is, before, after; what is found from before to after, and the other way round. */
type Case = readonly [title: string, before: string, after: string, forth: Found, back: Found];

function found(before: JsonObject, after: JsonObject): string[] {
  return crdChanges(before, after).map(({ rule, path }) => `${rule} ${path}`.trim());
}

/** Rules at `path`. */
function at(path: string, ...rules: readonly CrdRule[]): string[] {
  return rules.map((rule) => `${rule} ${path}`);
}

const a = 'v1: spec.a';
const text = '{type: string}';
const number = '{type: integer}';

/** Schemas of the field `spec.a`. */
const values: readonly Case[] = [
  ['nothing', text, text, [], []],
  ['what people read', text, '{type: string, description: a, title: b, example: c}', [], []],
  ['another type', text, '{type: boolean}', at(a, 'type-changed'), at(a, 'type-changed')],
  ['fractions', number, '{type: number}', at(a, 'type-widened'), at(a, 'type-narrowed')],
  [
    'text beside numbers',
    number,
    '{x-kubernetes-int-or-string: true}',
    at(a, 'type-widened'),
    at(a, 'type-narrowed'),
  ],
  [
    'numbers beside text, as generators write it',
    text,
    '{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}',
    at(a, 'type-widened'),
    at(a, 'type-narrowed'),
  ],
  [
    'how generators write int-or-string',
    '{x-kubernetes-int-or-string: true}',
    '{x-kubernetes-int-or-string: true, allOf: [{anyOf: [{type: integer}, {type: string}]}]}',
    [],
    [],
  ],
  [
    'any value',
    text,
    '{x-kubernetes-preserve-unknown-fields: true}',
    [...at(a, 'type-widened', 'unknown-fields-kept')],
    [...at(a, 'type-narrowed', 'unknown-fields-dropped')],
  ],
  [
    'a format',
    text,
    '{type: string, format: uri}',
    at(a, 'format-tightened'),
    at(a, 'format-loosened'),
  ],
  [
    'another format',
    '{type: string, format: date}',
    '{type: string, format: date-time}',
    at(a, 'format-changed'),
    at(a, 'format-changed'),
  ],
  ['a format that nobody checks', text, '{type: string, format: cron}', [], []],
  ['a format of another type', number, '{type: integer, format: uri}', [], []],
  [
    'a dash in a format',
    '{type: string, format: date-time}',
    '{type: string, format: datetime}',
    [],
    [],
  ],
  [
    'int32',
    number,
    '{type: integer, format: int32}',
    at(a, 'format-tightened'),
    at(a, 'format-loosened'),
  ],
  ['int64, which is every integer', number, '{type: integer, format: int64}', [], []],
  [
    'float',
    '{type: number}',
    '{type: number, format: float}',
    at(a, 'format-tightened'),
    at(a, 'format-loosened'),
  ],
  ['an enum', text, '{type: string, enum: [x]}', at(a, 'enum-added'), at(a, 'enum-dropped')],
  [
    'a value of an enum',
    '{type: string, enum: [x, y]}',
    '{type: string, enum: [y, z, x]}',
    at(a, 'enum-value-added'),
    at(a, 'enum-value-removed'),
  ],
  [
    'another value of an enum',
    '{type: string, enum: [x]}',
    '{type: string, enum: [z]}',
    at(a, 'enum-value-removed', 'enum-value-added'),
    at(a, 'enum-value-removed', 'enum-value-added'),
  ],
  ['the order of an enum', '{type: string, enum: [x, y]}', '{type: string, enum: [y, x]}', [], []],
  [
    'text that looks like a number in an enum',
    '{enum: ["1"]}',
    '{enum: [1]}',
    at(a, 'enum-value-removed', 'enum-value-added'),
    at(a, 'enum-value-removed', 'enum-value-added'),
  ],
  ...['minimum', 'minLength', 'minItems', 'minProperties'].map((key): Case => [
    `${key} that grows`,
    `{${key}: 3}`,
    `{${key}: 4}`,
    at(a, 'limit-tightened'),
    at(a, 'limit-loosened'),
  ]),
  ...['maximum', 'maxLength', 'maxItems', 'maxProperties'].map((key): Case => [
    `${key} that shrinks`,
    `{${key}: 4}`,
    `{${key}: 3}`,
    at(a, 'limit-tightened'),
    at(a, 'limit-loosened'),
  ]),
  [
    'a limit',
    text,
    '{type: string, maxLength: 3}',
    at(a, 'limit-tightened'),
    at(a, 'limit-loosened'),
  ],
  ['a limit that every value keeps', text, '{type: string, minLength: 0}', [], []],
  [
    'a limit of 0 that not every value keeps',
    number,
    '{type: integer, minimum: 0}',
    at(a, 'limit-tightened'),
    at(a, 'limit-loosened'),
  ],
  [
    'the bound itself',
    '{type: integer, minimum: 1}',
    '{type: integer, minimum: 1, exclusiveMinimum: true}',
    at(a, 'limit-tightened'),
    at(a, 'limit-loosened'),
  ],
  [
    'the other bound itself',
    '{type: integer, maximum: 1}',
    '{type: integer, maximum: 1, exclusiveMaximum: true}',
    at(a, 'limit-tightened'),
    at(a, 'limit-loosened'),
  ],
  [
    'a bound of 64 bits, by one',
    '{type: integer, maximum: 9223372036854775807}',
    '{type: integer, maximum: 9223372036854775806}',
    at(a, 'limit-tightened'),
    at(a, 'limit-loosened'),
  ],
  ['a bound with a point', '{type: number, maximum: 1}', '{type: number, maximum: 1.0}', [], []],
  [
    'multipleOf',
    number,
    '{type: integer, multipleOf: 2}',
    at(a, 'limit-tightened'),
    at(a, 'limit-loosened'),
  ],
  [
    'multipleOf a multiple',
    '{type: integer, multipleOf: 2}',
    '{type: integer, multipleOf: 6}',
    at(a, 'limit-tightened'),
    at(a, 'limit-loosened'),
  ],
  [
    'multipleOf something else, in either direction',
    '{type: number, multipleOf: 2}',
    '{type: number, multipleOf: 0.5}',
    at(a, 'limit-tightened'),
    at(a, 'limit-tightened'),
  ],
  [
    'a pattern',
    text,
    '{type: string, pattern: ^a}',
    at(a, 'pattern-added'),
    at(a, 'pattern-removed'),
  ],
  [
    'another pattern',
    '{type: string, pattern: ^a}',
    '{type: string, pattern: ^a+}',
    at(a, 'pattern-changed'),
    at(a, 'pattern-changed'),
  ],
  [
    'null',
    text,
    '{type: string, nullable: true}',
    at(a, 'nullable-added'),
    at(a, 'nullable-removed'),
  ],
  [
    'a default',
    text,
    '{type: string, default: x}',
    at(a, 'default-added'),
    at(a, 'default-removed'),
  ],
  [
    'another default',
    '{type: object, default: {x: 1, y: 2}}',
    '{type: object, default: {y: 2, x: 3}}',
    at(a, 'default-changed'),
    at(a, 'default-changed'),
  ],
  ['the order of a default', '{default: {x: 1, y: 2}}', '{default: {y: 2, x: 1}}', [], []],
  ['a default of null that null is refused for', text, '{type: string, default: null}', [], []],
  [
    'a default of null',
    '{type: string, nullable: true}',
    '{type: string, nullable: true, default: null}',
    at(a, 'default-added'),
    at(a, 'default-removed'),
  ],
  [
    'a list as a set',
    '{type: array, items: {type: string}}',
    '{type: array, items: {type: string}, x-kubernetes-list-type: set}',
    at(a, 'list-now-unique'),
    at(a, 'list-now-atomic'),
  ],
  [
    'a list type that is the default',
    '{type: array}',
    '{type: array, x-kubernetes-list-type: atomic}',
    [],
    [],
  ],
  [
    'keys of a list',
    '{x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [b, c]}',
    '{x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [b]}',
    at(a, 'list-keys-changed'),
    at(a, 'list-keys-changed'),
  ],
  [
    'the order of keys of a list',
    '{x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [b, c]}',
    '{x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [c, b]}',
    [],
    [],
  ],
  [
    'an atomic map',
    '{type: object}',
    '{type: object, x-kubernetes-map-type: atomic}',
    at(a, 'map-type-changed'),
    at(a, 'map-type-changed'),
  ],
  [
    'an expression',
    text,
    '{type: string, x-kubernetes-validations: [{rule: self != ""}]}',
    at(a, 'validation-added'),
    at(a, 'validation-removed'),
  ],
  [
    'an expression with the same message',
    '{x-kubernetes-validations: [{rule: self < 3, message: too big}]}',
    '{x-kubernetes-validations: [{rule: self < 4, message: too big}]}',
    at(a, 'validation-changed'),
    at(a, 'validation-changed'),
  ],
  [
    'the message and the order of expressions',
    '{x-kubernetes-validations: [{rule: self < 3, message: x}, {rule: self > 1}]}',
    '{x-kubernetes-validations: [{rule: self > 1}, {rule: self < 3, message: y}]}',
    [],
    [],
  ],
  ...['allOf', 'anyOf', 'oneOf'].flatMap((key): Case[] => [
    [
      key,
      text,
      `{type: string, ${key}: [{maxLength: 3}]}`,
      at(a, 'logic-added'),
      at(a, 'logic-removed'),
    ],
    [
      `another ${key}`,
      `{${key}: [{maxLength: 3}]}`,
      `{${key}: [{maxLength: 4}]}`,
      at(a, 'logic-changed'),
      at(a, 'logic-changed'),
    ],
    [
      `the order in ${key}, and what people read there`,
      `{${key}: [{required: [x, y]}, {maxLength: 3, description: b}]}`,
      `{${key}: [{maxLength: 3}, {required: [y, x]}]}`,
      [],
      [],
    ],
  ]),
  ['not', text, '{type: string, not: {enum: [x]}}', at(a, 'logic-added'), at(a, 'logic-removed')],
  [
    'a keyword without a rule',
    text,
    '{type: string, x-kubernetes-other: true}',
    at(`${a}.x-kubernetes-other`, 'keyword-changed'),
    at(`${a}.x-kubernetes-other`, 'keyword-changed'),
  ],
  [
    'an item',
    '{type: array, items: {type: string}}',
    '{type: array, items: {type: string, enum: [x]}}',
    at(`${a}[]`, 'enum-added'),
    at(`${a}[]`, 'enum-dropped'),
  ],
];

const spec = 'v1: spec';
const open = 'x-kubernetes-preserve-unknown-fields: true';

/** Schemas of `spec`. */
const fields: readonly Case[] = [
  [
    'an optional field',
    '{type: object}',
    '{type: object, properties: {a: {type: string}}}',
    at(a, 'field-added'),
    at(a, 'field-removed'),
  ],
  [
    'a required field',
    '{type: object}',
    '{type: object, required: [a], properties: {a: {type: string}}}',
    at(a, 'field-added-required'),
    at(a, 'field-removed'),
  ],
  [
    'a required field with a default, which the API server fills in',
    '{type: object}',
    '{type: object, required: [a], properties: {a: {type: string, default: x}}}',
    at(a, 'field-added'),
    at(a, 'field-removed'),
  ],
  [
    'a field that becomes required',
    '{type: object, properties: {a: {type: string}}}',
    '{type: object, required: [a], properties: {a: {type: string}}}',
    at(a, 'field-required'),
    at(a, 'field-optional'),
  ],
  [
    'the default of a required field',
    '{type: object, required: [a], properties: {a: {type: string, default: x}}}',
    '{type: object, required: [a], properties: {a: {type: string}}}',
    at(a, 'field-required', 'default-removed'),
    at(a, 'default-added'),
  ],
  [
    'the order of required fields and of properties',
    '{type: object, required: [a, b], properties: {a: {}, b: {}}}',
    '{type: object, required: [b, a], properties: {b: {}, a: {}}}',
    [],
    [],
  ],
  [
    'a field where unknown ones are kept',
    `{type: object, ${open}}`,
    `{type: object, ${open}, properties: {a: {type: string}}}`,
    at(a, 'field-listed'),
    at(a, 'field-unlisted'),
  ],
  [
    'unknown fields',
    '{type: object, properties: {a: {}}}',
    `{type: object, properties: {a: {}}, ${open}}`,
    at(spec, 'unknown-fields-kept'),
    at(spec, 'unknown-fields-dropped'),
  ],
  [
    'keys of its own',
    '{type: object}',
    '{type: object, additionalProperties: {type: string}}',
    at(spec, 'map-opened'),
    at(spec, 'map-closed'),
  ],
  [
    'keys of its own where unknown ones are kept',
    `{type: object, ${open}}`,
    `{type: object, ${open}, additionalProperties: {type: string}}`,
    at(`${spec}.*`, 'field-listed'),
    at(`${spec}.*`, 'field-unlisted'),
  ],
  [
    'no keys of its own, said',
    '{type: object}',
    '{type: object, additionalProperties: false}',
    [],
    [],
  ],
  [
    'the values of a map',
    '{type: object, additionalProperties: {type: integer}}',
    '{type: object, additionalProperties: {type: number}}',
    at(`${spec}.*`, 'type-widened'),
    at(`${spec}.*`, 'type-narrowed'),
  ],
  [
    'a map in place of a field that fits',
    '{type: object, properties: {a: {type: string}}}',
    '{type: object, additionalProperties: {type: string}}',
    at(spec, 'map-opened'),
    at(spec, 'map-closed'),
  ],
  [
    'a map in place of a field that does not fit',
    '{type: object, properties: {a: {type: string}}}',
    '{type: object, additionalProperties: {type: boolean}}',
    [...at(a, 'type-changed'), ...at(spec, 'map-opened')],
    [...at(spec, 'map-closed'), ...at(a, 'type-changed')],
  ],
  [
    'a whole object',
    '{type: object}',
    '{type: object, x-kubernetes-embedded-resource: true}',
    at(spec, 'embedded-resource-added'),
    at(spec, 'embedded-resource-removed'),
  ],
  [
    'a whole object where unknown fields are kept',
    `{type: object, ${open}}`,
    `{type: object, ${open}, x-kubernetes-embedded-resource: true}`,
    at(spec, 'embedded-resource-added'),
    at(spec, 'embedded-resource-unchecked'),
  ],
  [
    'the metadata of a whole object, which is never dropped',
    '{type: object, x-kubernetes-embedded-resource: true}',
    '{type: object, x-kubernetes-embedded-resource: true, properties: {kind: {type: string}, metadata: {type: object}}}',
    [],
    [],
  ],
];

/** A field of this type below more levels than are compared. */
function deepCrd(type: string): JsonObject {
  const openAPIV3Schema = Array.from({ length: 310 }).reduce<JsonObject>(
    (inner) => ({ properties: { a: inner } }),
    { type },
  );
  return { spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema } }] } };
}

describe('a change of a schema', () => {
  it.each(values)('of values is judged both ways: %s', (...[, before, after, forth, back]) => {
    const [old, now] = [crdOfField(before), crdOfField(after)];
    expect(found(old, now)).toEqual(forth);
    expect(found(now, old)).toEqual(back);
  });

  it.each(fields)('of fields is judged both ways: %s', (...[, before, after, forth, back]) => {
    const [old, now] = [crdOfSpec(before), crdOfSpec(after)];
    expect(found(old, now)).toEqual(forth);
    expect(found(now, old)).toEqual(back);
  });

  it('stops where no walk goes', () => {
    const changes = crdChanges(deepCrd('string'), deepCrd('integer'));
    expect(changes.map(({ rule }) => rule)).toEqual(['too-deep']);
  });
});

const scale = '{specReplicasPath: .spec.n, statusReplicasPath: .status.n}';
const status = '{type: object, properties: {status: {type: object}}}';
const webhook = (service: string) =>
  `conversion: {strategy: Webhook, webhook: {conversionReviewVersions: [v1], clientConfig: {service: {name: ${service}, namespace: shop}}}}`;

/** What is said of a definition: the text for {@link makeCrd}, before and after. */
type DefinitionCase = readonly [
  title: string,
  before: Parameters<typeof makeCrd>[0],
  after: Parameters<typeof makeCrd>[0],
  forth: Found,
  back: Found,
];

const stored = crdVersion('v1');
const served = crdVersion('v1beta1', undefined, 'served: true, storage: false');
const unserved = crdVersion('v1beta1', undefined, 'served: false, storage: false');
const version = (more: string, schema?: string) => ({ versions: [crdVersion('v1', schema, more)] });
const names = (more: string) => ({ names: `plural: shops, kind: Shop, ${more}` });

const definitions: readonly DefinitionCase[] = [
  ['nothing', {}, {}, [], []],
  [
    'the group',
    {},
    { group: 'example.org' },
    at('spec.group', 'group-changed'),
    at('spec.group', 'group-changed'),
  ],
  [
    'the scope',
    {},
    { scope: 'Cluster' },
    at('spec.scope', 'scope-changed'),
    at('spec.scope', 'scope-changed'),
  ],
  [
    'the plural',
    {},
    { names: 'plural: stores, kind: Shop' },
    at('spec.names.plural', 'plural-changed'),
    at('spec.names.plural', 'plural-changed'),
  ],
  [
    'the kind, and what goes after it',
    {},
    { names: 'plural: shops, kind: Store' },
    [
      ...at('spec.names.kind', 'kind-changed'),
      ...at('spec.names.listKind', 'list-kind-changed'),
      ...at('spec.names.singular', 'singular-changed'),
    ],
    [
      ...at('spec.names.kind', 'kind-changed'),
      ...at('spec.names.listKind', 'list-kind-changed'),
      ...at('spec.names.singular', 'singular-changed'),
    ],
  ],
  ['what the API server fills in', {}, names('singular: shop, listKind: ShopList'), [], []],
  [
    'a short name',
    names('shortNames: [sh]'),
    names('shortNames: [st, sh]'),
    at('spec.names.shortNames', 'short-names-added'),
    at('spec.names.shortNames', 'short-names-removed'),
  ],
  [
    'a category',
    {},
    names('categories: [all]'),
    at('spec.names.categories', 'categories-added'),
    at('spec.names.categories', 'categories-removed'),
  ],
  [
    'spec.preserveUnknownFields',
    {},
    { more: 'preserveUnknownFields: true' },
    at('spec.preserveUnknownFields', 'pruning-off'),
    at('spec.preserveUnknownFields', 'pruning-on'),
  ],
  ['conversion without a webhook, said', {}, { more: 'conversion: {strategy: None}' }, [], []],
  [
    'a webhook that converts',
    {},
    { more: webhook('a') },
    at('spec.conversion', 'conversion-webhook-added'),
    at('spec.conversion', 'conversion-webhook-removed'),
  ],
  [
    'another webhook',
    { more: webhook('a') },
    { more: webhook('b') },
    at('spec.conversion', 'conversion-webhook-changed'),
    at('spec.conversion', 'conversion-webhook-changed'),
  ],
  [
    'a version that is served',
    { versions: [stored] },
    { versions: [stored, served] },
    at('v1beta1', 'version-added'),
    at('v1beta1', 'served-version-removed'),
  ],
  [
    'a version that nobody gets',
    { versions: [stored] },
    { versions: [unserved, stored] },
    at('v1beta1', 'version-added'),
    at('v1beta1', 'unserved-version-removed'),
  ],
  ['the order of versions', { versions: [stored, served] }, { versions: [served, stored] }, [], []],
  [
    'whether a version is served',
    { versions: [stored, served] },
    { versions: [stored, unserved] },
    at('v1beta1', 'version-unserved'),
    at('v1beta1', 'version-served'),
  ],
  [
    'the only version',
    { versions: [crdVersion('v1')] },
    { versions: [crdVersion('v2')] },
    [
      ...at('v1', 'stored-version-removed'),
      ...at('spec.versions', 'storage-version-changed'),
      ...at('v2', 'version-added'),
    ],
    [
      ...at('v2', 'stored-version-removed'),
      ...at('spec.versions', 'storage-version-changed'),
      ...at('v1', 'version-added'),
    ],
  ],
  [
    'a warning',
    {},
    version('deprecated: true, deprecationWarning: use v2'),
    at('v1', 'version-deprecated'),
    at('v1', 'version-undeprecated'),
  ],
  [
    'a status that clients wrote',
    version('', status),
    version('subresources: {status: {}}', status),
    at('v1: subresources.status', 'status-added'),
    at('v1: subresources.status', 'status-removed'),
  ],
  [
    'a status with its subresource',
    {},
    version('subresources: {status: {}}', status),
    at('v1: status', 'field-added'),
    [...at('v1: status', 'field-removed'), ...at('v1: subresources.status', 'status-removed')],
  ],
  [
    'scale',
    {},
    version(`subresources: {scale: ${scale}}`),
    at('v1: subresources.scale', 'scale-added'),
    at('v1: subresources.scale', 'scale-removed'),
  ],
  [
    'another scale',
    version(`subresources: {scale: ${scale}}`),
    version(`subresources: {scale: ${scale.replace('.spec.n', '.spec.m')}}`),
    at('v1: subresources.scale', 'scale-changed'),
    at('v1: subresources.scale', 'scale-changed'),
  ],
  [
    'a column',
    {},
    version('additionalPrinterColumns: [{name: A, type: string, jsonPath: .spec.a}]'),
    at('v1: additionalPrinterColumns', 'columns-changed'),
    at('v1: additionalPrinterColumns', 'columns-changed'),
  ],
  [
    'a field to select by',
    {},
    version('selectableFields: [{jsonPath: .spec.a}]'),
    at('v1: selectableFields', 'selectable-fields-added'),
    at('v1: selectableFields', 'selectable-fields-removed'),
  ],
  [
    'a schema',
    { versions: ['{name: v1, served: true, storage: true}'] },
    {},
    at('v1', 'schema-added'),
    at('v1', 'schema-removed'),
  ],
  [
    'the root of a schema',
    {},
    version('', '{type: object, x-kubernetes-validations: [{rule: has(self.spec)}]}'),
    at('v1', 'validation-added'),
    at('v1', 'validation-removed'),
  ],
  [
    'apiVersion, kind and metadata, which every object has',
    {},
    version('', '{type: object, properties: {apiVersion: {type: string}, kind: {}, metadata: {}}}'),
    [],
    [],
  ],
];

/** A schema with one field of `spec`. */
function specWith(field: string): string {
  return `{type: object, properties: {spec: {type: object, properties: {${field}: {type: string}}}}}`;
}

describe('a change around the schemas', () => {
  it.each(definitions)('is judged both ways: %s', (...[, before, after, forth, back]) => {
    const [old, now] = [makeCrd(before), makeCrd(after)];
    expect(found(old, now)).toEqual(forth);
    expect(found(now, old)).toEqual(back);
  });

  it('names the field that conversion without a webhook loses on the way to the new stored version', () => {
    const [from, to] = [
      [
        crdVersion('v1', specWith('size'), 'served: true, storage: true'),
        crdVersion('v2', specWith('width'), 'served: true, storage: false'),
      ],
      [
        crdVersion('v1', specWith('size'), 'served: true, storage: false'),
        crdVersion('v2', specWith('width'), 'served: true, storage: true'),
      ],
    ];
    expect(found(makeCrd({ versions: from }), makeCrd({ versions: to }))).toEqual([
      'field-removed v1 to v2: spec.size',
      'storage-version-changed spec.versions',
    ]);
    const more = webhook('a');
    expect(found(makeCrd({ versions: from, more }), makeCrd({ versions: to, more }))).toEqual([
      'storage-version-changed spec.versions',
    ]);
  });

  it('is none in metadata and status', () => {
    const old = makeCrd();
    const now = {
      ...old,
      metadata: { name: 'shops.example.com', labels: { a: 'b' } },
      status: { a: 1 },
    };
    expect(found(old, now)).toEqual([]);
  });
});

describe('the table of rules', () => {
  it('has a case for each of them', () => {
    const cases = [...values, ...fields, ...definitions].flatMap(([, , , forth, back]) => [
      ...forth,
      ...back,
    ]);
    const tested = new Set(cases.map((one) => one.split(' ', 1)[0]));
    // These three are tested by themselves: they need more than two definitions, or large ones.
    const elsewhere = ['definition-removed', 'more-changes', 'too-deep'];
    expect(crdRuleIds.filter((id) => !tested.has(id))).toEqual(elsewhere);
  });
});
