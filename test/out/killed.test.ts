import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readFolder } from '../../src/out/folder.ts';
import { isOwnName, SUMS, sumsText } from '../../src/out/sums.ts';
import { digestsOf, planFolder, type Files } from '../../src/out/plan.ts';
import { writeFolder } from '../../src/out/write.ts';
import { bundle, runProgram, scratch, tree } from '../disk/killed.ts';

/** Files that are told from those of another letter, and from halves of themselves; `-` is none. */
function version(letter: string, size: number): Map<string, string> {
  if (letter === '-') return new Map();
  const names = [
    '0000.yaml',
    '0100.yaml',
    `0200-${letter}.yaml`,
    `${letter}/0300.yaml`,
    'README.md',
  ];
  return new Map([
    ...names.map((name): [string, string] => [name, `${letter.repeat(size)}.`]),
    ['same', '='],
  ]);
}

let module = '';
let planModule = '';
beforeAll(async () => {
  module = await bundle('src/out/write.ts');
  planModule = await bundle('src/out/plan.ts');
});

interface Target {
  readonly out: string;
}

function target(): Target {
  return { out: join(scratch(), 'out') };
}

function write({ out }: Target, files: Files): void {
  writeFolder(planFolder(out, files), { overwrite: false });
}

/** A program that writes the versions of `letters` in turn, once or until it is killed. */
function program(
  { out }: Target,
  letters: string,
  options = { size: 10, overwrite: false, forever: false },
) {
  return `import { writeFolder } from ${JSON.stringify(module)};
    import { planFolder } from ${JSON.stringify(planModule)};
    const version = ${version.toString()};
    console.log('ready');
    do for (const letter of ${JSON.stringify(letters)})
      writeFolder(planFolder(${JSON.stringify(out)}, version(letter, ${options.size})),
        { overwrite: ${options.overwrite} });
    while (${options.forever});`;
}

/** What stands in `out` under names of ours has to be one of these versions, each file in whole. */
function expectWhole(out: string, versions: readonly Files[]): void {
  const torn = Object.entries(existsSync(out) ? tree(out) : {}).filter(
    ([name, text]) =>
      name !== SUMS && isOwnName(name) && !versions.some((files) => files.get(name) === text),
  );
  expect(torn.map(([name]) => name)).toEqual([]);
}

function expectExactly({ out }: Target, files: Files): void {
  const list = files.size === 0 ? {} : { [SUMS]: sumsText(digestsOf(files)) };
  expect(tree(out)).toEqual({ ...Object.fromEntries(files), ...list });
}

describe('after a kill before any call', () => {
  test.each([
    ['the same files', 'b'],
    ['the files from before', 'a'],
    ['other files', 'c'],
  ])('each file is old or new, and a run for %s finishes', async (_, next) => {
    const at = target();
    let dieAt = 0;
    let killed = true;
    while (killed) {
      write(at, version('a', 10));
      dieAt += 1;
      const run = await runProgram(program(at, 'b'), { dieAt });
      expect(run.stderr).toBe('');
      ({ killed } = run);
      expectWhole(at.out, [version('a', 10), version('b', 10)]);
      write(at, version(next, 10));
      expectExactly(at, version(next, 10));
    }
    expect(dieAt).toBeGreaterThan(15);
  });

  test.each([
    ['no files either', '-'],
    ['the files from before', 'a'],
  ])('of a run for no files, a run for %s finishes', async (_, next) => {
    const at = target();
    let dieAt = 0;
    let killed = true;
    while (killed) {
      write(at, version('a', 10));
      dieAt += 1;
      ({ killed } = await runProgram(program(at, '-'), { dieAt }));
      expectWhole(at.out, [version('a', 10)]);
      write(at, version(next, 10));
      expectExactly(at, version(next, 10));
    }
    expect(dieAt).toBeGreaterThan(10);
  });

  test('of the first run, the second finishes', async () => {
    const at = target();
    let killed = true;
    for (let dieAt = 1; killed; dieAt += 1) {
      rmSync(at.out, { recursive: true, force: true });
      ({ killed } = await runProgram(program(at, 'a'), { dieAt }));
      expectWhole(at.out, [version('a', 10)]);
      write(at, version('b', 10));
      expectExactly(at, version('b', 10));
    }
    expect(readFolder(at.out).next).toBeUndefined();
  });

  test('of the run after a kill, the third finishes', async () => {
    const at = target();
    const killedAgain: boolean[] = [];
    let killed = true;
    for (let dieAt = 1; killed; dieAt += 1) {
      write(at, version('a', 10));
      ({ killed } = await runProgram(program(at, 'b'), { dieAt }));
      const second = await runProgram(program(at, 'c'), { dieAt: 1 + ((dieAt * 7) % 25) });
      killedAgain.push(second.killed);
      expect(second.stderr).toBe('');
      expectWhole(at.out, [version('a', 10), version('b', 10), version('c', 10)]);
      write(at, version('d', 10));
      expectExactly(at, version('d', 10));
    }
    expect(killedAgain.filter(Boolean).length).toBeGreaterThan(10);
  });

  test('of an overwriting run, either nothing was overwritten or the next run finishes', async () => {
    const at = target();
    const edited = new Map([
      ...version('a', 10),
      ['0000.yaml', 'edited'],
      ['0200-b.yaml', 'theirs'],
    ]);
    const outcomes = new Set<string>();
    let killed = true;
    for (let dieAt = 1; killed; dieAt += 1) {
      rmSync(at.out, { recursive: true, force: true });
      write(at, version('a', 10));
      for (const name of ['0000.yaml', '0200-b.yaml']) {
        writeFileSync(join(at.out, name), edited.get(name) ?? '');
      }
      const options = { size: 10, overwrite: true, forever: false };
      ({ killed } = await runProgram(program(at, 'b', options), { dieAt }));
      expectWhole(at.out, [edited, version('a', 10), version('b', 10)]);
      const isUntouched = readFolder(at.out).files.get('0000.yaml')?.state === 'edited';
      outcomes.add(isUntouched ? 'untouched' : 'taken over');
      const found = tree(at.out);
      if (isUntouched) writeFolder(planFolder(at.out, version('b', 10)), { overwrite: true });
      else write(at, version('b', 10));
      expectExactly(at, version('b', 10));
      expect(isUntouched ? found : {}).toMatchObject(isUntouched ? Object.fromEntries(edited) : {});
    }
    expect(outcomes).toEqual(new Set(['untouched', 'taken over']));
  });
});

