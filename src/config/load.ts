import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SolutionsError, solutionsErrors, throwAll } from '../errors.ts';
import { parseEnvironments, type Environment } from './environments.ts';
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
  const load = <Value>(file: string, parse: (bytes: Uint8Array, file: string) => Value) => {
    try {
      return parse(readIfThere(join(root, file), file) ?? new Uint8Array(), file);
    } catch (error) {
      errors.push(...solutionsErrors(error));
      return undefined;
    }
  };
  refuseWrongFolder(root);
  const solutions = load('solutions.yaml', parseSolutions);
  const environments = load('environments.yaml', parseEnvironments);
  const platform = load('platform.yaml', parsePlatform);
  throwAll(errors);
  if (!solutions || !environments || !platform) throw new Error('a file failed without an error');
  return { solutions, environments, platform };
}

function refuseWrongFolder(root: string): void {
  const files = ['solutions.yaml', 'environments.yaml'];
  if (files.some((file) => readIfThere(join(root, file), file) !== undefined)) return;
  throw new SolutionsError(`there is neither solutions.yaml nor environments.yaml in ${root}`, {
    code: 'no-config',
    hint: 'run this in the folder that holds them, or name it with -C <dir>',
  });
}

function readIfThere(path: string, file: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new SolutionsError(
      `cannot read the file: ${cause instanceof Error ? cause.message : ''}`,
      {
        code: 'config-unreadable',
        place: { file },
        hint: 'check that it is a file and that you may read it',
        cause,
      },
    );
  }
}
