import { readFileSync } from 'node:fs';
import { join, resolve as absolute } from 'node:path';
import { loadConfig, type Config } from '../config/load.ts';
import { takeLock } from '../disk/lock.ts';
import type { Notice } from '../errors.ts';
import { folderOf } from '../manifests/folder.ts';
import { render } from '../manifests/render.ts';
import { extract } from '../metadata/extract.ts';
import { resolve } from '../model/resolve.ts';
import { diffFolder } from '../out/diff.ts';
import { repositoryMistake } from '../oci/name.ts';
import { previousTexts } from '../out/previous.ts';
import { writeFolder } from '../out/write.ts';
import { packageFile } from '../package.ts';
import { deleteLine, removedObjects, unpushLine, type ObjectName } from '../plan/removed.ts';
import { exitCodes, type ExitCode, type SynthFlags } from './program.ts';
import { progressOn } from './progress.ts';
import { toJson, type Terminal } from './terminal.ts';

/** What `solutions synth` was asked. */
interface SynthOptions extends SynthFlags {
  /** The folder that holds solutions.yaml. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where the manifests go, and what that folder is called in messages. */
interface Out {
  readonly dir: string;
  readonly label: string;
  readonly lock: string;
}

/** `solutions synth`: from the files and the archives to metadata/ and out/. */
export async function synth(options: SynthOptions, terminal: Terminal): Promise<ExitCode> {
  const config = loadConfig(options.root);
  if (options.check) return run(config, options, terminal);
  const lock = takeLock(join(options.root, '.solutions', 'run.lock'));
  try {
    return await run(config, options, terminal);
  } finally {
    lock.release();
  }
}

async function run(config: Config, options: SynthOptions, terminal: Terminal): Promise<ExitCode> {
  const out = outOf(options);
  const metadata = await extracted(config.solutions.archives, options, terminal);
  const state = resolve(config, metadata.archives);
  const files = folderOf(render(state), state, readmeTemplate());
  const result: Result = {
    metadata: metadata.changes,
    notices: [...metadata.notices, ...state.notices],
    removed: removedObjects(previousTexts(out.dir, files, out), files),
    unpush: unpushLines(metadata.changes, config.platform.registry),
  };
  if (options.check) return check(result, await diffFolder(out.dir, files, out), terminal);
  const written = writeFolder(out.dir, files, { ...out, overwrite: options.overwrite ?? false });
  metadata.finish();
  return report(result, written, { terminal, out });
}

/** cdk8s-cli names its output folder in a variable; its `app` then writes there. */
function outOf({ root, environment }: SynthOptions): Out {
  const wanted = environment['CDK8S_OUTDIR'] || 'out';
  return {
    dir: environment['CDK8S_OUTDIR'] ? absolute(wanted) : join(root, wanted),
    label: wanted,
    lock: join(root, '.solutions', 'out.lock'),
  };
}

async function extracted(
  archives: Parameters<typeof extract>[0],
  { root, locked = false, acceptChanged = false, check: isCheck = false }: SynthOptions,
  terminal: Terminal,
) {
  const progress = progressOn(terminal, () => performance.now());
  try {
    return await extract(archives, {
      root,
      locked,
      acceptChanged,
      write: !isCheck,
      progress: progress.report,
    });
  } finally {
    progress.clear();
  }
}

function readmeTemplate(): string {
  return readFileSync(packageFile('templates/out-readme.md.hbs'), 'utf8');
}

interface Result {
  readonly metadata: Awaited<ReturnType<typeof extract>>['changes'];
  readonly notices: readonly Notice[];
  readonly removed: readonly ObjectName[];
  /** The commands that remove the images of what is no longer imported. */
  readonly unpush: readonly string[];
}

function unpushLines(
  changes: Result['metadata'],
  { prefix, isReadOnly, isPlainHttp }: Config['platform']['registry'],
): string[] {
  if (isReadOnly) return [];
  // An id that is no repository was never pushed.
  return changes
    .filter(({ id, what }) => what === 'removed' && repositoryMistake(id) === undefined)
    .map(({ id }) => unpushLine(id, prefix, isPlainHttp));
}

function check(result: Result, diff: string, terminal: Terminal): ExitCode {
  const isStale = diff !== '' || result.metadata.length > 0;
  if (terminal.format === 'json') terminal.printJson({ ...json(result), stale: isStale, diff });
  else {
    if (diff !== '') terminal.print(diff.trimEnd());
    tell(result, terminal);
    for (const { id, what } of result.metadata) terminal.say(`metadata/${id} would be ${what}`);
    terminal.say(isStale ? 'out/ is not what the files say: run `solutions synth`' : 'up to date');
  }
  return isStale ? exitCodes.differences : exitCodes.done;
}

function report(
  result: Result,
  written: ReturnType<typeof writeFolder>,
  { terminal, out }: { readonly terminal: Terminal; readonly out: Out },
): ExitCode {
  if (terminal.format === 'json') terminal.printJson({ ...json(result), out: written });
  else {
    tell(result, terminal);
    for (const name of written.foreignManifests) {
      terminal.warn({
        code: 'foreign-manifest',
        message: 'this file is not ours, and kubectl applies it with the others',
        place: { file: `${out.label}/${name}` },
        hint: 'move it to a folder of its own',
      });
    }
    for (const { id, what } of result.metadata) terminal.print(`metadata/${id} ${what}`);
    for (const name of written.written) terminal.print(`${out.label}/${name} written`);
    for (const name of written.removed) terminal.print(`${out.label}/${name} removed`);
    const total = written.written.length + written.unchanged.length;
    terminal.say(
      `${out.label}/: ${total} files, ${written.written.length} written, ${written.removed.length} removed`,
    );
  }
  return exitCodes.done;
}

function json({ metadata, notices, removed, unpush }: Result) {
  return { metadata, warnings: notices.map(toJson), removedObjects: removed, unpush };
}

/** What people should know beside the result, and what an apply will not do for them. */
function tell({ notices, removed, unpush }: Result, terminal: Terminal): void {
  for (const notice of notices) terminal.warn(notice);
  const small = removed.filter((object) => !holdsOthers(object));
  const large = removed.filter(holdsOthers);
  if (small.length > 0) {
    terminal.say('No longer rendered. An apply does not delete; these lines do:');
    for (const object of small) terminal.say(`  ${deleteLine(object)}`);
  }
  if (large.length > 0) {
    terminal.say(
      'No longer rendered, with much inside: all custom resources of a CRD, everything in a Namespace.',
    );
    terminal.say('Only when nobody needs it any more:');
    for (const object of large) terminal.say(`  ${deleteLine(object)}`);
  }
  if (unpush.length > 0) {
    terminal.say(
      'No longer imported. The images stay in the registry until somebody removes them:',
    );
    for (const line of unpush) terminal.say(`  ${line}`);
  }
}

function holdsOthers({ kind }: ObjectName): boolean {
  return kind === 'CustomResourceDefinition' || kind === 'Namespace';
}
