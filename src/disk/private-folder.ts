import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onDisk } from './failure.ts';

/**
 * Makes a folder for what this machine alone needs, inside a repository that is somebody's: Git
 * sees nothing of it.
 *
 * @throws SolutionsError with a DiskCode.
 */
export function makePrivateFolder(path: string): void {
  const ignore = join(path, '.gitignore');
  onDisk(path, () => {
    mkdirSync(path, { recursive: true });
    // People may say something else there.
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  });
}
