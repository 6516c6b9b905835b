import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Extent } from '../archive/links.ts';
import { RESULT_SIZE, startCheck, type StreamCheck } from '../trust/stream-check.ts';

/** Bytes to hash in one go: parts of a file on the disk, one after the other. */
export interface HashJob {
  /** The path on this machine. */
  readonly disk: string;
  readonly extents: readonly Extent[];
  /** What else is computed over these bytes, so that they are read once. */
  readonly checks?: readonly StreamCheck[] | undefined;
}

/**
 * What all threads share: the number of the next job, the bytes hashed so far, and the digests,
 * 32 bytes a job, and the results of their checks. One SharedArrayBuffer, so that a thread that hashes without a pause still sees
 * the others.
 */
export interface HashControl {
  readonly next: Int32Array<SharedArrayBuffer>;
  readonly done: BigInt64Array<SharedArrayBuffer>;
  readonly digests: Uint8Array<SharedArrayBuffer>;
  /** Each {@link RESULT_SIZE} bytes, in the order of the jobs. */
  readonly results: Uint8Array<SharedArrayBuffer>;
}

/** Read at once: what stays in the cache of a core; 1 MiB was 7 % slower. */
const CHUNK = 1 << 17;
/** Between two steps, so that progress is seen about a hundred times a second. */
const STEP = 16 << 20;
const DIGEST = 32;

const HEAD = 16;

/** New memory for a {@link HashControl}. */
export function newControl(jobs: readonly HashJob[]): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD + jobs.length * DIGEST + checksIn(jobs) * RESULT_SIZE);
}

/** What is in the memory of {@link newControl}. */
export function controlOf(shared: SharedArrayBuffer, jobs: readonly HashJob[]): HashControl {
  const digests = jobs.length * DIGEST;
  return {
    done: new BigInt64Array(shared, 0, 1),
    next: new Int32Array(shared, 8, 1),
    digests: new Uint8Array(shared, HEAD, digests),
    results: new Uint8Array(shared, HEAD + digests),
  };
}

/** The digests in hex, in the order of the jobs. */
export function digestsOf({ digests }: HashControl): string[] {
  const all = Buffer.from(digests).toString('hex');
  return Array.from({ length: digests.length / DIGEST }, (_, index) =>
    all.slice(index * DIGEST * 2, (index + 1) * DIGEST * 2),
  );
}

/** The results of all checks, in the order of the jobs. */
export function resultsOf({ results }: HashControl): Uint8Array[] {
  return Array.from({ length: results.length / RESULT_SIZE }, (_, index) =>
    Uint8Array.from(results.subarray(index * RESULT_SIZE, (index + 1) * RESULT_SIZE)),
  );
}

function checksIn(jobs: readonly HashJob[]): number {
  return jobs.reduce((count, { checks = [] }) => count + checks.length, 0);
}

/**
 * Takes one job after the other, in their order, until none is left, and hashes it. Yields now
 * and then, for a thread that has other things to do.
 *
 * @throws what the disk throws; an Error where a file is shorter than its extents
 */
export function* hashSteps(jobs: readonly HashJob[], control: HashControl): Generator<void, void> {
  const files = new OpenFiles();
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  try {
    for (let index = take(control); index < jobs.length; index = take(control)) {
      const job = jobs[index];
      if (job === undefined) return;
      const hash = createHash('sha256');
      const checks = (job.checks ?? []).map(startCheck);
      yield* hashJob([hash, ...checks], readJob(job, files.open(job.disk), buffer), control);
      control.digests.set(hash.digest(), index * DIGEST);
      const first = checks.length === 0 ? 0 : checksIn(jobs.slice(0, index));
      checks.forEach((check, at) =>
        control.results.set(check.finish(), (first + at) * RESULT_SIZE),
      );
      // Many small files are work as well.
      if (index % 64 === 0) yield;
    }
  } finally {
    files.close();
  }
}

function* hashJob(
  takers: readonly { update(chunk: Buffer): unknown }[],
  chunks: Iterable<Buffer>,
  { done }: HashControl,
): Generator<void, void> {
  let sinceStep = 0;
  for (const chunk of chunks) {
    for (const taker of takers) taker.update(chunk);
    Atomics.add(done, 0, BigInt(chunk.length));
    sinceStep += chunk.length;
    if (sinceStep < STEP) continue;
    sinceStep = 0;
    yield;
  }
}

function take({ next }: HashControl): number {
  return Atomics.add(next, 0, 1);
}

/** The bytes of a job, in the one buffer again and again. */
function* readJob(
  { disk, extents }: HashJob,
  descriptor: number,
  buffer: Buffer,
): Generator<Buffer, void> {
  for (const { offset, length } of extents) {
    let position = 0;
    while (position < length) {
      const wanted = Math.min(buffer.length, length - position);
      const count = readSync(descriptor, buffer, 0, wanted, offset + position);
      if (count === 0) throw new Error(`${disk} ended before its content did`);
      position += count;
      yield buffer.subarray(0, count);
    }
  }
}

/** Most jobs are parts of one image: the last file stays open. */
class OpenFiles {
  #path = '';
  #descriptor: number | undefined;

  open(path: string): number {
    if (this.#descriptor !== undefined && this.#path === path) return this.#descriptor;
    this.close();
    this.#path = path;
    this.#descriptor = openSync(path, 'r');
    return this.#descriptor;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
