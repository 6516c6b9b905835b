import { Agent, request, type ClientRequest } from 'node:http';
import { exchange, type Answer, type Body, type Waits } from './exchange.ts';
import { interrupted, RegistryError } from './failure.ts';
import { hostnameOf, portOf, proxyAuthorization, proxyFor } from './proxy.ts';
import type { TrustSettings } from './trust.ts';

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

/** How a request gets to its host. */
interface Route {
  readonly agent: Agent;
  readonly proxy: URL | undefined;
}

/** An answer of an API is a line or two; manifests have their own limit. */
const MAX_ANSWER = 64 << 10;

/** Connections to a registry and to its token server, kept open between requests. */
export class Transport {
  readonly #settings: TransportSettings;
  readonly #agents = new Map<string, Agent>();
  readonly #underWay = new Set<ClientRequest>();
  #requests = 0;

  constructor(settings: TransportSettings) {
    this.#settings = settings;
    // Node's own option for each request costs as much as the request.
    settings.signal.addEventListener('abort', () => {
      for (const pending of this.#underWay) pending.destroy(interrupted());
    });
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
    const proxy = proxyFor(url, this.#settings.environment);
    const options = {
      url,
      proxy,
      body: outgoing.body,
      limit: outgoing.limit ?? MAX_ANSWER,
      waits: this.#settings.waits,
    };
    const agent = await this.#agentFor(url, proxy);
    return exchange(() => this.#open(outgoing, { agent, proxy }), options);
  }

  /** Closes all connections. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #open(outgoing: Outgoing, { agent, proxy }: Route): ClientRequest {
    const { url, method, body } = outgoing;
    const { waits, userAgent } = this.#settings;
    const path = `${url.pathname}${url.search}`;
    // A tunnel leads to the host itself.
    const relay = url.protocol === 'http:' ? proxy : undefined;
    const opened = request({
      method,
      agent,
      protocol: (relay ?? url).protocol,
      host: hostnameOf(relay ?? url),
      port: portOf(relay ?? url),
      // RFC 9112, 3.2.2: a proxy gets the whole URL.
      path: relay ? `${url.origin}${path}` : path,
      headers: {
        host: url.host,
        'user-agent': userAgent,
        ...outgoing.headers,
        ...(body === undefined ? {} : { 'content-length': String(body.size) }),
        ...(body?.isAnnounced === true ? { expect: '100-continue' } : {}),
        ...(relay ? proxyAuthorization(relay) : {}),
      },
      // Counts from before the connection is there, and anew with every byte.
      timeout: waits.idle,
    });
    this.#watch(opened);
    return opened;
  }

  #watch(opened: ClientRequest): void {
    if (this.#settings.signal.aborted) opened.destroy(interrupted());
    this.#underWay.add(opened);
    opened.once('close', () => this.#underWay.delete(opened));
  }

  /** One agent a host: its trust is its own. */
  async #agentFor(url: URL, proxy: URL | undefined): Promise<Agent> {
    const key = `${url.origin} ${proxy?.href ?? ''}`;
    const known = this.#agents.get(key);
    if (known) return known;
    const made = await this.#newAgent(url, proxy);
    // Another request may have made one meanwhile.
    const agent = this.#agents.get(key) ?? made;
    this.#agents.set(key, agent);
    return agent;
  }

  async #newAgent(url: URL, proxy: URL | undefined): Promise<Agent> {
    if (url.protocol === 'http:' && proxy?.protocol !== 'https:') {
      return new Agent({ keepAlive: true });
    }
    // Node.js takes as long to load TLS as to ask a registry for an image.
    const { tlsAgent } = await import('./tls-agent.ts');
    return tlsAgent(url, proxy, { ...this.#settings, idle: this.#settings.waits.idle });
  }
}
