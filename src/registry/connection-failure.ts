import { RegistryError } from './failure.ts';
import { SolutionsError } from '../errors.ts';

const CA_HINT =
  'is its CA known? `--cacert <file>`, the CAs of the system, or /etc/containers/certs.d/<registry>/ca.crt';

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

/** What the other side says in a TLS alert about our certificate. */
const ALERT = /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_|HANDSHAKE)/u;
/** An answer that is no TLS: OpenSSL 3 has several words for it. */
const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|EPROTO/u;

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'no byte came or went for too long',
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its network',
};

/**
 * The error of a connection to `url`: temporary, or one of TLS. Errors of ours, such as those of
 * a body that is not what it should be, come back as they are.
 */
export function connectionFailure(error: unknown, url: URL): unknown {
  if (error instanceof SolutionsError) return error;
  if (!(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  const where = `${url.host} cannot be reached`;
  const certificate = certificates[code];
  if (certificate) {
    const [what, hint] = certificate;
    return new RegistryError('registry-tls', `${url.host} is not trusted: ${what}`, {
      hint,
      cause: error,
    });
  }
  if (ALERT.test(code)) {
    return new RegistryError(
      'registry-tls',
      `${url.host} refuses our client certificate (or none)`,
      {
        hint: '`--cert` and `--key`, or <name>.cert and <name>.key in /etc/containers/certs.d/<registry>/',
        cause: error,
      },
    );
  }
  if (NO_TLS.test(code) || (NO_TLS.test(error.message) && code.startsWith('ERR_SSL'))) {
    return new RegistryError('registry-tls', `${url.host} does not speak TLS`, {
      hint: 'is the port right? `--plain-http` is for a registry without TLS',
      cause: error,
    });
  }
  // An answer that is no HTTP, `HPE_...`: TLS, or something else altogether.
  if (code.startsWith('HPE_')) {
    return new RegistryError('registry-protocol', `${url.host} does not speak HTTP`, {
      hint: 'is the port right? Does it want TLS, without `--plain-http`?',
      cause: error,
    });
  }
  return new RegistryError('registry-temporary', `${where}: ${causes[code] ?? code}`, {
    hint: 'is the address right, and is the registry up?',
    cause: error,
  });
}
