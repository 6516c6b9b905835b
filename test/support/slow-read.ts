import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { program } from './cli.ts';
import { scratchFolder } from './archive-make.ts';

/** How long the opening of the file takes, in microseconds. */
const DELAY = 2_000_000;

/**
 * Runs the built program, with strace(1) before it, and sends it `signal` while it opens `file`,
 * which is made to take long.
 */
export async function signalledAt(
  file: string,
  signal: 'SIGINT' | 'SIGTERM',
  args: readonly string[],
) {
  const inject = `inject=openat:delay_exit=${DELAY}`;
  const trace = ['-f', '-qq', '-o', join(scratchFolder(), 'trace'), '-P', file];
  const command = [...trace, '-e', 'trace=openat', '-e', inject, 'node', program, ...args];
  const child = execa('strace', command, { reject: false });
  process.kill(await openerOf(file, child.pid ?? 0), signal);
  const { exitCode, stdout, stderr } = await child;
  return { exitCode, stdout, stderr };
}

/** The child of `parent` that has `file` open. */
async function openerOf(file: string, parent: number): Promise<number> {
  for (let tries = 0; tries < 2000; tries += 1) {
    const found = childrenOf(parent).find((pid) => hasOpen(pid, file));
    if (found !== undefined) return found;
    await sleep(5);
  }
  throw new Error(`nobody opened ${file}`);
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

function hasOpen(pid: number, file: string): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((name) => readlinkSync(join(folder, name)) === file);
  } catch {
    // A file that was closed meanwhile.
    return false;
  }
}
