import type { Adoption } from '../adopt/adoption.ts';
import type { AdoptedFiles } from '../adopt/files.ts';
import { runningOperators, type Change } from '../adopt/take-over.ts';
import type { Notice } from '../errors.ts';
import { stage } from '../manifests/stage.ts';
import { list } from '../model/findings.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { shellLine } from './shell.ts';
import { toJson, type Terminal } from './terminal.ts';

/** What `adopt` found and did. */
interface AdoptResult {
  readonly adoption: Adoption;
  readonly files: AdoptedFiles;
  /** The names of those that changed; nothing where a run only shows them. */
  readonly written: ReadonlySet<string> | undefined;
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
    terminal.print(
      ['', 'The take-over:', ...takeOverLines(result).map((line) => `  ${line}`)].join('\n'),
    );
    if (adoption.conflicts.length > 0) terminal.fail(new AggregateError(adoption.conflicts));
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
    errors: adoption.conflicts.map(toJson),
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
    `\nWhat changes in ${list(untold)} cannot be told before \`solutions synth\` has read the archives; ` +
      'then `kubectl diff -f out/` tells',
  );
}

/** What somebody types, in this order. */
function takeOverLines({ adoption }: AdoptResult): string[] {
  const replaced = runningOperators(adoption).map(({ namespace, solution }) =>
    shellLine([
      'kubectl',
      'replace',
      '--save-config',
      '-f',
      `out/${stage('operator', namespace, solution).file}`,
    ]),
  );
  return ['solutions synth', 'kubectl diff -f out/', ...replaced, 'kubectl apply -f out/'];
}
