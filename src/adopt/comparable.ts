import type { Config } from '../config/load.ts';
import type { Archive } from '../metadata/archive.ts';

/**
 * A configuration without what no archive at hand can tell of: what is left resolves as it will when
 * all are there.
 */
export function comparableConfig(config: Config, archives: readonly Archive[]): Config {
  const isHere = ({ name, version }: { readonly name: string; readonly version: string }) =>
    archives.some(
      (archive) => archive.name === name && [archive.version, 'latest'].includes(version),
    );
  return {
    ...config,
    solutions: { ...config.solutions, active: config.solutions.active.filter(isHere) },
    environments: config.environments.map((environment) => ({
      ...environment,
      namespaces: environment.namespaces.map((namespace) => ({
        ...namespace,
        solutions: namespace.solutions.filter(isHere),
      })),
    })),
  };
}
