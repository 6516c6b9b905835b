import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createRelay } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeTree, scratchFolder } from '../support/archive-make.ts';
import { authFile, htpasswdAuth, passwordEntry } from '../support/registry-auth.ts';
import { pushTrees, statuses } from '../support/registry-push.ts';
import { listening } from '../support/listening.ts';
import { startRegistry } from '../support/registry-server.ts';
import { makeAuthority, type TestAuthority } from '../support/registry-tls.ts';

function oneImage(): string {
  return makeTree(scratchFolder(), { images: [{ name: 'a', tag: '1' }] });
}

async function tlsRegistry({ wantsClient = false } = {}) {
  const authority = makeAuthority();
  const clients = wantsClient ? { clientcas: [authority.ca] } : {};
  const registry = await startRegistry({ tls: { ...authority.server, ...clients } });
  return { authority, registry };
}

const tls = { isPlainHttp: false } as const;

describe('a registry with TLS', () => {
  it('is trusted by its CA in a file', async () => {
    const { authority, registry } = await tlsRegistry();
    const settings = { ...tls, caFile: authority.ca };
    const report = await pushTrees(registry.host, [oneImage()], { settings });
    expect(statuses(report)).toEqual(['pushed']);
  });

  it('is trusted by NODE_EXTRA_CA_CERTS', async () => {
    const { authority, registry } = await tlsRegistry();
    const settings = { ...tls, environment: { NODE_EXTRA_CA_CERTS: authority.ca } };
    expect(statuses(await pushTrees(registry.host, [oneImage()], { settings }))).toEqual([
      'pushed',
    ]);
  });

  it('is trusted, and given a client certificate, by a folder of certs.d', async () => {
    const { authority, registry } = await tlsRegistry({ wantsClient: true });
    const home = scratchFolder();
    const folder = join(home, '.config/containers/certs.d', registry.host);
    mkdirSync(folder, { recursive: true });
    cpSync(authority.ca, join(folder, 'ca.crt'));
    cpSync(authority.client.certificate, join(folder, 'me.cert'));
    cpSync(authority.client.key, join(folder, 'me.key'));
    const settings = { ...tls, environment: { HOME: home } };
    expect(statuses(await pushTrees(registry.host, [oneImage()], { settings }))).toEqual([
      'pushed',
    ]);
  });

  it('gets the client certificate of two files', async () => {
    const { authority, registry } = await tlsRegistry({ wantsClient: true });
    const settings = {
      ...tls,
      caFile: authority.ca,
      certFile: authority.client.certificate,
      keyFile: authority.client.key,
    };
    expect(statuses(await pushTrees(registry.host, [oneImage()], { settings }))).toEqual([
      'pushed',
    ]);
  });

  it('that wants a client certificate and gets none is named, and not asked for ever', async () => {
    const { authority, registry } = await tlsRegistry({ wantsClient: true });
    const settings = { ...tls, caFile: authority.ca };
    await expect(pushTrees(registry.host, [oneImage()], { settings })).rejects.toMatchObject({
      code: 'registry-tls',
      message: expect.stringContaining('client certificate'),
    });
  });

  it('of an unknown CA is refused, with the ways to name it', async () => {
    const { registry } = await tlsRegistry();
    await expect(pushTrees(registry.host, [oneImage()], { settings: tls })).rejects.toMatchObject({
      code: 'registry-tls',
      message: expect.stringContaining('is not trusted'),
      hint: expect.stringContaining('--cacert'),
    });
  });

  it('under a name that its certificate has not is refused', async () => {
    const { authority, registry } = await tlsRegistry();
    const settings = { ...tls, caFile: authority.ca };
    const other = registry.host.replace('127.0.0.1', '127.0.0.2');
    // Debian's whole 127/8 is this machine, but docker-registry listens on one address.
    const relay = await startRelay('127.0.0.2', Number(registry.host.split(':')[1]));
    expect(relay).toBe(other);
    await expect(pushTrees(other, [oneImage()], { settings })).rejects.toMatchObject({
      code: 'registry-tls',
      message: expect.stringContaining('another name'),
    });
  });

  it('asked without TLS says so', async () => {
    const { registry } = await tlsRegistry();
    await expect(pushTrees(registry.host, [oneImage()])).rejects.toMatchObject({
      code: 'registry-tls',
      message: expect.stringContaining('wants TLS'),
      hint: expect.stringContaining('--plain-http'),
    });
  });

  it.each(['no-such-file.pem', 'package.json'])(
    'with the CA file %s is a mistake of the settings',
    async (caFile) => {
      const settings = { ...tls, caFile };
      await expect(pushTrees('127.0.0.1:1', [oneImage()], { settings })).rejects.toMatchObject({
        code: 'registry-settings',
        place: { file: caFile },
      });
    },
  );

  it('with a CA file that holds no certificate is not asked, and the file is named', async () => {
    const { key } = makeAuthority().client;
    const settings = { ...tls, caFile: key };
    await expect(pushTrees('127.0.0.1:1', [oneImage()], { settings })).rejects.toMatchObject({
      code: 'registry-settings',
      message: 'expected certificates of CAs, found none',
      place: { file: key },
    });
  });

  it('whose certificate is for clients alone is refused, with the reason', async () => {
    const authority = makeAuthority();
    const registry = await startRegistry({ tls: authority.client });
    const settings = { ...tls, caFile: authority.ca };
    await expect(pushTrees(registry.host, [oneImage()], { settings })).rejects.toMatchObject({
      code: 'registry-tls',
      message: expect.stringContaining('INVALID_PURPOSE'),
    });
  });

  it('of an old version is told from a registry without TLS', async () => {
    const authority = makeAuthority();
    const old = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const;
    const server = createTlsServer({ ...pairOf(authority.server), ...old });
    const host = await listening(server);
    const settings = { ...tls, caFile: authority.ca };
    await expect(pushTrees(host, [oneImage()], { settings })).rejects.toMatchObject({
      code: 'registry-tls',
      message: expect.stringContaining('speaks no version of TLS from 1.2 on'),
      hint: expect.not.stringContaining('--plain-http'),
    });
  });
});

