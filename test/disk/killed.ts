import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll } from 'vitest';

const scratches: string[] = [];
afterAll(() => {
  for (const folder of scratches) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder that any user may enter, gone after the tests of this file. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'solutions-test-'));
  chmodSync(folder, 0o777);
  scratches.push(folder);
  return folder;
}

/** Bundles a module of ours for a plain node process, and returns its path. */
export async function bundle(module: string): Promise<string> {
  const outfile = join(scratch(), 'bundle.mjs');
  await build({
    entryPoints: [resolve(module)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
  });
  return outfile;
}

/**
 * Counts the calls into `node:fs` that change something, and kills the process just before number
 * `DIE_AT`: the real file system, stopped at each state that it ever has between two calls.
 */
const stopwatch = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const changing = ['writeFile', 'rename', 'rm', 'rmdir', 'mkdir', 'symlink', 'fchmod'];
  const dieAt = Number(process.env.DIE_AT ?? Infinity);
  let calls = 0;
  const count = () => { if (++calls === dieAt) process.kill(process.pid, 'SIGKILL'); };
  for (const name of changing) {
    const real = fs[name + 'Sync'];
    fs[name + 'Sync'] = (...values) => { count(); return real.apply(fs, values); };
  }
  const { openSync } = fs;
  fs.openSync = (path, flags, ...rest) => {
    if (flags === 'wx') count();
    return openSync(path, flags, ...rest);
  };
  syncBuiltinESMExports();
`;

interface Run {
  /** The number of the changing call before which the process dies. */
  readonly dieAt?: number;
  /** The time in milliseconds, from the line `ready` on, after which it is killed. */
  readonly killAfter?: number;
  readonly uid?: number;
  /** The size in blocks of 512 bytes that no file may exceed. */
  readonly fileLimit?: number;
}

interface Outcome {
  readonly killed: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `program` (an ES module's text) in a node process of its own, with faults as `run` says. */
export async function runProgram(program: string, run: Run = {}): Promise<Outcome> {
  const folder = scratch();
  writeFileSync(join(folder, 'stopwatch.mjs'), stopwatch);
  writeFileSync(join(folder, 'program.mjs'), program);
  const script = `ulimit -f ${run.fileLimit ?? 'unlimited'} && exec "$@"`;
  const node = [process.execPath, '--import', join(folder, 'stopwatch.mjs')];
  const child = spawn('sh', ['-c', script, 'sh', ...node, join(folder, 'program.mjs')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: run.dieAt === undefined ? {} : { DIE_AT: String(run.dieAt) },
    uid: run.uid,
  });
  let stdout = '';
  let stderr = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
    if (run.killAfter === undefined || timer || !stdout.includes('ready')) return;
    timer = setTimeout(() => child.kill('SIGKILL'), run.killAfter);
  });
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const signal = await new Promise((done) => child.on('close', (_, name) => done(name)));
  return { killed: signal === 'SIGKILL', stdout, stderr };
}

/** Every file below `folder` with its content; links are named with an `@`, folders not at all. */
export function tree(folder: string, prefix = ''): Record<string, string> {
  const entries = readdirSync(folder, { withFileTypes: true }).flatMap(
    (entry): [string, string][] => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return Object.entries(tree(path, `${prefix}${entry.name}/`));
      if (entry.isSymbolicLink()) return [[`${prefix}${entry.name}@`, '']];
      return [[prefix + entry.name, readFileSync(path, 'utf8')]];
    },
  );
  return Object.fromEntries(entries);
}
