import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { volumeNames } from '../archive/volume-name.ts';
import { checkArchives } from '../check/archive-check.ts';
import { requireXorriso, runXorriso } from '../cluster/xorriso.ts';
import { onDisk } from '../disk/failure.ts';
import { takeLock } from '../disk/lock.ts';
import { startPart, writeSynced } from '../disk/replace.ts';
import { throwAll, type Notice } from '../errors.ts';
import { dateOf, epochOf } from './date.ts';
import { errorsOf, noticesOf } from './findings.ts';
import { dataSize, withFile, type Layout } from './layout.ts';
import { readBack } from './read-back.ts';
import { imageScript, type Volume } from './script.ts';
import { readSource, REGISTRY_CONFIG, requireFolder, type Source } from './source.ts';
import { prepareTarget, startDraft, sumsOf, type Draft, type Named } from './target.ts';

/** What is to be packed. */
export interface PackRequest {
  readonly root: Named;
  readonly target: Named;
  /** Whether a file that is there is replaced. */
  readonly overwrite: boolean;
  /** The variable SOURCE_DATE_EPOCH. */
  readonly epoch: string | undefined;
  /** Of the nginx configuration, our own Handlebars source. */
  readonly template: string;
}

/** How far the work is. */
export interface PackProgress {
  readonly phase: 'reading' | 'writing' | 'reading back';
  /** Bytes. */
  readonly done: number;
  readonly total: number;
}

interface PackOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((event: PackProgress) => void) | undefined;
}

/** An archive that was written. */
export interface Packed {
  readonly id: string;
  readonly volume: Volume;
  /** In bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  /** The file with its sum, as the user would write it. */
  readonly sums: string;
  readonly files: number;
  /** Bytes that equal files did not take again. */
  readonly shared: number;
  /** Paths in the archive that are in no file of the folder. */
  readonly added: readonly string[];
  readonly warnings: readonly Notice[];
}

/**
 * Makes the ISO image of a folder: checks the folder, writes the image under another name, reads all
 * of it back, checks it as `check` does, and only then gives it its name and writes its sums. The
 * folder is only read. Equal folders give equal bytes, with one release of xorriso.
 *
 * @throws SolutionsError, several in an AggregateError, with a PackCode, a rule of check/, a DiskCode,
 *   `xorriso-missing`, `xorriso-failed`; the reason of `signal`. Nothing is left of it then.
 */
export async function pack(request: PackRequest, options: PackOptions = {}): Promise<Packed> {
  const { root, target, overwrite } = request;
  const epoch = epochOf(request.epoch);
  requireFolder(root);
  await requireXorriso();
  prepareTarget(target, { root, overwrite });
  const lock = takeLock(join(dirname(target.file), `.${basename(target.file)}.lock`));
  try {
    const source = await readSource(root, {
      template: request.template,
      ...hashing('reading', options),
    });
    const volume = {
      id: volumeNames(source.product)[0] ?? '',
      date: epoch ?? dateOf(source.product),
    };
    return await write({ request, options, source, volume });
  } finally {
    lock.release();
  }
}

interface Work {
  readonly request: PackRequest;
  readonly options: PackOptions;
  readonly source: Source;
  readonly volume: Volume;
}

async function write(work: Work): Promise<Packed> {
  const { target } = work.request;
  const config = onDisk(target.name, () => startPart(`${target.file}.${REGISTRY_CONFIG}`));
  const draft = startDraft(target);
  try {
    const layout = completed(work, config);
    await writeImage(layout, draft, work);
    return await publish(layout, draft, work);
  } catch (error) {
    // A file that went away is no riddle for who reads what xorriso said.
    work.options.signal?.throwIfAborted();
    work.source.requireUnchanged();
    throw error;
  } finally {
    draft.discard();
    rmSync(config, { force: true });
  }
}

/** The layout of the folder, with what it lacks written to `config`. */
function completed({ request, source }: Work, config: string): Layout {
  const { layout, registryConfig: text } = source;
  if (text === undefined) return layout;
  onDisk(request.target.name, () => writeSynced(config, text));
  return withFile(layout, {
    path: REGISTRY_CONFIG,
    source: config,
    size: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
    isExecutable: false,
  });
}

async function writeImage(layout: Layout, draft: Draft, work: Work): Promise<void> {
  const { request, options, volume } = work;
  const total = dataSize(layout);
  let done = 0;
  await runXorriso({
    script: imageScript(layout, volume),
    folder: request.root.file,
    signal: options.signal,
    write(bytes) {
      draft.write(bytes);
      done += bytes.length;
      // Descriptors, directories and padding come on top.
      options.progress?.({ phase: 'writing', done: Math.min(done, total), total });
    },
  });
  draft.close();
}

async function publish(layout: Layout, draft: Draft, work: Work): Promise<Packed> {
  const { request, options, source, volume } = work;
  const { target } = request;
  const image = { file: draft.file, name: target.name };
  const { size, sha256 } = await readBack(
    image,
    { layout, volume },
    hashing('reading back', options),
  );
  source.requireUnchanged();
  const reports = await checkArchives([image]);
  throwAll(reports.flatMap(errorsOf));
  options.signal?.throwIfAborted();
  draft.publish(sha256);
  const all = layout.files.reduce((sum, file) => sum + file.size, 0);
  return {
    id: source.product.id,
    volume,
    size,
    sha256,
    sums: sumsOf(target).name,
    files: layout.files.length,
    shared: all - dataSize(layout),
    added: source.registryConfig === undefined ? [] : [REGISTRY_CONFIG],
    warnings: reports.flatMap((report) => noticesOf(report, 'warning')),
  };
}

function hashing(phase: PackProgress['phase'], { signal, progress }: PackOptions) {
  return {
    signal,
    progress: (done: number, total: number) => progress?.({ phase, done, total }),
  };
}
