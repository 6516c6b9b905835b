import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Manifest } from '../kubernetes/read.ts';
import { isJsonObject, textOf, type Json, type JsonObject } from '../kubernetes/value.ts';

interface VerbatimOptions {
  readonly manifest: Manifest;
  /** `metadata.name` as rendered. */
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * An object of a vendor, as it is in the archive: cdk8s' own printing would round 64-bit numbers,
 * sort keys and drop nulls. Only what is ours to say is set: name, namespace, labels;
 * what no client may send is left out: `status`, and in the metadata nulls and creation times.
 */
export class VerbatimObject extends ApiObject {
  readonly #value: JsonObject;

  constructor(scope: Construct, id: string, options: VerbatimOptions) {
    const { value } = options.manifest;
    super(scope, id, {
      apiVersion: textOf(value['apiVersion']),
      kind: textOf(value['kind']),
      metadata: { name: options.name },
    });
    this.#value = withMetadata(options);
  }

  override toJson(): JsonObject {
    return this.#value;
  }
}

function withMetadata({ manifest, name, namespace, labels }: VerbatimOptions): JsonObject {
  const { status: _status, ...rest } = manifest.value;
  const { creationTimestamp: _created, ...metadata } = withoutNulls(manifest.value['metadata']);
  return {
    ...rest,
    metadata: {
      ...metadata,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...withoutNulls(metadata['labels']), ...labels },
      ...annotationsOf(metadata['annotations']),
    },
  };
}

/** An empty map in a manifest is a difference that no apply ends. */
function annotationsOf(shipped: Json | undefined): Record<string, Json> {
  const annotations = withoutNulls(shipped);
  return Object.keys(annotations).length > 0 ? { annotations } : {};
}

function withoutNulls(value: Json | undefined): Record<string, Json> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
}