describe('a registry without TLS', () => {
  it('asked with TLS is named, and not asked again', async () => {
    const registry = await startRegistry();
    await expect(pushTrees(registry.host, [oneImage()], { settings: tls })).rejects.toMatchObject({
      code: 'registry-tls',
      message: expect.stringContaining('does not speak TLS'),
      hint: expect.stringContaining('--plain-http'),
    });
  });
});

/** Passes connections to `address` on to 127.0.0.1, on the same port. */
async function startRelay(address: string, port: number): Promise<string> {
  const server = createRelay((socket) => {
    const onward = connect(port, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(port, address, resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  return `${address}:${port}`;
}

/** A proxy that takes any name for this machine; it notes what it was asked. */
async function startProxy(usualPort = '', certificate?: TestAuthority['server']) {
  const asked: string[] = [];
  const server = certificate ? createTlsServer(pairOf(certificate)) : createServer();
  server.on('request', (request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
    const url = new URL(request.url ?? '');
    const onward = forward({
      hostname: '127.0.0.1',
      port: url.port || usualPort,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: request.headers,
    });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => request.destroy());
    request.pipe(onward);
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
    const onward = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  const host = await listening(server);
  const scheme = certificate ? 'https' : 'http';
  return { url: `${scheme}://who:word@${host}`, asked };
}

function pairOf({ certificate, key }: TestAuthority['server']) {
  return { cert: readFileSync(certificate), key: readFileSync(key) };
}

const WHO = `Basic ${Buffer.from('who:word').toString('base64')}`;

describe('a proxy of the environment', () => {
  it('is asked to CONNECT to a registry with TLS, whose certificate still counts', async () => {
    const { authority, registry } = await tlsRegistry();
    const proxy = await startProxy();
    const host = registry.host.replace('127.0.0.1', 'registry.test');
    const environment = { HTTPS_PROXY: proxy.url };
    const settings = { ...tls, caFile: authority.ca, environment };
    expect(statuses(await pushTrees(host, [oneImage()], { settings }))).toEqual(['pushed']);
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${host} ${WHO}`]));
    const untrusted = { ...tls, environment };
    await expect(pushTrees(host, [oneImage()], { settings: untrusted })).rejects.toMatchObject({
      code: 'registry-tls',
    });
  });

  it('gets whole URLs for a registry without TLS', async () => {
    const registry = await startRegistry();
    const proxy = await startProxy();
    const host = registry.host.replace('127.0.0.1', 'registry.test');
    const settings = { environment: { http_proxy: proxy.url } };
    expect(statuses(await pushTrees(host, [oneImage()], { settings }))).toEqual(['pushed']);
    expect(proxy.asked[0]).toBe(`HEAD http://${host}/v2/store-1.0.0/a/manifests/1 ${WHO}`);
  });

  it('may itself be reached by TLS, for a registry with TLS and for one without', async () => {
    const { authority, registry } = await tlsRegistry();
    const plain = await startRegistry();
    const proxy = await startProxy('', authority.server);
    const environment = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url };
    for (const [isPlainHttp, { host }] of [
      [false, registry],
      [true, plain],
    ] as const) {
      const named = host.replace('127.0.0.1', 'registry.test');
      const settings = { isPlainHttp, caFile: authority.ca, environment };
      expect(statuses(await pushTrees(named, [oneImage()], { settings }))).toEqual(['pushed']);
      expect(proxy.asked.at(-1)).toMatch(isPlainHttp ? /^PUT http:/u : /^CONNECT /u);
      await expect(
        pushTrees(named, [oneImage()], { settings: { isPlainHttp, environment } }),
      ).rejects.toMatchObject({ code: 'registry-tls' });
    }
  });

  it('reaches a registry whose usual port is written out, with its credentials', async () => {
    const registry = await startRegistry({ auth: htpasswdAuth() });
    const proxy = await startProxy(registry.host.split(':')[1]);
    const host = 'registry.test:80';
    const environment = { http_proxy: proxy.url };
    const settings = { environment, authFile: authFile(host, passwordEntry()) };
    expect(statuses(await pushTrees(host, [oneImage()], { settings }))).toEqual(['pushed']);
  });

  it('is not asked for hosts of NO_PROXY, nor for this machine', async () => {
    const registry = await startRegistry();
    const proxy = await startProxy();
    const settings = { environment: { HTTP_PROXY: proxy.url, ALL_PROXY: proxy.url } };
    expect(statuses(await pushTrees(registry.host, [oneImage()], { settings }))).toEqual([
      'pushed',
    ]);
    expect(proxy.asked).toEqual([]);
  });
});
