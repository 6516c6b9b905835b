import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { Place } from '../errors.ts';
import {
  isJsonObject,
  nameOf,
  setField,
  textOf,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';

/**
 * An object in the tree of constructs whose manifest is `value`, as it is. cdk8s' own way from
 * properties to JSON rounds 64-bit numbers, drops nulls, takes a map with the key `constructor`
 * (a Solution may have that name) for a class, and sorts keys after an environment variable.
 *
 * `place` is where a mistake in the object can be mended: in a vendor's file, or in ours.
 */
export class PlainObject extends ApiObject {
  readonly #value: JsonObject;
  readonly place: Place | undefined;

  constructor(scope: Construct, id: string, value: JsonObject, place?: Place) {
    super(scope, id, {
      apiVersion: textOf(value['apiVersion']),
      kind: textOf(value['kind']),
      metadata: { name: nameOf(value) },
    });
    this.#value = value;
    this.place = place;
  }

  /** cdk8s' own takes every ApiObject for an instance of every class below it. */
  static override [Symbol.hasInstance](other: unknown): other is PlainObject {
    return typeof other === 'object' && other !== null && #value in other;
  }

  override toJson(): JsonObject {
    return this.#value;
  }
}

/** A kind of Kubernetes' own, as cdk8s generates it from the API's schema. */
interface Kind<Props> {
  readonly GVK: { readonly apiVersion: string; readonly kind: string };
  manifest(props: Props): unknown;
}

/**
 * A manifest of a kind, its fields checked by cdk8s' types; {@link sorted} makes JSON of it. What cdk8s has
 * for that (`manifest`) makes a map anew for each of its keys: a tenth of a synth. It also gives some
 * fields other names, such as `hostIPC` for `hostIpc`: none of those may be used, and a test looks for them.
 */
export function manifestOf<Props extends object>({ GVK }: Kind<Props>, props: Props): unknown {
  return { ...GVK, ...props };
}

/**
 * A manifest of cdk8s' generated classes with its keys in one order: `apiVersion`, `kind` and
 * `metadata` first, otherwise by UTF-16 code units; what is undefined is left out.
 *
 * @throws TypeError for what is no JSON: a bug.
 */
export function sorted(manifest: unknown): JsonObject {
  const value = sortedValue(manifest);
  if (!isJsonObject(value)) throw new TypeError('a manifest is a map');
  const { apiVersion = '', kind = '', metadata = {}, ...rest } = value;
  return { apiVersion, kind, metadata, ...rest };
}

function sortedValue(value: unknown): Json {
  if (Array.isArray(value)) return value.map(sortedValue);
  if (value instanceof k8s.IntOrString || value instanceof k8s.Quantity) return value.value;
  if (typeof value === 'object' && value !== null) return sortedMap(value);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  throw new TypeError(`${typeof value} is no value of a manifest`);
}

function sortedMap(map: object): JsonObject {
  const fields: Record<string, Json> = {};
  for (const key of Object.keys(map).sort()) {
    const value: unknown = Reflect.get(map, key);
    if (value !== undefined) setField(fields, key, sortedValue(value));
  }
  return fields;
}
