/** A part of a file on the disk, in bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** What a path inside an archive is, in an ISO image or a directory. */
export interface TreeEntry {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** In bytes. */
  readonly size: number;
  readonly extents: readonly Extent[];
  /** Where a symlink points. */
  readonly target?: string | undefined;
  /** Device and inode, in a directory: equal for hard links. */
  readonly inode?: string | undefined;
}

type Entries = ReadonlyMap<string, TreeEntry>;

/** A symlink that gives nothing, and why. */
export interface BrokenLink {
  readonly path: string;
  readonly reason: string;
}

/** A file as it is listed, and the path of the entry with its content. */
export interface FoundFile {
  readonly path: string;
  readonly real: string;
}

/** What Linux allows in one look-up. */
const MAX_HOPS = 40;
/** Links to folders make a tree of a graph: files in one listing, however often each is met. */
const MAX_FOUND = 30_000;

/**
 * The path without links of the entry at `path`, links resolved inside the archive alone; or why
 * there is none.
 */
export function follow(entries: Entries, path: string): FoundFile | BrokenLink {
  // The path of an entry has no link above it: archives hold nothing below their links.
  const own = entries.get(path);
  if (own !== undefined && own.kind !== 'symlink') return { path, real: path };
  const rest = path.split('/').toReversed();
  const done: string[] = [];
  let hops = 0;
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (done.pop() === undefined) return { path, reason: 'a link leaves the archive' };
      continue;
    }
    done.push(part);
    const entry = entries.get(done.join('/'));
    if (entry === undefined) return { path, reason: 'there is no such file in the archive' };
    if (entry.kind !== 'symlink') continue;
    const target = entry.target ?? '';
    if (target.startsWith('/')) return { path, reason: 'a link leaves the archive' };
    hops += 1;
    if (hops > MAX_HOPS) return { path, reason: 'links go in a circle' };
    done.pop();
    rest.push(...target.split('/').toReversed());
  }
  return { path, real: done.join('/') };
}

/** What is below a folder, links to files and folders resolved. */
export interface Listing {
  /** Sorted by the bytes of their paths. */
  readonly files: readonly FoundFile[];
  readonly broken: readonly BrokenLink[];
  /** Whether it was cut short because links multiply. */
  readonly isTooLarge: boolean;
}

/** All files below `prefix`; a link to a folder is gone into, a circle is a broken link. */
export function listFiles(entries: Entries, children: Children, prefix: string): Listing {
  const start = follow(entries, prefix);
  const files: FoundFile[] = [];
  const broken: BrokenLink[] = [];
  if (!('real' in start)) return { files, broken, isTooLarge: false };
  const above = new Set<string>();
  let met = 0;

  const visit = (path: string, real: string): void => {
    const entry = entries.get(real);
    if (entry?.kind === 'file') files.push({ path, real });
    if (entry?.kind === 'symlink') {
      const found = follow(entries, real);
      if (!('real' in found)) broken.push({ path, reason: found.reason });
      else if (above.has(found.real)) broken.push({ path, reason: 'links go in a circle' });
      else visit(path, found.real);
    }
    if (entry?.kind === 'directory' || real === '') visitFolder(path, real);
  };
  const visitFolder = (path: string, real: string): void => {
    above.add(real);
    for (const name of children.get(real) ?? []) {
      met += 1;
      if (met > MAX_FOUND) break;
      visit(join(path, name), join(real, name));
    }
    above.delete(real);
  };
  visit(prefix, start.real);
  return { files: sortByBytes(files), broken, isTooLarge: met > MAX_FOUND };
}

/** The names in each folder, by its path; the root is `''`. */
export type Children = ReadonlyMap<string, readonly string[]>;

/** What {@link listFiles} needs, once an archive. */
export function childrenOf(entries: Entries): Children {
  const children = new Map<string, string[]>();
  for (const path of entries.keys()) {
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, Math.max(0, slash));
    const names = children.get(folder);
    if (names) names.push(path.slice(slash + 1));
    else children.set(folder, [path.slice(slash + 1)]);
  }
  return children;
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** JavaScript compares UTF-16 units, which is byte order as long as all is ASCII. */
function sortByBytes(files: FoundFile[]): FoundFile[] {
  const isAscii = files.every(({ path }) => /^[\x20-\x7E]*$/u.test(path));
  if (isAscii) return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}
