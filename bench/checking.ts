import { packageFile } from '../src/package.ts';
import { contest } from './contest.ts';
import type { LargeArchive } from './large-archive.ts';
import { limitRow, timeText, type Row } from './table.ts';
import { run } from './tool.ts';

const ROUNDS = 15;

/** How long the whole process of `check` takes for an archive of 40 images, without its blobs. */
export async function checkRows({ iso }: LargeArchive): Promise<Row[]> {
  const args = [packageFile('build/main.js'), 'check', iso];
  const times = await contest(
    { check: () => run({ file: process.execPath, args }).milliseconds },
    ROUNDS,
  );
  const value = times.get('check') ?? Number.NaN;
  return [limitRow({ what: 'check of 40 images', value, atMost: 250, text: timeText })];
}
