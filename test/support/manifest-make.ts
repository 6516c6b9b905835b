import { readManifests } from '../../src/kubernetes/read.ts';
import type { JsonObject } from '../../src/kubernetes/value.ts';

/** What a file with this one object would be read as. */
export function objectOf(object: object): JsonObject {
  const [manifest] = readManifests(Buffer.from(JSON.stringify(object)), 'object.json');
  if (!manifest) throw new Error('an object is one');
  return manifest.value;
}
