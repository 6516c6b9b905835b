import { renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a file as a whole: others may run the program, or build it, at the same time.
 *
 * @param {string} path
 * @param {string | Uint8Array} content
 * @param {number} [mode]
 */
export function replaceFile(path, content, mode = 0o644) {
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, content, { mode });
  renameSync(part, path);
}
