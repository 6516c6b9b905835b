import { loadConfig, type Config } from '../config/load.ts';
import { solutionsErrors } from '../errors.ts';
import { archiveOf } from '../metadata/archive.ts';
import { openStore } from '../metadata/store.ts';
import { compareVersions } from '../model/version.ts';
import type { NameKind, Said } from './completions.ts';

/** A version of a Solution that `metadata/` knows. */
interface Version {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/**
 * The names that a repository has for what is being typed, each once and in order; none where its files
 * have mistakes: whoever presses Tab is not told of them.
 */
export function namesIn(root: string, kind: NameKind, said: Said): string[] {
  try {
    return [...new Set(namesOf[kind](root, said))];
  } catch (error) {
    if (solutionsErrors(error).length > 0) return [];
    throw error;
  }
}

const namesOf: Readonly<Record<NameKind, (root: string, said: Said) => readonly string[]>> = {
  archive: (root) => loadConfig(root).solutions.archives.map(({ path }) => path),
  environment: (root) => loadConfig(root).environments.map(({ name }) => name),
  id: (root) => stored(root).map(({ id }) => id),
  namespace: (root, said) => namespacesIn(loadConfig(root), said.get('--name')),
  solution: (root) => stored(root).map(({ name }) => name),
  version: versionsIn,
};

function namespacesIn({ environments }: Config, environment: string | undefined): string[] {
  return environments
    .filter(({ name }) => environment === undefined || name === environment)
    .flatMap(({ namespaces }) => namespaces.map(({ name }) => name));
}

/** Of the Solution that is named, newest first. */
function versionsIn(root: string, said: Said): string[] {
  const solution = said.get('--solution') ?? said.get('--name');
  const versions = stored(root)
    .filter(({ name }) => solution === undefined || name === solution)
    .map(({ version }) => version);
  return [...versions.toSorted((a, b) => compareVersions(b, a)), 'latest'];
}

function stored(root: string): Version[] {
  const { stored: all } = openStore(root, false);
  return [...all.values()].map((one) => {
    const { id, name, version } = archiveOf(one, { file: 'metadata' });
    return { id, name, version };
  });
}
