import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { contest, median, type Contender } from './contest.ts';
import type { LargeArchive } from './large-archive.ts';
import { probed, type ProbeName } from './probe.ts';
import { compareRow, countText, limitRow, timeText, type Row } from './table.ts';
import { contenderOf } from './tool.ts';

/** Processes for a first call. */
const STARTS = 15;
const ROUNDS = 15;

/** How long the text of an archive takes to read, beside the tools that extract the same files. */
export async function archiveRows(archive: LargeArchive, folder: string): Promise<Row[]> {
  const { treeReads = Number.NaN, fileReads = Number.NaN } = probed('reads', archive);
  const tools = toolsFor(archive, join(folder, 'extracted'));
  const times = await contest({ ours: () => probed('texts-warm', archive).time, ...tools }, ROUNDS);
  const warm = times.get('ours') ?? Number.NaN;
  const count = archive.texts.length;
  const what = `${count} text files of a 4 GiB archive`;
  return [
    timeRow(`${what}, first call`, timeOf('texts-first', archive), 5),
    timeRow(`${what}, warm`, warm, 1.5),
    ...Object.keys(tools).map((beside) =>
      compareRow({
        what: `${what}, warm`,
        ours: warm,
        beside,
        theirs: times.get(beside),
        atLeast: 10,
      }),
    ),
    timeRow('the same, checked and parsed, first call', timeOf('contents-first', archive)),
    timeRow('the same, checked and parsed, warm', probed('contents-warm', archive).time),
    readsRow('the directory tree', treeReads, 20),
    readsRow(`then the ${count} files`, fileReads, count),
  ];
}

function timeRow(what: string, value: number, atMost?: number): Row {
  return limitRow({ what, value, atMost, text: timeText });
}

function readsRow(what: string, value: number, atMost: number): Row {
  return limitRow({ what: `reads of the disk: ${what}`, value, atMost, text: countText });
}

function timeOf(name: ProbeName, archive: LargeArchive): number {
  return median(Array.from({ length: STARTS }, () => probed(name, archive).time));
}

/** Each tool gets the files in as few calls as it can: isoinfo takes one a call. */
function toolsFor(
  { iso, texts }: LargeArchive,
  target: string,
): Record<string, Contender | undefined> {
  const outputs = texts.reduce((sum, { size }) => sum + size, 0);
  const paths = texts.map(({ path }) => path);
  const calls = paths.map((path) => `isoinfo -R -i '${iso}' -x '/${path}'`).join('\n');
  const extractions = paths.flatMap((path) => ['-extract', `/${path}`, join(target, path)]);
  const xorriso = contenderOf({
    file: 'xorriso',
    args: ['-indev', iso, '-osirrox', 'on', ...extractions],
  });
  return {
    'isoinfo -x': contenderOf({ file: 'isoinfo', shell: calls, outputs }),
    'bsdtar -xOf': contenderOf({ file: 'bsdtar', args: ['-xOf', iso, ...paths], outputs }),
    'bsdtar -q -xOf': contenderOf({ file: 'bsdtar', args: ['-q', '-xOf', iso, ...paths], outputs }),
    '7zz e -so': contenderOf({ file: '7zz', args: ['e', '-so', '-bd', iso, ...paths], outputs }),
    'xorriso -osirrox': xorriso && (() => intoFolder(target, outputs, xorriso)),
  };
}

/** xorriso writes files: into an empty folder each time. */
function intoFolder(target: string, outputs: number, work: Contender): number {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  const milliseconds = work();
  const files = readdirSync(target, { recursive: true, withFileTypes: true });
  const found = files
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  if (found !== outputs) throw new Error(`xorriso gave ${found} bytes, expected ${outputs}`);
  return milliseconds;
}
