/** Successes in a row after which one more task may run at once. */
const RECOVERY = 8;

/**
 * Runs a limited number of tasks at once, in the order in which they came; urgent ones first.
 * After a failure fewer run, after some successes more again.
 */
export class Slots {
  readonly #most: number;
  #limit: number;
  #running = 0;
  #successes = 0;
  readonly #urgent: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
    this.#limit = most;
  }

  /** How many may run now. */
  get limit(): number {
    return this.#limit;
  }

  /** Runs `task` when a slot is free. */
  async run<Value>(task: () => Promise<Value>, isUrgent = false): Promise<Value> {
    if (this.#running >= this.#limit) {
      const queue = isUrgent ? this.#urgent : this.#waiting;
      await new Promise<void>((resolve) => {
        queue.push(resolve);
      });
    } else this.#running += 1;
    try {
      return await task();
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }

  /** The registry has trouble: half as many at once. */
  slowDown(): void {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#successes = 0;
  }

  /** A request went well. */
  succeeded(): void {
    if (this.#limit === this.#most) return;
    this.#successes += 1;
    if (this.#successes < RECOVERY) return;
    this.#successes = 0;
    this.#limit += 1;
    this.#next();
  }

  /** A slot is handed over before its task starts, so that no newcomer takes it in between. */
  #next(): void {
    while (this.#running < this.#limit) {
      const start = this.#urgent.shift() ?? this.#waiting.shift();
      if (start === undefined) return;
      this.#running += 1;
      start();
    }
  }
}
