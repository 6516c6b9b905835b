import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { archiveRows } from './archive-reading.ts';
import { checkRows } from './checking.ts';
import { hashRows } from './hashing.ts';
import { makeLargeArchive, type LargeArchive } from './large-archive.ts';
import { probe } from './probe.ts';
import { pushRows } from './pushing.ts';
import { makeScratch } from './scratch.ts';
import { exampleRows, growthRows } from './synthesis.ts';
import { tableText, type Row } from './table.ts';

/** What a part works with; the archive is made when the first one needs it. */
interface Place {
  readonly folder: string;
  readonly archive: () => LargeArchive;
}

const parts: Readonly<Record<string, (place: Place) => Promise<Row[]>>> = {
  archive: ({ archive, folder }) => archiveRows(archive(), folder),
  hash: ({ archive }) => hashRows(archive()),
  example: ({ folder }) => exampleRows(folder),
  growth: ({ folder }) => growthRows(folder),
  check: ({ archive }) => checkRows(archive()),
  push: ({ folder }) => pushRows(folder),
};

/** Measures the parts that are named, or all; prints one table. */
async function bench(names: readonly string[]): Promise<void> {
  const wanted = names.length > 0 ? names : Object.keys(parts);
  const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
  if (unknown.length > 0) {
    throw new Error(`unknown: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  }
  const { folder, remove } = makeScratch();
  let archive: LargeArchive | undefined;
  const place = { folder, archive: () => (archive ??= makeLargeArchive(folder)) };
  const before = factsText();
  const rows: Row[] = [];
  try {
    for (const name of wanted) {
      process.stderr.write(`measuring: ${name}\n`);
      rows.push(...((await parts[name]?.(place)) ?? []));
    }
  } finally {
    // What was measured before a failure took minutes.
    process.stdout.write(`${before}, ${loadText()} after\n\n${tableText(rows)}\n`);
    remove();
  }
}

function factsText(): string {
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const machine = `${platform()} ${arch()}, ${cpus().length} cores, ${memory}`;
  return `Node ${process.versions.node}, ${machine}; medians; ${loadText()} before`;
}

/** Other work on the machine: the targets are meant for a quiet one. */
function loadText(): string {
  return `load ${(loadavg()[0] ?? 0).toFixed(1)}`;
}

/** Settles when all is measured; the build waits for it. */
export const ended = run(process.argv.slice(2));

async function run([first, ...rest]: readonly string[]): Promise<void> {
  if (first === 'probe') await probe(rest);
  else await bench(first === undefined ? [] : [first, ...rest]);
}
