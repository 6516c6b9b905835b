import {
  fieldOf,
  isJsonList,
  isJsonObject,
  textOf,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';

/** Keys and indexes from an object to a value in it. */
export type Path = readonly (string | number)[];

/** A Pod, or what a controller makes Pods from. */
export interface PodTemplate {
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
  /** Of the spec, in its object; that of the metadata ends in another key. */
  readonly path: Path;
  /** Those that run first, then the others, then those that somebody adds to debug. */
  readonly containers: readonly Container[];
}

/** A container of a Pod. */
export interface Container {
  readonly name: string;
  readonly value: JsonObject;
  readonly path: Path;
  readonly list: (typeof LISTS)[number];
}

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** Where the spec of a Pod is, by `<kind>.<group>`. */
const SPECS: ReadonlyMap<string, Path> = new Map(
  Object.entries({
    Pod: ['spec'],
    PodTemplate: ['template', 'spec'],
    ReplicationController: ['spec', 'template', 'spec'],
    'Deployment.apps': ['spec', 'template', 'spec'],
    'DaemonSet.apps': ['spec', 'template', 'spec'],
    'ReplicaSet.apps': ['spec', 'template', 'spec'],
    'StatefulSet.apps': ['spec', 'template', 'spec'],
    'Job.batch': ['spec', 'template', 'spec'],
    'CronJob.batch': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  }),
);

/** The Pod of an object of a kind (`<kind>.<group>`) that Kubernetes itself makes Pods from. */
export function podTemplateOf(object: JsonObject, kind: string): PodTemplate | undefined {
  const path = SPECS.get(kind);
  if (path === undefined) return undefined;
  const spec = mapAt(object, path);
  return {
    metadata: mapAt(object, [...path.slice(0, -1), 'metadata']),
    spec,
    path,
    containers: LISTS.flatMap((list) =>
      itemsOf(spec[list]).map(({ value, index }) => ({
        name: textOf(value['name']),
        value,
        path: [...path, list, index],
        list,
      })),
    ),
  };
}

/** The maps in a list, each with its index. */
export function itemsOf(
  list: Json | undefined,
): { readonly value: JsonObject; readonly index: number }[] {
  if (!isJsonList(list)) return [];
  return list.flatMap((value, index) => (isJsonObject(value) ? [{ value, index }] : []));
}

/** The map at a path; empty where there is none. */
export function mapAt(object: JsonObject, path: Path): JsonObject {
  const found = path.reduce<Json | undefined>((at, key) => fieldOf(at, String(key)), object);
  return isJsonObject(found) ? found : {};
}

/** Whether something is there: a null is what is not, as the API server reads it. */
export function isThere(value: Json | undefined): value is Exclude<Json, null> {
  return value !== undefined && value !== null;
}
