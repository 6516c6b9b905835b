import { join, resolve as absolute } from 'node:path';
import type { Config } from '../config/load.ts';
import { solutionsErrors } from '../errors.ts';
import { folderOf, isOutName } from '../manifests/folder.ts';
import { gitopsFolder } from '../manifests/gitops.ts';
import { render } from '../manifests/render.ts';
import { extract, type Extraction, type ExtractOptions } from '../metadata/extract.ts';
import { resolve } from '../model/resolve.ts';
import { isDone, planFolder, type FolderPlan } from '../out/plan.ts';
import { previousTexts } from '../out/previous.ts';
import { requireWritable, writeFolders, type Changes } from '../out/write.ts';
import { removedObjects } from '../plan/removed.ts';
import { unpushLines } from '../plan/unpush-lines.ts';
import { loadTrusted } from '../trust/keys.ts';
import { ownedGitops } from './owned-gitops.ts';
import { progressOn } from './progress.ts';
import { readmeTemplate } from './readme-template.ts';
import type { SynthResult } from './synth-report.ts';
import type { Terminal } from './terminal.ts';

/** How {@link prepareSynthesis} works. */
interface SynthesisOptions extends Pick<ExtractOptions, 'write' | 'hold'> {
  /** The folder that holds solutions.yaml. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly locked?: boolean;
  readonly acceptChanged?: boolean;
  /** Where archives lie that are read elsewhere than they are listed, by their listed path. */
  readonly files?: ReadonlyMap<string, string>;
  /** Whether files that somebody edited stop the run here, before anything is written. */
  readonly refuseEdited?: boolean;
}

/** All that the files of a repository come to, before it is written. */
export interface Synthesis {
  readonly result: SynthResult;
  readonly folders: readonly FolderPlan[];
  /** Whether there is nothing to write. */
  readonly isDone: boolean;
  /**
   * Writes the folders, then what of metadata/ waited for them.
   *
   * @param overwrite whether files that somebody edited are replaced
   * @throws SolutionsError, or several in an AggregateError: those of `writeFolder`, a DiskCode
   */
  write(overwrite: boolean): Changes[];
}

/**
 * Resolves and renders what `config` says. New archives are read; of what it finds nothing is written
 * but their records, and these only with `write` and without `hold`.
 *
 * @throws SolutionsError, or several in an AggregateError: every mistake in the archives, or every
 *   contradiction in the desired state.
 */
export async function prepareSynthesis(
  config: Config,
  options: SynthesisOptions,
  terminal: Terminal,
): Promise<Synthesis> {
  const metadata = await extracted(config, options, terminal);
  const state = resolve(config, metadata.archives);
  const files = folderOf(render(state), state, readmeTemplate());
  const folders = plannedFolders(files, config, options);
  const planned = folders.map((folder) => folder.planned);
  if (options.refuseEdited === true) requireWritable(planned, { overwrite: false });
  const edited = planned.filter(({ plan }) => plan.objections.length > 0);
  const result: SynthResult = {
    metadata: metadata.changes,
    notices: [...metadata.notices, ...state.notices],
    removed: folders.flatMap((folder) =>
      removedObjects(previousTexts(folder.planned), folder.files),
    ),
    unpush: unpushLines(removedIds(metadata.changes), config.platform.registry),
    label: outOf(options).label,
    files: [...files.keys()],
    edited: edited.map(({ folder }) => folder.label),
  };
  return {
    result,
    folders: planned,
    isDone: planned.every(isDone) && metadata.changes.length === 0,
    write(overwrite) {
      const written = writeFolders(planned, { overwrite });
      metadata.finish();
      return written;
    },
  };
}

/** The folders that `synth` owns: `out/`, and `gitops/` with what tells an agent of it. */
function plannedFolders(files: Map<string, string>, config: Config, options: SynthesisOptions) {
  const out = { ...outOf(options), files, mayHold: isOutName };
  const gitops = {
    ...ownedGitops,
    dir: join(options.root, ownedGitops.label),
    files: gitopsFolder(config.platform.gitops, files.keys()),
  };
  return [out, gitops].map((folder) => ({
    files: folder.files,
    planned: planFolder(folder.dir, folder.files, folder),
  }));
}

/** cdk8s-cli names its output folder in a variable; its `app` then writes there. */
function outOf({ root, environment }: SynthesisOptions): { dir: string; label: string } {
  const wanted = environment['CDK8S_OUTDIR'] || 'out';
  return {
    dir: environment['CDK8S_OUTDIR'] ? absolute(wanted) : join(root, wanted),
    label: wanted,
  };
}

async function extracted(
  { solutions, environments, platform }: Config,
  options: SynthesisOptions,
  terminal: Terminal,
): Promise<Extraction> {
  const { root, locked = false, acceptChanged = false, write, hold, files } = options;
  const trusted = loadTrusted(platform.trust, root);
  const progress = progressOn(terminal);
  try {
    const { report } = progress;
    const archives = solutions.archives.map((one) => ({ ...one, file: files?.get(one.path) }));
    return await extract(archives, {
      root,
      locked,
      acceptChanged,
      write,
      hold,
      trusted,
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

function removedIds(changes: SynthResult['metadata']): string[] {
  return changes.filter(({ what }) => what === 'removed').map(({ id }) => id);
}
