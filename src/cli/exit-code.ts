/** How a command ended: the exit codes of the program. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  differences: 3,
  // Of `push`, whose Job decides by them whether a retry helps.
  archive: 20,
  credentials: 21,
  refused: 22,
  temporary: 23,
  // 128 and the number of the signal, as shells have it.
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
