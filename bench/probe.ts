import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { readContents } from '../src/archive/contents.ts';
import { openTree, type Tree } from '../src/archive/tree.ts';
import { openImage, readEntry } from '../src/iso/image.ts';
import { openFile } from '../src/iso/reader.ts';
import { hashArchive, verifyBlobs } from '../src/metadata/verify.ts';
import { packageFile } from '../src/package.ts';
import { median } from './contest.ts';
import { ownPeak, run } from './tool.ts';

const findings = z.object({
  /** Milliseconds. */
  time: z.number(),
  /** The most memory that the process had, in MiB. */
  peak: z.number(),
  /** Reads of the disk for the directory tree; only where they are counted. */
  treeReads: z.number().optional(),
  /** Reads of the disk for the files after it. */
  fileReads: z.number().optional(),
});

/** What a probe found. */
export type Findings = z.output<typeof findings>;

/** What is measured in a process of its own, because a first call or a peak happens once in one. */
export type ProbeName = keyof typeof probes;

/** The archive that a probe reads: an image, and a file with the paths in it, one a line. */
export interface Probed {
  readonly iso: string;
  readonly list: string;
}

/** For a warm time; the first half of them lets Node compile. */
const CALLS = 400;
const MAX_TEXT = 1 << 20;

const probes = {
  'texts-first': ({ iso, list }: Probed) => timed(textsOf(iso, list)),
  'texts-warm': ({ iso, list }: Probed) => timedWarm(textsOf(iso, list)),
  'contents-first': ({ iso }: Probed) => timed(() => withTree(iso, readContents)),
  'contents-warm': ({ iso }: Probed) => timedWarm(() => withTree(iso, readContents)),
  reads: countReads,
  'hash-file': ({ iso }: Probed) => {
    const tree = openTree(iso, iso);
    return timed(() => hashArchive(tree, { threads: 1 }));
  },
  'hash-blobs': ({ iso }: Probed) => {
    const tree = openTree(iso, iso);
    const { images } = readContents(tree);
    return timed(() => verifyBlobs(tree, images.blobs));
  },
};

/** Starts this program again to measure `name` there. */
export function probed(name: ProbeName, { iso, list }: Probed): Findings {
  const args = [packageFile('build/bench.js'), 'probe', name, iso, list];
  const { stdout } = run({ file: process.execPath, args });
  return findings.parse(JSON.parse(stdout.toString()));
}

/** What {@link probed} started: measures, and prints what it found. */
export async function probe([name, iso = '', list = '']: readonly string[]): Promise<void> {
  const measure = Object.entries(probes).find(([known]) => known === name)?.[1];
  if (measure === undefined) throw new Error(`there is no probe ${name}`);
  const found = await measure({ iso, list });
  process.stdout.write(JSON.stringify({ ...found, peak: ownPeak() }));
}

/** A call that opens the archive and reads the files in `list`. */
function textsOf(iso: string, list: string): () => unknown {
  const paths = pathsIn(list);
  return () => withTree(iso, (tree) => paths.map((path) => readText(tree, path)));
}

function readText(tree: Tree, path: string): Uint8Array {
  const file = tree.find(path);
  if (file === undefined) throw new Error(`${path} is not in the archive`);
  return tree.read(file, MAX_TEXT);
}

function withTree<Result>(iso: string, work: (tree: Tree) => Result): Result {
  const tree = openTree(iso, iso);
  try {
    return work(tree);
  } finally {
    tree.close();
  }
}

async function timed(work: () => unknown): Promise<{ time: number }> {
  const start = performance.now();
  const result = work();
  // A turn of the event loop would count otherwise.
  if (result instanceof Promise) await result;
  return { time: performance.now() - start };
}

function timedWarm(work: () => unknown): { time: number } {
  const times = Array.from({ length: CALLS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return { time: median(times.slice(CALLS / 2)) };
}

function countReads({ iso, list }: Probed) {
  const reader = openFile(iso);
  const image = openImage(reader, iso);
  const treeReads = reader.reads;
  for (const path of pathsIn(list)) {
    const entry = image.entries.get(path);
    if (entry) readEntry(image, entry, MAX_TEXT);
  }
  const fileReads = reader.reads - treeReads;
  reader.close();
  return { time: 0, treeReads, fileReads };
}

function pathsIn(list: string): string[] {
  return readFileSync(list, 'utf8').trimEnd().split('\n');
}
