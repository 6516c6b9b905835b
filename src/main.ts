#!/usr/bin/env node
import { runProgram } from './cli/program.ts';
import { Terminal } from './cli/terminal.ts';

const terminal = new Terminal(process, process.env);

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  process.exitCode = await runProgram(process.argv.slice(2), terminal, process.env);
} catch (error) {
  terminal.fail(error);
  process.exitCode = 1;
}
