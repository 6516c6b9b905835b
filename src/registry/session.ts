import { setMaxListeners } from 'node:events';
import { Authorization, credentialsHint, type Rights } from './authorization.ts';
import { CredentialStore, type CredentialSettings, type Credentials } from './credentials.ts';
import type { Answer, Body, Waits } from './exchange.ts';
import { GoneError, interrupted, RegistryError } from './failure.ts';
import { locationFrom } from './location.ts';
import { refusal } from './refusal.ts';
import { patience, retrying, type RetryPolicy } from './retry.ts';
import { Slots } from './slots.ts';
import { Transport, type Outgoing } from './transport.ts';
import type { TrustSettings } from './trust.ts';

/** How a registry is reached. */
export interface SessionSettings extends TrustSettings, Omit<CredentialSettings, 'environment'> {
  /** Host and port. */
  readonly host: string;
  readonly isPlainHttp: boolean;
  /** Tasks at once. */
  readonly jobs: number;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly retry?: RetryPolicy | undefined;
  readonly waits?: Waits | undefined;
  /** Called with each failure after which something is tried again. */
  readonly onRetry?: ((error: RegistryError) => void) | undefined;
}

/** One request of the API, and what answers are right. */
export interface Call extends Omit<Outgoing, 'url'> {
  readonly repository: string;
  /** Below `/v2/<repository>/`, or a whole URL that the registry gave. */
  readonly path: string | URL;
  /** What is being done, for people: `sending the layer`. */
  readonly action: string;
  /** Any other status is an error. */
  readonly expected: readonly number[];
  /** A repository that must be readable, too. */
  readonly source?: string | undefined;
  /** What a token must allow; `pull,push` by default. */
  readonly actions?: string | undefined;
}

/** A repository of a registry. */
export interface Destination {
  readonly session: RegistrySession;
  readonly repository: string;
}

