import type { Notice } from '../errors.ts';
import type { Extraction } from '../metadata/extract.ts';
import type { Changes } from '../out/write.ts';
import { deleteLine, type ObjectName } from '../plan/removed.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { shellLine } from './shell.ts';
import { toJson, type Terminal } from './terminal.ts';

/** What a run found, whether it writes or not. */
export interface SynthResult {
  readonly metadata: Extraction['changes'];
  readonly notices: readonly Notice[];
  readonly removed: readonly ObjectName[];
  /** The commands that remove the images of what is no longer imported. */
  readonly unpush: readonly string[];
  /** What the folder of the manifests is called in messages. */
  readonly label: string;
  /** The names of all its files. */
  readonly files: readonly string[];
  /** Whether files in it were edited, so that only an overwriting run replaces them. */
  readonly isEdited: boolean;
}

/** Prints what a run would change; `diff` is that of the folder. */
export function reportCheck(result: SynthResult, diff: string, terminal: Terminal): ExitCode {
  const isStale = diff !== '' || result.metadata.length > 0;
  if (terminal.format === 'json') terminal.printJson({ ...json(result), stale: isStale, diff });
  else {
    if (diff !== '') terminal.print(diff.trimEnd());
    tell(result, terminal);
    for (const { id, what } of result.metadata) terminal.say(`metadata/${id} would be ${what}`);
    terminal.say(isStale ? staleLine(result, diff) : 'up to date');
  }
  return isStale ? exitCodes.differences : exitCodes.done;
}

function staleLine({ label, metadata, isEdited }: SynthResult, diff: string): string {
  const stale = [
    ...(diff === '' ? [] : [`${label}/`]),
    ...(metadata.length === 0 ? [] : ['metadata/']),
  ];
  const what = `${stale.join(' and ')} ${stale.length > 1 ? 'are' : 'is'} not what the files say`;
  return isEdited
    ? `${what}, and files in ${label}/ were edited: \`solutions synth --overwrite\` replaces them, and the edits are lost`
    : `${what}: run \`solutions synth\``;
}

/** Prints what a run changed. */
export function reportWritten(result: SynthResult, written: Changes, terminal: Terminal): ExitCode {
  if (terminal.format === 'json') {
    terminal.printJson({ ...json(result), out: written });
    return exitCodes.done;
  }
  const { label } = result;
  tell(result, terminal);
  for (const name of written.foreignManifests) {
    terminal.warn({
      code: 'foreign-manifest',
      message: 'this file is not ours, and kubectl applies it with the others',
      place: { file: `${label}/${name}` },
      hint: 'move it to a folder of its own',
    });
  }
  for (const { id, what } of result.metadata) terminal.print(`metadata/${id} ${what}`);
  for (const name of written.written) terminal.print(`${label}/${name} written`);
  for (const name of written.removed) terminal.print(`${label}/${name} removed`);
  const total = written.written.length + written.unchanged.length;
  terminal.say(
    `${label}/: ${total} files, ${written.written.length} written, ${written.removed.length} removed`,
  );
  return exitCodes.done;
}

function json(result: SynthResult) {
  const { metadata, notices, removed, unpush } = result;
  return {
    metadata,
    warnings: notices.map(toJson),
    removedObjects: removed,
    unpush,
    apply: [...serverSideLines(result), shellLine(['kubectl', 'apply', '-f', `${result.label}/`])],
  };
}

/** `kubectl apply -f` does not read sub-folders: what is in there needs a line of its own, first. */
function serverSideLines({ label, files }: SynthResult): string[] {
  if (!files.some((name) => name.startsWith('server-side/'))) return [];
  return [shellLine(['kubectl', 'apply', '--server-side', '-f', `${label}/server-side/`])];
}

/** What people should know beside the result, and what an apply will not do for them. */
function tell(result: SynthResult, terminal: Terminal): void {
  const { notices, removed, unpush } = result;
  for (const notice of notices) terminal.warn(notice);
  const say = (title: string, lines: readonly string[]) => {
    if (lines.length === 0) return;
    for (const line of [title, ...lines.map((one) => `  ${one}`)]) terminal.say(line);
  };
  say(
    'No longer rendered. An apply does not delete; these lines do:',
    removed.filter((object) => !holdsOthers(object)).map(deleteLine),
  );
  say(
    'No longer rendered, with much inside: all custom resources of a CRD, everything in a Namespace.\n' +
      'Only when nobody needs it any more:',
    removed.filter(holdsOthers).map(deleteLine),
  );
  say('No longer imported. The images stay in the registry until somebody removes them:', unpush);
  say(
    `Some CRDs are too large for \`kubectl apply -f ${result.label}/\`. They come first:`,
    serverSideLines(result),
  );
}

function holdsOthers({ kind }: ObjectName): boolean {
  return kind === 'CustomResourceDefinition' || kind === 'Namespace';
}
