import type { SolutionsError } from '../errors.ts';
import { LEGACY_HINT, MANIFEST } from './identity.ts';
import { mistake, quoted } from './mistake.ts';
import type { Tree } from './tree.ts';

/** That it is no archive of this format; what lies there instead says how to go on. */
export function formatMistake(tree: Tree): SolutionsError | undefined {
  const legacy = ['product.txt', 'config.yaml'].filter((path) => tree.find(path));
  const hasManifest = tree.find(MANIFEST) !== undefined;
  const hasOldCrds =
    tree.files('operator/crds').length > 0 && tree.files('operator/deploy/crds').length === 0;
  if (hasManifest && !hasOldCrds) return undefined;
  if (hasOldCrds || legacy.length > 0) {
    const found = hasOldCrds ? '"operator/crds"' : legacy.map(quoted).join(' and ');
    return mistake('archive-legacy', `this archive is of an older format: it has ${found}`, {
      file: tree.name,
      hint: LEGACY_HINT,
    });
  }
  return mistake('archive-no-manifest', 'this is no Solution archive: it has no manifest.yaml', {
    file: tree.name,
    hint:
      tree.kind === 'directory'
        ? 'name the folder that holds manifest.yaml, images/ and operator/'
        : otherCase(tree),
  });
}

/** Joliet and Rock Ridge keep case: a file of another case is another file. */
function otherCase(tree: Tree): string {
  const near = tree.files('').find(({ path }) => /^manifest\.ya?ml$/iu.test(path));
  return near
    ? `it has ${quoted(near.path)}: the name must be manifest.yaml`
    : 'is this the image of a Solution?';
}
