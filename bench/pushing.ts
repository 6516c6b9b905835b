import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { packageFile } from '../src/package.ts';
import { contest, type Contender } from './contest.ts';
import { makeHole, makeImageSet, type ImageSet } from './image-set.ts';
import { startMeter, startRegistry, type Registry } from './registry.ts';
import { compareRow, countText, limitRow, memoryText, type Row } from './table.ts';
import { isInstalled, memoryOf, run, type Command } from './tool.ts';

const COLD_ROUNDS = 9;
const WARM_ROUNDS = 15;
const main = packageFile('build/main.js');
/** HEAD, POST and PUT of 31 blobs, 19 mounts, HEAD and PUT of 12 manifests. */
const MAX_COLD_REQUESTS = 136;
/** HEAD and PUT of 12 manifests, 50 mounts. */
const MAX_MOUNT_REQUESTS = 74;
/** Of what is sent beside the blobs: 136 requests and 12 manifests. */
const MAX_OVERHEAD = 1.001;

/** What pushes a set to a registry, anew or again. */
type Pusher = (host: string) => Command;

/** How long a push takes and what goes over the wire, beside skopeo in a loop. */
export async function pushRows(folder: string): Promise<Row[]> {
  if (!isInstalled('docker-registry')) {
    return [{ what: 'push to a registry', ours: 'no docker-registry here' }];
  }
  const place = join(folder, 'push');
  mkdirSync(place);
  const set = makeImageSet(place);
  const ours: Pusher = (host) => pushCommand(set.iso, host);
  const skopeo: Pusher | undefined = isInstalled('skopeo') ? skopeoLoop(set) : undefined;
  return [
    ...(await coldRows(place, ours, skopeo)),
    ...(await warmRows(place, ours, skopeo)),
    ...(await wireRows(place, set, skopeo)),
    ...nextVersionRows(place, set),
    memoryRow(place),
  ];
}

const WHAT = '12 images, 297 MB';

async function coldRows(place: string, ours: Pusher, skopeo: Pusher | undefined): Promise<Row[]> {
  const intoEmpty = (pusher: Pusher): Contender => {
    return () => withRegistry(place, ({ host }) => run(pusher(host)).milliseconds);
  };
  const times = await contest(
    { ours: intoEmpty(ours), skopeo: skopeo && intoEmpty(skopeo) },
    COLD_ROUNDS,
  );
  return [timesRow(`push of ${WHAT}`, times, 2)];
}

async function warmRows(place: string, ours: Pusher, skopeo: Pusher | undefined): Promise<Row[]> {
  const registry = startRegistry(place);
  try {
    const again = (pusher: Pusher): Contender => {
      return () => run(pusher(registry.host)).milliseconds;
    };
    const times = await contest(
      { ours: again(ours), skopeo: skopeo && again(skopeo) },
      WARM_ROUNDS,
    );
    return [timesRow('the same again', times, 3)];
  } finally {
    registry.stop();
  }
}

function timesRow(what: string, times: ReadonlyMap<string, number>, atLeast: number): Row {
  const ours = times.get('ours') ?? Number.NaN;
  return compareRow({
    what,
    ours,
    beside: 'skopeo copy, a loop',
    theirs: times.get('skopeo'),
    atLeast,
  });
}

/** What the second run finds is there; both counts are exact. */
async function wireRows(place: string, set: ImageSet, skopeo: Pusher | undefined): Promise<Row[]> {
  const ours = await traffic(place, (host) => pushCommand(set.iso, host));
  const theirs = skopeo && (await traffic(place, skopeo));
  const beside = { beside: 'skopeo copy, a loop' };
  const { size } = set;
  return [
    {
      ...limitRow({
        what: 'its requests',
        value: ours.cold,
        atMost: MAX_COLD_REQUESTS,
        text: countText,
      }),
      ...(theirs && { ...beside, theirs: countText(theirs.cold) }),
    },
    {
      ...limitRow({
        what: 'its bytes sent, by those of its blobs',
        value: ours.sent / size,
        atMost: MAX_OVERHEAD,
        text: shareText,
      }),
      ...(theirs && { ...beside, theirs: shareText(theirs.sent / size) }),
    },
    {
      ...limitRow({
        what: 'requests of the second run',
        value: ours.warm,
        atMost: set.images.length,
        text: countText,
      }),
      ...(theirs && { ...beside, theirs: countText(theirs.warm) }),
    },
  ];
}

