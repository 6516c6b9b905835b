import { Agent, type RequestOptions } from 'node:https';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect, type SecureContext } from 'node:tls';
import { isIP } from 'node:net';
import { connectionFailure, proxyName } from './connection-failure.ts';
import { RegistryError } from './failure.ts';
import { hostnameOf, portOf, proxyAuthorization } from './proxy.ts';
import { proxyRefusal } from './refusal.ts';

interface TunnelOptions {
  readonly secureContext: SecureContext;
  /** For a proxy that is itself reached by TLS. */
  readonly proxyContext: SecureContext | undefined;
  /** In milliseconds. */
  readonly idle: number;
  /** Nothing ends a connection that is being made but this: a request learns of it only then. */
  readonly signal: AbortSignal;
}

type Connected = (error: Error | null, stream: Duplex) => void;

/** TLS connections through a proxy (`CONNECT`, RFC 9110, 9.3.6). */
export class TunnelAgent extends Agent {
  readonly #proxy: URL;
  readonly #tunnel: TunnelOptions;

  constructor(proxy: URL, options: TunnelOptions) {
    super({ keepAlive: true });
    this.#proxy = proxy;
    this.#tunnel = options;
  }

  override createConnection(options: RequestOptions, connected?: Connected): undefined {
    const host = options.host ?? '';
    const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${String(options.port ?? 443)}`;
    const asking = this.#ask(authority);
    const fail = (error: unknown) => {
      asking.destroy();
      // The callback of Node's agent looks at the error first and at nothing else then.
      if (connected) Reflect.apply(connected, undefined, [error]);
    };
    const way = { host: authority, proxy: this.#proxy, isToProxy: true };
    asking.once('error', (error) => fail(connectionFailure(error, way)));
    asking.once('timeout', () => fail(silent(this.#proxy)));
    asking.once('connect', (answer, socket) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        fail(proxyRefusal(answer.statusCode ?? 0, this.#proxy));
        return;
      }
      const { secureContext } = this.#tunnel;
      const servername = isIP(host) === 0 ? host : '';
      connected?.(null, tlsConnect({ socket, host, servername, secureContext }));
    });
    asking.end();
  }

  #ask(authority: string) {
    const { idle, proxyContext, signal } = this.#tunnel;
    const options = {
      method: 'CONNECT',
      host: hostnameOf(this.#proxy),
      port: portOf(this.#proxy),
      path: authority,
      headers: { host: authority, ...proxyAuthorization(this.#proxy) },
      agent: false,
      timeout: idle,
      signal,
    } as const;
    if (proxyContext) {
      return tlsRequest({ ...options, agent: new Agent({ secureContext: proxyContext }) });
    }
    return plainRequest(options);
  }
}

function silent(proxy: URL): RegistryError {
  return new RegistryError('registry-temporary', `${proxyName(proxy)} does not answer`, {
    hint: 'is it up, and is its address right?',
  });
}
