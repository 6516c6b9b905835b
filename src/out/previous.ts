import { join } from 'node:path';
import { onDisk } from '../disk/failure.ts';
import { readOwned } from './owned-file.ts';
import type { FolderPlan } from './plan.ts';

/**
 * The texts of our files that a {@link writeFolder} of this plan would replace or remove, by name:
 * what is about to be gone.
 *
 * @throws SolutionsError with a DiskCode.
 */
export function previousTexts({ folder, plan }: FolderPlan): Map<string, string> {
  const there = [...plan.write, ...plan.remove].filter(
    (name) => folder.files.get(name)?.kind === 'file',
  );
  return new Map(
    there.map((name) => {
      const bytes = onDisk(`${folder.label}/${name}`, () => readOwned(join(folder.path, name)));
      return [name, bytes?.toString('utf8') ?? ''];
    }),
  );
}
