import { counted } from '../count.ts';
import type { Notice } from '../errors.ts';
import type { Extraction } from '../metadata/extract.ts';
import type { Changes } from '../out/write.ts';
import { deleteLine, holdsOthers, warningsOf, type ObjectName } from '../plan/removed.ts';
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
  /** The folders in which files were edited, so that only an overwriting run replaces them. */
  readonly edited: readonly string[];
}

/** Prints what a run would change; `diffs` are by folder. */
export function reportCheck(
  result: SynthResult,
  diffs: ReadonlyMap<string, string>,
  terminal: Terminal,
): ExitCode {
  const diff = [...diffs.values()].join('');
  const isStale = diff !== '' || result.metadata.length > 0;
  if (terminal.format === 'json') terminal.printJson({ ...json(result), stale: isStale, diff });
  else {
    if (diff !== '') terminal.print(diff.trimEnd());
    tell(result, terminal);
    for (const { id, what } of result.metadata) terminal.say(`metadata/${id} would be ${what}`);
    terminal.say(isStale ? staleLine(result, diffs) : 'up to date');
  }
  return isStale ? exitCodes.differences : exitCodes.done;
}

function staleLine({ metadata, edited }: SynthResult, diffs: ReadonlyMap<string, string>): string {
  const stale = [
    ...[...diffs].filter(([, diff]) => diff !== '').map(([label]) => label),
    ...(metadata.length === 0 ? [] : ['metadata']),
  ];
  const what = `${folderNames(stale)} ${stale.length > 1 ? 'are' : 'is'} not what the files say`;
  return edited.length > 0
    ? `${what}, and files in ${folderNames(edited)} were edited: \`solutions synth --overwrite\` replaces them, and the edits are lost`
    : `${what}: run \`solutions synth\``;
}

/** `a/, b/ and c/` */
function folderNames(labels: readonly string[]): string {
  const names = labels.map((label) => `${label}/`);
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

/** Prints what a run changed. */
export function reportWritten(
  result: SynthResult,
  written: readonly Changes[],
  terminal: Terminal,
): ExitCode {
  if (terminal.format === 'json') terminal.printJson(writtenJson(result, written));
  else printWritten(result, written, terminal);
  return exitCodes.done;
}

/** What a run changed, for programs. */
export function writtenJson(result: SynthResult, [out, gitops]: readonly Changes[]) {
  return { ...json(result), out, gitops };
}

/** What a run changed, for people. */
export function printWritten(
  result: SynthResult,
  [out, gitops]: readonly Changes[],
  terminal: Terminal,
): void {
  tell(result, terminal);
  for (const { id, what } of result.metadata) terminal.print(`metadata/${id} ${what}`);
  if (out) reportFolder(result.label, out, terminal);
  if (gitops) reportFolder('gitops', gitops, terminal);
}

function reportFolder(label: string, changes: Changes, terminal: Terminal): void {
  const { written, removed, unchanged, foreignManifests } = changes;
  const total = written.length + unchanged.length;
  // What people keep under the name of a folder that is not wanted is theirs.
  if (total + removed.length === 0) return;
  for (const name of foreignManifests) {
    terminal.warn({
      code: 'foreign-manifest',
      message: 'this file is not ours, and kubectl applies it with the others',
      place: { file: `${label}/${name}` },
      hint: 'move it to a folder of its own',
    });
  }
  for (const name of written) terminal.print(`${label}/${name} written`);
  for (const name of removed) terminal.print(`${label}/${name} removed`);
  terminal.say(
    `${label}/: ${counted(total, 'file')}, ${written.length} written, ${removed.length} removed`,
  );
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
  say('No longer rendered. An apply does not delete; these lines do:', [
    ...warningsOf(removed),
    ...removed.filter((object) => !holdsOthers(object)).map(deleteLine),
  ]);
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
