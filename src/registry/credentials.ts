import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RegistryError } from './failure.ts';
import { fieldOf, textField, type JsonRecord } from './json.ts';

/** What opens a registry. Never printed, but for the user and the source. */
export type Credentials = { /** Where they come from, for messages. */ readonly source: string } & (
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'identity-token'; readonly token: string }
  | { readonly kind: 'registry-token'; readonly token: string }
);

/**
 * Asks `docker-credential-<name> get` for a registry.
 *
 * @returns the JSON of its answer, or undefined where it knows none
 */
type CredentialHelper = (name: string, registry: string) => Promise<unknown>;

/** Where credentials are looked for. */
export interface CredentialSettings {
  /** The one file to use, in place of all others. */
  readonly authFile?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly helper: CredentialHelper;
}

/** An auth file of a thousand registries has some 100 KiB. */
const MAX_FILE = 1 << 20;
/** The user name with which a helper says that its secret is an identity token. */
const TOKEN_USER = '<token>';

/** Looks credentials up as containers-auth.json(5) describes; each file and helper is asked once. */
export class CredentialStore {
  readonly #settings: CredentialSettings;
  readonly #files = new Map<string, JsonRecord | undefined>();
  /** Of helpers, by name and host. */
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(settings: CredentialSettings) {
    this.#settings = settings;
  }

  /**
   * The credentials for `<host>/<repository>`; undefined where there are none. The longest prefix
   * of the name that a file has an entry for counts, of the first file that has one.
   *
   * @throws RegistryError `registry-auth-file`
   */
  async find(host: string, repository: string): Promise<Credentials | undefined> {
    for (const path of this.paths()) {
      const file = this.#read(path);
      const found = file && (await this.#findIn(file, path, [host, repository]));
      if (found) return found;
    }
    return undefined;
  }

  /** The files that are looked into, in their order. */
  paths(): string[] {
    const { authFile, environment } = this.#settings;
    const only = authFile ?? (environment['REGISTRY_AUTH_FILE'] || undefined);
    if (only !== undefined) return [only];
    const home = environment['HOME'] || undefined;
    const runtime = environment['XDG_RUNTIME_DIR'] || undefined;
    const config = environment['XDG_CONFIG_HOME'] || (home && join(home, '.config'));
    const docker = environment['DOCKER_CONFIG'] || (home && join(home, '.docker'));
    return [
      runtime && join(runtime, 'containers/auth.json'),
      config && join(config, 'containers/auth.json'),
      docker && join(docker, 'config.json'),
    ].filter((path) => path !== undefined);
  }

  #read(path: string): JsonRecord | undefined {
    const known = this.#files.get(path);
    if (known || this.#files.has(path)) return known;
    const file = readAuthFile(path, this.#settings.authFile === path);
    this.#files.set(path, file);
    return file;
  }

  /** A helper for this registry, else an entry of the file, else the helper for all. */
  async #findIn(
    file: JsonRecord,
    path: string,
    [host, repository]: readonly [string, string],
  ): Promise<Credentials | undefined> {
    const keys = prefixesOf(host, repository);
    const helpers = fieldOf(file, 'credHelpers');
    const helper = keys.map((key) => textField(helpers, key)).find((name) => name !== undefined);
    if (helper !== undefined) return this.#ask(helper, host, path);
    const entry = entryFor(fieldOf(file, 'auths'), keys, host);
    const found = entry === undefined ? undefined : credentialsOf(entry, path);
    if (found) return found;
    const store = textField(file, 'credsStore');
    return store === undefined ? undefined : this.#ask(store, host, path);
  }

  async #ask(helper: string, host: string, file: string): Promise<Credentials | undefined> {
    if (!/^[A-Za-z0-9._-]+$/u.test(helper)) {
      throw broken(file, `${JSON.stringify(helper)} is no name of a credential helper`);
    }
    const key = `${helper} ${host}`;
    const asking = this.#answers.get(key) ?? this.#settings.helper(helper, host);
    this.#answers.set(key, asking);
    const answer = await asking;
    const user = textField(answer, 'Username');
    const secret = textField(answer, 'Secret');
    if (user === undefined || secret === undefined) return undefined;
    const source = `docker-credential-${helper}`;
    return user === TOKEN_USER
      ? { kind: 'identity-token', token: secret, source }
      : { kind: 'password', user, password: secret, source };
  }
}

/** `host/a/b`, `host/a`, `host`: from the longest to the shortest. */
function prefixesOf(host: string, repository: string): string[] {
  const parts = [host, ...repository.split('/')];
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}

function entryFor(auths: unknown, keys: readonly string[], host: string): unknown {
  const exact = keys.map((key) => fieldOf(auths, key)).find((entry) => entry !== undefined);
  if (exact !== undefined) return exact;
  if (typeof auths !== 'object' || auths === null) return undefined;
  // Docker's older keys are URLs: `https://registry.example/v2/`.
  const old = Object.entries(auths).find(
    ([key]) =>
      key
        .replace(/^https?:\/\//u, '')
        .split('/')[0]
        ?.toLowerCase() === host && /^https?:/u.test(key),
  );
  return old?.[1];
}

/** Docker leaves empty entries where a helper keeps the secret. */
function credentialsOf(entry: unknown, source: string): Credentials | undefined {
  const identity = textField(entry, 'identitytoken');
  if (identity !== undefined) return { kind: 'identity-token', token: identity, source };
  const registry = textField(entry, 'registrytoken');
  if (registry !== undefined) return { kind: 'registry-token', token: registry, source };
  const auth = textField(entry, 'auth');
  if (auth !== undefined) return decodeAuth(auth, source);
  const user = textField(entry, 'username');
  const password = textField(entry, 'password');
  if (user === undefined || password === undefined) return undefined;
  return { kind: 'password', user, password, source };
}

function decodeAuth(auth: string, source: string): Credentials {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw broken(source, 'an `auth` is not the base64 of `<user>:<password>`');
  // Docker pads old passwords with NUL.
  const password = text.slice(colon + 1).replace(/\0+$/u, '');
  return { kind: 'password', user: text.slice(0, colon), password, source };
}

function readAuthFile(path: string, isRequired: boolean): JsonRecord | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: isRequired });
    if (stat === undefined) return undefined;
    if (!stat.isFile()) throw broken(path, 'the auth file is no file');
    if (stat.size > MAX_FILE) throw broken(path, `the auth file has over ${MAX_FILE} bytes`);
    const value: unknown = JSON.parse(readFileSync(path, 'utf8') || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    // A SyntaxError quotes the text, and with it a secret: neither its message nor it is passed on.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'it is not JSON';
    throw broken(path, `the auth file cannot be read: ${code}`);
  }
  throw broken(path, 'the auth file is not a JSON object');
}

function broken(file: string, message: string): RegistryError {
  return new RegistryError('registry-auth-file', message, {
    place: { file },
    hint: 'expected what `podman login` or `docker login` writes: {"auths": {"<registry>": {"auth": "..."}}}',
  });
}
