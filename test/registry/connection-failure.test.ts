import { describe, expect, it } from 'vitest';
import { connectionFailure } from '../../src/registry/connection-failure.ts';

/** An error as Node's sockets give it. */
class SocketError extends Error {
  readonly code: string;

  constructor(code: string, message = code) {
    super(message);
    this.code = code;
  }
}

const host = 'registry.test';

/** As Node tells a failed handshake that it notices while it writes. */
function protocolError(reason: string): string {
  return `write EPROTO 4027:error:0A000126:SSL routines:ssl3_read_bytes:${reason}:../deps/openssl/record.c:1586:\n`;
}

describe('the error of a connection', () => {
  it.each([
    'INVALID_PURPOSE',
    'INVALID_CA',
    'CERT_REVOKED',
    'CERT_SIGNATURE_FAILURE',
    'CRL_HAS_EXPIRED',
    'HOSTNAME_MISMATCH',
    'UNSPECIFIED',
    'ERR_TLS_CERT_ALTNAME_FORMAT',
    'ERR_SSL_NO_SHARED_CIPHER',
    'ERR_SSL_DH_KEY_TOO_SMALL',
  ])('%s is one of TLS, which no retry mends, and has its code in the message', (code) => {
    expect(connectionFailure(new SocketError(code), { host })).toMatchObject({
      code: 'registry-tls',
      message: expect.stringContaining(code),
    });
  });

  it.each([
    ['wrong version number', 'does not speak TLS'],
    ['http request', 'does not speak TLS'],
    ['packet length too long', 'does not speak TLS'],
    ['tlsv1 alert protocol version', 'speaks no version of TLS from 1.2 on'],
    ['unsupported protocol', 'speaks no version of TLS from 1.2 on'],
    ['tlsv13 alert certificate required', 'refuses our client certificate'],
    ['dh key too small', 'ERR_SSL_DH_KEY_TOO_SMALL'],
  ])('EPROTO of %s is told by its reason', (reason, message) => {
    const error = new SocketError('EPROTO', protocolError(reason));
    expect(connectionFailure(error, { host })).toMatchObject({
      code: 'registry-tls',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    'ERR_SSL_UNEXPECTED_EOF_WHILE_READING',
    'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
    'ECONNRESET',
    'EPROTO',
  ])('%s may pass', (code) => {
    expect(connectionFailure(new SocketError(code), { host })).toMatchObject({
      code: 'registry-temporary',
    });
  });
});
