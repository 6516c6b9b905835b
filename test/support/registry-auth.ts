import { execFileSync } from 'node:child_process';
import { createPrivateKey, createSign, randomUUID, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { scratchFolder } from './archive-make.ts';

/** The one user of the tests. */
const user = 'pusher';
const password = 'secret';
/** bcrypt of {@link password}: docker-registry takes nothing else. */
const HASH = '$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW';

/** The `auth` section of a registry with a password file. */
export function htpasswdAuth(): object {
  const path = join(scratchFolder(), 'htpasswd');
  writeFileSync(path, `${user}:${HASH}\n`);
  return { htpasswd: { realm: 'test', path } };
}

/** An auth file with one entry. */
export function authFile(registry: string, entry: object): string {
  const path = join(scratchFolder(), 'auth.json');
  writeFileSync(path, JSON.stringify({ auths: { [registry]: entry } }));
  return path;
}

/** An entry for a user and a password. */
export function passwordEntry(name = user, secret = password): object {
  return { auth: Buffer.from(`${name}:${secret}`).toString('base64') };
}

/** What a token server was asked. */
interface TokenRequest {
  readonly method: string;
  readonly scopes: readonly string[];
  readonly authorization: string | undefined;
}

/** A token server, and the `auth` section of a registry that trusts it. */
export interface TokenServer {
  readonly auth: object;
  readonly requests: readonly TokenRequest[];
}

interface TokenOptions {
  /** Of a token, in seconds, as the server says; the registry sees the same end. */
  readonly life?: number;
  /** What it gives of what is asked for: all by default. */
  readonly actions?: (asked: readonly string[]) => readonly string[];
  /** The only token that `POST` takes. */
  readonly refreshToken?: string;
}

/** Starts a token server with a key of its own; it ends with the test. */
export async function startTokenServer(options: TokenOptions = {}): Promise<TokenServer> {
  const folder = scratchFolder();
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'cert.pem');
  const subject = ['-subj', '/CN=token server', '-days', '2', '-nodes'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'ignore' });
  const signer = { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate) };
  const requests: TokenRequest[] = [];
  const server = createServer((request, response) => {
    answer(request, response, { options, requests, signer }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const realm = `http://127.0.0.1:${address.port}/token`;
  const auth = {
    token: { realm, service: 'registry', issuer: 'tests', rootcertbundle: certificate },
  };
  return { auth, requests };
}

interface Signer {
  readonly key: string;
  readonly certificate: Buffer;
}

interface Server {
  readonly options: TokenOptions;
  readonly requests: TokenRequest[];
  readonly signer: Signer;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { options, requests, signer }: Server,
): Promise<void> {
  const { method = '', headers, url = '' } = request;
  let body = '';
  for await (const part of request) body += String(part);
  const query =
    method === 'POST' ? new URLSearchParams(body) : new URL(url, 'http://x').searchParams;
  const scopes = query.getAll('scope').flatMap((scope) => scope.split(' '));
  requests.push({ method, scopes, authorization: headers.authorization });
  const isKnown =
    method === 'POST'
      ? query.get('refresh_token') === options.refreshToken
      : headers.authorization === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  if (!isKnown) {
    response
      .writeHead(401)
      .end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'no' }] }));
    return;
  }
  const life = options.life ?? 300;
  const token = sign(scopes, life, { options, signer });
  const name = method === 'POST' ? 'access_token' : 'token';
  response.end(JSON.stringify({ [name]: token, expires_in: life }));
}

function sign(
  scopes: readonly string[],
  life: number,
  { options, signer }: Pick<Server, 'options' | 'signer'>,
): string {
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type = '', name = '', actions = ''] = scope.split(':');
    const asked = actions.split(',');
    return { type, name, actions: options.actions?.(asked) ?? asked };
  });
  const x5c = [new X509Certificate(signer.certificate).raw.toString('base64')];
  const claims = {
    iss: 'tests',
    sub: user,
    aud: 'registry',
    exp: now + life,
    nbf: now - 1,
    iat: now,
    jti: randomUUID(),
    access,
  };
  const text = [{ typ: 'JWT', alg: 'ES256', x5c }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const key = createPrivateKey(signer.key);
  const signature = createSign('sha256').update(text).sign({ key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
