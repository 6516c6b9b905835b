import { resolve } from 'node:path';
import { openTree } from '../archive/tree.ts';
import { askCredentialHelper } from '../cluster/credential-helper.ts';
import { solutionsErrors, throwAll, type SolutionsError } from '../errors.ts';
import { EarlierVersions } from '../images/earlier.ts';
import { mistake } from '../images/mistake.ts';
import { push as pushImages, type PushReport } from '../images/push.ts';
import type { PushEvent } from '../images/push-progress.ts';
import { readShipment, type Shipment } from '../images/shipment.ts';
import { parseTarget, type Target } from '../images/target.ts';
import { openStore } from '../metadata/store.ts';
import { packageVersion } from '../package.ts';
import { RegistrySession } from '../registry/session.ts';
import { exitCodes, type ExitCode, type PushFlags } from './program.ts';
import { progressOn } from './progress.ts';
import { describePush, jsonOfPush } from './push-report.ts';
import type { Terminal } from './terminal.ts';

/** What `solutions push` was asked. */
interface PushOptions extends PushFlags {
  readonly archives: readonly string[];
  /** What relative paths are relative to, and where metadata/ may be. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** `solutions push`: from archives to a registry. */
export async function push(options: PushOptions, terminal: Terminal): Promise<ExitCode> {
  const stop = onSignals();
  try {
    return await run(options, terminal, stop);
  } catch (error) {
    const errors = solutionsErrors(error);
    const code = stop.code() ?? exitCodeOf(errors);
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

async function run(
  options: PushOptions,
  terminal: Terminal,
  stop: ReturnType<typeof onSignals>,
): Promise<ExitCode> {
  const target = parseTarget(options.to);
  requirePair(options);
  const shipments = readShipments(options, target);
  const progress = progressOn(terminal, () => performance.now());
  const onRetry = ({ message }: Error) => {
    progress.clear();
    terminal.say(`${message}; trying again`);
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
  try {
    const result = await pushImages(shipments, {
      session,
      earlier: earlierOf(shipments, target, options),
      isDryRun: options.dryRun,
      isVerified: options.verify,
      progress: report,
    });
    progress.clear();
    return tell(result, terminal, { session, stop, options });
  } finally {
    progress.clear();
    session.close();
  }
}

/** All archives are read before the first request: nothing of a bad one is sent. */
function readShipments({ archives, root }: PushOptions, target: Target): Shipment[] {
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
  target: Target,
  { root, mountFrom = [] }: PushOptions,
): EarlierVersions {
  const records = () => [...openStore(root, false).stored.values()].map(({ record }) => record);
  return new EarlierVersions({ records, shipments, target, from: mountFrom });
}

function requirePair({ cert, key }: PushOptions): void {
  if ((cert === undefined) === (key === undefined)) return;
  throw mistake('push-target', '`--cert` and `--key` go together', {
    hint: 'the certificate in one PEM file, its key in another; both may be the same file',
  });
}

interface SessionEvents {
  readonly signal: AbortSignal;
  readonly onRetry: (error: Error) => void;
}

function sessionOf(target: Target, options: PushOptions, events: SessionEvents): RegistrySession {
  const path = (file: string | undefined) => file && resolve(options.root, file);
  return new RegistrySession({
    host: target.host,
    isPlainHttp: options.plainHttp ?? false,
    jobs: options.jobs,
    userAgent: `solutions/${packageVersion()}`,
    ...events,
    authFile: path(options.authfile),
    caFile: path(options.cacert),
    certFile: path(options.cert),
    keyFile: path(options.key),
    environment: options.environment,
    helper: askCredentialHelper,
  });
}

interface Told {
  readonly session: RegistrySession;
  readonly stop: ReturnType<typeof onSignals>;
  readonly options: PushOptions;
}

function tell(report: PushReport, terminal: Terminal, { session, stop, options }: Told): ExitCode {
  const errors = [...new Set(report.images.flatMap((image) => image.errors))];
  const interrupted = stop.code();
  const code = interrupted ?? (errors.length > 0 ? exitCodeOf(errors) : exitCodes.done);
  if (terminal.format === 'json') {
    terminal.printJson(jsonOfPush(report, { to: options.to, requests: session.requests, code }));
    return code;
  }
  terminal.print(describePush(report, options.dryRun ?? false));
  if (errors.length > 0) terminal.fail(new AggregateError(errors, 'push'));
  for (const line of nextSteps(report, code, options)) terminal.say(line);
  return code;
}

/** What is there, whether a retry helps, and the command of it. */
function nextSteps({ images }: PushReport, code: ExitCode, options: PushOptions): string[] {
  if (code === exitCodes.done) return [];
  const there = images.filter(({ status }) => status === 'pushed' || status === 'present');
  const helps =
    code === exitCodes.temporary || code === exitCodes.interrupted || code === exitCodes.terminated
      ? 'Run it again: it sends only what is missing.'
      : 'When that is mended, run it again: it sends only what is missing.';
  return [
    `${code === exitCodes.interrupted || code === exitCodes.terminated ? 'Interrupted. ' : ''}${there.length} of ${images.length} images are in the registry, each of them complete. ${helps}`,
    `  ${commandLine(options)}`,
  ];
}

function commandLine({ archives, to, ...flags }: PushOptions): string {
  const values = [
    ...(flags.root === '.' ? [] : ['-C', flags.root]),
    'push',
    ...archives,
    '--to',
    to,
    ...(flags.plainHttp ? ['--plain-http'] : []),
    ...(flags.authfile === undefined ? [] : ['--authfile', flags.authfile]),
    ...(flags.cacert === undefined ? [] : ['--cacert', flags.cacert]),
    ...(flags.cert === undefined ? [] : ['--cert', flags.cert]),
    ...(flags.key === undefined ? [] : ['--key', flags.key]),
    ...(flags.mountFrom ?? []).flatMap((from) => ['--mount-from', from]),
    ...(flags.verify ? ['--verify'] : []),
  ];
  return ['solutions', ...values.map(shellQuoted)].join(' ');
}

function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Exit codes by what went wrong; what no retry mends comes first. */
const kinds: readonly (readonly [ExitCode, RegExp])[] = [
  [exitCodes.usage, /^(?:push-target|push-name|push-id-twice)$/u],
  [
    exitCodes.archive,
    /^(?:archive|product|crd|role|image|oci|iso|yaml|schema|push-(?:id|content|changed)\b)/u,
  ],
  [exitCodes.credentials, /^(?:registry-credentials|registry-auth-file|credential-helper)$/u],
  [exitCodes.refused, /^(?:registry-refused|registry-protocol|push-verify)$/u],
  [exitCodes.failed, /^(?!registry-temporary$)/u],
  [exitCodes.temporary, /^registry-temporary$/u],
];

function exitCodeOf(errors: readonly SolutionsError[]): ExitCode {
  const found = kinds.find(([, pattern]) => errors.some(({ code }) => pattern.test(code)));
  return found?.[0] ?? exitCodes.failed;
}

/** The first signal ends the run in order; a second one is obeyed at once. */
function onSignals() {
  const controller = new AbortController();
  let received: ExitCode | undefined;
  const codes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const;
  const handler = (signal: 'SIGINT' | 'SIGTERM') => {
    received = codes[signal];
    controller.abort();
    release();
  };
  const onInterrupt = () => handler('SIGINT');
  const onTerminate = () => handler('SIGTERM');
  const release = () => {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onTerminate);
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return { signal: controller.signal, code: () => received, release };
}
