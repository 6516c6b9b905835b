import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeLock } from '../../src/disk/lock.ts';
import { bundle, runProgram, scratch, tree } from './killed.ts';

test('a lock is made with its folder, and gone after its release', () => {
  const root = scratch();
  const path = join(root, '.solutions/out.lock');
  const lock = takeLock(path);
  expect(tree(root)).toEqual({ [`.solutions/out.lock.${process.pid}`]: '' });
  lock.release();
  expect(tree(root)).toEqual({});
  takeLock(path).release();
});

test('a lock of this process is not taken twice', () => {
  const path = join(scratch(), 'lock');
  const lock = takeLock(path);
  expect(() => takeLock(path)).toThrow(expect.objectContaining({ code: 'disk-locked' }));
  lock.release();
  takeLock(path).release();
});

test('a claim of this process number from before is its own', () => {
  const path = join(scratch(), 'lock');
  writeFileSync(`${path}.${process.pid}`, '');
  expect(() => takeLock(path).release()).not.toThrow();
});

test('a lock of a live process is refused with its number, and stays', () => {
  const root = scratch();
  const path = join(root, 'lock');
  writeFileSync(`${path}.${process.ppid}`, '');
  expect(() => takeLock(path)).toThrow(
    expect.objectContaining({
      code: 'disk-locked',
      message: `another run is at work: process ${process.ppid}`,
      place: { file: `${path}.${process.ppid}` },
      hint: 'wait for it to end; if that process is no run of this program, remove this file',
    }),
  );
  expect(tree(root)).toEqual({ [`lock.${process.ppid}`]: '' });
});

test('after a kill before any call the lock can be taken, and no claim is left', async () => {
  const module = await bundle('src/disk/lock.ts');
  const root = scratch();
  const path = join(root, 'lock');
  const theirs = { 'lock.': '', 'lock.1x': '', 'other.lock.1': '', lock: '' };
  for (const name of Object.keys(theirs)) writeFileSync(join(root, name), '');
  const program = `import { takeLock } from ${JSON.stringify(module)};
    takeLock(${JSON.stringify(path)}).release();`;
  let killed = true;
  for (let dieAt = 1; killed; dieAt += 1) {
    ({ killed } = await runProgram(program, { dieAt }));
    takeLock(path).release();
    expect(tree(root)).toEqual(theirs);
  }
});

test('of several runs at a time one holds the lock, also among claims of the dead', async () => {
  const module = await bundle('src/disk/lock.ts');
  const root = scratch();
  const program = `import { rmSync, writeFileSync } from 'node:fs';
    import { takeLock } from ${JSON.stringify(module)};
    const root = ${JSON.stringify(root)};
    let turns = 0;
    for (const end = Date.now() + 20_000; turns < 100 && Date.now() < end; ) {
      let lock;
      try { lock = takeLock(root + '/lock'); }
      catch (error) { if (error.code === 'disk-locked') continue; throw error; }
      writeFileSync(root + '/inside', '', { flag: 'wx' });
      writeFileSync(root + '/lock.' + (5_000_000 + turns), '');
      rmSync(root + '/inside');
      lock.release();
      turns += 1;
    }
    console.log(turns);`;
  const runs = await Promise.all([1, 2, 3].map(() => runProgram(program)));
  expect(runs.map(({ stdout, stderr }) => stdout + stderr)).toEqual(['100\n', '100\n', '100\n']);
  takeLock(join(root, 'lock')).release();
  expect(readdirSync(root)).toEqual([]);
});
