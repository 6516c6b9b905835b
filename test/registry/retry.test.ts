import { describe, expect, it } from 'vitest';
import { foreignText, RegistryError } from '../../src/registry/failure.ts';
import { parseRetryAfter, retrying } from '../../src/registry/retry.ts';
import { Slots } from '../../src/registry/slots.ts';

const policy = { attempts: 5, delay: 4, maxDelay: 20, maxRetryAfter: 1000 };

function onFailure(): void {}

function failing(times: number, error: Error) {
  let calls = 0;
  const attempt = async () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
  return { attempt, calls: () => calls };
}

describe('what failed', () => {
  const temporary = new RegistryError('registry-temporary', 'busy');
  const signal = new AbortController().signal;

  it('for a moment is done again until it works', async () => {
    const { attempt } = failing(4, temporary);
    expect(await retrying(attempt, { policy, signal, onFailure })).toBe(5);
  });

  it('too often is the last error', async () => {
    const { attempt, calls } = failing(9, temporary);
    await expect(retrying(attempt, { policy, signal, onFailure })).rejects.toBe(temporary);
    expect(calls()).toBe(5);
  });

  it.each([new RegistryError('registry-refused', 'no'), new Error('a bug')])(
    'for good (%s) is not done again',
    async (error) => {
      const { attempt, calls } = failing(9, error);
      await expect(retrying(attempt, { policy, signal, onFailure })).rejects.toBe(error);
      expect(calls()).toBe(1);
    },
  );

  it('ends at once when it is interrupted while it waits', async () => {
    const controller = new AbortController();
    const slow = { ...policy, delay: 60_000, maxDelay: 60_000 };
    const { attempt, calls } = failing(9, temporary);
    const running = retrying(attempt, {
      policy: slow,
      signal: controller.signal,
      onFailure: () => setTimeout(() => controller.abort(), 5),
    });
    await expect(running).rejects.toMatchObject({ code: 'registry-interrupted' });
    expect(calls()).toBe(1);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it.each([
    ['3', 3000],
    [' 120 ', 120_000],
    ['Thu, 01 Jan 2026 00:00:07 GMT', 7000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['soon', undefined],
    ['-1', undefined],
    [undefined, undefined],
  ])('%j is %j milliseconds', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});

async function most(slots: Slots, tasks: number): Promise<number> {
  let running = 0;
  let highest = 0;
  const task = async () => {
    running += 1;
    highest = Math.max(highest, running);
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
    running -= 1;
  };
  await Promise.all(Array.from({ length: tasks }, () => slots.run(task)));
  return highest;
}

describe('the slots of a session', () => {
  it('run as many tasks at once as they are', async () => {
    expect(await most(new Slots(4), 20)).toBe(4);
  });

  it('run fewer after a failure, and more again after successes', async () => {
    const slots = new Slots(4);
    slots.slowDown();
    expect(slots.limit).toBe(2);
    expect(await most(slots, 20)).toBe(2);
    slots.slowDown();
    slots.slowDown();
    expect(slots.limit).toBe(1);
    for (let count = 0; count < 24; count += 1) slots.succeeded();
    expect(slots.limit).toBe(4);
    for (let count = 0; count < 99; count += 1) slots.succeeded();
    expect(slots.limit).toBe(4);
  });

  it('run urgent tasks first, and go on after one that fails', async () => {
    const slots = new Slots(1);
    const order: string[] = [];
    const task = (name: string) => async () => {
      order.push(name);
      if (name === 'bad') throw new Error(name);
    };
    const first = slots.run(task('first'));
    const bad = slots.run(task('bad'));
    const last = slots.run(task('last'));
    const urgent = slots.run(task('urgent'), true);
    await expect(bad).rejects.toThrow('bad');
    await Promise.all([first, last, urgent]);
    expect(order).toEqual(['first', 'urgent', 'bad', 'last']);
  });
});

describe('text of a registry', () => {
  it('is one short line without controls and without the key to an upload', () => {
    const text = 'a\r\nb\u001B[31m\u202Ec http://r/v2/x?_state=SECRET&token=ALSO "x"';
    expect(foreignText(text)).toBe('a b [31m c http://r/v2/x?_state=...&token=... "x"');
    const signed = 'https://store/b?X-Amz-Credential=AKIA&X-Amz-Signature=1&sv=2&sig=abc&se=3';
    expect(foreignText(signed)).toBe(
      'https://store/b?X-Amz-Credential=...&X-Amz-Signature=...&sv=2&sig=...&se=3',
    );
    expect(foreignText('x'.repeat(9999)).length).toBeLessThan(400);
  });
});
