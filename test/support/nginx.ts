import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as send, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { freePort } from './registry-server.ts';

/** Debian's nginx, of one test. */
export interface TestNginx {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** Its error log so far. */
  log(): string;
}

/**
 * Starts nginx with one server that includes these texts, in their order, from a file each. It
 * ends with the test.
 *
 * @throws Error with nginx's own words where it refuses a text
 */
export async function startNginx(includes: readonly string[]): Promise<TestNginx> {
  const folder = mkdtempSync(join(tmpdir(), 'solutions-nginx-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const host = `127.0.0.1:${await freePort()}`;
  const config = writeConfig(folder, host, includes);
  const log = join(folder, 'error.log');
  const args = ['-p', folder, '-c', config, '-e', log];
  const check = await execa('nginx', [...args, '-t', '-q'], { reject: false });
  if (check.exitCode !== 0) throw new Error(check.stderr);
  const child = spawn('nginx', args, { stdio: 'ignore' });
  onTestFinished(() => ended(child));
  await listening(host, child, () => readFileSync(log, 'utf8'));
  return { host, log: () => readFileSync(log, 'utf8') };
}

/** One process, so that nothing is left when it ends, and as the user who runs the tests. */
function writeConfig(folder: string, host: string, includes: readonly string[]): string {
  mkdirSync(join(folder, 'include'));
  const files = includes.map((text, index) => {
    const file = join(folder, 'include', `${index}.conf`);
    writeFileSync(file, text);
    return file;
  });
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const lines = [
    'daemon off;',
    'master_process off;',
    `pid ${join(folder, 'nginx.pid')};`,
    'events { }',
    'http {',
    'access_log off;',
    // What a careless server has, and a registry must not be changed by.
    'gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any;',
    'types { text/html html; application/json json; }',
    'default_type text/plain;',
    ...kinds.map((kind) => `${kind}_temp_path ${join(folder, kind)};`),
    `server { listen ${host};`,
    'location / { return 418 "another location"; }',
    ...files.map((file) => `include ${file};`),
    '} }',
  ];
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, lines.join('\n'));
  return config;
}

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request with the path as it is: `..` and escapes go over the wire. */
export function ask(
  { host }: Pick<TestNginx, 'host'>,
  path: string,
  options: AskOptions = {},
): Promise<Answer> {
  const [hostname, port] = host.split(':');
  return new Promise((resolve, reject) => {
    const outgoing = send({ hostname, port, path, agent: false, ...options }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const { statusCode = 0, headers } = incoming;
        resolve({ status: statusCode, headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

async function listening(host: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${log()}`);
    try {
      await ask({ host }, '/');
      return;
    } catch {
      await sleep(25);
    }
  }
  throw new Error(`nginx does not listen: ${log()}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGKILL');
  await exit;
}
