import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// This file is in src/, its bundle in build/: the root of the package is one level up from both.
const root = new URL('../', import.meta.url);

/** The absolute path of a file of this package (`templates/...`, `build/...`). */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(path, root));
}

/** The version of this package, as its package.json says. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  throw new Error('package.json has no version');
}
