import { loadConfig } from '../config/load.ts';
import { diffFolder } from '../out/diff.ts';
import type { FolderPlan } from '../out/plan.ts';
import type { ExitCode } from './exit-code.ts';
import { lockRun, noLock } from './run-lock.ts';
import type { SynthFlags } from './synth-command.ts';
import { reportCheck, reportWritten } from './synth-report.ts';
import { prepareSynthesis } from './synthesis.ts';
import type { Terminal } from './terminal.ts';

/** What `solutions synth` was asked. */
interface SynthOptions extends SynthFlags {
  /** The folder that holds solutions.yaml. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** `solutions synth`: from the files and the archives to metadata/ and out/. */
export async function synth(options: SynthOptions, terminal: Terminal): Promise<ExitCode> {
  const { root, check = false, overwrite = false } = options;
  const config = loadConfig(root);
  const lock = check ? noLock : lockRun(root);
  try {
    const synthesis = await prepareSynthesis(
      config,
      { ...options, write: lock.mayWrite },
      terminal,
    );
    const { result, folders, isDone } = synthesis;
    if (check) return reportCheck(result, await diffsOf(folders), terminal);
    if (!isDone) lock.requireWrite();
    return reportWritten(result, synthesis.write(overwrite), terminal);
  } finally {
    lock.release();
  }
}

async function diffsOf(folders: readonly FolderPlan[]): Promise<Map<string, string>> {
  const diffs = new Map<string, string>();
  for (const one of folders) diffs.set(one.folder.label, await diffFolder(one));
  return diffs;
}
