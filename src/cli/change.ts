import { replaceConfigFile, requireFolder, requireWritableConfig } from '../config/file.ts';
import {
  isRepository,
  parseConfig,
  readConfig,
  wrongFolder,
  type Config,
  type ConfigBytes,
} from '../config/load.ts';
import { SolutionsError, solutionsErrors, type Notice } from '../errors.ts';
import { knownArchives } from '../metadata/known.ts';
import { list } from '../model/notices.ts';
import type { Request, Situation } from '../model/request.ts';
import { resolve } from '../model/resolve.ts';
import type { ChangeFlags } from './change-options.ts';
import { reportChanged, reportUnchanged } from './change-report.ts';
import type { ExitCode } from './exit-code.ts';
import { lockRun } from './run-lock.ts';
import { prepareSynthesis, type Synthesis } from './synthesis.ts';
import type { Terminal } from './terminal.ts';

/** How a command that edits the files runs. */
export interface ChangeOptions extends Pick<ChangeFlags, 'synth'> {
  /** The folder that holds solutions.yaml. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether the folder may hold neither of the files yet. */
  readonly mayBeNew?: boolean;
  /** Where archives lie that are read elsewhere than they are listed, by their listed path. */
  readonly files?: ReadonlyMap<string, string>;
}

/** What a command asks for, in the situation that it finds. */
export type Ask = (situation: Situation) => Request;

/**
 * Edits one of the files, and synthesises: the edit is made in memory, what it comes to is resolved
 * and rendered, and only then the file, metadata/ and out/ are written, in this order. An error leaves
 * every file as it was; a killed run leaves what `synth` goes on from.
 *
 * @throws SolutionsError, or several in an AggregateError: why the command is refused, every
 *   contradiction in the edited state, what keeps the files from being written.
 */
export async function change(
  ask: Ask,
  options: ChangeOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { root } = options;
  requireRoot(options);
  const lock = lockRun(root);
  try {
    const bytes = readConfig(root);
    const request = ask(situationOf(parseConfig(bytes), root));
    const after = editedBytes(request, bytes);
    if (after === undefined && request.resumes !== true) return reportUnchanged(request, terminal);
    lock.requireWrite();
    requireWritableConfig(root, request.file);
    const before = bytes[request.file];
    const edited = { before, after: after ?? before ?? new Uint8Array() };
    const checked = await checkedChange(
      {
        request,
        config: parseEdited({ ...bytes, [request.file]: edited.after }, request, terminal),
      },
      options,
      terminal,
    );
    if (after !== undefined) replaceConfigFile(root, request.file, edited);
    const written = checked.synthesis?.write(false);
    return reportChanged({ request, edited, ...checked, written }, terminal);
  } finally {
    lock.release();
  }
}

/** The lock makes a folder: not in a wrong one. */
function requireRoot({ root, mayBeNew = false }: ChangeOptions): void {
  if (mayBeNew) requireFolder(root);
  else if (!isRepository(readConfig(root))) throw wrongFolder(root);
}

function situationOf(config: Config, root: string): Situation {
  const { archives, missing } = knownArchives(config.solutions.archives, root);
  return { config, archives, missing: missing.map(({ path }) => path) };
}

function editedBytes({ file, edits }: Request, bytes: ConfigBytes): Uint8Array | undefined {
  let after: Uint8Array | undefined;
  for (const edit of edits) after = edit(after ?? bytes[file] ?? new Uint8Array()) ?? after;
  return after;
}

interface Checked {
  readonly synthesis: Synthesis | undefined;
  /** What is told where there is no synthesis to tell it. */
  readonly notices: readonly Notice[];
}

interface Edited {
  readonly request: Request;
  readonly config: Config;
}

/** Proves that the edited files come to something, before one of them is written. */
async function checkedChange(
  { request, config }: Edited,
  options: ChangeOptions,
  terminal: Terminal,
): Promise<Checked> {
  const { root, synth } = options;
  try {
    if (!synth) return { synthesis: undefined, notices: checkKnown(config, root) };
    const prepared = { ...options, write: true, hold: true, refuseEdited: true };
    return { synthesis: await prepareSynthesis(config, prepared, terminal), notices: [] };
  } catch (error) {
    warnOfPlaces(request, error, terminal);
    throw error;
  }
}

/** Without a look at the archives: what their records tell. */
function checkKnown(config: Config, root: string): Notice[] {
  const { archives, missing, errors } = knownArchives(config.solutions.archives, root);
  if (missing.length === 0) return [...resolve(config, archives).notices];
  const paths = list(missing.map(({ path }) => path));
  const unchecked = {
    code: 'unchecked',
    message: `nothing was checked against the archives: there is no record of ${paths}`,
    hint: 'run `solutions synth` where they are at hand',
  };
  return [...errors, unchecked];
}

function parseEdited(bytes: ConfigBytes, request: Request, terminal: Terminal): Config {
  try {
    return parseConfig(bytes);
  } catch (error) {
    warnOfPlaces(request, error, terminal);
    throw error;
  }
}

/** The lines of a file that was not written are not those that somebody finds there. */
function warnOfPlaces({ file }: Request, error: unknown, terminal: Terminal): void {
  const isMeant = (one: SolutionsError) => one.place?.file === file;
  // A bug says nothing of the files.
  if (!solutionsErrors(error).some(isMeant)) return;
  terminal.warn({
    code: 'edit-refused',
    message: `nothing was written; the lines of ${file} below are those that it would have had`,
  });
}
