import { spawnSync, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Contender } from './contest.ts';

/** One command line, or several as lines of a shell. */
export interface Command {
  readonly file: string;
  readonly args?: readonly string[] | undefined;
  readonly shell?: string | undefined;
  /** How many bytes must come out: a tool that does nothing is not the fastest. */
  readonly outputs?: number | undefined;
}

/** What a command took and gave. */
export interface Finished {
  readonly milliseconds: number;
  readonly stdout: Buffer;
  /** What the process wrote to its descriptor 3. */
  readonly extra: string;
}

/** The largest output here is that of kustomize, some MiB. */
const MAX_OUTPUT = 256 << 20;
const STDIO: StdioOptions = ['ignore', 'pipe', 'pipe', 'pipe'];

/** A command as a contender; undefined where it is not installed. */
export function contenderOf(command: Command): Contender | undefined {
  return isInstalled(command.file) ? () => run(command).milliseconds : undefined;
}

/** Whether a program of this name can be started. */
export function isInstalled(file: string): boolean {
  return spawnSync('sh', ['-c', `command -v '${file}'`]).status === 0;
}

/**
 * Runs a command to its end, with nothing between two measurements of time but its start.
 *
 * @throws Error when it cannot be started, fails, is stopped by a signal, or gives another amount.
 */
export function run(command: Command): Finished {
  const { file, args = [], shell, outputs } = command;
  const [program, rest] = shell === undefined ? [file, args] : ['sh', ['-e', '-c', shell]];
  const start = performance.now();
  const result = spawnSync(program, rest, { stdio: STDIO, maxBuffer: MAX_OUTPUT });
  const milliseconds = performance.now() - start;
  if (result.error) throw result.error;
  if (result.status !== 0) {
    const why = result.signal ?? `exit ${result.status}: ${result.stderr.toString().slice(-500)}`;
    throw new Error(`${file} ${rest.slice(0, 3).join(' ')} ...: ${why}`);
  }
  if (outputs !== undefined && result.stdout.length !== outputs) {
    throw new Error(`${file} gave ${result.stdout.length} bytes, expected ${outputs}`);
  }
  return { milliseconds, stdout: result.stdout, extra: String(result.output[3] ?? '') };
}

/** The most memory that Node has in use while it runs these arguments, in MiB. */
export function memoryOf(args: readonly string[]): number {
  const tell = `
    import { readFileSync, writeSync } from 'node:fs';
    process.on('exit', () => writeSync(3, readFileSync('/proc/self/status', 'latin1')));`;
  const hook = ['--import', `data:text/javascript,${encodeURIComponent(tell)}`];
  return peakIn(run({ file: process.execPath, args: [...hook, ...args] }).extra);
}

/** The most memory that this process had in use so far, in MiB. */
export function ownPeak(): number {
  return peakIn(readFileSync('/proc/self/status', 'latin1'));
}

/** Not what getrusage(2) says: that is never less than what the parent had when it forked. */
function peakIn(status: string): number {
  return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1]) / 1024;
}
