import { Agent, createServer, request as open } from 'node:http';
import { describe, expect, it } from 'vitest';
import { exchange, type Body } from '../../src/registry/exchange.ts';
import { listening } from '../support/listening.ts';

const waits = { idle: 10_000, answer: 10_000 };
/** More than the kernel and two ends of a connection hold. */
const LARGE = 48 << 20;

describe('a body', () => {
  it('is not over before its last bytes went out: their buffer is for another body then', async () => {
    let isOver = false;
    let wasOverEarly: boolean | undefined;
    let received = 0;
    const server = createServer((incoming, outgoing) => {
      // Nobody reads yet, so most of the one chunk cannot have gone out.
      setTimeout(() => {
        wasOverEarly = isOver;
        incoming.on('data', (bytes: Buffer) => {
          received += bytes.length;
        });
        incoming.on('end', () => outgoing.writeHead(201).end());
      }, 300);
    });
    const url = new URL(`http://${await listening(server)}/`);
    const body: Body = {
      size: LARGE,
      async *chunks() {
        try {
          yield Buffer.alloc(LARGE);
        } finally {
          isOver = true;
        }
      },
    };
    const headers = { 'content-length': String(LARGE) };
    const { status } = await exchange(() => open(url, { method: 'PUT', headers }), {
      url,
      body,
      limit: 100,
      waits,
    });
    expect(status).toBe(201);
    expect(received).toBe(LARGE);
    expect(isOver).toBe(true);
    expect(wasOverEarly).toBe(false);
  });
});

describe('a registry that takes a request and never answers', () => {
  it.each([
    ['HEAD', 50, 1500],
    ['GET', 50, 1500],
    // It may store or copy something meanwhile.
    ['POST', 1950, 20_000],
  ])('is waited for after %s for %d to %d ms here', async (method, least, most) => {
    const server = createServer(() => {});
    const url = new URL(`http://${await listening(server)}/`);
    const start = performance.now();
    const asking = exchange(() => open(url, { method, timeout: 100 }), {
      url,
      limit: 100,
      waits: { idle: 100, answer: 2000 },
    });
    await expect(asking).rejects.toMatchObject({ code: 'registry-temporary' });
    const waited = performance.now() - start;
    expect(waited).toBeGreaterThan(least);
    expect(waited).toBeLessThan(most);
  });
});

/**
 * What asks a server that writes the texts, one a request and then the last one again, and tells how
 * often it was asked.
 */
async function answering(texts: readonly string[], isEnded = false) {
  let requests = 0;
  const server = createServer(({ socket }) => {
    requests += 1;
    socket.write(`HTTP/1.1 ${texts[requests - 1] ?? texts.at(-1)}`);
    if (isEnded) socket.end();
  });
  const url = new URL(`http://${await listening(server)}/`);
  const agent = new Agent({ keepAlive: true });
  const ask = async () =>
    exchange(() => open(url, { agent, timeout: 300 }), { url, limit: 8, waits });
  return { ask, count: () => requests };
}

describe('an answer', () => {
  it('in another protocol ends the request: nothing else would, and the run would be over', async () => {
    const { ask } = await answering([
      '101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n',
    ]);
    await expect(ask()).rejects.toMatchObject({ code: 'registry-temporary' });
  });

  it('is what follows those of the kind 1xx', async () => {
    const { ask } = await answering([
      '103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    ]);
    expect(await ask()).toMatchObject({ status: 200, body: Buffer.from('ok') });
  });

  it('is cut at its limit', async () => {
    const { ask } = await answering(['200 OK\r\nContent-Length: 20\r\n\r\n0123456789']);
    expect(await ask()).toMatchObject({ status: 200, body: Buffer.from('01234567') });
  });

  it.each([true, false])('that refuses counts as far as it came (ended: %s)', async (isEnded) => {
    const { ask } = await answering(['404 NF\r\nContent-Length: 9\r\n\r\nwhy'], isEnded);
    expect(await ask()).toMatchObject({ status: 404, body: Buffer.from('why') });
  });

  it.each([
    [true, 'the connection was cut'],
    [false, 'no byte came or went for too long'],
  ])('that is right must be whole (ended: %s)', async (isEnded, why) => {
    const { ask } = await answering(['200 OK\r\nContent-Length: 9\r\n\r\nwhy'], isEnded);
    await expect(ask()).rejects.toThrow(why);
  });

  it('that stops on a connection of before is not asked for again: it was no stale one', async () => {
    const { ask, count } = await answering([
      '200 OK\r\nContent-Length: 2\r\n\r\nok',
      '200 OK\r\nContent-Length: 9\r\n\r\nok',
    ]);
    await ask();
    await expect(ask()).rejects.toThrow('no byte came or went for too long');
    expect(count()).toBe(2);
  });
});
