import { exitCodes, type ExitCode } from './program.ts';

/** What ended a run from outside. */
export interface Stop {
  readonly signal: AbortSignal;
  /** The exit code of the signal that came, if one came. */
  code(): ExitCode | undefined;
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
  return { signal: controller.signal, code: () => received, release };
}
