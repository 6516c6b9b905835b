import { join } from 'node:path';
import { packageFile } from '../src/package.ts';
import { contest } from './contest.ts';
import { makeRepository, writeEnvironments } from './environments.ts';
import { limitRow, timeText, type Row } from './table.ts';
import { run } from './tool.ts';

const ROUNDS = 7;
const COUNT = 1000;
const main = packageFile('build/main.js');
/** What is to be planned, by the number of Environments that get another version. */
const upgrades = { none: 0, one: 1, all: COUNT } as const;

/** How long `plan` of a thousand Environments takes, of which none, one or all are upgraded. */
export async function planRows(folder: string): Promise<Row[]> {
  const root = makeRepository(join(folder, 'plan'), ['1.0.0', '1.1.0']);
  upgrade(root, 0);
  run({ file: process.execPath, args: [main, '-C', root, 'synth', '--locked'] });
  const commit =
    'git add --all && git -c user.name=bench -c user.email=bench@example.com commit -q';
  run({ file: 'sh', shell: `cd '${root}' && git init -q && ${commit} -m 'version 1.0.0'` });
  const times = await contest(
    Object.fromEntries(
      Object.entries(upgrades).map(([name, count]) => [name, () => planOf(root, count)]),
    ),
    ROUNDS,
  );
  return Object.keys(upgrades).map((name) =>
    limitRow({
      what: `plan of 1,000 Environments, ${name} upgraded`,
      value: times.get(name) ?? Number.NaN,
      atMost: 2000,
      text: timeText,
    }),
  );
}

function upgrade(root: string, count: number): void {
  const versions = Array.from({ length: COUNT }, (_, index) => (index < count ? '1.1.0' : '1.0.0'));
  writeEnvironments(root, versions);
}

/** Differences, which exit with 3, are no failure. */
function planOf(root: string, count: number): number {
  upgrade(root, count);
  const shell = `'${process.execPath}' '${main}' -C '${root}' plan || test $? -eq 3`;
  return run({ file: 'sh', shell }).milliseconds;
}
