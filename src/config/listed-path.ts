import { posix } from 'node:path';

/** A path of the command line as solutions.yaml lists it: without `./`, `//` and a `/` at the end. */
export function listedPath(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}
