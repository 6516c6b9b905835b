import { solutionsErrors, throwAll, type SolutionsError } from '../errors.ts';
import { parseEnvironments, type Environment } from './environments.ts';
import { readConfigFile } from './file.ts';
import { mistake } from './mistake.ts';
import { parsePlatform, type Platform } from './platform.ts';
import { parseSolutions, type SolutionsConfiguration } from './solutions.ts';

/** What people say they want: the three files. */
export interface Config {
  readonly solutions: SolutionsConfiguration;
  readonly environments: readonly Environment[];
  readonly platform: Platform;
}

/**
 * Reads `solutions.yaml`, `environments.yaml` and `platform.yaml` in `root`. A file that is not
 * there means none of what it says; without the first two, `root` is the wrong folder.
 *
 * @throws SolutionsError, or several in an AggregateError: every mistake in the three files.
 */
export function loadConfig(root: string): Config {
  const errors: SolutionsError[] = [];
  const absent = new Set<string>();
  const load = <Value>(file: string, parse: (bytes: Uint8Array, file: string) => Value) => {
    try {
      const bytes = readConfigFile(root, file);
      if (!bytes) absent.add(file);
      return parse(bytes ?? new Uint8Array(), file);
    } catch (error) {
      errors.push(...solutionsErrors(error));
      return undefined;
    }
  };
  const solutions = load('solutions.yaml', parseSolutions);
  const environments = load('environments.yaml', parseEnvironments);
  const platform = load('platform.yaml', parsePlatform);
  if (absent.has('solutions.yaml') && absent.has('environments.yaml')) throw wrongFolder(root);
  throwAll(errors);
  if (!solutions || !environments || !platform) throw new Error('a file failed without an error');
  return { solutions, environments, platform };
}

function wrongFolder(root: string): SolutionsError {
  return mistake('no-config', `there is neither solutions.yaml nor environments.yaml in ${root}`, {
    hint: 'run this in the folder that holds them, or name it with -C <dir>',
  });
}
