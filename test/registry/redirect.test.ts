import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makeTree, scratchFolder } from '../support/archive-make.ts';
import { listening } from '../support/listening.ts';
import { pushTrees } from '../support/registry-push.ts';
import { makeAuthority, type TestAuthority } from '../support/registry-tls.ts';

function oneImage(): string {
  return makeTree(scratchFolder(), { images: [{ name: 'a', tag: '1' }] });
}

/** A server that asks for a client certificate, and notes whose it got. */
async function startTlsServer(authority: TestAuthority, answer: RequestListener) {
  const clients: string[] = [];
  const { certificate, key } = authority.server;
  const pair = { cert: readFileSync(certificate), key: readFileSync(key) };
  const asking = { requestCert: true, rejectUnauthorized: false, ca: readFileSync(authority.ca) };
  const server = createTlsServer({ ...pair, ...asking }, (request, response) => {
    const { socket } = request;
    const subject = socket instanceof TLSSocket ? socket.getPeerCertificate().subject : undefined;
    clients.push(String(subject?.CN ?? 'nobody'));
    answer(request, response);
  });
  return { host: await listening(server), clients };
}

function leadingTo(location: string): RequestListener {
  return ({ method, url = '' }, response) => {
    const isRead = method === 'HEAD' || method === 'GET';
    response.writeHead(isRead ? 307 : 403, { location: `${location}${url}` }).end();
  };
}

describe('a registry with TLS that leads elsewhere', () => {
  it('must not lead to a place without TLS', async () => {
    const authority = makeAuthority();
    const asked: string[] = [];
    const plain = await listening(
      createServer((request, response) => {
        asked.push(request.url ?? '');
        response.writeHead(404).end();
      }),
    );
    const { host } = await startTlsServer(authority, leadingTo(`http://${plain}`));
    const settings = { isPlainHttp: false, caFile: authority.ca };
    await expect(pushTrees(host, [oneImage()], { settings })).rejects.toMatchObject({
      code: 'registry-protocol',
      message: expect.stringContaining('leads to http://'),
    });
    expect(asked).toEqual([]);
  });

  it('is alone in getting the client certificate', async () => {
    const authority = makeAuthority();
    const other = await startTlsServer(authority, (_, response) => {
      response.writeHead(404).end();
    });
    const registry = await startTlsServer(authority, leadingTo(`https://${other.host}`));
    const { certificate: certFile, key: keyFile } = authority.client;
    const settings = { isPlainHttp: false, caFile: authority.ca, certFile, keyFile };
    await pushTrees(registry.host, [oneImage()], { settings });
    expect(new Set(registry.clients)).toEqual(new Set(['client']));
    expect(new Set(other.clients)).toEqual(new Set(['nobody']));
  });

  it('is not blamed for what is answered there', async () => {
    const authority = makeAuthority();
    const store = await startTlsServer(authority, (_, response) => {
      response.writeHead(403).end();
    });
    const registry = await startTlsServer(authority, leadingTo(`https://${store.host}`));
    const settings = { isPlainHttp: false, caFile: authority.ca };
    const { images } = await pushTrees(registry.host, [oneImage()], { settings });
    const messages = images.flatMap(({ errors }) => errors.map(({ message }) => message));
    expect(messages).toEqual([expect.stringContaining(`${store.host} answered 403 Forbidden`)]);
  });
});
