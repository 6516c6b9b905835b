import type { JsonObject } from '../kubernetes/value.ts';
import { Changes, type CrdChange } from './change.ts';
import { definitionChanges } from './definition-changes.ts';
import { keyword } from './schema.ts';
import { versionChanges } from './version-changes.ts';

/**
 * What changes from one CustomResourceDefinition (apiextensions.k8s.io/v1) to another of the same
 * name, judged by the table in rules.ts: worst first, then by path, cut after two hundred. It looks at what
 * becomes of stored objects and of programs that were written for the one before.
 *
 * Descriptions, titles and examples mean nothing, nor does the order of keys; metadata and status are
 * not looked at. Whatever has another shape than the API server takes is passed over: `crdMistakes`
 * finds it. The cost is that of one walk over both.
 */
export function crdChanges(before: JsonObject, after: JsonObject): CrdChange[] {
  const changes = new Changes();
  const pair = { before: keyword(before, 'spec'), after: keyword(after, 'spec') };
  definitionChanges(pair, changes);
  versionChanges(pair, changes);
  return changes.sorted();
}
