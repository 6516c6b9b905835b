import type { Adoption } from '../adopt/adoption.ts';
import type { AdoptedFiles, FileName } from '../adopt/files.ts';
import { runningOperators, type Change } from '../adopt/take-over.ts';
import type { Notice } from '../errors.ts';
import { stage } from '../manifests/stage.ts';
import { list } from '../model/notices.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { shellLine } from './shell.ts';
import { toJson, type Terminal } from './terminal.ts';

/** What `adopt` found and did. */
interface AdoptResult {
  readonly adoption: Adoption;
  readonly files: AdoptedFiles;
  /** The names of those that changed; nothing where a run only shows them. */
  readonly written: ReadonlySet<FileName> | undefined;
  readonly changes: readonly Change[];
  /** Deployments of which nothing can be told yet. */
  readonly untold: readonly string[];
  /** Why. */
  readonly unread: readonly Notice[];
}

/** Prints the files or which were written, what the first apply changes, and how to go on. */
export function reportAdoption(result: AdoptResult, terminal: Terminal): ExitCode {
  const { adoption, unread } = result;
  if (terminal.format === 'json') terminal.printJson(json(result));
  else {
    printFiles(result, terminal);
    printChanges(result, terminal);
    for (const notice of adoption.notices) terminal.warn(notice);
    for (const notice of unread) terminal.warn(notice);
    printTakeOver(result, terminal);
    if (adoption.conflicts.length > 0) {
      terminal.fail(new AggregateError(adoption.conflicts.map(({ error }) => error)));
    }
  }
  return adoption.conflicts.length === 0 ? exitCodes.done : exitCodes.failed;
}

function json(result: AdoptResult) {
  const { adoption, files, written, changes, untold, unread } = result;
  return {
    files: [...files].map(([file, text]) => ({
      file,
      ...(written ? { written: written.has(file) } : {}),
      text,
    })),
    warnings: [...adoption.notices, ...unread].map(toJson),
    errors: adoption.conflicts.map(({ error }) => toJson(error)),
    changes,
    untold,
    takeOver: takeOverLines(result),
  };
}

function printFiles({ files, written }: AdoptResult, terminal: Terminal): void {
  for (const [file, text] of files) {
    if (written) terminal.print(`${file} ${written.has(file) ? 'written' : 'unchanged'}`);
    else terminal.print(`==> ${file} <==\n${text}`);
  }
}

function printChanges({ adoption, changes, untold }: AdoptResult, terminal: Terminal): void {
  const running = runningOperators(adoption);
  if (running.length === 0) return;
  if (changes.length > 0) {
    terminal.print('\nWhat the take-over changes in running Operators; each restarts once:');
    for (const { path, running: before, rendered, why, deployments } of changes) {
      const where = deployments.length === running.length ? 'all' : list(deployments);
      terminal.print(`  ${path}: ${before} -> ${rendered}\n    ${why} (${where})`);
    }
  }
  if (untold.length === 0) return;
  terminal.print(
    `\nWhat changes in ${list(untold)} beside this, \`kubectl diff -f out/\` tells once \`solutions synth\` has read\n` +
      `the archives: ${ALWAYS}; each restarts once.`,
  );
}

/** What is rendered otherwise than by Salt, whatever the archive holds. */
const ALWAYS =
  "this tool's labels and annotations in place of Salt's, one Pod at a time (strategy), the image by its digest";

function printTakeOver(result: AdoptResult, terminal: Terminal): void {
  const lines = takeOverLines(result).map((line) => `  ${line}`);
  terminal.print(
    ['', 'The take-over; from here on nobody runs solutions.sh:', ...lines].join('\n'),
  );
  terminal.print(`In place of the last line, where server-side apply is used:\n  ${SERVER_SIDE}`);
}

/** Salt's manager owns every field that it wrote. */
const SERVER_SIDE = 'kubectl apply --server-side --force-conflicts -f out/';

/** What somebody types, in this order; the objects of Salt lose what only Salt wrote by a replace. */
function takeOverLines({ adoption }: AdoptResult): string[] {
  const isConflict = (operator: { readonly namespace: string; readonly solution: string }) =>
    adoption.conflicts.some(
      ({ namespace, solution }) =>
        namespace === operator.namespace && solution === operator.solution,
    );
  const deleted = adoption.conflicts.map(({ namespace, solution }) =>
    shellLine([
      'kubectl',
      'delete',
      'deployment',
      `${solution}-operator`,
      `--namespace=${namespace}`,
    ]),
  );
  const replaced = runningOperators(adoption)
    .filter((operator) => !isConflict(operator))
    .map(({ namespace, solution }) => {
      const { file } = stage('operator', namespace, solution);
      return shellLine(['kubectl', 'replace', '--save-config', '-f', `out/${file}`]);
    });
  return [
    'solutions synth',
    'kubectl diff -f out/',
    ...deleted,
    ...replaced,
    'kubectl apply -f out/',
  ];
}
