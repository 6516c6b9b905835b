import { createServer, request as open } from 'node:http';
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