test('after kills at any time each file is old or new, and the next run finishes', async () => {
  const at = target();
  const size = 300_000;
  const versions = ['a', 'b', 'c', 'd'].map((letter) => version(letter, size));
  for (let round = 0; round < 25; round += 1) {
    const options = { size, overwrite: false, forever: true };
    const run = await runProgram(program(at, 'abc', options), { killAfter: Math.random() * 50 });
    expect([run.killed, run.stderr]).toEqual([true, '']);
    expectWhole(at.out, versions);
    // Every other round the next killed run is the one that finds the left-overs.
    if (round % 2 === 0) continue;
    write(at, version('d', size));
    expectExactly(at, version('d', size));
  }
});

test('an edit after a kill is still an edit', async () => {
  const at = target();
  write(at, version('a', 10));
  await runProgram(program(at, 'b'), { dieAt: 8 });
  expect(readFolder(at.out).next).toBeDefined();
  writeFileSync(join(at.out, 'README.md'), 'edited');
  expect(() => write(at, version('b', 10))).toThrow(
    expect.objectContaining({ code: 'edited', place: { file: 'out/README.md' } }),
  );
});

const report = ({ out }: Target) => `
  import { writeFolder } from ${JSON.stringify(module)};
  import { planFolder } from ${JSON.stringify(planModule)};
  const files = new Map([['a.yaml', 'new'], ['b.yaml', 'b'.repeat(100000)], ['c.yaml', 'new']]);
  try { writeFolder(planFolder(${JSON.stringify(out)}, files), { overwrite: false }); }
  catch ({ code, message, place }) { console.log(JSON.stringify([code, message, place.file])); }`;

describe('what the disk refuses', () => {
  const old = new Map([
    ['a.yaml', 'old'],
    ['b.yaml', 'old'],
  ]);

  test('names the file that found no room; the next run goes on', async () => {
    const at = target();
    write(at, old);
    const { stdout, stderr } = await runProgram(report(at), { fileLimit: 16 });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([
      'disk-full',
      'could not be read or written: file too large (EFBIG)',
      'out/b.yaml',
    ]);
    expect(tree(at.out)).toMatchObject({ 'a.yaml': 'new', 'b.yaml': 'old' });
    write(at, old);
    expectExactly(at, old);
  });

  test('names the file that may not be written, and changes nothing', async () => {
    const at = target();
    write(at, old);
    const before = tree(at.out);
    chmodSync(at.out, 0o555);
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    const { stdout } = await runProgram(report(at), uid === undefined ? {} : { uid });
    chmodSync(at.out, 0o755);
    expect(JSON.parse(stdout)).toEqual([
      'disk-denied',
      'could not be read or written: permission denied (EACCES)',
      'out/.SHA256SUMS.next',
    ]);
    expect(tree(at.out)).toEqual(before);
    expect(readFileSync(join(at.out, 'a.yaml'), 'utf8')).toBe('old');
  });
});
