import { parseEnvironments } from '../config/environments.ts';
import { parsePlatform } from '../config/platform.ts';
import { parseSolutions } from '../config/solutions.ts';
import { readYaml } from '../config/yaml.ts';
import { SolutionsError, throwAll } from '../errors.ts';
import type { AdoptedFiles, FileName } from './files.ts';
import { mistake } from './mistake.ts';

/** The files that are there, by name. */
type Existing = ReadonlyMap<FileName, Uint8Array>;

/**
 * The files to write: not those that are there as they are to be.
 *
 * @param overwrite - whether files that say something already are replaced
 * @throws SolutionsError `file-exists`, or several in an AggregateError: each file that says
 *   something already; comments alone, and keys without a value, say nothing
 */
export function filesToWrite(
  files: AdoptedFiles,
  existing: Existing,
  overwrite: boolean,
): AdoptedFiles {
  const fresh = [...files].filter(
    ([name, text]) =>
      Buffer.compare(existing.get(name) ?? new Uint8Array(), Buffer.from(text)) !== 0,
  );
  throwAll(
    fresh.flatMap(([name]) => {
      const bytes = existing.get(name);
      if (overwrite || !bytes || isSilent(name, bytes)) return [];
      return mistake('file-exists', 'the file says something already', {
        place: { file: name },
        hint: '`--overwrite` replaces it; `--dry-run` shows what would be in it; or adopt in an empty folder with -C <dir>',
      });
    }),
  );
  return new Map(fresh);
}

function isSilent(name: FileName, bytes: Uint8Array): boolean {
  try {
    return says[name](bytes) === 0;
  } catch (error) {
    if (error instanceof SolutionsError || error instanceof AggregateError) return false;
    throw error;
  }
}

/** How much a file says. */
const says: Readonly<Record<FileName, (bytes: Uint8Array) => number>> = {
  'solutions.yaml': (bytes) => {
    const { archives, active } = parseSolutions(bytes, 'solutions.yaml');
    return archives.length + active.length;
  },
  'environments.yaml': (bytes) => parseEnvironments(bytes, 'environments.yaml').length,
  'platform.yaml': (bytes) => {
    parsePlatform(bytes, 'platform.yaml');
    return readYaml(bytes, { file: 'platform.yaml' }).filter(({ value }) => {
      const spec: unknown = Object(value).spec;
      return Object.keys(Object(spec)).length > 0;
    }).length;
  },
};
