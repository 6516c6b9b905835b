import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * As much of a registry as a push asks for: it forgets every blob, and knows the digest of each
 * manifest that it was sent.
 *
 * @returns {Promise<{ host: string, stop: () => Promise<unknown> }>} `stop` waits for all connections to end
 */
export async function startRegistry() {
  /** @type {Map<string | undefined, string>} */
  const digests = new Map();
  const server = createServer((request, response) => {
    const { method, url = '' } = request;
    const hash = createHash('sha256');
    request.on('data', (chunk) => hash.update(chunk));
    request.on('end', () => {
      if (method === 'PUT') digests.set(url, `sha256:${hash.digest('hex')}`);
      const digest = digests.get(url);
      if (digest !== undefined) response.setHeader('docker-content-digest', digest);
      if (method === 'POST') response.setHeader('location', '/v2/upload');
      response.writeHead(statusOf(method, url, digest)).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { host: `127.0.0.1:${address.port}`, stop: () => once(server.close(), 'close') };
}

/**
 * @param {string | undefined} method
 * @param {string} url
 * @param {string | undefined} digest - of what is there
 */
function statusOf(method, url, digest) {
  if (method === 'POST') return url.includes('mount=') ? 201 : 202;
  if (method === 'PUT') return 201;
  return digest === undefined ? 404 : 200;
}
