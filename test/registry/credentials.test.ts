import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CredentialStore } from '../../src/registry/credentials.ts';
import { scratchFolder } from '../support/archive-make.ts';

type Environment = Record<string, string>;

function put(path: string, value: unknown): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

function auth(user: string, password = 'p'): object {
  return { auth: Buffer.from(`${user}:${password}`).toString('base64') };
}

async function userFor(name: string, environment: Environment, authFile?: string) {
  const store = new CredentialStore({ authFile, environment, helper: async () => undefined });
  const slash = name.indexOf('/');
  const found = await store.find(name.slice(0, slash), name.slice(slash + 1));
  return found?.kind === 'password' ? found.user : found?.kind;
}

describe('the entry of an auth file', () => {
  const auths = {
    'registry.example': auth('host'),
    'registry.example/lab': auth('lab'),
    'registry.example/lab/store-1.0.0/app': auth('app'),
    'registry.example:5000': auth('port'),
    'https://old.example/v1/': auth('old'),
    'plain.example/v2': auth('not a URL'),
    'fields.example': { username: 'fields', password: 'p' },
    'identity.example': { auth: 'dTpw', identitytoken: 'i' },
    'bearer.example': { registrytoken: 'r' },
    'empty.example': {},
    'colon.example': auth('colon', 'a:b'),
  };

  it.each([
    ['registry.example/other/app', 'host'],
    ['registry.example/lab/store-1.0.0/tool', 'lab'],
    ['registry.example/lab/store-1.0.0/app', 'app'],
    ['registry.example/laboratory/app', 'host'],
    ['registry.example:5000/lab/app', 'port'],
    ['registry.example:5001/lab/app', undefined],
    ['old.example/a', 'old'],
    ['plain.example/a', undefined],
    ['fields.example/a', 'fields'],
    ['identity.example/a', 'identity-token'],
    ['bearer.example/a', 'registry-token'],
    ['empty.example/a', undefined],
    ['colon.example/a', 'colon'],
    ['constructor/a', undefined],
    ['__proto__/a', undefined],
  ])('for %s is that of %s: the longest prefix counts', async (name, expected) => {
    const file = put(join(scratchFolder(), 'auth.json'), { auths });
    expect(await userFor(name, {}, file)).toBe(expected);
  });

  it('keeps the colons of a password', async () => {
    const file = put(join(scratchFolder(), 'auth.json'), { auths });
    const store = new CredentialStore({
      authFile: file,
      environment: {},
      helper: async () => null,
    });
    expect(await store.find('colon.example', 'a')).toMatchObject({ password: 'a:b', source: file });
  });
});

describe('the auth files', () => {
  it('are looked into in the order of podman, then docker; the first with an entry counts', async () => {
    const home = scratchFolder();
    const environment = { HOME: home, XDG_RUNTIME_DIR: join(home, 'run') };
    const host = 'a.example';
    const of = (user: string) => ({ auths: { [host]: auth(user) } });
    const found = () => userFor(`${host}/x`, environment);
    put(join(home, '.docker/config.json'), of('docker'));
    expect(await found()).toBe('docker');
    put(join(home, '.config/containers/auth.json'), of('config'));
    expect(await found()).toBe('config');
    put(join(home, 'run/containers/auth.json'), { auths: { 'other.example': auth('x') } });
    expect(await found()).toBe('config');
    put(join(home, 'run/containers/auth.json'), of('runtime'));
    expect(await found()).toBe('runtime');
    const named = put(join(home, 'named.json'), of('named'));
    expect(await userFor(`${host}/x`, { ...environment, REGISTRY_AUTH_FILE: named })).toBe('named');
    const flag = put(join(home, 'flag.json'), of('flag'));
    expect(await userFor(`${host}/x`, { ...environment, REGISTRY_AUTH_FILE: named }, flag)).toBe(
      'flag',
    );
  });

  it('of DOCKER_CONFIG stands for the one of the home', async () => {
    const home = scratchFolder();
    put(join(home, '.docker/config.json'), { auths: { 'a.example': auth('home') } });
    put(join(home, 'other/config.json'), { auths: { 'a.example': auth('other') } });
    const environment = { HOME: home, DOCKER_CONFIG: join(home, 'other') };
    expect(await userFor('a.example/x', environment)).toBe('other');
  });

  it('are none without a home', async () => {
    expect(await userFor('a.example/x', {})).toBeUndefined();
  });

  it.each([
    ['no JSON', '{"auths": {"a.example": {"auth": "c2VjcmV0"'],
    ['a list', '[]'],
    ['an auth that is no base64 of a pair', '{"auths": {"a.example": {"auth": "c2VjcmV0"}}}'],
    ['a helper that is a path', '{"credHelpers": {"a.example": "../../bin/sh"}}'],
  ])('with %s is an error with its place, and quotes no secret', async (_, text) => {
    const file = put(join(scratchFolder(), 'auth.json'), text);
    const error: unknown = await userFor('a.example/x', {}, file).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'registry-auth-file', place: { file } });
    expect(String(error)).not.toMatch(/secret|c2Vj/u);
    expect(error instanceof Error ? error.cause : 'no error').toBeUndefined();
  });

  it('that was asked for and is not there is an error', async () => {
    const file = join(scratchFolder(), 'none.json');
    await expect(userFor('a.example/x', {}, file)).rejects.toMatchObject({
      code: 'registry-auth-file',
      message: expect.stringContaining('ENOENT'),
    });
  });
});

function storeWith(config: object, answer: unknown) {
  const asked: [string, string][] = [];
  const authFile = put(join(scratchFolder(), 'auth.json'), config);
  const helper = async (name: string, registry: string) => {
    asked.push([name, registry]);
    return answer;
  };
  return { asked, store: new CredentialStore({ authFile, environment: {}, helper }) };
}

describe('a credential helper', () => {
  it('of a registry is asked once, and before the entries', async () => {
    const config = { credHelpers: { 'a.example': 'vault' }, auths: { 'a.example': auth('entry') } };
    const { asked, store } = storeWith(config, { Username: 'helped', Secret: 's' });
    await store.find('a.example', 'x');
    expect(await store.find('a.example', 'y')).toMatchObject({
      user: 'helped',
      password: 's',
      source: 'docker-credential-vault',
    });
    expect(asked).toEqual([['vault', 'a.example']]);
  });

  it('for all is asked where the file has no entry, or an empty one', async () => {
    const config = { credsStore: 'all', auths: { 'a.example': {}, 'b.example': auth('entry') } };
    const { asked, store } = storeWith(config, { Username: '<token>', Secret: 's' });
    expect(await store.find('a.example', 'x')).toMatchObject({
      kind: 'identity-token',
      token: 's',
    });
    expect(await store.find('b.example', 'x')).toMatchObject({ user: 'entry' });
    expect(asked).toEqual([['all', 'a.example']]);
  });

  it('that has none leaves the push without credentials', async () => {
    const { store } = storeWith({ credsStore: 'all' }, undefined);
    expect(await store.find('a.example', 'x')).toBeUndefined();
  });
});
