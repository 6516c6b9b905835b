import { SolutionsError } from '../errors.ts';
import { foreignText, RegistryError } from './failure.ts';
import { portOf } from './proxy.ts';

const CA_HINT =
  'is its CA known? `--cacert <file>`, the CAs of the system, or /etc/containers/certs.d/<registry>/ca.crt';

const CERTIFICATE_HINT = 'it, or its CA, must be made anew for a server with TLS';
const PROXY_HINT = 'is the proxy up, and its address right? Should the registry be in NO_PROXY?';

/** Why a certificate was not accepted, by the codes of OpenSSL and of Node. */
const certificates: Readonly<Record<string, readonly [string, string]>> = {
  SELF_SIGNED_CERT_IN_CHAIN: ['its certificate is of an unknown CA', CA_HINT],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is self-signed', CA_HINT],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['its certificate is of an unknown CA', CA_HINT],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['its certificate is of an unknown CA', CA_HINT],
  UNABLE_TO_GET_ISSUER_CERT: ['its certificate is of an unknown CA', CA_HINT],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'renew it, or set the clock of this machine'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'is the clock of this machine right?'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for another name',
    'use the name that is in the certificate',
  ],
};

/** The other codes of a failed verification, as Node names those of OpenSSL's `X509_V_ERR_...`. */
const verification = new Set([
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CRL_SIGNATURE_FAILURE',
  'CRL_NOT_YET_VALID',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'INVALID_PURPOSE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'HOSTNAME_MISMATCH',
  // All that Node has no name for, such as a key that is too short.
  'UNSPECIFIED',
]);

/** What the other side says in a TLS alert about our certificate. */
const ALERT = /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_|HANDSHAKE)/u;
/** An answer that is no TLS: OpenSSL 3 has several words for it. */
const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/u;
/** Versions before 1.2, which Node does not speak. */
const OLD_TLS = /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW/u;
/** Trouble of the moment: a connection that was cut or damaged, a server out of its depth. */
const PASSING = /UNEXPECTED_EOF|HANDSHAKE_TIMEOUT|BAD_RECORD_MAC|ALERT_INTERNAL_ERROR/u;

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ERR_SSL_UNEXPECTED_EOF_WHILE_READING: 'the connection was cut',
  ETIMEDOUT: 'no byte came or went for too long',
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its network',
};

/** Whom a connection is for, and by what way. */
export interface Way {
  /** With its port. */
  readonly host: string;
  readonly proxy?: URL | undefined;
  /** Whether the proxy itself is at the other end: before a tunnel is there, or without one. */
  readonly isToProxy?: boolean | undefined;
}

/** A proxy as messages name it: never with its user. */
export function proxyName(proxy: URL): string {
  return `the proxy ${proxy.hostname}:${portOf(proxy)}`;
}

/**
 * The error of a connection: temporary, or one of TLS. Errors of ours, such as those of a body
 * that is not what it should be, come back as they are.
 */
export function connectionFailure(error: unknown, way: Way): unknown {
  if (error instanceof SolutionsError) return error;
  if (!(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  const peer = way.proxy && way.isToProxy === true ? proxyName(way.proxy) : way.host;
  const [what, hint] = certificates[code] ?? [];
  if (what !== undefined) return tlsError(`${peer} is not trusted: ${what}`, hint, error);
  if (verification.has(code)) {
    const why = `its certificate is refused: ${code}, ${foreignText(error.message)}`;
    return tlsError(`${peer} is not trusted: ${why}`, CERTIFICATE_HINT, error);
  }
  const reason = tlsReason(code, error.message);
  if (reason !== undefined && !PASSING.test(reason)) {
    return tlsFailure(reason, { peer, isToProxy: peer !== way.host, error });
  }
  // An answer that is no HTTP, `HPE_...`: TLS, or something else altogether.
  if (code.startsWith('HPE_')) {
    return new RegistryError('registry-protocol', `${peer} does not speak HTTP`, {
      hint: 'is the port right? Does it want TLS, without `--plain-http`?',
      cause: error,
    });
  }
  return unreachable(causes[code] ?? code, way, error);
}

/** The reason as Node makes it a code, also where it is told in the text of an `EPROTO` alone. */
function tlsReason(code: string, message: string): string | undefined {
  if (/^ERR_(?:SSL|TLS)_/u.test(code)) return code;
  if (code !== 'EPROTO') return undefined;
  // `error:<number>:<library>:<function>:<reason>:`, as ERR_error_string(3) has it.
  const [, reason] = /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/u.exec(message) ?? [];
  return reason && `ERR_SSL_${reason.toUpperCase().replaceAll(/[^A-Z0-9]+/gu, '_')}`;
}

interface TlsPeer {
  readonly peer: string;
  readonly isToProxy: boolean;
  readonly error: Error;
}

function tlsFailure(reason: string, { peer, isToProxy, error }: TlsPeer): RegistryError {
  if (ALERT.test(reason)) {
    const hint =
      '`--cert` and `--key`, or <name>.cert and <name>.key in /etc/containers/certs.d/<registry>/';
    return tlsError(`${peer} refuses our client certificate (or none)`, hint, error);
  }
  if (OLD_TLS.test(reason)) {
    const hint = 'versions before 1.2 are not safe: can it be set to TLS 1.2 or 1.3?';
    return tlsError(`${peer} speaks no version of TLS from 1.2 on`, hint, error);
  }
  if (NO_TLS.test(reason)) {
    const hint = isToProxy
      ? 'is its port right? A proxy without TLS has a URL of http://'
      : 'is the port right? `--plain-http` is for a registry without TLS';
    return tlsError(`${peer} does not speak TLS`, hint, error);
  }
  return tlsError(`${peer} and this tool do not agree on TLS: ${reason}`, undefined, error);
}

function tlsError(message: string, hint: string | undefined, cause: Error): RegistryError {
  return new RegistryError('registry-tls', message, { hint, cause });
}

function unreachable(why: string, { host, proxy }: Way, cause: Error): RegistryError {
  const through = proxy ? ` through ${proxyName(proxy)}` : '';
  return new RegistryError('registry-temporary', `${host} cannot be reached${through}: ${why}`, {
    hint: proxy ? PROXY_HINT : 'is the address right, and is the registry up?',
    cause,
  });
}
