import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openTree } from '../archive/tree.ts';
import { registryConfig as configOf } from '../images/registry-config.ts';
import { packageFile } from '../package.ts';
import type { RegistryConfigFlags } from './registry-config-command.ts';
import type { Terminal } from './terminal.ts';

interface RegistryConfigOptions {
  readonly archive: string;
  /** What a relative path is relative to. */
  readonly directory: string;
  readonly flags: RegistryConfigFlags;
}

/** `solutions registry-config`: how nginx serves the images of an archive. */
export function registryConfig(
  { archive, directory, flags }: RegistryConfigOptions,
  terminal: Terminal,
): void {
  const template = readFileSync(packageFile('templates/registry-config.conf.hbs'), 'utf8');
  const tree = openTree(resolve(directory, archive), archive);
  try {
    const { text, notices } = configOf(tree, { ...flags, template });
    terminal.print(text.trimEnd());
    for (const notice of notices) terminal.warn(notice);
  } finally {
    tree.close();
  }
}
