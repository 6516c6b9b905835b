import { resolve } from 'node:path';
import { readCargo } from '../archive/cargo.ts';
import type { ImageRecord } from '../archive/images.ts';
import { openTree } from '../archive/tree.ts';
import type { CommittedFile } from '../cluster/git.ts';
import { loadConfig } from '../config/load.ts';
import { solutionsErrors, throwAll } from '../errors.ts';
import { requireFormer, requireId } from '../images/former-archive.ts';
import { mistake } from '../images/mistake.ts';
import { surveyRemoval, type RepositoryRemoval } from '../images/removal.ts';
import { parseTarget, type Target } from '../images/target.ts';
import { spaceOf, unpush as removeImages, type UnpushReport } from '../images/unpush.ts';
import { parseRecord, type ArchiveRecord } from '../metadata/record.ts';
import { openStore, type Store } from '../metadata/store.ts';
import { printable } from '../printable.ts';
import type { RegistrySession } from '../registry/session.ts';
import { bytesText } from './bytes.ts';
import { counted } from '../count.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import type { UnpushFlags } from './unpush-command.ts';
import { pushCodeOf } from './push-ending.ts';
import { requirePair, sessionOf } from './registry-session.ts';
import { onSignals, type Stop } from './signals.ts';
import type { Terminal } from './terminal.ts';
import { describeRemoval, jsonOfRemoval } from './unpush-report.ts';

