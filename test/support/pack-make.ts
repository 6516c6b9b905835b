import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { pack, type PackProgress, type PackRequest } from '../../src/pack/pack.ts';
import { packageFile } from '../../src/package.ts';
import { scratchFolder } from './archive-make.ts';

const template = readFileSync(packageFile('templates/registry-config.conf.hbs'), 'utf8');

interface PackSettings extends Partial<Pick<PackRequest, 'overwrite'>> {
  /** The variable SOURCE_DATE_EPOCH. */
  readonly epoch?: string | undefined;
  /** The archive, by default in a folder of its own. */
  readonly iso?: string;
  readonly progress?: (event: PackProgress) => void;
}

/** Packs a folder, called `tree`, as the archive `tree.iso`. */
export async function packed(root: string, { iso, progress, ...request }: PackSettings = {}) {
  const file = iso ?? join(scratchFolder(), 'tree.iso');
  const result = await pack(
    {
      root: { file: root, name: 'tree' },
      target: { file, name: 'tree.iso' },
      overwrite: false,
      epoch: undefined,
      template,
      ...request,
    },
    progress ? { progress } : {},
  );
  return { ...result, iso: file };
}

/** What bsdtar makes of an image: a second opinion. */
export async function unpacked(iso: string): Promise<string> {
  const folder = scratchFolder();
  await execa('bsdtar', ['-xf', iso, '-C', folder]);
  return folder;
}
