import type { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { SecureContext } from 'node:tls';
import { trustFor, type TrustSettings } from './trust.ts';
import { TunnelAgent } from './tunnel.ts';

interface TlsAgentSettings extends TrustSettings {
  /** The registry: the one host that gets the client certificate. */
  readonly host: string;
  /** Of a proxy that was asked to connect, in milliseconds. */
  readonly idle: number;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/**
 * Connections to one host, where TLS is on the way: to the host itself, to its proxy, or both.
 *
 * @throws RegistryError `registry-settings`
 */
export function tlsAgent(url: URL, proxy: URL | undefined, settings: TlsAgentSettings): Agent {
  const trusted = proxy?.protocol === 'https:' ? trust(proxy.host, settings) : undefined;
  // A proxy reads what goes to a host without TLS: it is the only one to be trusted.
  if (url.protocol === 'http:') return new TlsAgent({ keepAlive: true, secureContext: trusted });
  const secureContext = trust(url.host, settings);
  if (!proxy) return new TlsAgent({ keepAlive: true, secureContext });
  const { idle, signal } = settings;
  return new TunnelAgent(proxy, { secureContext, proxyContext: trusted, idle, signal });
}

function trust(host: string, settings: TlsAgentSettings): SecureContext {
  const { host: registry } = settings;
  // People name folders of certs.d as they write the registry, with a port that URLs leave out.
  const isRegistry = host === new URL(`https://${registry}`).host;
  return trustFor(isRegistry ? registry : host, settings, isRegistry);
}
