import { quoted } from '../archive/mistake.ts';
import type { Config } from '../config/load.ts';
import type { ArchiveRecord } from '../metadata/record.ts';
import { REPOSITORY_COMPONENT } from '../oci/name.ts';
import { mistake } from './mistake.ts';

/**
 * Refuses what is no id that a registry can hold.
 *
 * @throws SolutionsError `unpush-id`
 */
export function requireId(id: string): void {
  if (REPOSITORY_COMPONENT.test(id) && id.length <= MAX_ID) return;
  throw mistake('unpush-id', `${quoted(id)} is no id of an archive that a registry can hold`, {
    hint: 'expected <name>-<version>, as the folders in metadata/ are named: storage-1.0.0',
  });
}

const MAX_ID = 255;

/**
 * Refuses an archive whose images Pods may still have to pull.
 *
 * @param records - of all archives that metadata/ knows
 * @throws SolutionsError `unpush-imported`
 */
export function requireFormer(
  id: string,
  { solutions, environments }: Pick<Config, 'solutions' | 'environments'>,
  records: readonly ArchiveRecord[],
): void {
  for (const { path, place } of solutions.archives) {
    const known = records.filter((record) => record.path === path);
    if (known.some((record) => record.id === id)) {
      throw mistake(
        'unpush-imported',
        `${id} is still imported: Pods may have to pull its images`,
        {
          place,
          hint: 'remove this line, run `solutions synth`, apply out/ and run it again',
        },
      );
    }
    // Whose archive this is nobody knows without reading it, and it may not be at hand.
    if (known.length === 0) {
      throw mistake('unpush-imported', `metadata/ has no record of ${quoted(path)}: is it ${id}?`, {
        place,
        hint: 'run `solutions synth` first',
      });
    }
  }
  for (const { name, namespaces } of environments) {
    const using = namespaces
      .flatMap((namespace) => namespace.solutions)
      .find((solution) => `${solution.name}-${solution.version}` === id);
    if (using) {
      throw mistake('unpush-imported', `the Environment ${quoted(name)} still runs ${id}`, {
        place: using.place,
        hint: 'choose another version there, run `solutions synth`, apply out/ and run it again',
      });
    }
  }
}
