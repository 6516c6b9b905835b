import { z } from 'zod';
import { SolutionsError, type Place } from '../errors.ts';
import { dnsLabel, version } from './fields.ts';
import { parseAs } from './parse.ts';
import { readYaml } from './yaml.ts';

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
      .array(z.string().min(1))
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
  const [document, ...more] = readYaml(bytes, { file, isText: ([first]) => first === 'active' });
  if (document === undefined) return { archives: [], active: [] };
  const [extra] = more;
  if (extra) {
    throw new SolutionsError('a second document, expected one', {
      code: 'schema',
      place: extra.placeOf([]),
      hint: 'put all archives into one list',
    });
  }
  refuseKeyOnly(document.value, document.placeOf([]));
  const { archives, active } = parseAs(solutionsSchema, document);
  return {
    archives: (archives ?? []).map((path, index) => ({
      path,
      place: document.placeOf(['archives', index]),
    })),
    active: Object.entries(active ?? {}).map(([name, wanted]) => ({
      name,
      version: wanted,
      place: document.placeOf(['active', name]),
    })),
  };
}

/** MetalK8s 2.4 had `archives:` alone. */
function refuseKeyOnly(value: unknown, place: Place): void {
  if (typeof value !== 'object' || value === null) return;
  if (!('archives' in value) || 'kind' in value || 'apiVersion' in value) return;
  throw new SolutionsError('this is the older format of solutions.yaml, with `archives` alone', {
    code: 'schema',
    place,
    hint: 'add the lines `apiVersion: solutions.metalk8s.scality.com/v1alpha1` and `kind: SolutionsConfiguration` at the top',
  });
}
