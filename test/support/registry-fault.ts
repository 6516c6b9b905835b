import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { onTestFinished } from 'vitest';

/** What a proxy in front of a registry does to one request. */
export type Fault =
  /** Cuts the connection after so many bytes of the request's body. */
  | { readonly cutAfter: number }
  /** Answers itself, at once, and cuts the connection: the body is not read. */
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  /** Lets the request through, and changes headers of the answer. */
  | { readonly answer: (headers: Readonly<Record<string, string>>) => Record<string, string> }
  /** Cuts the connection at once. */
  | { readonly reset: true }
  /** Reads on and never answers. */
  | { readonly silence: true }
  /** Lets the body through in small pieces, so many bytes a second. */
  | { readonly bytesPerSecond: number }
  /** Flips one bit of the body. */
  | { readonly flipBit: true };

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Bytes of the body that arrived. */
  bytes: number;
}

/** A proxy of the tests. */
export interface FaultProxy {
  readonly host: string;
  readonly seen: readonly SeenRequest[];
}

/**
 * Starts a proxy before `registry`.
 *
 * @param faultFor - called with each request, and how many of its kind came before
 */
export async function startFaultProxy(
  registry: string,
  faultFor: (request: SeenRequest, index: number) => Fault | undefined,
): Promise<FaultProxy> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const request = { method, path: url, headers, bytes: 0 };
    const fault = faultFor(request, seen.length);
    seen.push(request);
    incoming.on('error', () => {});
    outgoing.on('error', () => {});
    handle({ registry, incoming, outgoing, request }, fault).catch(() => incoming.destroy());
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
  return { host: `127.0.0.1:${address.port}`, seen };
}

interface Passing {
  readonly registry: string;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly request: SeenRequest;
}

async function handle(passing: Passing, fault: Fault | undefined): Promise<void> {
  const { incoming, outgoing } = passing;
  if (fault && 'status' in fault) {
    outgoing.writeHead(fault.status, { connection: 'close', ...fault.headers });
    outgoing.end(fault.body ?? '');
    // As servers do that have seen enough: the answer, then a reset.
    outgoing.once('finish', () => setTimeout(() => incoming.destroy(), 300));
    return;
  }
  if (fault && 'reset' in fault) {
    incoming.destroy();
    return;
  }
  if (fault && 'silence' in fault) {
    incoming.resume();
    return;
  }
  await pass(passing, fault);
}

async function pass(
  { registry, incoming, outgoing, request }: Passing,
  fault: Fault | undefined,
): Promise<void> {
  const [hostname = '', port = ''] = registry.split(':');
  const { method, path } = request;
  const onward = forward({
    hostname,
    port,
    method,
    path,
    headers: { ...incoming.headers, connection: 'close' },
    agent: false,
  });
  onward.on('error', () => incoming.destroy());
  onward.on('response', (answer) => {
    const headers = Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
    );
    const changed = fault && 'answer' in fault ? fault.answer(headers) : {};
    outgoing.writeHead(answer.statusCode ?? 500, { ...headers, ...changed });
    answer.pipe(outgoing);
  });
  const cut = () => {
    onward.destroy();
    incoming.destroy();
  };
  await pipeline(incoming, bodyFault(request, fault, cut), onward);
}

function bodyFault(request: SeenRequest, fault: Fault | undefined, cut: () => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      request.bytes += chunk.length;
      if (fault && 'cutAfter' in fault && request.bytes > fault.cutAfter) {
        cut();
        return;
      }
      const bytes = fault && 'flipBit' in fault ? flipped(chunk) : chunk;
      if (fault && 'bytesPerSecond' in fault) {
        setTimeout(() => done(null, bytes), (1000 * chunk.length) / fault.bytesPerSecond);
      } else done(null, bytes);
    },
  });
}

function flipped(chunk: Buffer): Buffer {
  const copy = Buffer.from(chunk);
  copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
}

/** Whether a request sends a blob's bytes. */
export function isUpload({ method, path }: Pick<SeenRequest, 'method' | 'path'>): boolean {
  return method === 'PUT' && path.includes('/blobs/uploads/');
}

/** Whether a request sends a manifest. */
export function isManifest({ method, path }: Pick<SeenRequest, 'method' | 'path'>): boolean {
  return method === 'PUT' && path.includes('/manifests/');
}
