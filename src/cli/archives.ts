import { resolve } from 'node:path';
import { readContents } from '../archive/contents.ts';
import { openTree } from '../archive/tree.ts';
import { listedPath } from '../config/listed-path.ts';
import { solutionsErrors, throwAll, type SolutionsError } from '../errors.ts';
import {
  importRequest,
  listedAt,
  unimportRequest,
  type Arrival,
} from '../model/archive-requests.ts';
import type { ArchivesFlags } from './archives-command.ts';
import { change, type ChangeOptions } from './change.ts';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

type ArchivesOptions = ArchivesFlags & ChangeOptions;

/** `solutions import`. */
export async function importArchives(
  options: ArchivesOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { root, archive: paths, as } = options;
  const wanted = wantedArchives(paths, as);
  const files = new Map(as === undefined ? [] : wanted.map(({ path, file }) => [path, file]));
  return await change(
    (situation) => {
      const listed = ({ path }: Wanted) => listedAt(path, root, situation.config);
      const fresh = wanted.filter((one) => listed(one) === undefined);
      const known = wanted.flatMap((one) => listed(one) ?? []);
      return importRequest(arrivalsOf(fresh, root), known, situation);
    },
    { ...options, files, mayBeNew: true },
    terminal,
  );
}

/** `solutions unimport`. */
export async function unimportArchives(
  options: ArchivesOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { root, archive: paths } = options;
  return await change((situation) => unimportRequest(paths, root, situation), options, terminal);
}

/** An archive, and how it is to be listed. */
interface Wanted {
  readonly file: string;
  readonly path: string;
}

function wantedArchives(files: readonly string[], as: string | undefined): Wanted[] {
  return [...new Set(files)].map((file) => ({ file, path: listedPath(as ?? file) }));
}

/** What the archives are, each with its own mistakes. */
function arrivalsOf(wanted: readonly Wanted[], root: string): Arrival[] {
  const errors: SolutionsError[] = [];
  const arrivals = wanted.flatMap(({ file, path }) => {
    try {
      return [{ path, id: idOf(resolve(root, file), file) }];
    } catch (error) {
      errors.push(...solutionsErrors(error));
      return [];
    }
  });
  throwAll(errors);
  return arrivals;
}

function idOf(file: string, name: string): string {
  const tree = openTree(file, name);
  try {
    return readContents(tree).product.id;
  } finally {
    tree.close();
  }
}
