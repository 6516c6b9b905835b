import { changedLines } from '../config/changed-lines.ts';
import type { Notice } from '../errors.ts';
import type { Request } from '../model/request.ts';
import type { Changes } from '../out/write.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { printWritten, writtenJson } from './synth-report.ts';
import type { Synthesis } from './synthesis.ts';
import { toJson, type Terminal } from './terminal.ts';

/** What a command did that edits the files. */
interface Changed {
  readonly request: Request;
  readonly edited: { readonly before: Uint8Array | undefined; readonly after: Uint8Array };
  readonly synthesis: Synthesis | undefined;
  readonly notices: readonly Notice[];
  readonly written: readonly Changes[] | undefined;
}

/** Prints what was edited and written. */
export function reportChanged(changed: Changed, terminal: Terminal): ExitCode {
  const { request, edited, synthesis, written = [] } = changed;
  const lines = changedLines(edited.before ?? new Uint8Array(), edited.after);
  const isEdited = lines.removed.length + lines.added.length > 0;
  const notices = [...(request.notices ?? []), ...changed.notices];
  if (terminal.format === 'json') {
    const { file, done } = request;
    terminal.printJson({
      changed: isEdited ? [{ file, ...lines }] : [],
      done,
      warnings: notices.map(toJson),
      synth: synthesis ? writtenJson(synthesis.result, written) : null,
    });
    return exitCodes.done;
  }
  for (const notice of notices) terminal.warn(notice);
  for (const sentence of request.done) terminal.say(sentence);
  if (isEdited) {
    terminal.print(`${request.file} written, line ${lines.line}`);
    for (const line of lines.removed) terminal.say(`  - ${line}`);
    for (const line of lines.added) terminal.say(`  + ${line}`);
  }
  if (synthesis) printWritten(synthesis.result, written, terminal);
  else terminal.say('out/ is as it was: `solutions synth` writes it');
  return exitCodes.done;
}

/** Prints that everything is already as it was asked for. */
export function reportUnchanged({ done, notices = [] }: Request, terminal: Terminal): ExitCode {
  if (terminal.format === 'json') {
    terminal.printJson({ changed: [], done, warnings: notices.map(toJson), synth: null });
    return exitCodes.done;
  }
  for (const sentence of done) terminal.say(sentence);
  terminal.say('nothing to do, nothing was written');
  return exitCodes.done;
}
