/** A further thread of hash.ts: hashes until no job is left; the digests go to shared memory. */
import { workerData } from 'node:worker_threads';
import { controlOf, hashSteps, type HashJob } from './hash-steps.ts';

/** What hash.ts hands over. */
export interface HashWork {
  readonly jobs: readonly HashJob[];
  readonly shared: SharedArrayBuffer;
}

const { jobs, shared }: HashWork = workerData;
const steps = hashSteps(jobs, controlOf(shared, jobs));
while (steps.next().done !== true);
