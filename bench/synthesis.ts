import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { packageFile } from '../src/package.ts';
import { contest } from './contest.ts';
import { makeRepository, writeEnvironments } from './environments.ts';
import { planRows } from './planning.ts';
import { compareRow, factorText, limitRow, memoryText, timeText, type Row } from './table.ts';
import { contenderOf, memoryOf, run } from './tool.ts';

const ROUNDS = 15;
const LARGE_ROUNDS = 7;
const main = packageFile('build/main.js');
/** A time stamp of the last two seconds is not trusted, and the archive is hashed once more. */
const SETTLED_MS = 2100;

/** How long `synth` of the example takes where there is nothing to extract. */
export async function exampleRows(folder: string): Promise<Row[]> {
  const root = join(folder, 'example');
  for (const name of ['solutions.yaml', 'environments.yaml', 'platform.yaml']) {
    cpSync(packageFile(name), join(root, name));
  }
  for (const name of ['metadata', 'out', 'examples']) {
    cpSync(packageFile(name), join(root, name), { recursive: true });
  }
  await pause(SETTLED_MS);
  const times = await contest(
    {
      synth: () => synth(root),
      node: contenderOf({ file: process.execPath, args: ['-e', '0'] }),
    },
    ROUNDS,
  );
  const ours = times.get('synth') ?? Number.NaN;
  return [
    limitRow({ what: 'synth of the example', value: ours, atMost: 350, text: timeText }),
    compareRow({
      what: 'synth of the example',
      ours,
      beside: 'node -e 0',
      theirs: times.get('node'),
    }),
  ];
}

/** How `synth` and `plan` grow with the number of Environments, and what kustomize takes for less. */
export async function growthRows(folder: string): Promise<Row[]> {
  const [none, small, large] = [0, 100, 1000].map((count) => repositoryOf(folder, count));
  if (!none || !small || !large) throw new Error('a repository was not made');
  const times = await contest(
    {
      none: () => synthAnew(none),
      small: () => synthAnew(small),
      large: () => synthAnew(large),
      kustomize: contenderOf({ file: 'kubectl', args: ['kustomize', join(small, 'out')] }),
    },
    LARGE_ROUNDS,
  );
  const time = (name: string) => times.get(name) ?? Number.NaN;
  const net = (time('large') - time('none')) / (time('small') - time('none'));
  const gross = time('large') / time('small');
  const [few, many] = [objectsIn(small), objectsIn(large)];
  return [
    limitRow({
      what: `synth of 1,000 Environments, ${many} objects`,
      value: time('large'),
      atMost: 3000,
      text: timeText,
    }),
    limitRow({ what: 'its memory', value: peakOf(large), atMost: 500, text: memoryText }),
    compareRow({
      what: `synth of 100 Environments, ${few} objects`,
      ours: time('small'),
      beside: 'kubectl kustomize of them',
      theirs: times.get('kustomize'),
    }),
    limitRow({ what: 'ten times the Environments', value: gross, atMost: 11, text: factorText }),
    limitRow({
      what: 'the same without the time of none at all',
      value: net,
      atMost: 11,
      text: factorText,
    }),
    ...(await planRows(folder)),
  ];
}

/** A repository with so many Environments, each with one Solution of the example. */
function repositoryOf(folder: string, count: number): string {
  const root = makeRepository(join(folder, `environments-${count}`), ['1.1.0']);
  writeEnvironments(
    root,
    Array.from({ length: count }, () => 'latest'),
  );
  return root;
}

function synth(root: string): number {
  return run({ file: process.execPath, args: [main, '-C', root, 'synth'] }).milliseconds;
}

/** Everything is written: an unchanged folder would be compared only. */
function synthAnew(root: string): number {
  rmSync(join(root, 'out'), { recursive: true, force: true });
  return run({ file: process.execPath, args: [main, '-C', root, 'synth', '--locked'] })
    .milliseconds;
}

/** The most memory that `synth` has in use, in MiB. */
function peakOf(root: string): number {
  rmSync(join(root, 'out'), { recursive: true, force: true });
  return memoryOf([main, '-C', root, 'synth', '--locked']);
}

function objectsIn(root: string): number {
  const out = join(root, 'out');
  return readdirSync(out)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(out, name), 'utf8').match(/^kind:/gmu)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0);
}
