import { printable } from '../printable.ts';
import type { Product } from './product.ts';

/** Bytes of the field (ECMA-119 8.4.7). */
const MAX_VOLUME_ID = 32;

/**
 * What the volume of a Solution may be called, the best first: `<Product> <version>`, where the whole is
 * too long the product cut, so that two versions differ; or cut at the end, as vendors' scripts do.
 */
export function volumeNames({
  displayName,
  name,
  version,
}: Pick<Product, 'displayName' | 'name' | 'version'>): readonly string[] {
  return [displayName, name].flatMap((title) => {
    const [head, tail] = [oneLine(title), oneLine(version)];
    const kept = cut(head, MAX_VOLUME_ID - Buffer.byteLength(` ${tail}`));
    return [`${kept} ${tail}`, `${head} ${tail}`].map((text) => cut(text.trim(), MAX_VOLUME_ID));
  });
}

/** The id is shown by file managers and terminals: control characters become their escapes. */
function oneLine(text: string): string {
  return printable(text.trim().replaceAll(/\s+/gu, ' '));
}

/** Whole characters of at most so many bytes, as the field keeps them without the blanks behind. */
function cut(text: string, limit: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    kept += character;
  }
  return kept.trimEnd();
}
