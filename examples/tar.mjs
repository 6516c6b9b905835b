const BLOCK = 512;

/**
 * A tar archive (POSIX ustar) whose bytes depend on `files` alone: owner root, time 0, files 0644,
 * directories 0755, sorted by path. Paths are relative, at most 100 bytes long; the directories
 * above a file are added.
 *
 * @param {Readonly<Record<string, string>>} files text by path
 * @returns {Buffer}
 */
export function tar(files) {
  const paths = Object.keys(files);
  const folders = new Set(paths.flatMap(foldersAbove));
  const entries = [...folders, ...paths].toSorted().map((path) => {
    const text = files[path];
    return text === undefined
      ? [header({ path: `${path}/`, mode: 0o755, size: 0, type: '5' })]
      : fileEntry(path, Buffer.from(text));
  });
  return Buffer.concat([...entries.flat(), Buffer.alloc(2 * BLOCK)]);
}

/** @param {string} path */
function foldersAbove(path) {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/**
 * @param {string} path
 * @param {Buffer} content
 */
function fileEntry(path, content) {
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return [header({ path, mode: 0o644, size: content.length, type: '0' }), content, padding];
}

/**
 * The offsets are those of the ustar header block in POSIX.1-1988, "pax" interchange format.
 *
 * @param {{ path: string, mode: number, size: number, type: '0' | '5' }} entry
 */
function header({ path, mode, size, type }) {
  if (Buffer.byteLength(path) > 100) throw new Error(`${path} is too long for a tar header`);
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108); // uid
  block.write(octal(0, 7), 116); // gid
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136); // mtime
  block.write(' '.repeat(8), 148); // the checksum counts as spaces while it is summed up
  block.write(type, 156);
  block.write('ustar\u000000', 257);
  block.write('root', 265);
  block.write('root', 297);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

/**
 * @param {number} value
 * @param {number} width
 */
function octal(value, width) {
  return value.toString(8).padStart(width, '0');
}
