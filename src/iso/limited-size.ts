import { isoError, type Spot } from './failure.ts';
import type { Entry } from './entry.ts';

/** A recorded size has 32 bits (ECMA-119 9.1.4). */
const WRAP = 2 ** 32;
/** What may lie between the last file and the end besides: padding (300 KiB), a backup header. */
const SLACK = 1024 * 1024;

interface Layout {
  readonly entries: readonly Entry[];
  /** The longest section at each place, in bytes, by its offset. */
  readonly sections: ReadonlyMap<number, number>;
  /** The paths of empty files by the offset that they claim. */
  readonly empty: ReadonlyMap<number, string>;
  /** Bytes. */
  readonly volumeSize: number;
  readonly blockSize: number;
}

/**
 * Refuses images where files over 4 GiB lost the upper part of their sizes, as genisoimage
 * `-allow-limited-size` writes them: nothing in the records tells it, but writers leave no gaps,
 * and the lost part is a gap of a multiple of 4 GiB.
 *
 * @throws SolutionsError `iso-limited-size`, naming the file.
 */
export function refuseLimitedSizes(layout: Layout, spot: Spot): void {
  const { entries, sections, empty, volumeSize, blockSize } = layout;
  if (volumeSize < WRAP) return;
  let end = 0;
  let last = 0;
  const offsets = Float64Array.from([...sections.keys(), volumeSize]).sort();
  for (let index = 0; index < offsets.length; index += 1) {
    const offset = offsets[index] ?? 0;
    const start = Math.ceil(end / blockSize) * blockSize;
    const gap = offset - start;
    if (gap >= WRAP && gap % WRAP < SLACK) {
      throw limitedSize(empty.get(start) ?? fileAt(last, entries), gap, spot);
    }
    const next = offset + (sections.get(offset) ?? 0);
    if (next <= end) continue;
    end = next;
    last = offset;
  }
}

/** Sections that follow each other are one extent by now. */
function fileAt(wanted: number, entries: readonly Entry[]): string {
  const holds = ({ extents }: Entry) =>
    extents.some(({ offset, length }) => offset <= wanted && wanted < offset + length);
  return entries.find(holds)?.path ?? '';
}

function limitedSize(path: string, gap: number, spot: Spot) {
  const lost = Math.floor(gap / WRAP) * WRAP;
  return isoError(
    'iso-limited-size',
    `the size of the file is stored modulo 4 GiB, as by genisoimage -allow-limited-size: ${lost} bytes follow that belong to no file`,
    { ...spot, path },
    {
      hint: 'ask the vendor for an image with multi-extent files: -iso-level 3 without -allow-limited-size, by xorriso -as mkisofs or the mkisofs of cdrtools (genisoimage cannot)',
    },
  );
}
