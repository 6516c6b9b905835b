import { fieldOf, isJsonList, isJsonObject, textOf, type Json, type JsonObject } from './value.ts';

/** Where a schema is not structural, from the definition down, and what must be there instead. */
export interface SchemaMistake {
  readonly path: readonly (string | number)[];
  /** The end of a sentence about what is at the path. */
  readonly must: string;
}

/** More of one definition do not help anybody, and an archive may hold a million of them. */
const MAX_MISTAKES = 10;

/**
 * Where the schemas of a CustomResourceDefinition are not structural, which apiextensions.k8s.io/v1
 * asks for. The cost is that of one walk. Patterns, defaults and expressions are not judged: the API
 * server compiles them.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function structuralMistakes(definition: JsonObject): SchemaMistake[] {
  const { spec } = definition;
  const walk: Walk = { mistakes: [], path: ['spec'] };
  if (fieldOf(spec, 'preserveUnknownFields') === true) {
    report(
      walk,
      'must not be set: apiextensions.k8s.io/v1 has it per field',
      'preserveUnknownFields',
    );
  }
  const versions = fieldOf(spec, 'versions');
  for (const [index, version] of (isJsonList(versions) ? versions : []).entries()) {
    const schema = fieldOf(fieldOf(version, 'schema'), 'openAPIV3Schema');
    const steps = ['versions', index, 'schema', 'openAPIV3Schema'];
    if (isJsonObject(schema)) within(walk, steps, () => structural(schema, 'root', walk));
    else report(walk, 'must be there', ...steps);
  }
  return walk.mistakes;
}

/** What must have a type, and in whose words that is asked for. */
type Level = 'root' | 'item' | 'field';

interface Walk {
  readonly mistakes: SchemaMistake[];
  readonly path: (string | number)[];
}

const UNSUPPORTED = [
  '$ref',
  '$schema',
  'additionalItems',
  'definitions',
  'dependencies',
  'id',
  'patternProperties',
];
const TYPES: ReadonlySet<string> = new Set([
  'array',
  'boolean',
  'integer',
  'number',
  'object',
  'string',
]);

/** A schema that says what a value is (validateStructuralInvariants). */
function structural(schema: JsonObject, level: Level, walk: Walk): void {
  if (walk.mistakes.length >= MAX_MISTAKES) return;
  typeMistakes(schema, level, walk);
  unsupportedMistakes(schema, walk);
  extensionMistakes(schema, walk);
  const own = schema['additionalProperties'] ?? undefined;
  if (own !== undefined && level === 'root') {
    report(walk, 'must not be used at the root', 'additionalProperties');
  } else if (
    own !== undefined &&
    own !== true &&
    Object.keys(mapAt(schema, 'properties')).length > 0
  ) {
    report(walk, 'must not stand beside `properties`', 'additionalProperties');
  }
  if (level === 'root') {
    metadataMistakes(schema, walk);
    headMistakes(schema, walk);
  }
  if (isJsonObject(own))
    within(walk, ['additionalProperties'], () => structural(own, 'field', walk));
  const { items } = schema;
  if (isJsonObject(items)) within(walk, ['items'], () => structural(items, 'item', walk));
  for (const [key, property] of Object.entries(mapAt(schema, 'properties'))) {
    if (isJsonObject(property)) {
      within(walk, ['properties', key], () => structural(property, 'field', walk));
    }
  }
  logic(schema, schema, walk);
}

function typeMistakes(schema: JsonObject, level: Level, walk: Walk): void {
  const type = textOf(schema['type']);
  const isAny = isSet(schema, 'x-kubernetes-int-or-string') || isSet(schema, UNKNOWN);
  if (type === '' && !isAny) report(walk, 'must be there', 'type');
  if (type !== '' && !TYPES.has(type)) {
    report(walk, `must be one of ${[...TYPES].join(', ')}`, 'type');
  } else if (type !== '' && type !== 'object' && level === 'root') {
    report(walk, 'must be `object` at the root', 'type');
  }
  if (isSet(schema, EMBEDDED) && type !== 'object') {
    report(walk, `must be \`object\` beside \`${EMBEDDED}\``, 'type');
  }
  if (type === 'array' && !isJsonObject(schema['items'])) report(walk, 'must be a schema', 'items');
}

const UNKNOWN = 'x-kubernetes-preserve-unknown-fields';
const EMBEDDED = 'x-kubernetes-embedded-resource';
const LIST_TYPE = 'x-kubernetes-list-type';
const LIST_KEYS = 'x-kubernetes-list-map-keys';

function unsupportedMistakes(schema: JsonObject, walk: Walk): void {
  for (const key of UNSUPPORTED) {
    if ((schema[key] ?? undefined) !== undefined) report(walk, 'must not be used', key);
  }
  if (isSet(schema, 'uniqueItems')) report(walk, 'must not be `true`', 'uniqueItems');
}

function extensionMistakes(schema: JsonObject, walk: Walk): void {
  if (schema[UNKNOWN] === false) report(walk, 'must be `true`, or not be there', UNKNOWN);
  if (isSet(schema, 'x-kubernetes-int-or-string')) {
    for (const key of [UNKNOWN, EMBEDDED]) {
      if (isSet(schema, key))
        report(walk, 'must not stand beside `x-kubernetes-int-or-string`', key);
    }
  }
  const isEmpty = Object.keys(mapAt(schema, 'properties')).length === 0;
  if (isSet(schema, EMBEDDED) && !isSet(schema, UNKNOWN) && isEmpty) {
    report(walk, `must not be empty beside \`${EMBEDDED}\``, 'properties');
  }
  listMistakes(schema, walk);
}

