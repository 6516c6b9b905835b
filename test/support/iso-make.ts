import { open, truncate, writeFile } from 'node:fs/promises';
import { execa } from 'execa';

/** Who writes the image: both take the options of mkisofs. */
export type IsoProgram = 'genisoimage' | 'xorriso';

/** How the vendors call mkisofs. */
const ARCHIVE_OPTIONS = [
  '-rock',
  '-joliet',
  '-joliet-long',
  '-full-iso9660-filenames',
  '-iso-level=3',
  '-uid=0',
  '-gid=0',
  '-volid=Example 1.0.0',
  '-input-charset=utf-8',
  '-output-charset=utf-8',
].flatMap((option) => option.split('='));

/** Makes the image `iso` of the directory `root` as vendors do, by genisoimage. */
export async function genisoimage(
  root: string,
  iso: string,
  extra: readonly string[] = [],
): Promise<void> {
  await mkisofs('genisoimage', iso, [...ARCHIVE_OPTIONS, ...extra, root]);
}

/** Makes the image `iso` of the directory `root` as vendors do, by xorriso. */
export async function xorriso(
  root: string,
  iso: string,
  extra: readonly string[] = [],
): Promise<void> {
  await mkisofs('xorriso', iso, [...ARCHIVE_OPTIONS, ...extra, root]);
}

/** Runs mkisofs with these options alone: for images that a vendor should not have made. */
export async function mkisofs(
  program: IsoProgram,
  iso: string,
  options: readonly string[],
): Promise<void> {
  const [command, args] = commandOf(program, ['-quiet', '-o', iso, ...options]);
  await orAdvice(program, execa(command, args));
}

/**
 * The image that mkisofs would make, with its first MiB (descriptors and directories) as written
 * and a hole for the rest: images of many GiB in no time and no space.
 */
export async function mkisofsHead(
  program: IsoProgram,
  iso: string,
  options: readonly string[],
): Promise<void> {
  const [command, args] = commandOf(program, ['-quiet', '-o', '-', ...options]);
  const running = execa(command, args, { buffer: false, reject: false, encoding: 'buffer' });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of running.stdout) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('expected bytes');
    chunks.push(chunk);
    length += chunk.length;
    if (length >= 1 << 20) break;
  }
  running.kill('SIGKILL');
  const result = await running;
  if (length === 0) await orAdvice(program, Promise.reject(result));
  const head = Buffer.concat(chunks);
  await writeFile(iso, head);
  await truncate(iso, head.readUInt32LE(16 * 2048 + 80) * 2048);
}

/** Creates a file of `size` bytes that takes no space. */
export async function sparseFile(path: string, size: number): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(size);
  await file.close();
}

function commandOf(program: IsoProgram, options: readonly string[]): [string, string[]] {
  // genisoimage has no standard output called `-`: it writes there when no -o is given.
  if (program === 'genisoimage') return [program, withoutDash(options)];
  return [program, ['-as', 'mkisofs', ...options]];
}

function withoutDash(options: readonly string[]): string[] {
  return options.filter((option, index) => {
    const isOutput = option === '-o' && options[index + 1] === '-';
    return !isOutput && !(option === '-' && options[index - 1] === '-o');
  });
}

async function orAdvice(program: IsoProgram, running: Promise<unknown>): Promise<void> {
  try {
    await running;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new Error(`the tests need ${program}: install it (apt-get install ${program})`, {
        cause,
      });
    }
    throw cause;
  }
}
