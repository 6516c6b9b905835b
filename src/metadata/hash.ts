import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { packageFile } from '../package.ts';
import {
  controlOf,
  digestsOf,
  hashSteps,
  newControl,
  resultsOf,
  type HashControl,
  type HashJob,
} from './hash-steps.ts';
import type { HashWork } from './hash-worker.ts';
import { mistake } from './mistake.ts';

/** How {@link hashAll} works. */
export interface HashOptions {
  /** Bytes hashed of all bytes; never goes back. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
  /** Threads, this one included; as many as there are cores by default, at most 4. */
  readonly threads?: number | undefined;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

/** What came of all jobs, in their order. */
export interface Hashes {
  /** sha256, hex. */
  readonly digests: readonly string[];
  /** Of the checks of the jobs, as `startCheck` says them. */
  readonly results: readonly Uint8Array[];
}

/** Below it a thread takes longer to start than it saves. */
const WORTH_A_THREAD = 8 << 20;
/** Disks do not feed more; each thread costs 10 MiB. */
const MAX_THREADS = 4;
const PROGRESS_MS = 50;

/**
 * The sha256 of every job and the results of its checks, over several threads that take the jobs in the order given.
 * Memory does not depend on sizes: one small buffer a thread.
 *
 * @throws SolutionsError `hash-read`, when the disk fails or a file is shorter than its extents; the
 *   reason of `signal`
 */
export async function hashAll(
  jobs: readonly HashJob[],
  {
    progress = () => {},
    threads = Math.min(MAX_THREADS, availableParallelism()),
    signal,
  }: HashOptions = {},
): Promise<Hashes> {
  const total = jobs.reduce((sum, job) => sum + lengthOf(job), 0);
  const shared = newControl(jobs);
  const control = controlOf(shared, jobs);
  const report = () => progress(Number(Atomics.load(control.done, 0)), total);
  const others = total < WORTH_A_THREAD ? 0 : Math.min(threads, jobs.length) - 1;
  const workers: Worker[] = [];
  const timer = setInterval(report, PROGRESS_MS);
  try {
    for (let count = 0; count < others; count += 1) workers.push(startWorker({ jobs, shared }));
    const step = () => {
      signal?.throwIfAborted();
      report();
    };
    const work = Promise.all([hashHere(jobs, control, step), ...workers.map(ended)]);
    await (signal ? Promise.race([work, abortOf(signal)]) : work);
  } catch (cause) {
    signal?.throwIfAborted();
    throw mistake(
      'hash-read',
      `hashing failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        place: undefined,
        hint: 'is the archive complete, and does its disk work?',
        cause,
      },
    );
  } finally {
    clearInterval(timer);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  progress(total, total);
  return { digests: digestsOf(control), results: resultsOf(control) };
}

/** Of all its extents, in bytes. */
function lengthOf({ extents }: HashJob): number {
  return extents.reduce((sum, { length }) => sum + length, 0);
}

async function hashHere(
  jobs: readonly HashJob[],
  control: HashControl,
  step: () => void,
): Promise<void> {
  const steps = hashSteps(jobs, control);
  while (steps.next().done !== true) {
    step();
    // Failures of the workers and signals are handled between two steps.
    await turn();
  }
}

/** For while this thread has nothing left to do but wait for the others. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new Error('aborted', { cause: signal.reason }));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function startWorker(work: HashWork): Worker {
  const file = packageFile('build/hash-worker.js');
  if (!existsSync(file)) throw new Error(`${file} is missing: run \`npm run build\``);
  return new Worker(file, { workerData: work, resourceLimits: { maxOldGenerationSizeMb: 64 } });
}

function ended(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}
