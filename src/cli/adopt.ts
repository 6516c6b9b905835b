import { resolve as absolute } from 'node:path';
import { adoptionOf, type SavedFile, type Sources } from '../adopt/adoption.ts';
import { comparableConfig } from '../adopt/comparable.ts';
import { filesToWrite } from '../adopt/existing.ts';
import { filesOf, type AdoptedFiles, type FileName } from '../adopt/files.ts';
import { queries } from '../adopt/inventory.ts';
import { changesOf } from '../adopt/take-over.ts';
import { kubectlGet } from '../cluster/kubectl.ts';
import { readSavedFile, readSavedFiles } from '../cluster/saved-files.ts';
import { readConfigFile, replaceConfigFile, requireWritableConfig } from '../config/file.ts';
import { parseConfig, type Config } from '../config/load.ts';
import { solutionsErrors, type Notice, type SolutionsError } from '../errors.ts';
import { parseTarget } from '../images/target.ts';
import type { JsonObject } from '../kubernetes/value.ts';
import { render } from '../manifests/render.ts';
import type { Archive } from '../metadata/archive.ts';
import { extract } from '../metadata/extract.ts';
import { resolve } from '../model/resolve.ts';
import type { AdoptFlags } from './adopt-command.ts';
import { reportAdoption } from './adopt-report.ts';
import type { ExitCode } from './exit-code.ts';
import { progressOn } from './progress.ts';
import { lockRun, noLock, type RunLock } from './run-lock.ts';
import type { Terminal } from './terminal.ts';

/** What `solutions adopt` was asked. */
interface AdoptOptions extends AdoptFlags {
  /** The folder of solutions.yaml. */
  readonly root: string;
}

/** `solutions adopt`: from a cluster, or files saved from one, to the three files. */
export async function adopt(options: AdoptOptions, terminal: Terminal): Promise<ExitCode> {
  const registry = options.registry === undefined ? undefined : parseTarget(options.registry);
  const adoption = adoptionOf({ ...(await sourcesOf(options)), registry });
  const files = filesOf(adoption, registry);
  const config = configOf(files);
  const lock = options.dryRun ? noLock : lockRun(options.root);
  try {
    const written = options.dryRun ? undefined : write(files, options, lock);
    const rendered = await renderedObjects(config, { root: options.root, lock }, terminal);
    const changes = changesOf(adoption, rendered.objects);
    return reportAdoption(
      { adoption, files, written, ...changes, unread: rendered.unread },
      terminal,
    );
  } finally {
    lock.release();
  }
}

async function sourcesOf(options: AdoptOptions): Promise<Omit<Sources, 'registry'>> {
  const { root, fromFiles, solutionsFile, bootstrapFile } = options;
  const named = (file: string | undefined, kind: SavedFile['kind']) =>
    file === undefined ? [] : [{ ...readSavedFile(root, file), kind }];
  const files = [
    ...named(solutionsFile, 'SolutionsConfiguration'),
    ...named(bootstrapFile, 'BootstrapConfiguration'),
  ];
  if (fromFiles === undefined) return { files, printed: await kubectlGet(queries, options) };
  return { files: [...files, ...readSavedFiles(root, fromFiles)], printed: [] };
}

/** What is written is read as every other run reads it: that it can be is no matter of the user's. */
function configOf(files: AdoptedFiles): Config {
  const bytes = (name: FileName) => Buffer.from(files.get(name) ?? '');
  try {
    return parseConfig({
      'solutions.yaml': bytes('solutions.yaml'),
      'environments.yaml': bytes('environments.yaml'),
      'platform.yaml': bytes('platform.yaml'),
    });
  } catch (cause) {
    throw new Error('adopted files that no run can read', { cause });
  }
}

/** Gives the names of the files that changed. */
function write(
  files: AdoptedFiles,
  { root, overwrite = false }: AdoptOptions,
  lock: RunLock,
): Set<FileName> {
  const existing = new Map(
    [...files.keys()].flatMap((name) => {
      const bytes = readConfigFile(root, name);
      return bytes ? [[name, bytes] as const] : [];
    }),
  );
  const fresh = filesToWrite(files, existing, overwrite);
  if (fresh.size > 0) lock.requireWrite();
  for (const name of fresh.keys()) requireWritableConfig(root, name);
  for (const [name, text] of fresh) {
    replaceConfigFile(root, name, { before: existing.get(name), after: Buffer.from(text) });
  }
  return new Set(fresh.keys());
}

interface Run {
  readonly root: string;
  readonly lock: RunLock;
}

interface Rendered {
  readonly objects: readonly JsonObject[];
  /** Why some of it cannot be told. */
  readonly unread: readonly Notice[];
}

/** What synth will render, as far as the archives are at hand. */
async function renderedObjects(config: Config, run: Run, terminal: Terminal): Promise<Rendered> {
  const { archives, unread } = await archivesAtHand(config, run, terminal);
  try {
    const state = resolve(comparableConfig(config, archives), archives);
    return { objects: render(state).flatMap(({ objects }) => objects), unread };
  } catch (error) {
    return { objects: [], unread: [...unread, ...solutionsErrors(error)] };
  }
}

interface AtHand {
  readonly archives: readonly Archive[];
  readonly unread: readonly SolutionsError[];
}

/** All archives together, as synth reads them; where that fails, each one that can be read. */
async function archivesAtHand(
  { solutions }: Config,
  { root, lock }: Run,
  terminal: Terminal,
): Promise<AtHand> {
  const progress = progressOn(terminal);
  const read = async (listed: Config['solutions']['archives']) => {
    const settings = {
      root: absolute(root),
      locked: false,
      acceptChanged: false,
      write: lock.mayWrite,
    };
    return (await extract(listed, { ...settings, progress: progress.report })).archives;
  };
  try {
    return { archives: await read(solutions.archives), unread: [] };
  } catch (error) {
    const unread = solutionsErrors(error);
    const archives: Archive[] = [];
    for (const archive of solutions.archives) {
      // What is wrong with it is among the errors already.
      archives.push(
        ...(await read([archive]).catch((again: unknown) => (solutionsErrors(again), []))),
      );
    }
    return { archives, unread };
  } finally {
    progress.clear();
  }
}
