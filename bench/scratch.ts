import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for everything that the bench makes: nothing is written into the repository. */
export interface Scratch {
  readonly folder: string;
  readonly remove: () => void;
}

/**
 * Makes the folder in the system's temporary one; it is gone when the process ends, also after
 * Ctrl-C.
 */
export function makeScratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'solutions-bench-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  // Without a handler a signal ends the process and `exit` is never emitted.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  return { folder, remove };
}
