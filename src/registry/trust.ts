import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { RegistryError } from './failure.ts';

/** Whom to trust, and who we are. Paths are of this machine. */
export interface TrustSettings {
  /** A PEM file of CAs, trusted beside those of the system. */
  readonly caFile?: string | undefined;
  /** A client certificate and its key, in PEM, for the registry alone. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where Debian, RHEL, SUSE and Alpine keep all CAs of the system in one file. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/var/lib/ca-certificates/ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The TLS settings for one host: the CAs of the system (else those of Node), `NODE_EXTRA_CA_CERTS`,
 * `--cacert`, and the `certs.d` folder of the host as docker and containers-certs.d(5) have it.
 *
 * @param host - with its port, as people write it
 * @param isRegistry - whether the client certificate is for it
 * @throws RegistryError `registry-settings`: a file that cannot be read or is no PEM
 */
export function trustFor(
  host: string,
  settings: TrustSettings,
  isRegistry: boolean,
): SecureContext {
  const { caFile, environment } = settings;
  const extra = environment['NODE_EXTRA_CA_CERTS'] || undefined;
  const folder = readCertsFolder(host, environment);
  const own = isRegistry ? clientPair(settings) : undefined;
  const ca = [
    ...systemAuthorities(),
    // Node itself warns of a bad file in this variable and goes on.
    ...(extra === undefined ? [] : [tryRead(extra) ?? '']),
    ...(caFile === undefined ? [] : [readAuthorities(caFile)]),
    ...folder.authorities,
  ].filter((text) => text !== '');
  const pair = own ?? folder.pair;
  try {
    return createSecureContext({ ca, ...(pair ? { cert: pair.cert, key: pair.key } : {}) });
  } catch (cause) {
    throw settingsMistake(`the certificates for ${host} cannot be used: ${reasonOf(cause)}`, cause);
  }
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

function clientPair({ certFile, keyFile }: TrustSettings): Pair | undefined {
  if (certFile === undefined || keyFile === undefined) return undefined;
  return { cert: read(certFile), key: read(keyFile) };
}

function systemAuthorities(): readonly string[] {
  for (const path of BUNDLES) {
    const text = tryRead(path);
    if (text !== undefined && text !== '') return [text];
  }
  return rootCertificates;
}

/** `*.crt` are CAs; `<name>.cert` and `<name>.key` are a client certificate. */
function readCertsFolder(
  host: string,
  environment: TrustSettings['environment'],
): { readonly authorities: string[]; readonly pair?: Pair | undefined } {
  const home = environment['HOME'];
  const folders = [
    ...(home ? [join(home, '.config/containers/certs.d', host)] : []),
    join('/etc/containers/certs.d', host),
    join('/etc/docker/certs.d', host),
  ];
  for (const folder of folders) {
    const names = tryList(folder);
    if (names === undefined) continue;
    const authorities = names.filter((name) => name.endsWith('.crt'));
    const cert = names.find((name) => name.endsWith('.cert'));
    return {
      authorities: authorities.map((name) => readAuthorities(join(folder, name))),
      pair: cert === undefined ? undefined : readPair(folder, cert),
    };
  }
  return { authorities: [] };
}

function readPair(folder: string, cert: string): Pair {
  const key = cert.replace(/\.cert$/u, '.key');
  return { cert: read(join(folder, cert)), key: read(join(folder, key)) };
}

function tryList(folder: string): string[] | undefined {
  try {
    return readdirSync(folder).sort();
  } catch {
    return undefined;
  }
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** OpenSSL takes a file without a certificate for one of no CAs. */
function readAuthorities(file: string): string {
  const text = read(file);
  if (/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/u.test(text)) return text;
  throw settingsMistake('expected certificates of CAs, found none', undefined, file);
}

function read(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw settingsMistake(`the file cannot be read: ${reasonOf(cause)}`, cause, file);
  }
  if (text.includes('-----BEGIN ')) return text;
  throw settingsMistake('expected PEM, found something else', undefined, file);
}

function settingsMistake(message: string, cause: unknown, file?: string): RegistryError {
  const place = file === undefined ? undefined : { file };
  return new RegistryError('registry-settings', message, { cause, place });
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause ? String(cause.code) : cause.message;
}