/** Registries may take minutes to store a large layer after its last byte. */
const WAITS: Waits = { idle: 60_000, answer: 600_000 };
const MAX_REDIRECTS = 5;
/** Connections that fail before the first answer: nobody waits long for a mistyped address. */
const MAX_FIRST_FAILURES = 3;
/** One more task would wait for nothing as long as these did. */
const MAX_FAILURES = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** One registry: owns credentials, tokens, connections, retries and how much runs at once. */
export class RegistrySession {
  readonly host: string;
  readonly slots: Slots;
  readonly #settings: SessionSettings;
  readonly #origin: string;
  readonly #transport: Transport;
  readonly #authorization: Authorization;
  readonly #credentials: CredentialStore;
  /** Of the first request, which learns how to authenticate: the others wait for it. */
  #opening: Promise<unknown> | undefined;
  #isOpen = false;
  /** Tasks that used up their attempts since something was stored or deleted. */
  #failures = 0;
  #firstFailures = 0;
  #fatal: RegistryError | undefined;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    this.host = settings.host;
    this.slots = new Slots(settings.jobs);
    // A URL leaves the usual port out; answers are compared with this.
    this.#origin = new URL(`${settings.isPlainHttp ? 'http' : 'https'}://${settings.host}`).origin;
    // Every pause before a retry and every tunnel listens to it, and there may be many.
    setMaxListeners(0, settings.signal);
    this.#transport = new Transport({
      ...settings,
      isPlainAllowed: settings.isPlainHttp,
      waits: settings.waits ?? WAITS,
    });
    this.#credentials = new CredentialStore(settings);
    this.#authorization = new Authorization({
      host: settings.host,
      send: (outgoing) => this.#transport.send(outgoing),
      credentials: (repository) => this.#find(repository),
      now: () => process.uptime() * 1000,
    });
  }

  /** How many requests were sent so far, those for tokens included. */
  get requests(): number {
    return this.#transport.requests;
  }

  /**
   * Sends one request, with retries.
   *
   * @throws RegistryError
   */
  async call(call: Call): Promise<Answer> {
    return this.retrying(() => this.callOnce(call));
  }

  /** Sends one request; a body that is not in memory cannot be sent twice. */
  async callOnce(call: Call): Promise<Answer> {
    const answer = await this.#gated(() => this.#authorized(call)).catch((error: unknown) => {
      throw during(call.action, error);
    });
    if (call.expected.includes(answer.status)) {
      if (call.method === 'PUT' || call.method === 'DELETE') this.#failures = 0;
      this.slots.succeeded();
      return answer;
    }
    const { host } = new URL(this.#origin);
    if (answer.status !== 401) {
      throw refusal(call.action, await this.#explained(call, answer), host);
    }
    const { message, status } = refusal(call.action, answer, host);
    const credentials = await this.#find(call.repository);
    throw new RegistryError('registry-credentials', message, {
      status,
      hint: credentialsHint(credentials),
    });
  }

  /**
   * Repeats `attempt` as long as that may help. When several tasks in a row used up all their
   * attempts and nothing was stored meanwhile, every later task fails at once.
   */
  async retrying<Value>(attempt: () => Promise<Value>): Promise<Value> {
    const { retry = patience, signal, onRetry } = this.#settings;
    const onFailure = (error: RegistryError) => {
      this.slots.slowDown();
      onRetry?.(error);
    };
    try {
      return await retrying(
        async () => {
          if (signal.aborted) throw interrupted();
          if (this.#fatal) throw this.#fatal;
          return attempt().catch((error: unknown) => {
            throw this.#isUnreachable(error) ? lasting(error) : error;
          });
        },
        { policy: retry, signal, onFailure },
      );
    } catch (error) {
      if (error instanceof RegistryError && error.isTemporary) {
        this.#failures += 1;
        if (this.#failures >= MAX_FAILURES)
          this.#fatal ??= lasting(error, 'nothing more was tried: ');
      }
      throw error;
    }
  }

  /** Whether no connection was ever made, and enough were tried. */
  #isUnreachable(error: unknown): error is RegistryError {
    if (this.#isOpen || !(error instanceof RegistryError) || error.status !== undefined)
      return false;
    if (!error.isTemporary) return false;
    this.#firstFailures += 1;
    return this.#firstFailures >= MAX_FIRST_FAILURES;
  }

  /** Closes all connections. */
  close(): void {
    this.#transport.close();
  }

  async #find(repository: string): Promise<Credentials | undefined> {
    return this.#credentials.find(this.host, repository);
  }

  /** The answer to a HEAD has no body to say why: a GET of the same has. */
  async #explained(call: Call, answer: Answer): Promise<Answer> {
    if (call.method !== 'HEAD' || answer.status === 429 || answer.status >= 500) return answer;
    const other = await this.#authorized({ ...call, method: 'GET' }).catch(() => answer);
    return other.status === answer.status ? other : answer;
  }

  /** Lets the first request through alone. */
  async #gated(send: () => Promise<Answer>): Promise<Answer> {
    while (!this.#isOpen && this.#opening) await this.#opening.catch(() => {});
    if (this.#isOpen) return send();
    const opening = send();
    this.#opening = opening;
    try {
      const answer = await opening;
      this.#isOpen = true;
      return answer;
    } finally {
      this.#opening = undefined;
    }
  }

  async #authorized(call: Call): Promise<Answer> {
    const url = this.#urlOf(call);
    // Where a registry sends an upload elsewhere, its URL is the key; ours is none of their business.
    if (url.origin !== this.#origin) return this.#follow({ ...call, url });
    const rights = rightsOf(call);
    const used = await this.#authorization.header(rights);
    const answer = await this.#follow(authorizedBy(used, { ...call, url }));
    if (answer.status !== 401) return answer;
    const renewed = await this.#authorization.renew(rights, answer, used);
    if (renewed === undefined) return answer;
    if (isStream(call.body)) {
      throw new RegistryError('registry-temporary', `${call.action}: the token ended`);
    }
    return this.#follow(authorizedBy(renewed, { ...call, url }));
  }

  /** Follows redirects of requests without a body; another host gets no credentials. */
  async #follow(outgoing: Outgoing): Promise<Answer> {
    let { url } = outgoing;
    for (let count = 0; ; count += 1) {
      const headers =
        url.origin === outgoing.url.origin ? outgoing.headers : withoutSecrets(outgoing);
      const answer = await this.#transport.send({ ...outgoing, url, headers });
      const isRead = outgoing.method === 'GET' || outgoing.method === 'HEAD';
      if (!isRead || !REDIRECTS.has(answer.status) || count === MAX_REDIRECTS) return answer;
      const next = locationFrom(answer.headers.location, url);
      if (next === undefined) return answer;
      url = next;
    }
  }

  #urlOf({ path, repository }: Call): URL {
    if (typeof path === 'string') return new URL(`/v2/${repository}/${path}`, this.#origin);
    const isOurs = path.host === new URL(this.#origin).host && path.protocol === 'http:';
    if (!isOurs || this.#settings.isPlainHttp) return path;
    // A proxy that ends TLS often does not tell the registry.
    return new URL(`${path.pathname}${path.search}`, this.#origin);
  }
}

function rightsOf({ repository, source, actions = 'pull,push' }: Call): Rights {
  const own = `repository:${repository}:${actions}`;
  return {
    repository,
    scopes: source === undefined ? [own] : [own, `repository:${source}:pull`],
  };
}

function authorizedBy(authorization: string | undefined, outgoing: Outgoing): Outgoing {
  if (authorization === undefined) return outgoing;
  return { ...outgoing, headers: { ...outgoing.headers, authorization } };
}

function withoutSecrets({ headers = {} }: Outgoing): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));
}

function isStream(body: Body | undefined): boolean {
  return body?.isStream === true;
}

/** A failed connection says where; people want to know at what. */
function during(action: string, error: unknown): unknown {
  if (!(error instanceof RegistryError) || !error.isTemporary || error.status !== undefined)
    return error;
  const { message, hint, retryAfter } = error;
  return new RegistryError(error.code, `${action}: ${message}`, { hint, retryAfter, cause: error });
}

/** The same error for every later task, which must not try again. */
function lasting(error: RegistryError, consequence = ''): RegistryError {
  const { message, hint } = error;
  return new GoneError('registry-temporary', `${consequence}${message}`, { hint, cause: error });
}
