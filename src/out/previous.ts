import { join } from 'node:path';
import { onDisk } from '../disk/failure.ts';
import { readFolder } from './folder.ts';
import { readOwned } from './owned-file.ts';
import { digestsOf, planFor, type Files } from './plan.ts';

/**
 * The texts of our files that a {@link writeFolder} of `files` would replace or remove, by name:
 * what is about to be gone.
 *
 * @throws SolutionsError with a DiskCode.
 */
export function previousTexts(
  dir: string,
  files: Files,
  options: { readonly label: string },
): Map<string, string> {
  const wanted = digestsOf(files);
  const folder = readFolder(dir, { label: options.label, wanted: wanted.keys() });
  const { write, remove } = planFor(folder, wanted);
  const there = [...write, ...remove].filter((name) => folder.files.get(name)?.kind === 'file');
  return new Map(
    there.map((name) => {
      const bytes = onDisk(`${folder.label}/${name}`, () => readOwned(join(folder.path, name)));
      return [name, bytes?.toString('utf8') ?? ''];
    }),
  );
}
