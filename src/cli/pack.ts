import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { packageFile } from '../package.ts';
import { pack as packFolder, type Packed } from '../pack/pack.ts';
import { mistake } from '../pack/mistake.ts';
import { bytesText } from './bytes.ts';
import type { ExitCode } from './exit-code.ts';
import { exitCodes } from './exit-code.ts';
import type { PackFlags } from './pack-command.ts';
import { progressOn } from './progress.ts';
import { onSignals } from './signals.ts';
import { table, toJson, type Terminal } from './terminal.ts';

interface PackOptions extends PackFlags {
  /** The folder to pack. */
  readonly folder: string;
  /** What relative paths are relative to. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** `solutions pack`: from a folder to an archive. */
export async function pack(options: PackOptions, terminal: Terminal): Promise<ExitCode> {
  const { folder, output, overwrite = false, root, environment } = options;
  const stop = onSignals();
  const progress = progressOn(terminal);
  try {
    const packed = await packFolder(
      {
        root: { file: resolve(root, folder), name: folder },
        target: { file: resolve(root, output), name: output },
        overwrite,
        epoch: environment['SOURCE_DATE_EPOCH'],
        template: readFileSync(packageFile('templates/registry-config.conf.hbs'), 'utf8'),
      },
      {
        signal: stop.signal,
        progress: ({ phase, done, total }) => {
          const path = phase === 'reading' ? folder : output;
          progress.report({ path: phase, done, total, action: `${phase} ${basename(path)}` });
        },
      },
    );
    progress.clear();
    tell(packed, output, terminal);
    return exitCodes.done;
  } catch (error) {
    progress.clear();
    const code = stop.code();
    if (code === undefined) throw error;
    terminal.fail(
      mistake('pack-interrupted', 'interrupted', { hint: 'nothing was written: run it again' }),
    );
    return code;
  } finally {
    stop.release();
  }
}

function tell(packed: Packed, output: string, terminal: Terminal): void {
  const { id, volume, size, sha256, sums, files, shared, added, warnings } = packed;
  if (terminal.format === 'json') {
    terminal.printJson({
      archive: output,
      id,
      volumeId: volume.id,
      date: dateText(volume.date),
      size,
      sha256,
      sums,
      files,
      shared,
      added,
      warnings: warnings.map(toJson),
    });
    return;
  }
  const facts = [
    ['Archive', `${output}, ${bytesText(size)}, volume "${volume.id}"`],
    ['Id', id],
    ['Files', `${files}, equal ones share ${bytesText(shared)}`],
    ...added.map((path) => ['Added', path]),
    ['Date', dateText(volume.date)],
    ['SHA-256', `${sha256}, in ${sums}`],
  ];
  terminal.print(table(facts));
  for (const warning of warnings) terminal.warn(warning);
}

function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
