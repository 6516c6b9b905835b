import type { SolutionsError } from '../errors.ts';
import { mistake } from './mistake.ts';
import type { Tree } from './tree.ts';

const MAX_IMAGES = 2000;
/** References to blobs in one archive; the largest archives seen have some hundreds. */
const MAX_BLOBS = 100_000;
/** Bytes of manifests and configs: those of 2000 images have 20 MiB. One of 4 MiB may be in each folder. */
const MAX_BYTES = 32 << 20;
/** An image may lack all of the 2000 layers that it names. */
const MAX_ERRORS = 5000;

/** What reading `images/` has cost so far. */
export interface ImageCost {
  images: number;
  blobs: number;
  /** Of manifests and configs. */
  bytes: number;
  errors: number;
}

/** Nothing yet. */
export function newCost(): ImageCost {
  return { images: 0, blobs: 0, bytes: 0, errors: 0 };
}

/** That the images cost more than those of any archive, or nothing. */
export function costMistake(
  { images, blobs, bytes, errors }: ImageCost,
  tree: Tree,
): SolutionsError | undefined {
  const isFine =
    images <= MAX_IMAGES && blobs <= MAX_BLOBS && bytes <= MAX_BYTES && errors <= MAX_ERRORS;
  if (isFine) return undefined;
  return mistake(
    'archive-too-large',
    `the archive has over ${MAX_IMAGES} images, ${MAX_BLOBS} blobs, ${MAX_BYTES} bytes of manifests, or ${MAX_ERRORS} mistakes in them`,
    { file: `${tree.name}:images`, hint: 'the images behind that were not looked at' },
  );
}
