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

/** The bytes of the three files, read once; nothing for one that is not there. */
export interface ConfigBytes {
  readonly 'solutions.yaml': Uint8Array | undefined;
  readonly 'environments.yaml': Uint8Array | undefined;
  readonly 'platform.yaml': Uint8Array | undefined;
}

/**
 * Reads `solutions.yaml`, `environments.yaml` and `platform.yaml` in `root`. A file that is not
 * there means none of what it says; without the first two, `root` is the wrong folder.
 *
 * @throws SolutionsError, or several in an AggregateError: every mistake in the three files.
 */
export function loadConfig(root: string): Config {
  const { bytes, errors } = readAll(root);
  if (!isRepository(bytes)) throwAll(errors.length > 0 ? errors : [wrongFolder(root)]);
  return parseAll(bytes, errors);
}

/**
 * The bytes of the three files in `root`.
 *
 * @throws SolutionsError, or several in an AggregateError: those that cannot be read.
 */
export function readConfig(root: string): ConfigBytes {
  const { bytes, errors } = readAll(root);
  throwAll(errors);
  return bytes;
}

/** Whether one of the two files is there without which a folder is the wrong one. */
export function isRepository(bytes: ConfigBytes): boolean {
  return (bytes['solutions.yaml'] ?? bytes['environments.yaml']) !== undefined;
}

/**
 * What the bytes of the three files say.
 *
 * @throws SolutionsError, or several in an AggregateError: every mistake in the three files.
 */
export function parseConfig(bytes: ConfigBytes): Config {
  return parseAll(bytes, []);
}

function readAll(root: string): { bytes: ConfigBytes; errors: SolutionsError[] } {
  const errors: SolutionsError[] = [];
  const read = (file: keyof ConfigBytes) => {
    try {
      return readConfigFile(root, file);
    } catch (error) {
      errors.push(...solutionsErrors(error));
      return undefined;
    }
  };
  const bytes = {
    'solutions.yaml': read('solutions.yaml'),
    'environments.yaml': read('environments.yaml'),
    'platform.yaml': read('platform.yaml'),
  };
  return { bytes, errors };
}

function parseAll(bytes: ConfigBytes, errors: SolutionsError[]): Config {
  const load = <Value>(
    file: keyof ConfigBytes,
    parse: (bytes: Uint8Array, file: string) => Value,
  ) => {
    try {
      return parse(bytes[file] ?? new Uint8Array(), file);
    } catch (error) {
      errors.push(...solutionsErrors(error));
      return undefined;
    }
  };
  const solutions = load('solutions.yaml', parseSolutions);
  const environments = load('environments.yaml', parseEnvironments);
  const platform = load('platform.yaml', parsePlatform);
  throwAll(errors);
  if (!solutions || !environments || !platform) throw new Error('a file failed without an error');
  return { solutions, environments, platform };
}

/** The error of a folder that holds neither of the two files. */
export function wrongFolder(root: string): SolutionsError {
  return mistake('no-config', `there is neither solutions.yaml nor environments.yaml in ${root}`, {
    hint: 'run this in the folder that holds them, or name it with -C <dir>',
  });
}
