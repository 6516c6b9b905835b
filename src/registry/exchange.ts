import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { connectionFailure } from './connection-failure.ts';

/** What a request carries. */
export interface Body {
  /** In bytes. */
  readonly size: number;
  /**
   * The bytes from the start. A chunk may be overwritten as soon as the one after it was followed
   * by the wish for a third: two buffers are enough. With the end of the chunks nobody needs them.
   */
  chunks(): AsyncIterable<Uint8Array>;
  /** Whether the server is asked first whether it wants it (`Expect: 100-continue`). */
  readonly isAnnounced?: boolean | undefined;
  /** Whether it is read from a disk while it is sent: then a refusal cannot be answered at once. */
  readonly isStream?: boolean | undefined;
  /** Called with the bytes that the connection took so far. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** An answer, its body whole or cut off at the limit. */
export interface Answer {
  /** Where it came from. */
  readonly url: URL;
  /** Who relayed it, and may have answered itself; nobody where there was a tunnel. */
  readonly relay?: URL | undefined;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How long nothing may happen on a connection, in milliseconds. */
export interface Waits {
  readonly idle: number;
  /** Before the answer to what changes something: a registry may copy a layer meanwhile. */
  readonly answer: number;
}

/** In milliseconds. */
const EXPECT_WAIT = 1000;

interface ExchangeOptions {
  readonly url: URL;
  readonly proxy?: URL | undefined;
  readonly body?: Body | undefined;
  readonly limit: number;
  readonly waits: Waits;
}

/** A body of bytes that are in memory. */
export function bodyOf(bytes: Uint8Array): Body {
  return {
    size: bytes.length,
    async *chunks() {
      if (bytes.length > 0) yield bytes;
    },
  };
}

/**
 * Sends a request with its body and reads the answer. An answer that comes while the body is
 * still going out ends the sending: it is the reason why nobody reads on.
 *
 * @throws RegistryError for a connection that fails; what the body throws
 */
export async function exchange(
  open: () => ClientRequest,
  { url, proxy, body, limit, waits }: ExchangeOptions,
): Promise<Answer> {
  // A tunnel leads to the host itself; it tells of its proxy where there is none yet.
  const isToProxy = url.protocol === 'http:';
  for (let isSecondTry = false; ; isSecondTry = true) {
    const request = open();
    const answering = answerTo(request, url, limit);
    // Sending may fail first, and then nobody waits for the answer.
    answering.catch(() => {});
    try {
      const isWhole = body === undefined || (await sendBody(request, body));
      // Ending a request whose body is cut short would let another one use its connection.
      if (isWhole) request.end();
      // Nothing is stored or copied for those who read.
      if (request.method !== 'GET' && request.method !== 'HEAD') request.setTimeout(waits.answer);
      return { ...(await answering), relay: isToProxy ? proxy : undefined };
    } catch (error) {
      // A connection that the registry closed while nobody used it is no failure of the request.
      if (!isSecondTry && isStale(error, request) && !body) continue;
      request.destroy();
      throw connectionFailure(error, { host: url.host, proxy, isToProxy });
    }
  }
}

function isStale(error: unknown, request: ClientRequest): boolean {
  return (
    request.reusedSocket && error instanceof Error && 'code' in error && error.code === 'ECONNRESET'
  );
}

/** Whether all of it went out before the answer came or the connection broke. */
async function sendBody(request: ClientRequest, body: Body): Promise<boolean> {
  let isOver = false;
  request.once('response', () => {
    isOver = true;
  });
  const closed = new Promise<void>((resolve) => {
    request.once('close', () => {
      isOver = true;
      resolve();
    });
  });
  if (body.isAnnounced === true) await welcome(request, closed);
  let sent = 0;
  let written: Promise<void> = Promise.resolve();
  for await (const chunk of body.chunks()) {
    await written;
    // An answer that is already here must be read before a write finds the connection reset; only
    // between two of these turns does the event loop look at its sockets.
    await turn();
    await turn();
    if (isOver) return false;
    sent += chunk.length;
    const soFar = sent;
    const flushed = new Promise<void>((resolve) => {
      request.write(chunk, (error) => {
        if (!error) body.onSent?.(soFar);
        resolve();
      });
    });
    written = Promise.race([flushed, closed]);
    // At its end a body gives its buffers to the next one.
    if (sent >= body.size) await written;
  }
  await written;
  return !isOver;
}

/** RFC 9110, 10.1.1: whoever does not know `Expect` does not answer it, so nobody waits for long. */
async function welcome(request: ClientRequest, closed: Promise<void>): Promise<void> {
  request.flushHeaders();
  const welcomed = new Promise<void>((resolve) => {
    request.once('continue', resolve);
    request.once('response', () => resolve());
  });
  const patience = new AbortController();
  const enough = sleep(EXPECT_WAIT, undefined, { signal: patience.signal }).catch(() => {});
  await Promise.race([welcomed, closed, enough]);
  patience.abort();
}

/** Reads what the server answers; from here on the request has a listener for every event. */
function answerTo(request: ClientRequest, url: URL, limit: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new SilenceError()));
    // Nothing else tells of an answer that is none, such as 101 (RFC 9110, 15.2.2).
    request.on('close', () => reject(new CutError()));
    request.on('response', (response) => {
      // Whoever reads would only learn that the connection is gone.
      request.on('timeout', () => response.destroy(new SilenceError()));
      const { statusCode: status = 0, headers } = response;
      const reading = collect(response, limit).then((body) => ({ url, status, headers, body }));
      // The rest of a body that nobody wants would keep the connection in use.
      resolve(
        reading.finally(() => {
          if (!request.writableFinished) request.destroy();
        }),
      );
    });
  });
}

/** The body; `for await` would take longer than a request of its own. */
function collect(response: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const end = () => resolve(Buffer.concat(parts).subarray(0, limit));
    response.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size <= limit) return;
      end();
      response.destroy();
    });
    finished(response, (error) => {
      // A refusal is worth more than the reset that follows it.
      if (!error || (response.statusCode ?? 0) >= 400) end();
      else reject(error);
    });
  });
}

/** The connection was closed before an answer came. */
class CutError extends Error {
  readonly code = 'ECONNRESET';
}

/** Nothing came or went for too long. */
class SilenceError extends Error {
  readonly code = 'ETIMEDOUT';
}
