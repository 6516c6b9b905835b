import { readFileSync, statSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { walkDirectory } from '../archive/directory.ts';
import { unreadable } from '../archive/mistake.ts';
import { replaceFile } from '../disk/replace.ts';

/** What the disk tells of an archive without reading it. */
export interface Sighting {
  /** Size, times and inode of the file; of a directory: of everything in it. */
  readonly fingerprint: string;
  /** In bytes; of a directory: of all its files. */
  readonly size: number;
  /** When it changed last, in milliseconds since 1970. */
  readonly changed: number;
}

/** The digests of archives that were hashed before: `.solutions/archives.json`, not committed. */
export interface Cache {
  find(file: string, sighting: Sighting): string | undefined;
  keep(file: string, sighting: Sighting, sha256: string): void;
  /** Writes what changed. */
  save(): void;
}

const schema = z.object({
  archives: z.record(
    z.string(),
    z.object({ fingerprint: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/u) }),
  ),
});

/** File systems tell times to two seconds at worst: a change within them could have the same time. */
const SETTLED_MS = 2000;

/**
 * Looks at the archive at `file`; undefined where there is none.
 *
 * @param name - the archive as the user wrote it
 * @throws SolutionsError for what cannot be looked at, or a directory that cannot be walked
 */
export function sight(file: string, name: string): Sighting | undefined {
  const stat = look(file, name);
  if (stat === undefined) return undefined;
  const changed = Number(stat.ctimeMs);
  if (!stat.isDirectory()) {
    const fingerprint = `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.ino}`;
    return { fingerprint, size: Number(stat.size), changed };
  }
  const { fingerprint, size, changed: last } = walkDirectory(file, name);
  return { fingerprint, size, changed: Math.max(changed, last) };
}

function look(file: string, name: string): BigIntStats | undefined {
  try {
    return statSync(file, { bigint: true, throwIfNoEntry: false });
  } catch (cause) {
    throw unreadable('the archive', name, cause);
  }
}

/** Opens the cache below `root`; one that cannot be read is as good as none. */
export function openCache(root: string): Cache {
  const path = join(root, '.solutions', 'archives.json');
  const archives = new Map(Object.entries(readCache(path)));
  let isChanged = false;
  return {
    find(file, { fingerprint }) {
      const known = archives.get(file);
      return known?.fingerprint === fingerprint ? known.sha256 : undefined;
    },
    keep(file, { fingerprint, changed }, sha256) {
      if (Date.now() - changed < SETTLED_MS) return;
      if (archives.get(file)?.fingerprint === fingerprint) return;
      archives.set(file, { fingerprint, sha256 });
      isChanged = true;
    },
    save() {
      if (!isChanged) return;
      replaceFile(path, `${JSON.stringify({ archives: Object.fromEntries(archives) }, null, 2)}\n`);
      isChanged = false;
    },
  };
}

function readCache(path: string): z.output<typeof schema>['archives'] {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8'))).archives;
  } catch {
    return {};
  }
}
