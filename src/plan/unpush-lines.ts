import type { Platform } from '../config/platform.ts';
import { repositoryMistake } from '../oci/name.ts';
import { shellWord } from './shell-word.ts';

/**
 * The lines that remove the images of archives from the registry that they were pushed to, for a POSIX
 * shell; none where nothing can be pushed, or nobody knows the registry.
 *
 * @param ids `<name>-<version>`; one that is no repository was never pushed
 */
export function unpushLines(
  ids: readonly string[],
  registry: Platform['registry'] | undefined,
): string[] {
  if (!registry || registry.isReadOnly) return [];
  const { prefix, isPlainHttp } = registry;
  const flags = isPlainHttp ? ' --plain-http' : '';
  return ids
    .filter((id) => repositoryMistake(id) === undefined)
    .map((id) => `solutions unpush ${shellWord(id)} --from ${shellWord(prefix)}${flags}`);
}
