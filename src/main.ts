import { exitCodes, type ExitCode } from './cli/exit-code.ts';
import { runProgram } from './cli/program.ts';
import { Terminal } from './cli/terminal.ts';

const terminal = new Terminal(process, process.env);

let isLost = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) is no failure: the run goes on, and its exit code tells.
    if (error.code === 'EPIPE' || isLost) return;
    isLost = true;
    process.exitCode = exitCodes.failed;
    terminal.lost(error);
  });
}

/** Settles when the exit code is set: for the build, which runs the program more than once. */
export const ended = run();

async function run(): Promise<void> {
  process.once('exit', tellUnfinished);
  const code = await runProgram(process.argv.slice(2), terminal, process.env).catch(
    (error: unknown): ExitCode => {
      terminal.fail(error);
      return exitCodes.failed;
    },
  );
  process.off('exit', tellUnfinished);
  // What was not told did not succeed, whatever the run was about to say.
  process.exitCode ??= code;
}

/** Node.js ends when nothing is left that it could wait for, and calls that a success. */
function tellUnfinished(): void {
  terminal.fail(new Error('nothing was left to wait for before all was done'));
  process.exitCode = exitCodes.failed;
}
