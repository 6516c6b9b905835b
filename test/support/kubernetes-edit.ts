import {
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../src/kubernetes/value.ts';

type Path = readonly (string | number)[];

/** A copy of `object` with `value` at `path`; without what is there where `value` is left out. */
export function edited(object: JsonObject, path: Path, value?: Json): JsonObject {
  const copy = edit(object, path, value);
  if (!isJsonObject(copy)) throw new Error('an edit leaves an object an object');
  return copy;
}

function edit(holder: Json | undefined, path: Path, value: Json | undefined): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (isJsonList(holder)) {
    return holder.map((item, index) => (index === key ? (edit(item, rest, value) ?? null) : item));
  }
  const map = isJsonObject(holder) ? holder : {};
  const changed = edit(map[key], rest, value);
  const { [key]: _, ...others } = map;
  return changed === undefined ? others : { ...others, [key]: changed };
}
