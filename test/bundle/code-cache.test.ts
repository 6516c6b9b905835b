import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleFor, cacheFileOf, opened, sealed } from '../../bundle/code-cache.cjs';
import { packageFile, packageVersion } from '../../src/package.ts';

/** Prints whether V8 takes what is in a cache file for a bundle. */
const JUDGE = `
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const [bundle, cache] = process.argv.slice(1);
const cachedData = readFileSync(cache).subarray(0, -4);
const script = new Script(readFileSync(bundle, 'latin1'), { filename: 'bundle', cachedData });
console.log(script.cachedDataRejected ? 'rejected' : 'taken');
`;

let folder = '';
let bundle = '';
let cache = '';

/** A copy of the program: the other tests run the one of this repository. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'solutions-bundle-'));
  bundle = join(folder, 'build/main.bundle.js');
  cache = cacheFileOf(bundle);
  cpSync(packageFile('build'), join(folder, 'build'), { recursive: true });
  cpSync(packageFile('package.json'), join(folder, 'package.json'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function start(...args: readonly string[]) {
  const { exitCode, signal, stdout, stderr } = await execa(
    'node',
    [join(folder, 'build/main.js'), ...args],
    { reject: false },
  );
  return { exitCode, signal, stdout, stderr };
}

/** Of the data in a cache file, without its sum. */
function dataOf(file: Buffer): Buffer {
  return Buffer.from(file.subarray(0, -4));
}

/** A copy with one bit changed at a share of its length. */
function flipped(bytes: Buffer, share: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.floor((bytes.length - 1) * share);
  copy.writeUInt8(copy.readUInt8(at) ^ 16, at);
  return copy;
}

describe('the code cache that the build makes', () => {
  it.each(['main', 'main-check', 'main-completion', 'main-inspect', 'main-push'])(
    'is taken by V8 as it is (%s)',
    async (name) => {
      const one = join(folder, `build/${name}.bundle.js`);
      expect((await execa('node', ['-e', JUDGE, one, cacheFileOf(one)])).stdout).toBe('taken');
    },
  );

  it('is not taken for another bundle, which this test would notice', async () => {
    writeFileSync(bundle, `${readFileSync(bundle, 'latin1')};`);
    expect((await execa('node', ['-e', JUDGE, bundle, cache])).stdout).toBe('rejected');
  });

  it('holds no path of the machine that made it', () => {
    const text = readFileSync(cache, 'latin1');
    for (const path of [packageFile(''), join(tmpdir(), 'solutions-')]) {
      expect(text.includes(path)).toBe(false);
    }
  });
});

describe('what is told apart before V8 sees it', () => {
  const source = Buffer.from('1 + 1');
  const data = Buffer.from('what V8 gave');

  it('a cache is opened with the source that it was made of', () => {
    expect(opened(source, sealed(source, data))).toEqual(data);
  });

  it.each([
    ['of another source of that length', Buffer.from('1 - 1'), sealed(source, data)],
    ['that is empty', source, Buffer.alloc(0)],
    ['that is shorter than its sum', source, Buffer.alloc(3)],
    ['that is its sum alone', source, sealed(source, Buffer.alloc(0))],
    ['that is cut', source, sealed(source, data).subarray(0, -1)],
    ['with a changed byte', source, flipped(sealed(source, data), 0.5)],
    ['with a changed sum', source, flipped(sealed(source, data), 1)],
  ])('a cache %s is not', (_, of, file) => {
    expect(opened(of, file)).toBeUndefined();
  });
});

describe('the bundle of a command', () => {
  it.each([
    ['main-push', ['push', 'a.iso', '--to', 'registry.example']],
    ['main-check', ['check', 'a.iso']],
    ['main-completion', ['complete', '--', 'push', '']],
    ['main-completion', ['completion', 'bash']],
    ['main', ['-C', 'folder', 'push', 'a.iso']],
    ['main', ['help', 'push']],
    ['main', ['synth', '--check']],
    ['main', []],
  ])('is %s for %j', (name, args) => {
    expect(bundleFor('main', args)).toBe(`${name}.bundle.js`);
  });

  it('is that of the bench for whatever is measured', () => {
    expect(bundleFor('bench', ['push'])).toBe('bench.bundle.js');
  });

  it.each(readdirSync(packageFile('build')).filter((name) => /^main.*\.js$/u.test(name)))(
    'imports nothing that Node would have to load: a script has no loader (%s)',
    (name) => {
      const text = readFileSync(packageFile(`build/${name}`), 'latin1');
      expect(text.match(/\bimport\((?!\))[^)]{0,40}\)/gu) ?? []).toEqual([]);
    },
  );

  it.each(readdirSync(packageFile('build')).filter((name) => /^main-.*\.js$/u.test(name)))(
    'goes without nothing but what other commands load when they are called (%s)',
    (name) => {
      const text = readFileSync(packageFile(`build/${name}`), 'latin1');
      const absent = [...text.matchAll(/(.{30})require\("(\.[^"]*)"\)/gu)];
      expect(absent.length).toBeGreaterThan(5);
      for (const [, before, path = ''] of absent) {
        expect(before).toMatch(/\.then\(\(\)=>(?:__toESM\()?$/u);
        expect(name.startsWith(`main-${basename(path, '.ts')}.`)).toBe(false);
      }
    },
  );
});

describe('the program', () => {
  const version = { exitCode: 0, signal: undefined, stdout: packageVersion(), stderr: '' };

  it('runs without a cache, as it does on another Node.js', async () => {
    rmSync(cache);
    expect(await start('--version')).toEqual(version);
  });

  it.each([0.01, 0.25, 0.5, 0.75, 1])(
    'runs with a cache that is damaged at %d of its length',
    async (share) => {
      writeFileSync(cache, flipped(readFileSync(cache), share));
      expect(await start('--version')).toEqual(version);
    },
  );

  it('runs with a cache that V8 rejects', async () => {
    const file = readFileSync(cache);
    // The version, in the first words of V8's own header.
    const data = dataOf(file);
    data.writeUInt32LE(data.readUInt32LE(4) ^ 1, 4);
    writeFileSync(cache, sealed(readFileSync(bundle), data));
    expect((await execa('node', ['-e', JUDGE, bundle, cache])).stdout).toBe('rejected');
    expect(await start('--version')).toEqual(version);
  });

  it('runs with the cache of an earlier build, a bundle of the same length', async () => {
    const text = readFileSync(bundle, 'latin1');
    const description = 'MetalK8s Solutions, the GitOps way';
    expect(text).toContain(description);
    writeFileSync(bundle, text.replaceAll(description, description.toUpperCase()));
    expect((await start('--help')).stdout).toContain(description.toUpperCase());
  });

  it('runs with a flag that makes V8 reject its cache', async () => {
    const { stdout } = await execa('node', [
      '--no-opt',
      join(folder, 'build/main.js'),
      '--version',
    ]);
    expect(stdout).toBe(packageVersion());
  });

  it.each(['with', 'without'])('names functions and lines of a mistake %s a cache', async (way) => {
    if (way === 'without') rmSync(cache);
    rmSync(join(folder, 'package.json'));
    const { exitCode, stderr } = await start('--version');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/ at packageVersion \(main\.bundle\.js:\d+:\d+\)\n/u);
  });
});
