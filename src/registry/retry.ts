import { setTimeout as sleep } from 'node:timers/promises';
import { interrupted, RegistryError } from './failure.ts';

/** How often and how patiently a request is repeated. Times are in milliseconds. */
export interface RetryPolicy {
  /** All of them, the first one included. */
  readonly attempts: number;
  /** Before the second attempt; doubled before each later one. */
  readonly delay: number;
  readonly maxDelay: number;
  /** A registry that asks for more patience than this is not waited for. */
  readonly maxRetryAfter: number;
}

/** A restart of a registry's Pod takes some ten seconds; this waits for about forty. */
export const patience: RetryPolicy = {
  attempts: 7,
  delay: 500,
  maxDelay: 20_000,
  maxRetryAfter: 120_000,
};

interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal;
  /** Called with each failure that is tried again. */
  readonly onFailure: (error: RegistryError) => void;
}

/**
 * Repeats `attempt` while it fails with an error that time may heal.
 *
 * @throws the last error of `attempt`
 */
export async function retrying<Value>(
  attempt: () => Promise<Value>,
  { policy, signal, onFailure }: RetryOptions,
): Promise<Value> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw interrupted();
      if (!(error instanceof RegistryError) || !error.isTemporary) throw error;
      const isTooLong = (error.retryAfter ?? 0) > policy.maxRetryAfter;
      if (count >= policy.attempts || isTooLong) throw error;
      onFailure(error);
      await pause(waitFor(error, count, policy), signal);
    }
  }
}

/** Jitter: many Jobs that failed at once must not come back at once. */
function waitFor({ retryAfter }: RegistryError, count: number, policy: RetryPolicy): number {
  const delay = Math.min(policy.maxDelay, policy.delay * 2 ** (count - 1));
  const jittered = delay * (0.5 + Math.random() / 2);
  return Math.max(retryAfter ?? 0, jittered);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    throw interrupted();
  }
}

/**
 * `Retry-After` (RFC 9110, 10.2.3) in milliseconds: seconds, or a date.
 *
 * @param now - milliseconds since 1970
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/u.test(header.trim())) return Number(header) * 1000;
  // Without its zone JavaScript takes almost anything for a date.
  const date = header.trim().endsWith('GMT') ? Date.parse(header) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
