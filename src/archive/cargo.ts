import { throwAll } from '../errors.ts';
import { attempts } from './attempts.ts';
import { formatMistake } from './format.ts';
import { identityOf, MANIFEST, MAX_PRODUCT, readManifest, type Identity } from './identity.ts';
import { gatherImages, type Images } from './images.ts';
import { forVendor } from './mistake.ts';
import type { Tree } from './tree.ts';

/** What of an archive goes to a registry, and as whose. */
export interface Cargo extends Identity {
  readonly images: Images;
}

/**
 * Reads what is pushed of an archive, and nothing else: its CRDs and dashboards are checked where it is
 * imported.
 *
 * @throws SolutionsError, or all mistakes of these parts in one AggregateError
 */
export function readCargo(tree: Tree): Cargo {
  const format = formatMistake(tree);
  if (format) throw format;
  const { errors, attempt } = attempts();
  const images = attempt(() => gatherImages(tree));
  errors.push(...(images?.errors ?? []));
  const bytes = attempt(() => {
    const file = tree.find(MANIFEST);
    return file && tree.read({ ...file, path: MANIFEST }, MAX_PRODUCT);
  });
  const parsing = attempts();
  const identity = parsing.attempt(
    () => bytes && identityOf(readManifest(bytes, `${tree.name}:${MANIFEST}`)),
  );
  throwAll([...errors, ...parsing.errors.map(forVendor)]);
  if (!images || !identity) throw new Error('an archive failed without an error');
  return { ...identity, images };
}
