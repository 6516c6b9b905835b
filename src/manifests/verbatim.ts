import type { Manifest } from '../kubernetes/read.ts';
import { isJsonObject, type Json, type JsonObject } from '../kubernetes/value.ts';

interface VerbatimOptions {
  /** `metadata.name` as rendered. */
  readonly name: string;
  /** Where the object goes; without it the object is the cluster's. */
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What a cluster sets, and what is in a file that somebody made with `kubectl get -o yaml`: a uid
 * or resourceVersion makes every apply fail, and an owner that is not there gets a CRD deleted.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
 */
const OF_THE_CLUSTER = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
]);

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object of a vendor as the archive has it, every value of it untouched. Only what is ours to
 * say is set (name, Namespace, labels), and what no client should send is left out: `status`, and
 * in the metadata what a cluster sets, nulls and empty values.
 */
export function verbatim(
  { value }: Pick<Manifest, 'value'>,
  { name, namespace, labels }: VerbatimOptions,
): JsonObject {
  const { status: _status, ...rest } = value;
  const { namespace: _shipped, ...metadata } = filled(value['metadata'], OF_THE_CLUSTER);
  const annotations = filled(metadata['annotations'], new Set([LAST_APPLIED]));
  return {
    ...rest,
    metadata: {
      ...metadata,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...filled(metadata['labels']), ...labels },
      annotations,
    },
  };
}

/** The entries of a map that say something: an empty value is a difference that no apply ends. */
function filled(map: Json | undefined, without: ReadonlySet<string> = new Set()) {
  if (!isJsonObject(map)) return {};
  return Object.fromEntries(
    Object.entries(map).filter(([key, value]) => !without.has(key) && !isNothing(value)),
  );
}

function isNothing(value: Json): boolean {
  return typeof value === 'object' && (value === null || Object.keys(value).length === 0);
}
