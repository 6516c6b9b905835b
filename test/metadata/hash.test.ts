import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hashAll } from '../../src/metadata/hash.ts';
import type { HashJob } from '../../src/metadata/hash-steps.ts';
import { errorsOf } from '../support/archive-errors.ts';
import { scratchFolder } from '../support/archive-make.ts';

/** A file of `size` bytes that repeats nothing within 32 KiB. */
function fileOf(size: number): string {
  const path = join(scratchFolder(), 'image');
  const block = Buffer.concat(
    Array.from({ length: 1024 }, (_, index) => createHash('sha256').update(`${index}`).digest()),
  );
  writeFileSync(path, Buffer.alloc(size, block));
  return path;
}

function jobsOf(disk: string, size: number, pieces: number): HashJob[] {
  const length = Math.floor(size / pieces);
  return Array.from({ length: pieces }, (_, index) => ({
    disk,
    // Two extents, the later part of the file first.
    extents: [
      { offset: index * length + 10, length: length - 10 },
      { offset: index * length, length: 10 },
    ],
  }));
}

function expected(jobs: readonly HashJob[]): string[] {
  return jobs.map((job) => digestOver(job, 'sha256'));
}

function digestOver({ disk, extents }: HashJob, algorithm: string): string {
  const hash = createHash(algorithm);
  const bytes = readFileSync(disk);
  for (const { offset, length } of extents) hash.update(bytes.subarray(offset, offset + length));
  return hash.digest('hex');
}

describe.each([
  ['in this thread alone', 1 << 20],
  ['over several threads', 24 << 20],
])('%s', (_, size) => {
  test('every job has the digest of its extents in their order', async () => {
    const disk = fileOf(size);
    const jobs = [...jobsOf(disk, size, 1), ...jobsOf(disk, size, 13)];
    expect((await hashAll(jobs, { threads: 3 })).digests).toEqual(expected(jobs));
  });

  test('the checks of a job are computed over the same bytes, each where it belongs', async () => {
    const disk = fileOf(size);
    const [whole, ...parts] = [...jobsOf(disk, size, 1), ...jobsOf(disk, size, 5)];
    const checked = [whole, ...parts].flatMap((job, index): HashJob[] => {
      const algorithms = (['sha256', 'sha512', 'blake2b512'] as const).slice(0, index % 4);
      const checks = algorithms.map((algorithm) => ({ kind: 'digest', algorithm }) as const);
      return job ? [{ ...job, checks }] : [];
    });
    const { digests, results } = await hashAll(checked, { threads: 3 });
    expect(digests).toEqual(expected(checked));
    expect(results.map((result) => Buffer.from(result).toString('hex'))).toEqual(
      checked.flatMap((job) =>
        (job.checks ?? []).map((check) =>
          digestOver(job, check.kind === 'digest' ? check.algorithm : '').padEnd(128, '0'),
        ),
      ),
    );
  });

  test('progress never goes back and ends at the sum of all jobs', async () => {
    const seen: number[] = [];
    const totals = new Set<number>();
    const jobs = jobsOf(fileOf(size), size, 7);
    await hashAll(jobs, {
      threads: 2,
      progress: (done, total) => {
        seen.push(done);
        totals.add(total);
      },
    });
    const total = Math.floor(size / 7) * 7;
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(total);
    expect([...totals]).toEqual([total]);
  });

  test('a file that is shorter than its extents is an error', async () => {
    const disk = fileOf(size);
    const jobs = jobsOf(disk, size, 5);
    truncateSync(disk, size / 2);
    expect((await errorsOf(() => hashAll(jobs, { threads: 2 })))[0]?.code).toBe('hash-read');
  });

  test('a file that is gone is an error', async () => {
    const jobs = jobsOf('/nowhere/image', size, 3);
    expect((await errorsOf(() => hashAll(jobs, { threads: 2 })))[0]?.code).toBe('hash-read');
  });
});

test('nothing to hash is no work, and an empty file has the digest of nothing', async () => {
  expect(await hashAll([])).toEqual({ digests: [], results: [] });
  const disk = fileOf(0);
  const { digests } = await hashAll([{ disk, extents: [] }]);
  expect(digests).toEqual([createHash('sha256').digest('hex')]);
});
