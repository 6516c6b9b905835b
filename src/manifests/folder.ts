import { throwAll } from '../errors.ts';
import type { State } from '../model/state.ts';
import { kustomization } from './kustomization.ts';
import { printFile, textOfFile, type PrintedFile } from './printed.ts';
import { readme } from './readme.ts';
import { refusals } from './refusal.ts';
import type { ManifestFile } from './render.ts';
import { isServerSide, isStageFile } from './stage.ts';

const KUSTOMIZATION = 'Kustomization';
const README = 'README.md';

/** Whether a file of `out/` may have this name. */
export function isOutName(name: string): boolean {
  return name === KUSTOMIZATION || name === README || isStageFile(name);
}

/**
 * The files of `out/` by name: the manifests, printed, and what tells people and kustomize about
 * them.
 *
 * @param template the Handlebars source of README.md
 * @throws SolutionsError, or several in an AggregateError: what the API server would refuse.
 */
export function folderOf(
  rendered: readonly ManifestFile[],
  state: State,
  template: string,
): Map<string, string> {
  return filesOf(printedFiles(rendered), state, template);
}

/**
 * The manifests of `out/`, each object with its text.
 *
 * @throws SolutionsError, or several in an AggregateError: what the API server would refuse.
 */
export function printedFiles(rendered: readonly ManifestFile[]): PrintedFile[] {
  const files = rendered.flatMap(printFile);
  throwAll(refusals(files));
  return files;
}

/** {@link folderOf} for manifests that are printed. */
export function filesOf(
  files: readonly PrintedFile[],
  state: State,
  template: string,
): Map<string, string> {
  const names = files.map(({ file }) => file).toSorted();
  return new Map([
    ...files.map((file): [string, string] => [file.file, textOfFile(file)]),
    [KUSTOMIZATION, kustomizationOf(names)],
    [README, readme(template, names, state)],
  ]);
}

function kustomizationOf(names: readonly string[]): string {
  const header = names.some(isServerSide)
    ? '# The CRDs in server-side/ are too large for client-side apply: kubectl apply --server-side -k\n'
    : '';
  return header + kustomization(names);
}
