import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { readContents } from '../archive/contents.ts';
import { walkDirectory, type Directory } from '../archive/directory.ts';
import type { Product } from '../archive/product.ts';
import { openTree } from '../archive/tree.ts';
import { checkArchives } from '../check/archive-check.ts';
import { isSystemError, onDisk, systemText } from '../disk/failure.ts';
import { throwAll, type SolutionsError } from '../errors.ts';
import { registryConfigTemplate } from '../images/registry-config.ts';
import type { HashOptions } from '../metadata/hash.ts';
import { verifyFiles } from '../metadata/verify.ts';
import { changedMistake } from './changed.ts';
import { errorsOf } from './findings.ts';
import { layoutOf, type Layout } from './layout.ts';
import { mistake } from './mistake.ts';
import type { Named } from './target.ts';

/** Without it MetalK8s itself cannot import an archive. */
export const REGISTRY_CONFIG = 'registry-config.inc.j2';

/** A folder that was checked and hashed. */
export interface Source {
  readonly product: Product;
  readonly layout: Layout;
  /** What {@link REGISTRY_CONFIG} is, where the folder has none. */
  readonly registryConfig: string | undefined;
  /** @throws SolutionsError `pack-changed` */
  requireUnchanged(): void;
}

/** How {@link readSource} works. */
interface SourceOptions extends HashOptions {
  /** Of the nginx configuration. */
  readonly template: string;
}

/**
 * Reads the folder of an archive: it must pass every check, and every blob must have the digest that
 * its name says.
 *
 * @throws SolutionsError, several in an AggregateError: `pack-special`,
 *   `pack-unreadable`; the errors that `check` finds; those of archive/, `blob-digest`, `hash-read`
 */
export async function readSource(root: Named, options: SourceOptions): Promise<Source> {
  const directory = walkDirectory(root.file, root.name);
  throwAll(packMistakes(root, directory));
  for (const report of await checkArchives([root])) throwAll(errorsOf(report));
  const tree = openTree(root.file, root.name);
  try {
    const { product, images } = readContents(tree);
    const files = tree.files('', true);
    const { files: digests } = await verifyFiles(tree, images.blobs, options);
    return {
      product,
      layout: layoutOf(tree, { directory, files, digests }),
      registryConfig: tree.find(REGISTRY_CONFIG)
        ? undefined
        : registryConfigTemplate(tree, options.template).text,
      requireUnchanged() {
        const { fingerprint } = walkDirectory(root.file, root.name);
        if (fingerprint !== directory.fingerprint) throw changedMistake([]);
      },
    };
  } finally {
    tree.close();
  }
}

/** @throws SolutionsError `pack-root`, a DiskCode */
export function requireFolder({ file, name }: Named): void {
  const found = onDisk(name, () => statSync(file, { throwIfNoEntry: false }));
  if (found?.isDirectory() === true) return;
  const what = found === undefined ? 'there is nothing' : 'this is no folder';
  throw mistake('pack-root', `${what}, expected the folder of an archive`, {
    place: { file: name },
    hint: 'name the folder that holds manifest.yaml, images/ and operator/',
  });
}

/** What no image of files and folders can hold. */
function packMistakes({ file: root, name }: Named, { entries }: Directory): SolutionsError[] {
  return [...entries].flatMap(([path, { kind }]) => {
    const place = { file: `${name}:${path}` };
    if (kind === 'other') {
      return [
        mistake('pack-special', 'this is a device, a pipe or a socket', {
          place,
          hint: 'remove it: an archive holds files and folders',
        }),
      ];
    }
    return kind === 'file' ? accessMistakes(join(root, path), place) : [];
  });
}

function accessMistakes(file: string, place: { readonly file: string }): SolutionsError[] {
  try {
    accessSync(file, constants.R_OK);
    return [];
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const hint = 'this user needs read access to every file of the folder';
    const message = `the file cannot be read: ${systemText(cause)}`;
    return [mistake('pack-unreadable', message, { place, hint, cause })];
  }
}
