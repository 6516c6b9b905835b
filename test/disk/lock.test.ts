import { existsSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeLock } from '../../src/disk/lock.ts';
import { bundle, runProgram, scratch } from './killed.ts';

test('a lock is made with its folder, and gone after its release', () => {
  const path = join(scratch(), '.solutions/out.lock');
  const lock = takeLock(path);
  expect(readlinkSync(path)).toBe(`pid-${process.pid}`);
  lock.release();
  takeLock(path).release();
});

test('a lock of this process is not taken twice', () => {
  const path = join(scratch(), 'lock');
  const lock = takeLock(path);
  expect(() => takeLock(path)).toThrow(expect.objectContaining({ code: 'disk-locked' }));
  lock.release();
});

test('a lock of a live process is refused with its number', () => {
  const path = join(scratch(), 'lock');
  symlinkSync(`pid-${process.ppid}`, path);
  expect(() => takeLock(path)).toThrow(
    expect.objectContaining({
      code: 'disk-locked',
      message: `another run holds the lock: process ${process.ppid}`,
      place: { file: path },
      hint: 'wait for it to end; if there is no such run, remove this file',
    }),
  );
});

test('something else with the name of the lock is left alone', () => {
  const path = join(scratch(), 'lock');
  writeFileSync(path, 'theirs');
  expect(() => takeLock(path)).toThrow(expect.objectContaining({ code: 'disk-locked' }));
});

test('a lock of a killed process is taken over, also when a takeover was killed', async () => {
  const module = await bundle('src/disk/lock.ts');
  const path = join(scratch(), 'lock');
  const program = `import { takeLock } from ${JSON.stringify(module)};
    takeLock(${JSON.stringify(path)}); process.kill(process.pid, 'SIGKILL');`;
  expect(await runProgram(program)).toEqual({ killed: true, stdout: '', stderr: '' });
  symlinkSync(readlinkSync(path), `${path}.takeover`);
  const lock = takeLock(path);
  expect(readlinkSync(path)).toBe(`pid-${process.pid}`);
  expect(existsSync(`${path}.takeover`)).toBe(false);
  lock.release();
});

test('of several runs that see the same dead owner, one at a time holds the lock', async () => {
  const module = await bundle('src/disk/lock.ts');
  const root = scratch();
  // Each run leaves its lock to a dead owner again, so that every turn is a takeover.
  const program = `import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
    import { takeLock } from ${JSON.stringify(module)};
    const [lock, inside] = [${JSON.stringify(join(root, 'lock'))}, ${JSON.stringify(join(root, 'inside'))}];
    let turns = 0;
    for (const end = Date.now() + 1500; Date.now() < end; ) {
      try { takeLock(lock); } catch (error) { if (error.code === 'disk-locked') continue; throw error; }
      writeFileSync(inside, '', { flag: 'wx' });
      rmSync(inside);
      rmSync(lock);
      try { symlinkSync('pid-4194305', lock); } catch {}
      break;
    }
    console.log('held');`;
  symlinkSync('pid-4194305', join(root, 'lock'));
  for (let round = 0; round < 5; round += 1) {
    const runs = await Promise.all(Array.from({ length: 4 }, () => runProgram(program)));
    expect(runs.map(({ stdout, stderr }) => stdout + stderr)).toEqual(
      Array.from({ length: 4 }, () => 'held\n'),
    );
  }
});
