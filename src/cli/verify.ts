import { loadConfig, type Config } from '../config/load.ts';
import { solutionsErrors } from '../errors.ts';
import { confirmRecords, type RecordVerdict } from '../metadata/confirm.ts';
import { folderVerdicts, type FolderVerdict } from '../out/verdicts.ts';
import { loadTrusted } from '../trust/keys.ts';
import type { ExitCode } from './exit-code.ts';
import { progressOn } from './progress.ts';
import { prepareSynthesis } from './synthesis.ts';
import type { Terminal } from './terminal.ts';
import type { VerifyFlags } from './verify-command.ts';
import { reportVerdicts } from './verify-report.ts';

/** What `solutions verify` was asked. */
interface VerifyOptions extends VerifyFlags {
  /** The folder that holds solutions.yaml. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** `solutions verify`: whether what is committed is what it says. */
export async function verify(options: VerifyOptions, terminal: Terminal): Promise<ExitCode> {
  const config = loadConfig(options.root);
  const records = await recordsOf(config, options, terminal);
  const folders = await foldersOf(config, options, terminal);
  return reportVerdicts([...records, ...folders], terminal);
}

async function recordsOf(
  { solutions, platform }: Config,
  { root, locked = false }: VerifyOptions,
  terminal: Terminal,
): Promise<RecordVerdict[]> {
  const trusted = loadTrusted(platform.trust, root);
  const progress = progressOn(terminal);
  try {
    const options = { root, trusted, isLocked: locked, progress: progress.report };
    return await confirmRecords(solutions.archives, options);
  } finally {
    progress.clear();
  }
}

/** What cannot be rendered is wrong, whatever is in the folders. */
async function foldersOf(
  config: Config,
  { root, environment }: VerifyOptions,
  terminal: Terminal,
): Promise<FolderVerdict[]> {
  try {
    const options = { root, environment, locked: true, write: false };
    const { folders } = await prepareSynthesis(config, options, terminal);
    return folders.flatMap(folderVerdicts);
  } catch (error) {
    return solutionsErrors(error).map(({ message, hint, place }) => ({
      check: 'folder',
      state: 'wrong',
      file: place?.file ?? 'out/',
      message: `nothing can be rendered: ${message}`,
      hint,
    }));
  }
}
