import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { join } from 'node:path';

/** Debian's docker-registry, empty, on a free port of this machine alone. */
export interface Registry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** How many requests its access log has. */
  readonly requests: () => number;
  /** Removes its storage, too. */
  readonly stop: () => void;
}

const START_MS = 10_000;
const TURN_MS = 10;
/** The log is written after the answer. */
const LOG_MS = 100;

/**
 * Starts a registry that keeps its files below `folder`, and waits until it listens.
 *
 * @throws Error when it cannot be started
 */
export function startRegistry(folder: string): Registry {
  const place = mkdtempSync(join(folder, 'registry-'));
  const config = join(place, 'config.yml');
  const log = join(place, 'log');
  writeFileSync(
    config,
    `version: 0.1
log: {level: info, accesslog: {disabled: false}}
storage:
  filesystem: {rootdirectory: ${JSON.stringify(join(place, 'data'))}}
  maintenance: {uploadpurging: {enabled: false}}
http: {addr: "127.0.0.1:0"}
`,
  );
  const descriptor = openSync(log, 'w');
  const child = spawn('docker-registry', ['serve', config], {
    stdio: ['ignore', descriptor, descriptor],
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
  });
  closeSync(descriptor);
  // Whatever ends the bench ends it, too.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = () => {
    process.off('exit', kill);
    kill();
    rmSync(place, { recursive: true, force: true });
  };
  const requests = () => {
    wait(LOG_MS);
    return readFileSync(log, 'utf8').match(/" \d{3} \d+ "[^"]*" "[^"]*"$/gmu)?.length ?? 0;
  };
  return { host: listening(log), requests, stop };
}

/** Nothing else runs meanwhile: what is measured is measured synchronously. */
function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function listening(log: string): string {
  for (let waited = 0; waited < START_MS; waited += TURN_MS) {
    wait(TURN_MS);
    const host = /listening on (127\.0\.0\.1:\d+)/u.exec(readFileSync(log, 'utf8'))?.[1];
    if (host !== undefined) return host;
  }
  throw new Error(`docker-registry did not start: ${readFileSync(log, 'utf8').slice(-500)}`);
}

/** Counts what a client sends. */
export interface Meter {
  readonly host: string;
  /** Bytes so far, headers included. */
  readonly sent: () => number;
  readonly stop: () => void;
}

/** Stands between a client and a registry, which answers with the name that it was called by. */
export async function startMeter(registry: string): Promise<Meter> {
  let sent = 0;
  const port = Number(registry.split(':')[1]);
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.on('data', (bytes) => {
      sent += bytes.length;
    });
    client.pipe(upstream).pipe(client);
    // A client that was stopped resets its connections; the other side must end then.
    for (const socket of [client, upstream]) {
      socket.on('error', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { host: `127.0.0.1:${address.port}`, sent: () => sent, stop: () => server.close() };
}
