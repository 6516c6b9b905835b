import { metadataShape } from './metadata.ts';
import { fieldsOf, shapeMistakes, type Shape } from './shape.ts';
import { fieldOf, isJsonList, nameOf, textOf, type JsonObject } from './value.ts';

const texts: Shape = { listOf: 'text' };

/**
 * The fields of JSONSchemaProps; those that hold schemas again are added below. Values of
 * `default`, `example` and `enum` are anybody's.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/#JSONSchemaProps
 */
const schemaFields = new Map<string, Shape>(
  Object.entries({
    $ref: 'text',
    $schema: 'text',
    default: 'anything',
    description: 'text',
    enum: { listOf: 'anything' },
    example: 'anything',
    exclusiveMaximum: 'flag',
    exclusiveMinimum: 'flag',
    externalDocs: { fields: fieldsOf({ description: 'text', url: 'text' }) },
    format: 'text',
    id: 'text',
    maxItems: 'number',
    maxLength: 'number',
    maxProperties: 'number',
    maximum: 'number',
    minItems: 'number',
    minLength: 'number',
    minProperties: 'number',
    minimum: 'number',
    multipleOf: 'number',
    nullable: 'flag',
    pattern: 'text',
    required: texts,
    title: 'text',
    type: 'text',
    uniqueItems: 'flag',
    'x-kubernetes-embedded-resource': 'flag',
    'x-kubernetes-int-or-string': 'flag',
    'x-kubernetes-list-map-keys': texts,
    'x-kubernetes-list-type': 'text',
    'x-kubernetes-map-type': 'text',
    'x-kubernetes-preserve-unknown-fields': 'flag',
    'x-kubernetes-validations': {
      listOf: {
        fields: fieldsOf({
          rule: 'text',
          message: 'text',
          messageExpression: 'text',
          reason: 'text',
          fieldPath: 'text',
          optionalOldSelf: 'flag',
        }),
        required: ['rule'],
      },
    },
  }),
);
const schema: Shape = { fields: schemaFields };
const schemas: Shape = { listOf: schema };
const namedSchemas: Shape = { mapOf: schema };
for (const key of ['allOf', 'anyOf', 'oneOf']) schemaFields.set(key, schemas);
for (const key of ['definitions', 'patternProperties', 'properties']) {
  schemaFields.set(key, namedSchemas);
}
for (const key of ['additionalItems', 'additionalProperties']) {
  schemaFields.set(key, { either: schema, or: 'flag' });
}
schemaFields.set('not', schema);
// A list of schemas, or of names: the API server refuses both by a rule of its own.
schemaFields.set('items', schema);
schemaFields.set('dependencies', { mapOf: 'anything' });

const version: Shape = {
  fields: fieldsOf({
    name: 'text',
    served: 'flag',
    storage: 'flag',
    deprecated: 'flag',
    deprecationWarning: 'text',
    schema: { fields: fieldsOf({ openAPIV3Schema: schema }) },
    subresources: {
      fields: fieldsOf({
        status: { fields: fieldsOf({}) },
        scale: {
          fields: fieldsOf({
            specReplicasPath: 'text',
            statusReplicasPath: 'text',
            labelSelectorPath: 'text',
          }),
          required: ['specReplicasPath', 'statusReplicasPath'],
        },
      }),
    },
    additionalPrinterColumns: {
      listOf: {
        fields: fieldsOf({
          name: 'text',
          type: 'text',
          format: 'text',
          description: 'text',
          priority: 'number',
          jsonPath: 'text',
        }),
        required: ['name', 'type', 'jsonPath'],
      },
    },
    selectableFields: {
      listOf: { fields: fieldsOf({ jsonPath: 'text' }), required: ['jsonPath'] },
    },
  }),
  required: ['name', 'served', 'storage'],
};

const conversion: Shape = {
  fields: fieldsOf({
    strategy: 'text',
    webhook: {
      fields: fieldsOf({
        conversionReviewVersions: texts,
        clientConfig: {
          fields: fieldsOf({
            url: 'text',
            caBundle: 'text',
            service: {
              fields: fieldsOf({ name: 'text', namespace: 'text', path: 'text', port: 'number' }),
              required: ['name', 'namespace'],
            },
          }),
        },
      }),
      required: ['conversionReviewVersions'],
    },
  }),
  required: ['strategy'],
};

const definition: Shape = {
  fields: fieldsOf({
    apiVersion: 'text',
    kind: 'text',
    metadata: metadataShape,
    spec: {
      fields: fieldsOf({
        group: 'text',
        names: {
          fields: fieldsOf({
            kind: 'text',
            listKind: 'text',
            plural: 'text',
            singular: 'text',
            shortNames: texts,
            categories: texts,
          }),
          required: ['kind', 'plural'],
        },
        scope: 'text',
        versions: { listOf: version },
        conversion,
        preserveUnknownFields: 'flag',
      }),
      required: ['group', 'names', 'scope', 'versions'],
    },
    status: 'anything',
  }),
  required: ['spec'],
};

/**
 * What the API server would refuse in a CustomResourceDefinition: its shape, schemas included, and
 * what its name, scope and versions must be (ValidateCustomResourceDefinition).
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/
 */
export function crdMistakes(object: JsonObject): string[] {
  const mistakes = shapeMistakes(object, definition);
  if (mistakes.length > 0) return mistakes;
  const { spec } = object;
  const expected = `${textOf(fieldOf(fieldOf(spec, 'names'), 'plural'))}.${textOf(fieldOf(spec, 'group'))}`;
  const versions = fieldOf(spec, 'versions');
  const all = isJsonList(versions) ? versions : [];
  const stored = all.filter((one) => fieldOf(one, 'storage') === true);
  const scope = textOf(fieldOf(spec, 'scope'));
  return [
    ...(nameOf(object) === expected
      ? []
      : [`metadata.name must be \`${expected}\`, its plural and group`]),
    ...(scope === 'Namespaced' || scope === 'Cluster'
      ? []
      : ['spec.scope must be `Namespaced` or `Cluster`']),
    ...(stored.length === 1 ? [] : [`${stored.length} of its versions are stored, must be one`]),
  ];
}
