import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Whoever stands in a line imports from the lines above it, and from its own folder. */
const plan = [
  ['count.ts', 'errors.ts', 'package.ts', 'printable.ts', 'text-order.ts'],
  ['iso', 'oci', 'disk', 'kubernetes', 'registry'],
  ['crd'],
  ['config'],
  ['monitoring'],
  ['archive'],
  ['trust'],
  ['metadata'],
  ['images'],
  ['model'],
  ['plan'],
  ['manifests'],
  ['check'],
  ['out'],
  ['adopt'],
  ['cluster'],
  ['pack'],
  ['cli'],
  ['main.ts'],
];

/** Leaves know nothing of npm either. */
const leaves = new Set(['iso', 'oci', 'disk', 'kubernetes', 'registry']);

const pureFolders = new Set(['crd', 'model', 'plan']);
const pureBuiltins = new Set([
  'node:buffer',
  'node:crypto',
  'node:path',
  'node:path/posix',
  'node:util',
]);
const childProcesses = new Set(['node:child_process', 'node:cluster', 'execa']);

const hiddenInputs: readonly (readonly [string, RegExp])[] = [
  ['the clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\.|\bhrtime\b/u],
  ['chance', /\bMath\.random\b|\brandom(?:UUID|Bytes|Int|FillSync)?\(|\bgetRandomValues\b/u],
  [
    'the environment',
    /\bprocess\.(?:env|argv|cwd|platform|pid)\b|\bprocess\[|\{[^}]*\} = process\b/u,
  ],
];
const edges: readonly (readonly [string, RegExp])[] = [
  ['the process', /\bprocess\./u],
  ['the network', /\bfetch\(|\bWebSocket\b/u],
  ['a timer', /\bset(?:Timeout|Interval|Immediate)\(/u],
  ['the terminal', /\bconsole\.(?:log|error|warn|info|debug|table)\b/u],
];

interface Import {
  readonly from: string;
  /** Types are gone at run time: the direction counts for them, what they reach does not. */
  readonly typeOnly: boolean;
}

type Sources = ReadonlyMap<string, string>;

/** Every breach of the plan in `sources`: text by path below src/. */
function mistakesIn(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) =>
    [
      ...importsOf(text).flatMap((found) => importMistakes(path, found)),
      ...codeMistakes(path, withoutComments(text)),
      ...(pureFolders.has(unitOf(path)) ? purityMistakes(path, sources) : []),
    ].map((mistake) => `${path}: ${mistake}`),
  );
}

/** The folder that a path below src/ is in, or the file itself. */
function unitOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function rankOf(path: string): number {
  return plan.findIndex((line) => line.includes(unitOf(path)));
}

function importsOf(text: string): Import[] {
  const named = /^(?:import|export)\s+(type\s)?[\w$\s{},*]*?\bfrom\s*['"]([^'"]+)['"]/gmu;
  const bare = /^import\s*['"]([^'"]+)['"]/gmu;
  const dynamic = /\bimport\(\s*(?:['"]([^'"]+)['"]\s*\))?/gu;
  return [
    ...[...text.matchAll(named)].map(([, type, from]) => ({ from, typeOnly: type !== undefined })),
    ...[...text.matchAll(bare)].map(([, from]) => ({ from, typeOnly: false })),
    ...[...withoutComments(text).matchAll(dynamic)].map(([, from]) => ({ from, typeOnly: false })),
  ].map(({ from = '(not a literal)', typeOnly }) => ({ from: canonical(from), typeOnly }));
}

function canonical(from: string): string {
  return isBuiltin(from) && !from.startsWith('node:') ? `node:${from}` : from;
}

function isRelative(from: string): boolean {
  return from.startsWith('.');
}

function targetOf(path: string, from: string): string {
  return posix.join(posix.dirname(path), from);
}

function importMistakes(path: string, { from }: Import): string[] {
  if (from === '(not a literal)') return ['import() of what is not a literal'];
  const unit = unitOf(path);
  if (isRelative(from)) return directionMistakes(path, from);
  if (childProcesses.has(from) && unit !== 'cluster') return [`${from} belongs to cluster/`];
  if (!leaves.has(unit) || from.startsWith('node:')) return [];
  return [`a leaf imports the package ${from}`];
}

function directionMistakes(path: string, from: string): string[] {
  const target = targetOf(path, from);
  if (target.startsWith('..')) return [`${from} is outside src/`];
  if (!target.endsWith('.ts')) return [`${from} has no .ts extension`];
  if (unitOf(target) === unitOf(path)) return [];
  if (rankOf(target) < 0) return [`${unitOf(target)} has no place in the plan`];
  return rankOf(target) < rankOf(path) ? [] : [`${unitOf(target)} is not above ${unitOf(path)}`];
}

function codeMistakes(path: string, code: string): string[] {
  const unit = unitOf(path);
  return [
    ...(rankOf(path) < 0 ? [`${unit} has no place in the plan`] : []),
    ...(/\bprocess\.exit\b/u.test(code) && unit !== 'main.ts' ? ['process.exit'] : []),
    // By its name `z` the bundler takes all of it, with every language: 450 KiB, 15 ms of each start.
    ...(/^import (?!type\b)\{[^}]*\} from 'zod'/mu.test(code)
      ? ['zod by name, not by `* as z`']
      : []),
    ...(/\brequire\(|\bcreateRequire\b/u.test(code) ? ['require hides an import'] : []),
    ...(unit === 'manifests' ? touched(hiddenInputs, code) : []),
  ];
}

function touched(table: readonly (readonly [string, RegExp])[], code: string): string[] {
  return table.filter(([, pattern]) => pattern.test(code)).map(([name]) => `touches ${name}`);
}

/** What makes `path`, or a file that it takes values from, depend on more than its arguments. */
function purityMistakes(path: string, sources: Sources, seen = new Set<string>()): string[] {
  const text = sources.get(path);
  if (text === undefined || seen.has(path)) return [];
  seen.add(path);
  const values = importsOf(text).filter(({ typeOnly }) => !typeOnly);
  const builtins = values
    .map(({ from }) => from)
    .filter((from) => from.startsWith('node:') && !pureBuiltins.has(from));
  return [
    ...builtins.map((from) => `touches ${from}`),
    ...touched([...hiddenInputs, ...edges], withoutComments(text)),
    ...values
      .filter(({ from }) => isRelative(from))
      .map(({ from }) => targetOf(path, from))
      .flatMap((target) =>
        purityMistakes(target, sources, seen).map((mistake) => `through ${target}: ${mistake}`),
      ),
  ];
}

/** Comments may name what code must not. Strings stay, so that `//` in one hides nothing. */
function withoutComments(text: string): string {
  const token =
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|(?<![\\/[])\/\/[^\n]*|(?<![\\/[])\/\*[\s\S]*?\*\//gu;
  return text.replaceAll(token, (_, string: string | undefined) => string ?? ' ');
}

/** The paths of all files below `folder`, with `/`, sorted. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => statSync(join(folder, path)).isFile())
    .toSorted();
}

function readSources(folder: string): Sources {
  const paths = filesBelow(folder).filter((path) => /\.[cm]?[jt]sx?$/u.test(path));
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

describe('the plan of the house', () => {
  it('is kept by every file of src/, and there are files', () => {
    const sources = readSources(join(root, 'src'));
    expect(sources.size).toBeGreaterThan(10);
    expect([...sources.values()].flatMap(importsOf).length).toBeGreaterThan(sources.size);
    expect(mistakesIn(sources)).toEqual([]);
  });

  it.each([
    ['a folder below', 'config/a.ts', `import { b } from '../model/b.ts';`],
    ['a folder below, for a type', 'config/a.ts', `import type { B } from '../model/b.ts';`],
    ['another leaf', 'oci/a.ts', `import { b } from '../iso/b.ts';`],
    ['a folder below, over several lines', 'iso/a.ts', `import {\n  b,\n} from '../cli/b.ts';`],
    ['a folder below, by a re-export', 'model/a.ts', `export * from '../out/b.ts';`],
    ['a folder below, for its effect', 'model/a.ts', `import '../out/b.ts';`],
    ['a folder below, when it runs', 'out/a.ts', `const b = await import('../cli/b.ts');`],
    ['something unknown, when it runs', 'cli/a.ts', 'const b = await import(name);'],
    ['the entry', 'cli/a.ts', `import { main } from '../main.ts';`],
    ['a folder without a place', 'cli/a.ts', `import { b } from '../utils/b.ts';`],
    ['what is outside', 'cli/a.ts', `import manifest from '../../package.json';`],
    ['a file without its extension', 'cli/a.ts', `import { b } from './b';`],
    ['a package into a leaf', 'iso/a.ts', `import * as z from 'zod';`],
    ['yaml into a leaf', 'kubernetes/a.ts', `import { parse } from 'yaml';`],
    ['a child process', 'out/a.ts', `import { spawn } from 'child_process';`],
    ['execa', 'cli/a.ts', `import { execa } from 'execa';`],
    ['all of zod', 'config/a.ts', `import { z } from 'zod';`],
    ['the disk into the model', 'model/a.ts', `import { readFileSync } from 'node:fs';`],
  ])('refuses an import of %s', (_, path, text) => {
    expect(mistakesIn(new Map([[path, text]]))).toHaveLength(1);
  });

  it.each([
    ['a file beside the folders', 'helpers.ts', 'export {};'],
    ['a folder that is not in it', 'utils/a.ts', 'export {};'],
    ['an exit outside main.ts', 'cli/a.ts', 'process.exit(1);'],
    ['a hidden import', 'cli/a.ts', `const a = require('./a.ts');`],
    ['a clock in the manifests', 'manifests/a.ts', 'const now = new Date();'],
    ['chance in the manifests', 'manifests/a.ts', 'const id = randomUUID();'],
    ['an environment variable in the manifests', 'manifests/a.ts', `process.env['HOME'];`],
    ['a clock in the model', 'model/a.ts', 'const now = Date.now();'],
    ['a timer in the plan', 'plan/a.ts', 'setTimeout(go, 1);'],
    ['the network in the plan', 'plan/a.ts', 'await fetch(url);'],
    ['a print in the model', 'model/a.ts', 'console.log(1);'],
    ['code behind a URL', 'model/a.ts', `const u = 'http://a'; console.log(u);`],
  ])('refuses %s', (_, path, text) => {
    expect(mistakesIn(new Map([[path, text]]))).toHaveLength(1);
  });

  it('refuses a value that reaches the disk through another file, and allows its type', () => {
    const load = `import { readFileSync } from 'node:fs';\nexport const a = readFileSync;`;
    const reach = (text: string) =>
      mistakesIn(
        new Map([
          ['model/a.ts', text],
          ['config/between.ts', `export { a } from './load.ts';`],
          ['config/load.ts', load],
        ]),
      );
    expect(reach(`import { a } from '../config/between.ts';`)).toEqual([
      'model/a.ts: through config/between.ts: through config/load.ts: touches node:fs',
    ]);
    expect(reach(`import type { a } from '../config/between.ts';`)).toEqual([]);
  });

  it.each([
    ['an import from above', 'cli/a.ts', `import { b } from '../model/b.ts';`],
    ['an import from the same folder', 'iso/a.ts', `import { b } from './b.ts';`],
    ['a hash in the model', 'model/a.ts', `import { createHash } from 'node:crypto';`],
    ['a child process in cluster/', 'cluster/a.ts', `import { execa } from 'execa';`],
    ['an exit in main.ts', 'main.ts', 'process.exit(1);'],
    ['a comment about an exit', 'cli/a.ts', '// never process.exit(1)\n/* nor require(x) */'],
  ])('allows %s', (_, path, text) => {
    expect(mistakesIn(new Map([[path, text]]))).toEqual([]);
  });
});

