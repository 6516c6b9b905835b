import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { onDisk } from '../disk/failure.ts';
import { startPart, syncFolder, writeSynced } from '../disk/replace.ts';
import { isPrintable } from '../printable.ts';
import { mistake } from './mistake.ts';

/** A file on this machine. */
export interface Named {
  /** Absolute. */
  readonly file: string;
  /** As the user wrote it. */
  readonly name: string;
}

/** What the sums of an archive are in, beside it: where `check` and `import` look for them. */
export function sumsOf({ file, name }: Named): Named {
  return { file: `${file}.sha256`, name: `${name}.sha256` };
}

/**
 * Makes the folder that an archive goes to.
 *
 * @param root the folder that is packed
 * @throws SolutionsError `pack-target`, `pack-exists`; a DiskCode
 */
export function prepareTarget(
  target: Named,
  { root, overwrite }: { readonly root: Named; readonly overwrite: boolean },
): void {
  const place = { file: target.name };
  // What `sha256sum` writes for a backslash is more than the name.
  if (!isPrintable(target.file) || basename(target.file).includes('\\')) {
    throw mistake('pack-target', 'the path holds control characters, or the name a backslash', {
      place,
      hint: 'choose another name, such as storage-1.0.0.iso',
    });
  }
  for (const one of [target, sumsOf(target)]) requireFree(one, overwrite);
  const folder = dirname(target.file);
  const inside = onDisk(target.name, () => relative(realpathSync(root.file), realPath(folder)));
  if (inside === '' || !/^\.\.(?:\/|$)/u.test(inside)) {
    throw mistake('pack-target', 'the archive would lie in the folder that is packed', {
      place,
      hint: `choose a path outside ${JSON.stringify(root.name)}: an archive does not hold itself`,
    });
  }
  onDisk(target.name, () => mkdirSync(folder, { recursive: true }));
}

/** Where a folder is, or will be when it is made, links resolved. Throws system errors. */
function realPath(folder: string): string {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found ? realpathSync(folder) : join(realPath(dirname(folder)), basename(folder));
}

function requireFree({ file, name }: Named, overwrite: boolean): void {
  const found = onDisk(name, () => lstatSync(file, { throwIfNoEntry: false }));
  if (found === undefined || (found.isFile() && overwrite)) return;
  const place = { file: name };
  if (found.isFile()) {
    throw mistake('pack-exists', 'there is such a file already', {
      place,
      hint: 'choose another name; `--overwrite` replaces it',
    });
  }
  throw mistake('pack-target', 'this is there, and is no file', {
    place,
    hint: 'choose another name, or move it away',
  });
}

/** An image that is being written, under another name. */
export interface Draft {
  readonly file: string;
  write(bytes: Uint8Array): void;
  /** No more bytes come; they are on the disk when it returns. */
  close(): void;
  /** Gives the image its name, and writes its sums: never are both there and do not match. */
  publish(sha256: string): void;
  /** Removes what is not published. */
  discard(): void;
}

/** @throws SolutionsError with a DiskCode, as its methods do */
export function startDraft(target: Named): Draft {
  const disk = <T>(work: () => T): T => onDisk(target.name, work);
  const file = disk(() => startPart(target.file));
  let descriptor: number | undefined = disk(() => openSync(file, 'wx'));
  const closeIt = () => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  return {
    file,
    write: (bytes) => disk(() => writeAll(descriptor, bytes)),
    close: () =>
      disk(() => {
        if (descriptor !== undefined) fsyncSync(descriptor);
        closeIt();
      }),
    publish(sha256) {
      const sums = sumsOf(target);
      disk(() => {
        const part = startPart(sums.file);
        try {
          writeSynced(part, `${sha256}  ${basename(target.file)}\n`);
          rmSync(sums.file, { force: true });
          renameSync(file, target.file);
          renameSync(part, sums.file);
        } finally {
          rmSync(part, { force: true });
        }
        syncFolder(dirname(target.file));
      });
    },
    discard() {
      closeIt();
      rmSync(file, { force: true });
    },
  };
}

function writeAll(descriptor: number | undefined, bytes: Uint8Array): void {
  if (descriptor === undefined) throw new Error('the image was closed');
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}