/** What `solutions unpush` was asked. */
interface UnpushOptions extends UnpushFlags {
  readonly id: string;
  /** The folder of solutions.yaml and metadata/. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The images of an archive that is no longer imported. */
interface Former {
  readonly images: readonly ImageRecord[];
  /** `metadata/<id>`, `commit <name>` or the archive. */
  readonly source: string;
}

/** Requests at once. */
const JOBS = 4;

/** `solutions unpush`: out of a registry what nobody imports any more. */
export async function unpush(options: UnpushOptions, terminal: Terminal): Promise<ExitCode> {
  // First of all: what runs as process 1 of a container ignores every signal it did not ask for.
  const stop = onSignals();
  // As long as nothing was asked of the registry.
  let code: ExitCode | undefined = exitCodes.usage;
  try {
    const target = parseTarget(options.from);
    requirePair(options);
    requireId(options.id);
    requireAnswer(options, terminal);
    code = exitCodes.failed;
    const store = openStore(options.root, false);
    throwAll(store.errors);
    const records = [...store.stored.values()].map(({ record }) => record);
    requireFormer(options.id, loadConfig(options.root), records);
    if (options.archive !== undefined) code = exitCodes.archive;
    const former = await formerOf(options, store);
    await stop.hear();
    code = undefined;
    return await remove(former, { target, options, stop }, terminal);
  } catch (error) {
    const ended = stop.code() ?? code ?? pushCodeOf(solutionsErrors(error));
    terminal.fail(error);
    return ended;
  } finally {
    stop.release();
  }
}

function requireAnswer({ yes, dryRun }: UnpushOptions, terminal: Terminal): void {
  if (yes || dryRun || terminal.canAsk) return;
  throw mistake('unpush-unasked', 'there is no terminal to ask on before images are deleted', {
    hint: '`--dry-run` shows what would be deleted; `--yes` deletes it without a question',
  });
}

/** @throws SolutionsError `unpush-record`, `git`; what is wrong with the archive */
async function formerOf(options: UnpushOptions, store: Store): Promise<Former> {
  const { id, root, archive } = options;
  if (archive !== undefined) return { images: imagesIn(archive, options), source: archive };
  const stored = store.stored.get(id);
  if (stored) return { images: stored.record.images, source: `metadata/${id}` };
  const path = `metadata/${id}/archive.yaml`;
  const { lastCommitted } = await import('../cluster/git.ts');
  const found = await lastCommitted(root, path);
  if (found === undefined) {
    throw mistake('unpush-record', `neither metadata/ nor Git has a record of ${id}`, {
      hint: 'is the id right? A shallow clone lacks old commits (`git fetch --unshallow`); `--archive` names the archive itself',
    });
  }
  return { images: imagesOf(found, path, id), source: `commit ${shortOf(found)}` };
}

/** Names of commits are shown as long as people need them. */
function shortOf({ commit }: CommittedFile): string {
  return commit.slice(0, 12);
}

function imagesOf(found: CommittedFile, path: string, id: string): readonly ImageRecord[] {
  const options = {
    place: { file: `${shortOf(found)}:${path}` },
    hint: '`--archive` names the archive itself',
  };
  let record: ArchiveRecord;
  try {
    record = parseRecord(found.bytes, path);
  } catch (cause) {
    const why = solutionsErrors(cause).map(({ message }) => message);
    throw mistake('unpush-record', why.join('; '), { ...options, cause });
  }
  if (record.id === id) return record.images;
  throw mistake('unpush-record', `this is the record of ${JSON.stringify(record.id)}`, options);
}

function imagesIn(archive: string, { id, root }: UnpushOptions): readonly ImageRecord[] {
  const tree = openTree(resolve(root, archive), archive);
  try {
    const { id: own, images } = readCargo(tree);
    if (own === id) return images.records;
    throw mistake('unpush-record', `this archive is ${JSON.stringify(own)}, not ${id}`, {
      place: { file: archive },
    });
  } finally {
    tree.close();
  }
}

interface Removing {
  readonly target: Target;
  readonly options: UnpushOptions;
  readonly stop: Stop;
}

async function remove(
  former: Former,
  { target, options, stop }: Removing,
  terminal: Terminal,
): Promise<ExitCode> {
  const session = sessionOf(
    target,
    { ...options, jobs: JOBS },
    {
      signal: stop.signal,
      onRetry: ({ message }) => terminal.say(`${printable(message)}; trying again`),
    },
  );
  const { id } = options;
  try {
    const survey = await surveyRemoval({ id, images: former.images }, session, target);
    const items = survey.flatMap((removal) => removal.items);
    const isIdle = options.dryRun || survey.every(({ digests }) => digests.length === 0);
    const told = { former, options, stop, session };
    if (isIdle) return tell({ items, deleted: 0, errors: [] }, told, terminal);
    if (!(await isAllowed(survey, { former, options, stop }, terminal))) {
      const interrupted = stop.code();
      if (interrupted === undefined) throw mistake('unpush-declined', 'nothing was deleted');
      return interrupted;
    }
    return tell(await removeImages(survey, session), told, terminal);
  } finally {
    session.close();
  }
}

/** Shows what goes; asks unless `--yes` was given. */
async function isAllowed(
  survey: readonly RepositoryRemoval[],
  { former, options, stop }: Omit<Told, 'session'>,
  terminal: Terminal,
): Promise<boolean> {
  if (terminal.format === 'text' || !options.yes) {
    terminal.say(describeRemoval(survey.flatMap(({ items }) => items)));
    terminal.say(`The list is from ${former.source}; the registry is ${options.from}.`);
  }
  if (options.yes) return true;
  const manifests = survey.reduce((sum, { digests }) => sum + digests.length, 0);
  terminal.say('Pods that still need one of these images, in any cluster, cannot pull it again.');
  return terminal.ask(`Delete ${counted(manifests, 'manifest')}?`, stop.signal);
}

interface Told {
  readonly former: Former;
  readonly options: UnpushOptions;
  readonly stop: Stop;
  readonly session: RegistrySession;
}

function tell(
  report: UnpushReport,
  { former, options, stop, session }: Told,
  terminal: Terminal,
): ExitCode {
  const { items, deleted, errors } = report;
  const isCut = items.some(({ status }) => status === 'pending');
  const code =
    (isCut ? stop.code() : undefined) ?? (errors.length > 0 ? pushCodeOf(errors) : exitCodes.done);
  const going = items.filter(({ status }) => status === 'deleted' || status === 'there');
  const space = spaceOf(former.images, new Set(going.map(({ digest }) => digest)));
  if (terminal.format === 'json') {
    const { id, from } = options;
    const context = { id, from, source: former.source, requests: session.requests, code, space };
    terminal.printJson(jsonOfRemoval(report, context));
    return code;
  }
  terminal.print(describeRemoval(items));
  if (errors.length > 0) terminal.fail(new AggregateError(errors, 'unpush'));
  if (options.dryRun || deleted === 0) {
    terminal.say('Nothing was deleted.');
    if (items.length > 0 && items.every(({ status }) => status === 'gone')) {
      terminal.say(`None of it is at ${options.from}: is \`--from\` right?`);
    }
  } else for (const line of afterwards(deleted, space)) terminal.say(line);
  return code;
}

/** What a deletion leaves to do. */
function afterwards(deleted: number, space: number): string[] {
  return [
    `${counted(deleted, 'manifest')} deleted. Up to ${bytesText(space)} come back when the registry collects its garbage,`,
    'for docker-registry while nobody pushes, with a restart of it afterwards:',
    '  docker-registry garbage-collect /etc/docker/registry/config.yml',
  ];
}