/** What git tracks; without git, all that is in the folder. */
function trackedFiles(): string[] {
  if (!existsSync(join(root, '.git'))) {
    return filesBelow(root).filter((path) => !/^(?:node_modules|build|\.solutions)\//u.test(path));
  }
  // CI may run as another user than the one who cloned, which git refuses otherwise.
  const args = ['-c', `safe.directory=${root}`, 'ls-files', '-z'];
  const list = execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  return list.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}

/** The folders in which one machine keeps its checkouts; the names are apart so as not to match. */
const machinePath = new RegExp(`(?<![\\w.~*}-])/(?:${['work', 'root'].join('|')})/`, 'u');

function namesMachine(text: string): boolean {
  return !text.includes('\0') && machinePath.test(text);
}

describe('the repository', () => {
  it('names no path of one machine in any text that is tracked', () => {
    const files = trackedFiles();
    expect(files).toContain('package.json');
    const found = files.filter((path) => namesMachine(readFileSync(join(root, path), 'utf8')));
    expect(found).toEqual([]);
  });

  it('would notice a path of one machine, and takes a URL or a relative path for none', () => {
    const [first = ''] = ['work', 'root'].map((name) => `/${name}/`);
    expect([`see ${first}main`, `'${first}'`, `file://${first}x`].map(namesMachine)).toEqual([
      true,
      true,
      true,
    ]);
    expect([`https://example.com${first}`, `a${first}b`].map(namesMachine)).toEqual([false, false]);
  });

  it('pins every dependency to one exact version', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const pins = pinsOf(manifest);
    expect(pins.length).toBeGreaterThan(0);
    expect(pins.filter(([, version]) => !exact.test(version))).toEqual([]);
  });

  it('takes a range or a tag for no pin', () => {
    const loose = ['^1.2.3', '~1.2.3', '1.x', '>=1.2.3', 'latest', '*', '1.2', 'file:../a'];
    expect(loose.filter((version) => exact.test(version))).toEqual([]);
    expect(exact.test('1.2.3-rc.1')).toBe(true);
  });
});

const exact = /^\d+\.\d+\.\d+(?:-[\w.-]+)?$/u;

function pinsOf(manifest: unknown): [string, string][] {
  if (typeof manifest !== 'object' || manifest === null) return [];
  return Object.entries(manifest)
    .filter(([key]) => /^(?:dev|optional)?dependencies$/iu.test(key))
    .flatMap(([, versions]) => Object.entries(Object(versions)))
    .map(([name, version]) => [name, String(version)]);
}
