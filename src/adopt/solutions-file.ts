import * as z from 'zod';
import { path, version } from '../config/fields.ts';
import { parseAs } from '../config/parse.ts';
import { isTextAt } from '../config/schema-path.ts';
import { refuseKeyOnly } from '../config/solutions.ts';
import { readYaml, type YamlDocument } from '../config/yaml.ts';
import type { Place } from '../errors.ts';
import type { AdoptNotices } from './mistake.ts';

/** What a `solutions.yaml` of MetalK8s says. */
export interface SolutionsFile {
  readonly place: Place;
  readonly archives: readonly { readonly path: string; readonly place: Place }[];
  readonly active: readonly {
    readonly name: string;
    readonly version: string;
    readonly place: Place;
  }[];
}

const KIND = 'SolutionsConfiguration';

/** As Salt reads it: it looks at no other key, and a list may hold a path twice. */
const schema = z.looseObject({
  apiVersion: z.enum(['solutions.metalk8s.scality.com/v1alpha1', 'metalk8s.scality.com/v1alpha1']),
  kind: z.literal(KIND),
  archives: z.array(path).nullish(),
  active: z.record(z.string(), version).nullish(),
});

const KNOWN: readonly string[] = Object.keys(schema.shape);

/**
 * The SolutionsConfigurations in a file. A version is the text that is written there: Kubernetes'
 * own reading would make the float 1.1 of `1.10`.
 *
 * @throws SolutionsError, or several in an AggregateError, each with its place
 * @see https://github.com/scality/metalk8s/blob/HEAD/salt/_modules/metalk8s_solutions.py (read_config)
 */
export function solutionsFilesIn(
  bytes: Uint8Array,
  file: string,
  notices: AdoptNotices,
): SolutionsFile[] {
  const documents = readYaml(bytes, { file, isText: (at) => isTextAt(schema, at) });
  return documents.filter(isSolutions).map((document) => {
    refuseKeyOnly(document);
    const { archives, active, ...others } = parseAs(schema, document);
    nameUnknown(Object.keys(others), document, notices);
    return {
      place: document.placeOf([]),
      archives: onceEach(
        (archives ?? []).map((one, index) => ({
          path: one,
          place: document.placeOf(['archives', index]),
        })),
        notices,
      ),
      active: Object.entries(active ?? {}).map(([name, wanted]) => ({
        name,
        version: wanted,
        place: document.placeOf(['active', name]),
      })),
    };
  });
}

/** MetalK8s 2.4 had `archives` alone, without a kind. */
function isSolutions({ value }: YamlDocument): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'kind' in value ? value.kind === KIND : 'archives' in value;
}

function nameUnknown(keys: readonly string[], document: YamlDocument, notices: AdoptNotices) {
  for (const key of keys) {
    if (KNOWN.includes(key)) continue;
    notices.warn('not-understood', `\`${key}\` is no key of a ${KIND}: it is not taken over`, {
      place: document.placeOf([key]),
      hint: 'Salt does not read it either; write what it is for into a comment',
    });
  }
}

function onceEach(
  archives: SolutionsFile['archives'],
  notices: AdoptNotices,
): SolutionsFile['archives'] {
  const seen = new Set<string>();
  return archives.filter(({ path: archive, place }) => {
    if (!seen.has(archive)) {
      seen.add(archive);
      return true;
    }
    notices.warn('archive-twice', `${archive} is listed a second time: it is imported once`, {
      place,
    });
    return false;
  });
}
