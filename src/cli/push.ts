import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openTree } from '../archive/tree.ts';
import { solutionsErrors, throwAll, type Notice, type SolutionsError } from '../errors.ts';
import { EarlierVersions, requireEarlier } from '../images/earlier.ts';
import { mistake } from '../images/mistake.ts';
import { push as pushImages, type PushReport } from '../images/push.ts';
import type { PushEvent } from '../images/push-progress.ts';
import { readShipment, type Shipment } from '../images/shipment.ts';
import { parseTarget, type Target } from '../images/target.ts';
import { printable } from '../printable.ts';
import type { RegistrySession } from '../registry/session.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { progressOn } from './progress.ts';
import {
  archiveCodeOf,
  commandLine,
  nextSteps,
  pushCodeOf,
  type PushCommand,
} from './push-ending.ts';
import { describePush, jsonOfPush } from './push-report.ts';
import { requirePair, sessionOf } from './registry-session.ts';
import { onSignals, type Stop } from './signals.ts';
import type { Terminal } from './terminal.ts';

/** What `solutions push` was asked. */
interface PushOptions extends PushCommand {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** `solutions push`: from archives to a registry. */
export async function push(given: PushOptions, terminal: Terminal): Promise<ExitCode> {
  const options = { ...given, mountFrom: mountFromOf(given) };
  // First of all: what runs as process 1 of a container ignores every signal it did not ask for.
  const stop = onSignals();
  let codeOf = archiveCodeOf;
  try {
    const target = parseTarget(options.to);
    requirePair(options);
    requireEarlier(options.mountFrom ?? []);
    const shipments = await readShipments(options, target, stop);
    for (const { notices } of shipments) for (const notice of notices) terminal.warn(notice);
    codeOf = pushCodeOf;
    return await send(shipments, { target, options, stop }, terminal);
  } catch (error) {
    const code = stop.code() ?? codeOf(solutionsErrors(error));
    terminal.fail(error);
    if (code === exitCodes.temporary && terminal.format === 'text') {
      terminal.say('Run it again when the registry is there: it sends only what is missing.');
      terminal.say(`  ${commandLine(options)}`);
    }
    return code;
  } finally {
    stop.release();
  }
}

/** Jobs have it in a variable, which may be absent where an argument may not. */
function mountFromOf({ mountFrom = [], environment }: PushOptions): readonly string[] {
  const variable = environment['SOLUTIONS_MOUNT_FROM'] || undefined;
  return mountFrom.length > 0 || variable === undefined ? mountFrom : [variable];
}

interface Sending {
  readonly target: Target;
  readonly options: PushOptions;
  readonly stop: Stop;
}

async function send(
  shipments: readonly Shipment[],
  { target, options, stop }: Sending,
  terminal: Terminal,
): Promise<ExitCode> {
  const progress = progressOn(terminal);
  const onRetry = ({ message }: Error) => {
    progress.clear();
    terminal.say(`${printable(message)}; trying again`);
  };
  const session = sessionOf(target, options, { signal: stop.signal, onRetry });
  const report = (event: PushEvent) =>
    progress.report({
      path: options.to,
      done: event.done,
      total: event.total,
      worked: event.sent,
      action: 'pushing',
      items: `${event.imagesDone} of ${event.images} images`,
    });
  const earlier = earlierOf(shipments, { target, options }, (notice) => {
    progress.clear();
    terminal.warn(notice);
  });
  try {
    const result = await pushImages(shipments, {
      session,
      earlier,
      isDryRun: options.dryRun,
      isVerified: options.verify,
      progress: report,
    });
    progress.clear();
    for (const from of earlier.useless) {
      terminal.say(`Nothing could be mounted from ${from}: is \`--mount-from\` right?`);
    }
    return tell(result, terminal, { session, stop, options });
  } finally {
    progress.clear();
    session.close();
  }
}

/** All archives are read before the first request: nothing of a bad one is sent. */
async function readShipments(
  { archives, root }: PushOptions,
  target: Target,
  stop: Stop,
): Promise<Shipment[]> {
  const shipments: Shipment[] = [];
  const errors: SolutionsError[] = [];
  for (const archive of new Set(archives)) {
    try {
      const tree = openTree(resolve(root, archive), archive);
      try {
        shipments.push(readShipment(tree, target));
      } finally {
        tree.close();
      }
    } catch (error) {
      errors.push(...solutionsErrors(error));
    }
    await stop.hear();
  }
  errors.push(...twins(shipments));
  throwAll(errors);
  return shipments;
}

function twins(shipments: readonly Shipment[]): SolutionsError[] {
  return shipments.flatMap(({ id, archive }, index) => {
    const first = shipments.find((other) => other.id === id);
    if (first === undefined || first === shipments[index]) return [];
    return [
      mistake('push-id-twice', `this is ${JSON.stringify(id)}, and so is ${first.archive}`, {
        place: { file: archive },
        hint: 'both would go to the same repositories: leave one out',
      }),
    ];
  });
}

function earlierOf(
  shipments: readonly Shipment[],
  { target, options }: Omit<Sending, 'stop'>,
  warn: (notice: Notice) => void,
): EarlierVersions {
  const { root, mountFrom = [] } = options;
  // Nobody asks for them where all is there, and a Job has none.
  const records = async () => {
    if (!existsSync(join(root, 'metadata'))) return [];
    const { openStore } = await import('../metadata/store.ts');
    try {
      return [...openStore(root, false).stored.values()].map(({ record }) => record);
    } catch (error) {
      // They spare bytes, and no image needs them.
      for (const { code, message, place } of solutionsErrors(error)) {
        const hint = 'without it no other version is known to mount from; `--mount-from` names one';
        warn({ code, message, place, hint });
      }
      return [];
    }
  };
  return new EarlierVersions({ records, shipments, target, from: mountFrom });
}

interface Told {
  readonly session: RegistrySession;
  readonly stop: Stop;
  readonly options: PushOptions;
}

function tell(report: PushReport, terminal: Terminal, { session, stop, options }: Told): ExitCode {
  const errors = [...new Set(report.images.flatMap((image) => image.errors))];
  const isCut = report.images.some(({ status }) => status === 'pending');
  const interrupted = isCut ? stop.code() : undefined;
  const code = interrupted ?? (errors.length > 0 ? pushCodeOf(errors) : exitCodes.done);
  if (terminal.format === 'json') {
    terminal.printJson(jsonOfPush(report, { to: options.to, requests: session.requests, code }));
    return code;
  }
  terminal.print(describePush(report, options.dryRun ?? false));
  if (errors.length > 0) terminal.fail(new AggregateError(errors, 'push'));
  for (const line of nextSteps(report, code, options)) terminal.say(line);
  return code;
}
