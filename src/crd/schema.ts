import {
  fieldOf,
  isJsonList,
  isJsonObject,
  textOf,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';
import { schemaText } from './canonical.ts';

/**
 * Reads keywords of a structural schema. Whatever has another shape than it should is taken for
 * absent: the API server refuses it, and says so itself.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function keyword(schema: Json | undefined, key: string): Json | undefined {
  return fieldOf(schema, key) ?? undefined;
}

/** Whether a keyword is `true`. */
export function isSet(schema: Json | undefined, key: string): boolean {
  return fieldOf(schema, key) === true;
}

/** The named fields of a map, by name. */
export function propertiesOf(schema: Json | undefined): JsonObject {
  const properties = fieldOf(schema, 'properties');
  return isJsonObject(properties) ? properties : {};
}

/** The schema of keys that a map has of its own; `true` stands for any value. */
export function ownKeysOf(schema: Json | undefined): Json | undefined {
  const own = keyword(schema, 'additionalProperties');
  if (own === true) return {};
  return own === false ? undefined : own;
}

/** Whether fields that the schema does not name are kept. */
export function keepsUnknown(schema: Json | undefined): boolean {
  return isSet(schema, 'x-kubernetes-preserve-unknown-fields');
}

/** Whether a field has a default: a null is one only where null is allowed. */
export function hasDefault(schema: Json | undefined): boolean {
  const value = fieldOf(schema, 'default');
  return value !== undefined && (value !== null || isSet(schema, 'nullable'));
}

/**
 * The type of a value, `integer or string` where the extension says so; empty for any. The
 * extension comes before the type, which must not be there beside it.
 */
export function typeOf(schema: Json | undefined): string {
  return isIntOrString(schema) ? INT_OR_STRING : textOf(fieldOf(schema, 'type'));
}

/** What {@link typeOf} says of `x-kubernetes-int-or-string`. */
export const INT_OR_STRING = 'integer or string';

function isIntOrString(schema: Json | undefined): boolean {
  return isSet(schema, 'x-kubernetes-int-or-string');
}

const BOTH_TYPES = schemaText({ anyOf: [{ type: 'integer' }, { type: 'string' }] });

/**
 * What allOf, anyOf, oneOf or not asks for; nothing where it is empty. The two types that generators
 * write beside `x-kubernetes-int-or-string` ask for nothing more.
 */
export function logicOf(schema: Json | undefined, key: string): Json | undefined {
  const value = keyword(schema, key);
  if (value === undefined || (isJsonList(value) && value.length === 0)) return undefined;
  if (!isIntOrString(schema)) return value;
  if (key === 'anyOf' && schemaText({ anyOf: value }) === BOTH_TYPES) return undefined;
  if (key !== 'allOf' || !isJsonList(value)) return value;
  const rest = value.filter((one) => schemaText(one) !== BOTH_TYPES);
  return rest.length === 0 ? undefined : rest;
}
