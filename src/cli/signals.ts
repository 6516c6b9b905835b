import { setImmediate } from 'node:timers/promises';
import { interrupted } from '../registry/failure.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';

/** What ended a run from outside. */
export interface Stop {
  readonly signal: AbortSignal;
  /** The exit code of the signal that came, if one came. */
  code(): ExitCode | undefined;
  /**
   * Lets in a signal that came during work that waits for nothing.
   *
   * @throws RegistryError `registry-interrupted` where one came
   */
  hear(): Promise<void>;
  /** Leaves signals to Node again. */
  release(): void;
}

/** The first signal ends the run in order; a second one is obeyed at once. */
export function onSignals(): Stop {
  const controller = new AbortController();
  let received: ExitCode | undefined;
  const codes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const;
  const handler = (signal: 'SIGINT' | 'SIGTERM') => {
    received = codes[signal];
    controller.abort();
    release();
  };
  const onInterrupt = () => handler('SIGINT');
  const onTerminate = () => handler('SIGTERM');
  const release = () => {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onTerminate);
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  const hear = async () => {
    // Signals arrive between two turns of the loop; the first of them may have begun already.
    await setImmediate();
    await setImmediate();
    if (received !== undefined) throw interrupted();
  };
  return { signal: controller.signal, code: () => received, hear, release };
}