function listMistakes(schema: JsonObject, walk: Walk): void {
  const listType = textOf(schema[LIST_TYPE]);
  const keys = schema[LIST_KEYS];
  const hasKeys = isJsonList(keys) && keys.length > 0;
  if (listType !== '' && !['atomic', 'set', 'map'].includes(listType)) {
    report(walk, 'must be atomic, set or map', LIST_TYPE);
  }
  if (listType !== '' && schema['type'] !== 'array') {
    report(walk, `must be \`array\` beside \`${LIST_TYPE}\``, 'type');
  }
  if (hasKeys && listType !== 'map') report(walk, `must be map beside \`${LIST_KEYS}\``, LIST_TYPE);
  if (!hasKeys && listType === 'map') report(walk, 'must name the keys of the items', LIST_KEYS);
  const properties = mapAt(mapAt(schema, 'items'), 'properties');
  const unknown = (hasKeys ? keys : []).some((key) => !Object.hasOwn(properties, textOf(key)));
  if (unknown && listType === 'map') report(walk, 'must name properties of the items', LIST_KEYS);
}

/** At the root, `metadata` may restrict names alone: the rest is implied. */
function metadataMistakes(schema: JsonObject, walk: Walk): void {
  const metadata = fieldOf(mapAt(schema, 'properties'), 'metadata');
  if (!isJsonObject(metadata)) return;
  const fields = Object.keys(mapAt(metadata, 'properties'));
  const others = Object.keys(metadata).filter(
    (key) => !['type', 'properties', 'default'].includes(key),
  );
  const isPlain =
    others.length === 0 && fields.every((key) => ['name', 'generateName'].includes(key));
  if (!isPlain)
    report(walk, 'must restrict `name` and `generateName` alone', 'properties', 'metadata');
}

/** The two are implied as well. */
function headMistakes(schema: JsonObject, walk: Walk): void {
  for (const key of ['apiVersion', 'kind']) {
    const field = fieldOf(mapAt(schema, 'properties'), key);
    if (field !== undefined && fieldOf(field, 'type') !== 'string') {
      report(walk, 'must be `string`', 'properties', key, 'type');
    }
  }
}

const JUNCTORS = ['allOf', 'anyOf', 'oneOf'];

/**
 * What stands under allOf, anyOf, oneOf and not (validateNestedValueValidation), and that what it is
 * about is described outside of them (validateStructuralCompleteness).
 *
 * @param base the schema that describes the value
 */
function logic(schema: JsonObject, base: Json | undefined, walk: Walk): void {
  for (const key of JUNCTORS) {
    const list = schema[key];
    if (!isJsonList(list)) continue;
    // The two types that x-kubernetes-int-or-string stands for may be spelt out.
    if (key === 'anyOf' && isIntOrString(list)) continue;
    for (const [index, one] of list.entries()) {
      const first = key === 'allOf' && index === 0;
      if (first && isJsonObject(one) && isIntOrString(one['anyOf'])) continue;
      if (isJsonObject(one)) within(walk, [key, index], () => nested(one, base, walk));
    }
  }
  const { not } = schema;
  if (isJsonObject(not)) within(walk, ['not'], () => nested(not, base, walk));
}

const TYPE_ONLY = ['integer', 'string'];

function isIntOrString(list: Json | undefined): boolean {
  return (
    isJsonList(list) &&
    list.length === 2 &&
    list.every(
      (one, index) =>
        isJsonObject(one) && Object.keys(one).length === 1 && one['type'] === TYPE_ONLY[index],
    )
  );
}

/** What a value is, and not which ones are right: it has its place outside of the logic. */
const FORBIDDEN = [
  'type',
  'additionalProperties',
  'default',
  'title',
  'description',
  'nullable',
  UNKNOWN,
  EMBEDDED,
  'x-kubernetes-int-or-string',
  LIST_KEYS,
  LIST_TYPE,
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
];

function nested(schema: JsonObject, base: Json | undefined, walk: Walk): void {
  if (walk.mistakes.length >= MAX_MISTAKES) return;
  for (const key of FORBIDDEN) {
    const value = schema[key] ?? undefined;
    const isNothing = value === undefined || value === false || value === '';
    if (!isNothing) report(walk, 'must not stand under allOf, anyOf, oneOf or not', key);
  }
  unsupportedMistakes(schema, walk);
  const { items } = schema;
  if (isJsonObject(items)) {
    within(walk, ['items'], () => described(items, fieldOf(base, 'items'), walk));
  }
  const known = fieldOf(base, 'properties');
  for (const [key, property] of Object.entries(mapAt(schema, 'properties'))) {
    if (!isJsonObject(property)) continue;
    if (key === 'metadata')
      report(walk, 'must not stand under allOf, anyOf, oneOf or not', 'properties', key);
    within(walk, ['properties', key], () => described(property, fieldOf(known, key), walk));
  }
  logic(schema, base, walk);
}

function described(schema: JsonObject, base: Json | undefined, walk: Walk): void {
  if (isJsonObject(base)) nested(schema, base, walk);
  else report(walk, 'must be described outside of allOf, anyOf, oneOf and not, too');
}

function isSet(schema: JsonObject, key: string): boolean {
  return schema[key] === true;
}

function mapAt(holder: JsonObject, key: string): JsonObject {
  const value = fieldOf(holder, key);
  return isJsonObject(value) ? value : {};
}

function within(walk: Walk, steps: readonly (string | number)[], work: () => void): void {
  walk.path.push(...steps);
  work();
  walk.path.length -= steps.length;
}

function report(
  { mistakes, path }: Walk,
  must: string,
  ...more: readonly (string | number)[]
): void {
  if (mistakes.length < MAX_MISTAKES) mistakes.push({ path: [...path, ...more], must });
}
