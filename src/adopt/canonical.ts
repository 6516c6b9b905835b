import { printJson } from '../kubernetes/print.ts';
import { isJsonList, isJsonObject, type Json } from '../kubernetes/value.ts';

/** A value as one text, whatever the order of its keys: equal texts are equal values. */
export function canonicalText(value: Json | undefined): string {
  return value === undefined ? '' : printJson(sorted(value));
}

function sorted(value: Json): Json {
  if (isJsonList(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] ?? null)]));
}
