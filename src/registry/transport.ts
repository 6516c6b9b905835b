import { Agent as PlainAgent, request as plainRequest, type ClientRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { exchange, type Answer, type Body, type Waits } from './exchange.ts';
import { RegistryError } from './failure.ts';
import { hostnameOf, portOf, proxyAuthorization, proxyFor } from './proxy.ts';
import { trustFor, type TrustSettings } from './trust.ts';
import { TunnelAgent } from './tunnel.ts';

/** One request as it goes over the wire. */
export interface Outgoing {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Body | undefined;
  /** Of the answer's body, in bytes: the rest is cut off. */
  readonly limit?: number | undefined;
}

/** How a {@link Transport} reaches its hosts. */
export interface TransportSettings extends TrustSettings {
  /** The registry: the one host that gets the client certificate. */
  readonly host: string;
  readonly userAgent: string;
  /** Whether `http:` is allowed at all. */
  readonly isPlainAllowed: boolean;
  readonly waits: Waits;
  readonly signal: AbortSignal;
}

/** An answer of an API is a line or two; manifests have their own limit. */
const MAX_ANSWER = 64 << 10;

/** Connections to a registry and to its token server, kept open between requests. */
export class Transport {
  readonly #settings: TransportSettings;
  readonly #agents = new Map<string, PlainAgent>();
  #requests = 0;

  constructor(settings: TransportSettings) {
    this.#settings = settings;
  }

  /** How many requests were sent so far. */
  get requests(): number {
    return this.#requests;
  }

  /**
   * Sends one request and reads the answer.
   *
   * @throws RegistryError `registry-temporary`, `registry-tls`, `registry-settings`; what the body
   *   throws
   */
  async send(outgoing: Outgoing): Promise<Answer> {
    const { url } = outgoing;
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.#settings.isPlainAllowed)) {
      throw new RegistryError('registry-protocol', `the registry leads to ${url.protocol}//`, {
        hint: 'is it behind a proxy that ends TLS? It must be told so (`X-Forwarded-Proto: https`)',
      });
    }
    this.#requests += 1;
    const options = {
      url,
      body: outgoing.body,
      limit: outgoing.limit ?? MAX_ANSWER,
      waits: this.#settings.waits,
    };
    return exchange(() => this.#open(outgoing), options);
  }

  /** Closes all connections. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #open(outgoing: Outgoing): ClientRequest {
    const { url, method, body } = outgoing;
    const { environment, waits, signal, userAgent } = this.#settings;
    const proxy = proxyFor(url, environment);
    const common = {
      method,
      agent: this.#agentFor(url, proxy),
      headers: {
        host: url.host,
        'user-agent': userAgent,
        ...outgoing.headers,
        ...(body === undefined ? {} : { 'content-length': String(body.size) }),
        ...(body?.isAnnounced === true ? { expect: '100-continue' } : {}),
      },
      // Counts from before the connection is there, and anew with every byte.
      timeout: waits.idle,
      signal,
    };
    const path = `${url.pathname}${url.search}`;
    if (url.protocol === 'https:') {
      return tlsRequest({ ...common, host: hostnameOf(url), port: portOf(url), path });
    }
    if (!proxy) return plainRequest({ ...common, host: hostnameOf(url), port: portOf(url), path });
    return plainRequest({
      ...common,
      host: hostnameOf(proxy),
      port: portOf(proxy),
      // RFC 9112, 3.2.2: a proxy gets the whole URL.
      path: `${url.origin}${path}`,
      headers: { ...common.headers, ...proxyAuthorization(proxy) },
    });
  }

  /** One agent a host: its trust is its own. */
  #agentFor(url: URL, proxy: URL | undefined): PlainAgent {
    const key = `${url.origin} ${proxy?.href ?? ''}`;
    const known = this.#agents.get(key);
    if (known) return known;
    const agent = this.#newAgent(url, proxy);
    this.#agents.set(key, agent);
    return agent;
  }

  #newAgent(url: URL, proxy: URL | undefined): PlainAgent {
    if (url.protocol === 'http:') {
      if (proxy?.protocol !== 'https:') return new PlainAgent({ keepAlive: true });
      return new TlsAgent({ keepAlive: true, secureContext: this.#trust(proxy.host) });
    }
    const secureContext = this.#trust(url.host);
    if (!proxy) return new TlsAgent({ keepAlive: true, secureContext });
    return new TunnelAgent(proxy, {
      secureContext,
      proxyContext: proxy.protocol === 'https:' ? this.#trust(proxy.host) : undefined,
      idle: this.#settings.waits.idle,
    });
  }

  #trust(host: string) {
    const { host: registry } = this.#settings;
    // People name folders of certs.d as they write the registry, with a port that URLs leave out.
    const isRegistry = host === new URL(`https://${registry}`).host;
    return trustFor(isRegistry ? registry : host, this.#settings, isRegistry);
  }
}
