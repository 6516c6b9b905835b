/**
 * A value as Kubernetes has it. A whole number is a `number` up to 2^53 and a `bigint` beyond, up
 * to 64 bits, so that nothing is rounded; a `number` beyond 2^53 is a float.
 */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A map, such as every Kubernetes object is. */
export type JsonObject = { readonly [key: string]: Json };

/** Whether a value is a map: neither a list nor a scalar, and there at all. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a list. */
export function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The value at a key of a map, or nothing. */
export function fieldOf(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Sets a key of a map that is being made; `__proto__` is one like any other. */
export function setField(map: Record<string, Json>, key: string, value: Json): void {
  if (key !== '__proto__') map[key] = value;
  else {
    const own = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(map, key, own);
  }
}

/** `value` where it is text, and `''` elsewhere. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The texts in a list; none where `value` is no list. */
export function textsOf(value: Json | undefined): string[] {
  return isJsonList(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** `metadata.name` of an object; empty where there is none, which the checks refuse. */
export function nameOf(object: JsonObject): string {
  return textOf(fieldOf(object['metadata'], 'name'));
}

/** The group of an `apiVersion`: `''` for `v1`, `apps` for `apps/v1`. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '';
}
