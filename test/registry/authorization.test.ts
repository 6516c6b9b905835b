import { describe, expect, it } from 'vitest';
import {
  authFile,
  htpasswdAuth,
  passwordEntry,
  startTokenServer,
} from '../support/registry-auth.ts';
import { makeTree, scratchFolder } from '../support/archive-make.ts';
import { pushTrees, statuses } from '../support/registry-push.ts';
import { startRegistry } from '../support/registry-server.ts';
import { startFaultProxy } from '../support/registry-fault.ts';

const layers = ['same'];

function twoImages(): string {
  return makeTree(scratchFolder(), {
    images: [
      { name: 'a', tag: '1', layers },
      { name: 'b', tag: '1', layers },
    ],
  });
}

describe('a registry with a password file', () => {
  it('takes a push with the right password; one request is refused to learn of it', async () => {
    const registry = await startRegistry({ auth: htpasswdAuth() });
    const settings = { authFile: authFile(registry.host, passwordEntry()) };
    const report = await pushTrees(registry.host, [twoImages()], { settings });
    expect(statuses(report)).toEqual(['pushed', 'pushed']);
    const refused = (await registry.requests()).filter(({ status }) => status === 401);
    expect(refused).toHaveLength(1);
  });

  it.each([
    ['a wrong password', passwordEntry('pusher', 'wrong'), /user "pusher" in .*auth\.json/u],
    ['another user', passwordEntry('nobody', 'secret'), /user "nobody" in .*auth\.json/u],
    ['no entry', undefined, /no credentials were found/u],
  ])('refuses %s, once for the whole run, and no secret is printed', async (_, entry, hint) => {
    const registry = await startRegistry({ auth: htpasswdAuth() });
    const settings = { authFile: authFile(entry ? registry.host : 'other.example', entry ?? {}) };
    const pushing = pushTrees(registry.host, [twoImages()], { settings });
    const error: unknown = await pushing.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'registry-credentials',
      message: expect.stringContaining('401 Unauthorized'),
      hint: expect.stringMatching(hint),
    });
    expect(JSON.stringify(error)).not.toMatch(/wrong|secret/u);
    expect((await registry.requests()).length).toBeLessThanOrEqual(2);
  });
});

describe('a registry with a token server', () => {
  it('takes a push: one token a set of scopes, pull on the source of a mount', async () => {
    const tokens = await startTokenServer();
    const registry = await startRegistry({ auth: tokens.auth });
    const settings = { authFile: authFile(registry.host, passwordEntry()) };
    const report = await pushTrees(registry.host, [twoImages()], { settings });
    expect(statuses(report)).toEqual(['pushed', 'pushed']);
    expect(report.blobs.mounted.blobs).toBe(1);
    const scopes = tokens.requests.map((request) => request.scopes.join(' '));
    expect(scopes.toSorted()).toEqual([
      'repository:store-1.0.0/a:pull,push',
      'repository:store-1.0.0/b:pull,push',
      'repository:store-1.0.0/b:pull,push repository:store-1.0.0/a:pull',
    ]);
  });

  it('is asked with an identity token by POST', async () => {
    const tokens = await startTokenServer({ refreshToken: 'long-lived' });
    const registry = await startRegistry({ auth: tokens.auth });
    const settings = { authFile: authFile(registry.host, { identitytoken: 'long-lived' }) };
    const report = await pushTrees(registry.host, [twoImages()], { settings });
    expect(statuses(report)).toEqual(['pushed', 'pushed']);
    expect(new Set(tokens.requests.map(({ method }) => method))).toEqual(new Set(['POST']));
  });

  it('gives new tokens when the old ones end', async () => {
    const tokens = await startTokenServer({ life: 2 });
    const registry = await startRegistry({ auth: tokens.auth });
    const slow = await startFaultProxy(registry.host, ({ method }) =>
      method === 'PUT' ? { bytesPerSecond: 150 } : undefined,
    );
    const settings = { authFile: authFile(slow.host, passwordEntry()), jobs: 1 };
    const report = await pushTrees(slow.host, [twoImages()], { settings });
    expect(statuses(report)).toEqual(['pushed', 'pushed']);
    expect(tokens.requests.length).toBeGreaterThan(3);
  });

  it('renews a token that the registry refuses before its end, once', async () => {
    const tokens = await startTokenServer();
    const registry = await startRegistry({ auth: tokens.auth });
    const refused = new Set<string>();
    const strict = await startFaultProxy(registry.host, ({ method, headers }) => {
      const token = headers.authorization ?? '';
      // As where the registry was restarted with another key: the first token holds no longer.
      if (method !== 'POST' || (refused.size > 0 && !refused.has(token))) return undefined;
      refused.add(token);
      const challenge = `Bearer realm="${realmOf(tokens.auth)}",service="registry"`;
      return { status: 401, headers: { 'www-authenticate': challenge } };
    });
    const settings = { authFile: authFile(strict.host, passwordEntry()), jobs: 1 };
    const report = await pushTrees(strict.host, [twoImages()], { settings });
    expect(statuses(report)).toEqual(['pushed', 'pushed']);
    expect(refused.size).toBe(1);
  });

  it('that refuses the password is an error of credentials', async () => {
    const tokens = await startTokenServer();
    const registry = await startRegistry({ auth: tokens.auth });
    const settings = { authFile: authFile(registry.host, passwordEntry('pusher', 'wrong')) };
    await expect(pushTrees(registry.host, [twoImages()], { settings })).rejects.toMatchObject({
      code: 'registry-credentials',
      message: expect.stringMatching(/for a token: 127\.0\.0\.1:\d+ answered 401/u),
    });
  });

  it('that gives the right to pull alone is an error of credentials, and no endless renewal', async () => {
    const tokens = await startTokenServer({
      actions: (asked) => asked.filter((one) => one === 'pull'),
    });
    const registry = await startRegistry({ auth: tokens.auth });
    const settings = { authFile: authFile(registry.host, passwordEntry()) };
    const report = await pushTrees(registry.host, [twoImages()], { settings });
    expect(statuses(report)).toEqual(['failed', 'failed']);
    const codes = report.images.flatMap(({ errors }) => errors.map(({ code }) => code));
    expect(new Set(codes)).toEqual(new Set(['registry-credentials']));
    expect(tokens.requests.length).toBeLessThan(20);
  });
});

describe('the URL of a token server', () => {
  it.each(['who@', 'who:word@', ':word@'])('with a user in it (%s) is not asked', async (user) => {
    const tokens = await startTokenServer();
    const realm = realmOf(tokens.auth).replace('//', `//${user}`);
    const headers = { 'www-authenticate': `Bearer realm="${realm}",service="registry"` };
    const registry = await startFaultProxy('127.0.0.1:1', () => ({ status: 401, headers }));
    const settings = { authFile: authFile(registry.host, passwordEntry()) };
    await expect(pushTrees(registry.host, [twoImages()], { settings })).rejects.toMatchObject({
      code: 'registry-protocol',
      message: expect.stringContaining('names no token server'),
    });
    expect(tokens.requests).toEqual([]);
  });
});

function realmOf(auth: object): string {
  return /"realm":"([^"]+)"/u.exec(JSON.stringify(auth))?.[1] ?? '';
}
