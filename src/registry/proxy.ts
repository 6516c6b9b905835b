import { BlockList, isIP } from 'node:net';
import { RegistryError } from './failure.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The ports of URLs that name none. */
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** The port of a URL. */
export function portOf(url: URL): number {
  return url.port === '' ? (PORTS[url.protocol] ?? 0) : Number(url.port);
}

/** The host of a URL as sockets want it: an IPv6 address without its brackets. */
export function hostnameOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/u, '$1');
}

/**
 * The proxy for `url`, as curl and Go read the environment: `HTTPS_PROXY`, `HTTP_PROXY`,
 * `ALL_PROXY`, `NO_PROXY`, in lower case too. This machine itself is never asked through one.
 *
 * @throws RegistryError `registry-settings` where the variable holds no http or https URL, or a user
 *   that cannot be read
 */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const value = read(environment, name) ?? read(environment, 'all_proxy');
  if (value === undefined || isExempt(url, read(environment, 'no_proxy') ?? '')) return undefined;
  const text = /^[a-z0-9+.-]+:\/\//iu.test(value) ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  // The value may hold a password: no message shows it.
  if (proxy && /^https?:$/u.test(proxy.protocol)) {
    if (userOf(proxy) !== undefined) return proxy;
    throw new RegistryError(
      'registry-settings',
      `the user or password in the variable ${name} has a bare \`%\``,
      { hint: 'write `%` as `%25`' },
    );
  }
  throw new RegistryError('registry-settings', `the variable ${name} holds no http or https URL`, {
    hint: 'expected http://<host>:<port>',
  });
}

/** `Proxy-Authorization` for the user in the URL of a proxy from {@link proxyFor}. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  const pair = proxy.username === '' ? undefined : userOf(proxy);
  if (pair === undefined) return {};
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** `<user>:<password>`, or undefined where a `%` begins no byte of UTF-8. */
function userOf({ username, password }: URL): string | undefined {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return undefined;
  }
}

function read(environment: Environment, name: string): string | undefined {
  return environment[name] || environment[name.toUpperCase()] || undefined;
}

function isExempt(url: URL, list: string): boolean {
  const host = hostnameOf(url).toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost') || isLoopback(host)) return true;
  return list
    .split(/[\s,]+/u)
    .filter((entry) => entry !== '')
    .some((entry) => isMatch(entry.toLowerCase(), host, portOf(url)));
}

/** `*`, a host, a domain with all below it, either with a port, an address, a CIDR. */
function isMatch(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInside(host, entry);
  const [, name = '', wanted] = /^\[?([^\]]*?)\]?(?::(\d+))?$/u.exec(entry) ?? [];
  if (isIP(entry) > 0) return entry === host;
  if (wanted !== undefined && Number(wanted) !== port) return false;
  const domain = name.replace(/^\*?\./u, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function isLoopback(host: string): boolean {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return isIP(host) > 0 && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

function isInside(host: string, cidr: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  const family = isIP(network);
  const bits = Number(prefix);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/u.test(prefix)) return false;
  if (bits > (family === 6 ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 6 ? 'ipv6' : 'ipv4');
  return list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