interface Traffic {
  /** Requests of the first run and of the second. */
  readonly cold: number;
  readonly warm: number;
  /** Bytes of the first run, headers included. */
  readonly sent: number;
}

async function traffic(place: string, pusher: Pusher): Promise<Traffic> {
  const registry = startRegistry(place);
  const meter = await startMeter(registry.host);
  try {
    await runBeside(pusher(meter.host));
    const cold = registry.requests();
    const sent = meter.sent();
    await runBeside(pusher(meter.host));
    return { cold, sent, warm: registry.requests() - cold };
  } finally {
    meter.stop();
    registry.stop();
  }
}

/** While this process does something else. */
async function runBeside({ file, args = [], shell }: Command): Promise<void> {
  const [program, rest] = shell === undefined ? [file, args] : ['sh', ['-e', '-c', shell]];
  const child = spawn(program, rest, { stdio: 'ignore' });
  const [status]: unknown[] = await once(child, 'exit');
  if (status !== 0) throw new Error(`${file} failed: exit ${String(status)}`);
}

const reported = z.object({ blobs: z.object({ sent: z.object({ blobs: z.number() }) }) });

function nextVersionRows(place: string, { iso, nextIso }: ImageSet): Row[] {
  return withRegistry(place, ({ host, requests }) => {
    run(pushCommand(iso, host));
    const before = requests();
    const { stdout } = run(pushCommand(nextIso, host, '--mount-from', 'set-1.0.0'));
    const { sent } = reported.parse(JSON.parse(stdout.toString())).blobs;
    const what = 'an unchanged next version';
    return [
      limitRow({ what: `${what}: blobs sent`, value: sent.blobs, atMost: 0, text: countText }),
      limitRow({
        what: `${what}: requests`,
        value: requests() - before,
        atMost: MAX_MOUNT_REQUESTS,
        text: countText,
      }),
    ];
  });
}

function memoryRow(place: string): Row {
  const hole = makeHole(place);
  const value = withRegistry(place, ({ host }) => memoryOf(pushArguments(hole, host)));
  return {
    // 100 MB.
    ...limitRow({ what: 'most memory, a layer of 1.5 GiB', value, atMost: 95, text: memoryText }),
    beside: 'node -e 0',
    theirs: memoryText(memoryOf(['-e', '0'])),
  };
}

function pushArguments(archive: string, host: string): string[] {
  return [main, 'push', archive, '--to', host, '--plain-http', '-o', 'json'];
}

function pushCommand(archive: string, host: string, ...more: readonly string[]): Command {
  return { file: process.execPath, args: [...pushArguments(archive, host), ...more] };
}

/** From the directory: skopeo reads no ISO image. */
function skopeoLoop({ tree, images }: ImageSet): Pusher {
  return (host) => ({
    file: 'skopeo',
    shell: images
      .map(({ name, tag }) => {
        const source = `dir:${tree}/images/${name}/${tag}`;
        const target = `docker://${host}/set-1.0.0/${name}:${tag}`;
        return `skopeo --insecure-policy copy -q --dest-tls-verify=false '${source}' '${target}'`;
      })
      .join('\n'),
  });
}

function shareText(share: number): string {
  return `${share.toFixed(4)}x`;
}

function withRegistry<Value>(place: string, work: (registry: Registry) => Value): Value {
  const registry = startRegistry(place);
  try {
    return work(registry);
  } finally {
    registry.stop();
  }
}
