import { join, resolve as absolute } from 'node:path';
import { loadConfig, type Config } from '../config/load.ts';
import { takeLock, type Lock } from '../disk/lock.ts';
import { makePrivateFolder } from '../disk/private-folder.ts';
import { SolutionsError, solutionsErrors } from '../errors.ts';
import { folderOf } from '../manifests/folder.ts';
import { gitopsFolder } from '../manifests/gitops.ts';
import { render } from '../manifests/render.ts';
import { extract, type Extraction } from '../metadata/extract.ts';
import { resolve } from '../model/resolve.ts';
import { diffFolder } from '../out/diff.ts';
import { repositoryMistake } from '../oci/name.ts';
import { isDone, planFolder, type FolderPlan } from '../out/plan.ts';
import { previousTexts } from '../out/previous.ts';
import { writeFolders } from '../out/write.ts';
import { removedObjects, unpushLine } from '../plan/removed.ts';
import type { ExitCode } from './exit-code.ts';
import type { SynthFlags } from './synth-command.ts';
import { progressOn } from './progress.ts';
import { readmeTemplate } from './readme-template.ts';
import { reportCheck, reportWritten, type SynthResult } from './synth-report.ts';
import type { Terminal } from './terminal.ts';

/** What `solutions synth` was asked. */
interface SynthOptions extends SynthFlags {
  /** The folder that holds solutions.yaml. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** `solutions synth`: from the files and the archives to metadata/ and out/. */
export async function synth(options: SynthOptions, terminal: Terminal): Promise<ExitCode> {
  const config = loadConfig(options.root);
  const lock = options.check ? 'reads' : lockRun(options.root);
  try {
    return await run({ config, options, lock }, terminal);
  } finally {
    if (lock !== 'reads' && !(lock instanceof SolutionsError)) lock.release();
  }
}

interface Run {
  readonly config: Config;
  readonly options: SynthOptions;
  /** The lock of a run that may write, or why this one may not. */
  readonly lock: Lock | SolutionsError | 'reads';
}

/** A run that finds nothing to write needs no right to write: what denies the lock is told later. */
function lockRun(root: string): Lock | SolutionsError {
  const folder = join(root, '.solutions');
  try {
    makePrivateFolder(folder);
    return takeLock(join(folder, 'run.lock'));
  } catch (error) {
    if (error instanceof SolutionsError && error.code === 'disk-denied') return error;
    throw error;
  }
}

async function run({ config, options, lock }: Run, terminal: Terminal): Promise<ExitCode> {
  const mayWrite = lock !== 'reads' && !(lock instanceof SolutionsError);
  const metadata = await extracted(config, { ...options, mayWrite }, terminal);
  const state = resolve(config, metadata.archives);
  const files = folderOf(render(state), state, readmeTemplate());
  const folders = plannedFolders(files, config, options);
  const planned = folders.map((folder) => folder.planned);
  const result: SynthResult = {
    metadata: metadata.changes,
    notices: [...metadata.notices, ...state.notices],
    removed: folders.flatMap((folder) =>
      removedObjects(previousTexts(folder.planned), folder.files),
    ),
    unpush: unpushLines(metadata.changes, config.platform.registry),
    label: outOf(options).label,
    files: [...files.keys()],
    edited: planned.filter(({ plan }) => plan.objections.length > 0).map(labelOf),
  };
  if (lock === 'reads') return reportCheck(result, await diffsOf(planned), terminal);
  if (lock instanceof SolutionsError && !(planned.every(isDone) && metadata.changes.length === 0))
    throw lock;
  const written = writeFolders(planned, { overwrite: options.overwrite ?? false });
  metadata.finish();
  return reportWritten(result, written, terminal);
}

/** The folders that `synth` owns: `out/`, and `gitops/` with what tells an agent of it. */
function plannedFolders(files: Map<string, string>, config: Config, options: SynthOptions) {
  const out = { ...outOf(options), files };
  const gitops = {
    dir: join(options.root, 'gitops'),
    label: 'gitops',
    files: gitopsFolder(config.platform.gitops, files.keys()),
  };
  return [out, gitops].map((folder) => ({
    files: folder.files,
    planned: planFolder(folder.dir, folder.files, folder),
  }));
}

function labelOf({ folder }: FolderPlan): string {
  return folder.label;
}

async function diffsOf(planned: readonly FolderPlan[]): Promise<Map<string, string>> {
  const diffs = new Map<string, string>();
  for (const one of planned) diffs.set(labelOf(one), await diffFolder(one));
  return diffs;
}

/** cdk8s-cli names its output folder in a variable; its `app` then writes there. */
function outOf({ root, environment }: SynthOptions): { dir: string; label: string } {
  const wanted = environment['CDK8S_OUTDIR'] || 'out';
  return {
    dir: environment['CDK8S_OUTDIR'] ? absolute(wanted) : join(root, wanted),
    label: wanted,
  };
}

async function extracted(
  { solutions, environments }: Config,
  options: SynthOptions & { readonly mayWrite: boolean },
  terminal: Terminal,
): Promise<Extraction> {
  const { root, locked = false, acceptChanged = false, mayWrite: write } = options;
  const progress = progressOn(terminal, () => performance.now());
  try {
    const { report } = progress;
    return await extract(solutions.archives, {
      root,
      locked,
      acceptChanged,
      write,
      progress: report,
    });
  } catch (error) {
    progress.clear();
    // A bug says nothing of the files.
    if (solutionsErrors(error).length > 0 && environments.length > 0) terminal.warn(unchecked);
    throw error;
  } finally {
    progress.clear();
  }
}

const unchecked = {
  code: 'environments-unchecked',
  message:
    'environments.yaml was not checked against the archives, and may hold mistakes of its own',
  hint: 'they are told once the errors below are mended',
};

function unpushLines(
  changes: SynthResult['metadata'],
  { prefix, isReadOnly, isPlainHttp }: Config['platform']['registry'],
): string[] {
  if (isReadOnly) return [];
  // An id that is no repository was never pushed.
  return changes
    .filter(({ id, what }) => what === 'removed' && repositoryMistake(id) === undefined)
    .map(({ id }) => unpushLine(id, prefix, isPlainHttp));
}
