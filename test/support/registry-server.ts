import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';

/** Debian's docker-registry, of one test. */
export interface TestRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** Where it keeps its files. */
  readonly storage: string;
  /** The requests of its API so far, from its access log: `PUT /v2/... 201`. */
  requests(): Promise<LoggedRequest[]>;
  /** Removes the blobs that no manifest needs (`docker-registry garbage-collect`). */
  collectGarbage(): void;
  stop(): Promise<void>;
}

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

interface RegistryOptions {
  /** Sections of its configuration beside the usual ones. */
  readonly auth?: object | undefined;
  readonly tls?: object | undefined;
  /** Refuses every write (`storage.maintenance.readonly`). */
  readonly isReadOnly?: boolean | undefined;
  /** Whether manifests may be deleted (`storage.delete.enabled`): yes unless it says no. */
  readonly isDeletable?: boolean | undefined;
  /** An existing folder, such as a file system of its own or that of another registry. */
  readonly storage?: string | undefined;
}

/** Starts a registry on a free port of this machine alone; it ends with the test. */
export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'solutions-registry-'));
  const storage = options.storage ?? join(folder, 'data');
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const config = join(folder, 'config.yml');
  writeFileSync(config, configText(host, storage, options));
  const child = spawn('docker-registry', ['serve', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const stop = async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  onTestFinished(stop);
  await listening(port, child, () => log);
  return {
    host,
    storage,
    stop,
    async requests() {
      // The log is written after the answer.
      await sleep(100);
      return requestsIn(log);
    },
    collectGarbage() {
      execFileSync('docker-registry', ['garbage-collect', config], { stdio: 'ignore' });
    },
  };
}

function configText(addr: string, rootdirectory: string, options: RegistryOptions): string {
  return stringify({
    version: '0.1',
    log: { accesslog: { disabled: false }, level: 'warn' },
    storage: {
      filesystem: { rootdirectory },
      delete: { enabled: options.isDeletable ?? true },
      maintenance: {
        uploadpurging: { enabled: false },
        ...(options.isReadOnly ? { readonly: { enabled: true } } : {}),
      },
    },
    http: { addr, ...(options.tls ? { tls: options.tls } : {}) },
    ...(options.auth ? { auth: options.auth } : {}),
  });
}

/** The lines of the combined log format. */
function requestsIn(log: string): LoggedRequest[] {
  return [...log.matchAll(/"(GET|HEAD|POST|PUT|PATCH|DELETE) (\S+) HTTP\/1\.1" (\d{3})/gu)].map(
    ([, method = '', path = '', status = '']) => ({ method, path, status: Number(status) }),
  );
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('no port');
}

async function listening(port: number, child: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`docker-registry ended: ${log()}`);
    if (await answers(port)) return;
    await sleep(25);
  }
  throw new Error(`docker-registry does not listen: ${log()}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGKILL');
  await exit;
}

/** Whether the registry holds a manifest under a tag, read from its own files. */
export function storedTag({ storage }: TestRegistry, repository: string, tag: string) {
  const link = join(
    storage,
    'docker/registry/v2/repositories',
    repository,
    '_manifests/tags',
    tag,
    'current/link',
  );
  try {
    return readFileSync(link, 'utf8');
  } catch {
    return undefined;
  }
}
