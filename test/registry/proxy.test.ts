import { describe, expect, it } from 'vitest';
import { proxyAuthorization, proxyFor } from '../../src/registry/proxy.ts';

const proxy = 'http://proxy.example:3128';

function isProxied(url: string, noProxy: string): boolean {
  const environment = { http_proxy: proxy, HTTPS_PROXY: proxy, NO_PROXY: noProxy };
  return proxyFor(new URL(url), environment) !== undefined;
}

describe('NO_PROXY', () => {
  it.each([
    ['https://registry.example', '', true],
    ['https://registry.example', '*', false],
    ['https://registry.example', 'registry.example', false],
    ['https://registry.example', 'REGISTRY.example', false],
    ['https://lab.registry.example', 'registry.example', false],
    ['https://lab.registry.example', '.registry.example', false],
    ['https://lab.registry.example', '*.registry.example', false],
    ['https://myregistry.example', 'registry.example', true],
    ['https://registry.example:5000', 'other.example, registry.example:5000', false],
    ['https://registry.example:5000', 'registry.example:5001', true],
    ['https://registry.example', 'registry.example:443', false],
    ['http://10.1.2.3', '10.0.0.0/8', false],
    ['http://11.1.2.3', '10.0.0.0/8', true],
    ['http://10.1.2.3', '10.1.2.3', false],
    ['http://10.1.2.3:5000', '10.1.2.3:5000', false],
    ['http://10.1.2.3', '10.0.0.0/99', true],
    ['http://[fd00::1]', 'fd00::/8', false],
    ['http://[fd00::1]', 'fd00::1', false],
    ['http://localhost:5000', '', false],
    ['http://127.0.0.2:5000', '', false],
    ['http://[::1]:5000', '', false],
  ])('%s with %j goes through the proxy: %s', (url, noProxy, expected) => {
    expect(isProxied(url, noProxy)).toBe(expected);
  });
});

describe('the variables of a proxy', () => {
  it.each([
    ['https://a.example', { HTTPS_PROXY: proxy }, proxy],
    ['https://a.example', { https_proxy: 'proxy.example:3128' }, proxy],
    ['https://a.example', { HTTP_PROXY: proxy }, undefined],
    ['http://a.example', { HTTP_PROXY: proxy }, proxy],
    ['http://a.example', { ALL_PROXY: proxy }, proxy],
    ['http://a.example', { http_proxy: '', HTTP_PROXY: proxy }, proxy],
    ['http://a.example', {}, undefined],
  ])('%s with %j', (url, environment, expected) => {
    expect(proxyFor(new URL(url), environment)?.origin).toBe(expected);
  });

  it.each(['socks5://proxy.example', 'http://'])(
    'holding %s are refused, without their value',
    (value) => {
      const read = () => proxyFor(new URL('http://a.example'), { http_proxy: value });
      expect(read).toThrow(/http_proxy holds no http or https URL/u);
      expect(read).not.toThrow(value);
    },
  );

  it.each(['100%sure:secret', 'who:100%secret', 'who:%ffsecret'])(
    'with the user %s are refused, without their value',
    (user) => {
      const read = () =>
        proxyFor(new URL('http://a.example'), { http_proxy: `http://${user}@proxy.example` });
      expect(read).toThrow(
        expect.objectContaining({
          code: 'registry-settings',
          message: expect.not.stringContaining('secret'),
          hint: 'write `%` as `%25`',
        }),
      );
    },
  );

  it('may write a `%` in the password as `%25`', () => {
    const variables = { http_proxy: 'http://who:100%25@proxy.example' };
    const found = proxyFor(new URL('http://a.example'), variables);
    expect(found && proxyAuthorization(found)).toEqual({
      'proxy-authorization': `Basic ${Buffer.from('who:100%').toString('base64')}`,
    });
  });
});
