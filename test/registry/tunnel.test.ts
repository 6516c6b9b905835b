import { once } from 'node:events';
import { createServer as createSocketServer } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeTree, scratchFolder } from '../support/archive-make.ts';
import { pushTrees } from '../support/registry-push.ts';
import { freePort } from '../support/registry-server.ts';

const tls = { isPlainHttp: false } as const;
const registry = 'registry.test:5000';

function twoImages(): string {
  return makeTree(scratchFolder(), {
    images: [
      { name: 'a', tag: '1' },
      { name: 'b', tag: '1' },
    ],
  });
}

/** A proxy that gives each connection the same answer, or none; it tells of the first one. */
async function startProxy(answer = '') {
  const server = createSocketServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      if (answer !== '') socket.end(answer);
    });
    onTestFinished(() => {
      socket.destroy();
    });
  });
  const asked = once(server, 'connection');
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const host = `127.0.0.1:${address.port}`;
  return { asked, host, environment: { HTTPS_PROXY: `http://who:word@${host}` } };
}

describe('a proxy that is asked to connect', () => {
  it('and says nothing is named, as trouble of the moment', async () => {
    const { host, environment } = await startProxy();
    const settings = { ...tls, environment, waits: { idle: 100, answer: 5000 } };
    await expect(pushTrees(registry, [twoImages()], { settings })).rejects.toMatchObject({
      code: 'registry-temporary',
      message: expect.stringContaining(`the proxy ${host} does not answer`),
    });
  });

  it('and says nothing does not hold up the end of a run', async () => {
    const { asked, environment } = await startProxy();
    const abort = new AbortController();
    const waits = { idle: 30_000, answer: 30_000 };
    const settings = { ...tls, environment, waits, signal: abort.signal };
    const pushing = pushTrees(registry, [twoImages()], { settings });
    const ending = pushing.catch((error: unknown) => error);
    await asked;
    const start = performance.now();
    abort.abort();
    const end = await ending;
    expect(performance.now() - start).toBeLessThan(5000);
    expect(JSON.stringify(end)).toContain('interrupted');
  });

  it.each([
    [403, 'registry-proxy', 'NO_PROXY'],
    [407, 'registry-credentials', '<user>:<password>'],
    [201, 'registry-proxy', 'NO_PROXY'],
  ])('and answers %s is one error, with its name, not one an image', async (status, code, hint) => {
    const { host, environment } = await startProxy(`HTTP/1.1 ${status} Other\r\n\r\n`);
    const settings = { ...tls, environment };
    await expect(pushTrees(registry, [twoImages()], { settings })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`the proxy ${host} answered ${status}`),
      hint: expect.stringContaining(hint),
    });
  });

  it.each([429, 503])('and answers %s is tried again', async (status) => {
    const { host, environment } = await startProxy(`HTTP/1.1 ${status} Busy\r\n\r\n`);
    const settings = { ...tls, environment };
    await expect(pushTrees(registry, [twoImages()], { settings })).rejects.toMatchObject({
      code: 'registry-temporary',
      message: expect.stringContaining(`the proxy ${host} answered ${status}`),
    });
  });

  it('and speaks no HTTP is named, not the registry', async () => {
    const { host, environment } = await startProxy('220 mail.example ESMTP\r\n');
    const settings = { ...tls, environment };
    await expect(pushTrees(registry, [twoImages()], { settings })).rejects.toMatchObject({
      code: 'registry-protocol',
      message: expect.stringContaining(`the proxy ${host} does not speak HTTP`),
    });
  });
});

describe('a proxy that relays', () => {
  it('and wants another user is told from the registry, in one error', async () => {
    const answer = 'HTTP/1.1 407 Other\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    const { host } = await startProxy(answer);
    const environment = { HTTP_PROXY: `http://who:word@${host}` };
    const pushing = pushTrees(registry, [twoImages()], { settings: { environment } });
    const error: unknown = await pushing.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'registry-credentials',
      message: `the proxy ${host} answered 407 Proxy Authentication Required`,
      hint: expect.stringContaining('http://<user>:<password>@<proxy>:<port>'),
    });
    expect(inspect(error)).not.toMatch(/who|word@/u);
  });
});

describe('a proxy that is not there', () => {
  it.each([
    [false, 'HTTPS_PROXY'],
    [true, 'HTTP_PROXY'],
  ])('is named, never its user (plain HTTP: %s)', async (isPlainHttp, variable) => {
    const host = `127.0.0.1:${await freePort()}`;
    const settings = { isPlainHttp, environment: { [variable]: `http://who:word@${host}` } };
    const pushing = pushTrees(registry, [twoImages()], { settings });
    const error: unknown = await pushing.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'registry-temporary',
      message: expect.stringContaining(
        `${registry} cannot be reached through the proxy ${host}: nothing listens there`,
      ),
      hint: expect.stringContaining('is the proxy up'),
    });
    expect(inspect(error)).not.toMatch(/who|word/u);
  });
});
