import { isJsonList, isJsonObject, type Json, type JsonObject } from '../kubernetes/value.ts';

/**
 * One text for equal values, whatever the order of keys; numbers with all their digits. As deep as
 * the value, which whoever read it has bounded.
 */
export function dataText(value: Json): string {
  if (isJsonList(value)) return `[${value.map(dataText).join(',')}]`;
  if (isJsonObject(value)) return mapText(value, (_, entry) => dataText(entry));
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** What only people read in a schema. */
export const documentation: ReadonlySet<string> = new Set([
  '$schema',
  'description',
  'example',
  'externalDocs',
  'id',
  'title',
]);

const schemaMaps = new Set(['definitions', 'patternProperties', 'properties']);
const schemaLists = new Set(['allOf', 'anyOf', 'oneOf']);
const schemas = new Set(['additionalItems', 'additionalProperties', 'items', 'not']);
/** Lists whose order means nothing. */
const sets = new Set(['enum', 'required', 'x-kubernetes-list-map-keys']);

/** One text for schemas that ask for the same, whatever they say to people. */
export function schemaText(schema: Json): string {
  if (!isJsonObject(schema)) return dataText(schema);
  const kept = Object.entries(schema).filter(
    ([key, value]) => value !== null && !documentation.has(key),
  );
  return mapText(Object.fromEntries(kept), keywordText);
}

function keywordText(key: string, value: Json): string {
  if (schemas.has(key)) return schemaText(value);
  if (schemaMaps.has(key) && isJsonObject(value))
    return mapText(value, (_, one) => schemaText(one));
  if (schemaLists.has(key) && isJsonList(value)) return setText(value.map(schemaText));
  return sets.has(key) && isJsonList(value) ? setText(value.map(dataText)) : dataText(value);
}

function setText(texts: readonly string[]): string {
  return `[${[...new Set(texts)].sort().join(',')}]`;
}

function mapText(map: JsonObject, textOf: (key: string, value: Json) => string): string {
  const lines = Object.entries(map).map(
    ([key, value]) => `${JSON.stringify(key)}:${textOf(key, value)}`,
  );
  return `{${lines.sort().join(',')}}`;
}
