import { quoted } from '../archive/mistake.ts';
import type { Manifest } from '../kubernetes/read.ts';
import {
  fieldOf,
  groupOf,
  isJsonObject,
  nameOf,
  textOf,
  type JsonObject,
} from '../kubernetes/value.ts';
import type { ObjectName, Spot } from './finding.ts';
import { itemsOf, type Path } from './pod-template.ts';

/** One object of a folder of manifests. */
export interface ManifestObject {
  readonly value: JsonObject;
  /** `<kind>.<group>`, of the core group the kind alone. */
  readonly kind: string;
  /** `''` for what is in no Namespace, or in that of whoever applies it. */
  readonly namespace: string;
  readonly name: ObjectName;
  /** `Deployment "shop/store-operator"`, as it may be printed. */
  readonly title: string;
  /** Where the value at a path of it stands, or the nearest one above it. */
  spotOf(path: Path): Spot;
}

/** The objects of what a file holds: those of a List are its items. */
export function objectsOf(manifest: Manifest): ManifestObject[] {
  const items = itemsOf(listIn(manifest.value));
  if (items.length === 0) return [objectAt(manifest, manifest.value, [])];
  return items.map(({ value, index }) => objectAt(manifest, value, ['items', index]));
}

function listIn(value: JsonObject) {
  return value['apiVersion'] === 'v1' && textOf(value['kind']).endsWith('List')
    ? value['items']
    : undefined;
}

function objectAt(manifest: Manifest, value: JsonObject, base: Path): ManifestObject {
  const kind = textOf(value['kind']);
  const group = groupOf(textOf(value['apiVersion']));
  const namespace = textOf(fieldOf(value['metadata'], 'namespace'));
  const name = nameOf(value);
  return {
    value,
    kind: group === '' ? kind : `${kind}.${group}`,
    namespace,
    name: { kind, ...(namespace === '' ? {} : { namespace }), name },
    title: `${kindText(kind)} ${quoted(namespace === '' ? name : `${namespace}/${name}`)}`,
    spotOf(path) {
      const { file, line, column } = manifest.placeOf([...base, ...path]);
      return { path: file, line, column };
    },
  };
}

/** A kind as it may be printed: a word, or quoted. */
function kindText(kind: string): string {
  return /^[A-Za-z]{1,63}$/u.test(kind) ? kind : quoted(kind);
}

/** Labels of an object or of a template; empty where there are none. */
export function labelsOf(metadata: JsonObject): JsonObject {
  const labels = metadata['labels'];
  return isJsonObject(labels) ? labels : {};
}
