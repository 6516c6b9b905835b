import { setImmediate as turn } from 'node:timers/promises';

/** Does the work once, and tells how many milliseconds it took. */
export type Contender = () => number;

/** The middle one of some numbers; of an even number of them the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/**
 * The median of each contender by its name, in milliseconds, after one run that does not count.
 * They take turns, every other round backwards: what else the machine does meets all of them alike.
 */
export async function contest(
  contenders: Readonly<Record<string, Contender | undefined>>,
  rounds: number,
): Promise<Map<string, number>> {
  const order = Object.entries(contenders).flatMap(([name, work]) => {
    const times: number[] = [];
    return work === undefined ? [] : [{ name, work, times }];
  });
  for (let round = 0; round <= rounds; round += 1) {
    for (const { work, times } of round % 2 === 0 ? order : order.toReversed()) {
      const milliseconds = work();
      if (round > 0) times.push(milliseconds);
      // A signal is handled between two runs.
      await turn();
    }
  }
  return new Map(order.map(({ name, times }) => [name, median(times)]));
}
