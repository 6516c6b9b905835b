/** A range of an image. Bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** A file, directory or link in an image. */
export interface Entry {
  /** Without a leading slash, its parts separated by slashes; each part was checked to be a name. */
  readonly path: string;
  /** `other`: devices, pipes and sockets. */
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Of a file, in bytes; 0 of anything else. */
  readonly size: number;
  /**
   * Where the content of a file is, in order, never empty, all inside the image. Files may share
   * extents, so that the sizes of all files together know no bound.
   */
  readonly extents: readonly Extent[];
  /** Of a symbolic link: where it leads, as recorded, neither checked nor followed. */
  readonly target?: string;
  /** st_mode, where Rock Ridge tells it. */
  readonly mode?: number;
}

/** Orders entries by the bytes of their paths in UTF-8. */
export function sortByPath(entries: Entry[]): void {
  const surrogates = entries.some(({ path }) => /[\uD800-\uDFFF]/.test(path));
  if (surrogates) entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  // Without surrogates the order of UTF-16 units is that of UTF-8, and much cheaper to find.
  else entries.sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}
