import { readFileSync } from 'node:fs';
import { packageFile } from '../package.ts';

/** The template of `out/README.md`. */
export function readmeTemplate(): string {
  return readFileSync(packageFile('templates/out-readme.md.hbs'), 'utf8');
}
