import type { RecordVerdict } from '../metadata/confirm.ts';
import type { FolderVerdict } from '../out/verdicts.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import type { StyledLine, Terminal } from './terminal.ts';

type Item = RecordVerdict | FolderVerdict;

const STATES = ['checked', 'absent', 'unchecked', 'wrong'] as const;
const STYLES = { checked: 'green', absent: 'dim', unchecked: 'yellow', wrong: 'red' } as const;

/** Prints what was found of each item, and gives the exit code that says it. */
export function reportVerdicts(items: readonly Item[], terminal: Terminal): ExitCode {
  const counts = Object.fromEntries(
    STATES.map((wanted) => [wanted, items.filter(({ state }) => state === wanted).length]),
  );
  if (terminal.format === 'json') terminal.printJson({ ...counts, items });
  else {
    terminal.printStyled(items.flatMap((item) => linesOf(item, items)));
    terminal.say(STATES.map((state) => `${counts[state] ?? 0} ${state}`).join(', '));
  }
  return codeOf(items);
}

/** State, kind and name in columns, then what was found; below it what to do. */
function linesOf(item: Item, all: readonly Item[]): StyledLine[] {
  const { state, check, file, message, hint } = item;
  const kind = check.padEnd(Math.max(...all.map((one) => one.check.length)));
  const text = `${state.padEnd('unchecked'.length)}  ${kind}  ${file}: ${message}`;
  const line = { text, style: STYLES[state] };
  return hint === undefined || state === 'checked' ? [line] : [line, { text: `  hint: ${hint}` }];
}

/** What is rendered is a difference that `synth` mends; the rest is not. */
function codeOf(items: readonly Item[]): ExitCode {
  const wrong = items.filter(({ state }) => state === 'wrong');
  if (wrong.length === 0) return exitCodes.done;
  return wrong.every(({ check }) => check === 'folder') ? exitCodes.differences : exitCodes.failed;
}
