import { counted } from '../count.ts';
import type { Notice } from '../errors.ts';
import { notice } from './mistake.ts';
import { holdsCrd, unseenCrd } from './operator.ts';
import type { Tree, TreeFile } from './tree.ts';

/** Bytes: the API server takes no CRD of 1.5 MiB, so a larger file is something else. */
const MAX_FILE = 4 << 20;
const MAX_TOTAL = 32 << 20;
/** Notices of one archive; they are kept in its record. */
const MAX_NOTICES = 20;

/**
 * Names the files that hold a CustomResourceDefinition where nobody looks for one: a misspelt
 * folder or ending would lose it without a word. What is kept, {@link gatherOperator} looks at.
 *
 * @param kept - by path: the files that are kept
 * @throws SolutionsError `archive-too-large`, `archive-not-readable`, and those of iso/
 */
export function unseenCrds(tree: Tree, kept: ReadonlyMap<string, unknown>): Notice[] {
  const found: TreeFile[] = [];
  const looked = new Map<string, boolean>();
  let total = 0;
  for (const file of tree.files('')) {
    if (kept.has(file.path) || !mayHoldCrd(file)) continue;
    if (!looked.has(file.content)) {
      total += file.size;
      if (total > MAX_TOTAL) break;
      looked.set(file.content, holdsCrd(tree.read(file, MAX_FILE)));
    }
    if (looked.get(file.content) === true) found.push(file);
  }
  const notices = found
    .slice(0, MAX_NOTICES)
    .map(({ path }): Notice => unseenCrd(`${tree.name}:${path}`));
  if (found.length > MAX_NOTICES) {
    const more = found.length - MAX_NOTICES;
    notices.push(
      notice('crd-unseen', `and ${counted(more, 'more file')} with CRDs, not applied either`, {
        file: tree.name,
      }),
    );
  }
  return notices;
}

/** Images have files of their own, some of them very many. */
function mayHoldCrd({ path, size }: TreeFile): boolean {
  if (path.startsWith('images/') || size > MAX_FILE) return false;
  return /crd|\.(?:ya?ml|json)$/iu.test(path);
}
