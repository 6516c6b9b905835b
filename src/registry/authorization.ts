import { parseChallenges, type Challenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { bodyOf, type Answer } from './exchange.ts';
import { RegistryError } from './failure.ts';
import { fieldOf, jsonOf, textField } from './json.ts';
import { refusal } from './refusal.ts';
import type { Outgoing } from './transport.ts';

/** What a request is about, for whoever must be allowed it. */
export interface Rights {
  readonly repository: string;
  /** `repository:<name>:pull,push`, and one of a mount's source. */
  readonly scopes: readonly string[];
}

interface AuthorizationOptions {
  readonly host: string;
  readonly send: (outgoing: Outgoing) => Promise<Answer>;
  readonly credentials: (repository: string) => Promise<Credentials | undefined>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

interface Token {
  readonly header: string;
  /** By {@link AuthorizationOptions.now}. */
  readonly end: number;
}

/** What a token server means that does not say (Docker Registry v2 authentication: 60 seconds). */
const DEFAULT_LIFE = 60;
/** A token that ends sooner than this is not used any more, in seconds. */
const MARGIN = 10;
const MAX_TOKEN_ANSWER = 1 << 20;
const CLIENT = 'solutions';

/** Answers a registry's challenges; keeps tokens, one a set of scopes. */
export class Authorization {
  readonly #options: AuthorizationOptions;
  #challenge: Challenge | undefined;
  readonly #tokens = new Map<string, Promise<Token>>();

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  /**
   * The `Authorization` header for a request, or undefined while the registry asked for none.
   *
   * @throws RegistryError `registry-credentials`, `registry-auth-file`, and what the token server
   *   answers
   */
  async header(rights: Rights): Promise<string | undefined> {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    const credentials = await this.#options.credentials(rights.repository);
    if (credentials?.kind === 'registry-token') return `Bearer ${credentials.token}`;
    if (challenge.scheme === 'basic') return basic(credentials);
    return this.#bearer(challenge, rights, credentials);
  }

  /**
   * Learns from a 401 what the registry asks for.
   *
   * @param used - the header that was refused
   * @returns another header to try once, or undefined where there is none
   */
  async renew(
    rights: Rights,
    answer: Answer,
    used: string | undefined,
  ): Promise<string | undefined> {
    const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '');
    const challenge =
      challenges.find(({ scheme }) => scheme === 'bearer') ??
      challenges.find(({ scheme }) => scheme === 'basic');
    if (challenge === undefined) return undefined;
    this.#challenge = challenge;
    const key = keyOf(rights);
    const token = await this.#tokens.get(key)?.catch(() => undefined);
    if (token?.header === used) this.#tokens.delete(key);
    const header = await this.header(rights);
    return header === used ? undefined : header;
  }

  async #bearer(
    challenge: Challenge,
    rights: Rights,
    credentials: Credentials | undefined,
  ): Promise<string> {
    const key = keyOf(rights);
    const kept = this.#tokens.get(key);
    const token = await kept?.catch(() => undefined);
    if (token && token.end > this.#options.now()) return token.header;
    if (this.#tokens.get(key) === kept) this.#tokens.delete(key);
    // Another request may have asked for the same token meanwhile.
    const pending = this.#tokens.get(key) ?? this.#fetch(challenge, rights, credentials);
    this.#tokens.set(key, pending);
    return (await pending).header;
  }

  async #fetch(
    challenge: Challenge,
    { scopes }: Rights,
    credentials: Credentials | undefined,
  ): Promise<Token> {
    const url = this.#realmOf(challenge);
    const service = challenge.parameters.get('service');
    const outgoing =
      credentials?.kind === 'identity-token'
        ? refreshRequest(url, { service, scopes, token: credentials.token })
        : tokenRequest(url, { service, scopes, credentials });
    const start = this.#options.now();
    const answer = await this.#options.send({ ...outgoing, limit: MAX_TOKEN_ANSWER });
    if (answer.status !== 200) throw tokenRefusal(answer, this.#options.host, credentials);
    const value = jsonOf(answer.body);
    const token = textField(value, 'token') ?? textField(value, 'access_token');
    if (token === undefined || !/^[\x21-\x7e]+$/u.test(token)) {
      throw new RegistryError('registry-protocol', `${url.host} answered without a token`);
    }
    const said = fieldOf(value, 'expires_in');
    const life = typeof said === 'number' && said > 0 ? said : DEFAULT_LIFE;
    // A token of a few seconds is still worth one request.
    return { header: `Bearer ${token}`, end: start + Math.max(1, life - MARGIN) * 1000 };
  }

  #realmOf({ parameters }: Challenge): URL {
    const realm = parameters.get('realm') ?? '';
    const url = URL.canParse(realm) ? new URL(realm) : undefined;
    // A user in it would be sent to whoever the registry names.
    if (url && /^https?:$/u.test(url.protocol) && url.username === '' && url.password === '')
      return url;
    throw new RegistryError(
      'registry-protocol',
      `${this.#options.host} names no token server: its \`realm\` is no http or https URL`,
    );
  }
}

function keyOf({ repository, scopes }: Rights): string {
  return [repository, ...scopes].join(' ');
}

function basic(credentials: Credentials | undefined): string | undefined {
  if (credentials?.kind !== 'password') return undefined;
  return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
}

interface TokenWish {
  readonly service: string | undefined;
  readonly scopes: readonly string[];
}

/** https://distribution.github.io/distribution/spec/auth/token/ */
function tokenRequest(
  realm: URL,
  { service, scopes, credentials }: TokenWish & { readonly credentials: Credentials | undefined },
): Outgoing {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credentials?.kind === 'password') url.searchParams.set('account', credentials.user);
  const authorization = basic(credentials);
  return { method: 'GET', url, headers: authorization === undefined ? {} : { authorization } };
}

/** https://distribution.github.io/distribution/spec/auth/oauth/ */
function refreshRequest(
  url: URL,
  { service = '', scopes, token }: TokenWish & { readonly token: string },
): Outgoing {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    service,
    client_id: CLIENT,
    scope: scopes.join(' '),
    refresh_token: token,
  });
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: bodyOf(Buffer.from(form.toString())),
  };
}

function tokenRefusal(
  answer: Answer,
  registry: string,
  credentials: Credentials | undefined,
): RegistryError {
  const error = refusal('asking for a token', answer, registry);
  // A proxy on the way has credentials of its own.
  if (error.isTemporary || answer.status === 407) return error;
  return new RegistryError('registry-credentials', error.message, {
    hint: credentialsHint(credentials),
    status: answer.status,
  });
}

/** What to do about credentials that were refused, or of which there are none. */
export function credentialsHint(credentials: Credentials | undefined): string {
  if (credentials === undefined) {
    return 'no credentials were found: `--authfile <file>`, or `podman login`, `skopeo login` or `docker login`';
  }
  const who =
    credentials.kind === 'password' ? `user ${JSON.stringify(credentials.user)}` : 'a token';
  return `they are those of ${who} in ${credentials.source}: are they right, and do they allow that?`;
}
