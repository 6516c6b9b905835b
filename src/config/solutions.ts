import * as z from 'zod';
import type { Place } from '../errors.ts';
import type { YamlDocument } from './document.ts';
import { dnsLabel, path, refuseRepeated, version } from './fields.ts';
import { mistake } from './mistake.ts';
import { readSole } from './sole-document.ts';

/** `solutions.yaml`, as people write it. */
export const solutionsSchema = z
  .strictObject({
    apiVersion: z.enum([
      'solutions.metalk8s.scality.com/v1alpha1',
      // The documentation of MetalK8s has this one.
      'metalk8s.scality.com/v1alpha1',
    ]),
    kind: z.literal('SolutionsConfiguration'),
    archives: z
      .array(path)
      .superRefine(refuseRepeated((archive: string) => archive))
      .meta({ uniqueItems: true })
      .nullish()
      .describe('Solution archives: ISO images or directories; relative to this file'),
    active: z
      .record(dnsLabel, version)
      .nullish()
      .describe('For each Solution the version whose CRDs are in the cluster, or `latest`'),
  })
  .describe('The Solution archives that are imported, and the active version of each Solution');

/** What `solutions.yaml` says, with the places that errors need. */
export interface SolutionsConfiguration {
  readonly archives: readonly { readonly path: string; readonly place: Place }[];
  readonly active: readonly {
    readonly name: string;
    readonly version: string;
    readonly place: Place;
  }[];
}

/**
 * Reads `solutions.yaml`; an empty file means that nothing is imported.
 *
 * @throws SolutionsError, or several in an AggregateError, each with its place.
 */
export function parseSolutions(bytes: Uint8Array, file: string): SolutionsConfiguration {
  const sole = readSole(solutionsSchema, bytes, {
    file,
    hint: 'put all archives into one list',
    before: refuseKeyOnly,
  });
  if (!sole) return { archives: [], active: [] };
  const { document, value } = sole;
  return {
    archives: (value.archives ?? []).map((archive, index) => ({
      path: archive,
      place: document.placeOf(['archives', index]),
    })),
    active: Object.entries(value.active ?? {}).map(([name, wanted]) => ({
      name,
      version: wanted,
      place: document.placeOf(['active', name]),
    })),
  };
}

/**
 * MetalK8s 2.4 had `archives:` alone.
 *
 * @throws SolutionsError with code `schema` for a document of that format
 */
export function refuseKeyOnly(document: YamlDocument): void {
  const { value } = document;
  if (typeof value !== 'object' || value === null || !('archives' in value)) return;
  if (Object.keys(value).some((key) => key !== 'archives' && !key.startsWith('x-'))) return;
  throw mistake('schema', 'this is the older format of solutions.yaml, with `archives` alone', {
    place: document.placeOf([]),
    hint: 'add the lines `apiVersion: solutions.metalk8s.scality.com/v1alpha1` and `kind: SolutionsConfiguration` at the top',
  });
}
