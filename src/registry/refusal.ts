import { proxyName } from './connection-failure.ts';
import type { Answer } from './exchange.ts';
import { foreignText, RegistryError, type RegistryCode } from './failure.ts';
import { fieldOf, jsonOf, textField } from './json.ts';
import { parseRetryAfter } from './retry.ts';

/** One entry of a registry's `errors` (OCI distribution specification 1.1, "Error Codes"). */
interface RegistryComplaint {
  readonly code: string;
  readonly message: string;
  /** JSON on one line. */
  readonly detail: string;
}

const MAX_COMPLAINTS = 3;

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  413: 'Content Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

const hints: Readonly<Record<number, string>> = {
  403: 'is the user allowed to do that there?',
  404: 'does the project or namespace exist? Harbor and others want it created first',
  405: 'is the registry read-only (its maintenance mode, a mirror, or nginx on files)?',
  413: 'a proxy before the registry limits the size of a request (nginx: `client_max_body_size 0`)',
};

/** Of the statuses that mean trouble of the moment. */
const TEMPORARY = new Set([408, 425, 429, 500, 502, 503, 504, 507]);
const NO_SPACE = /no space left|disk quota exceeded|"Err":(?:28|122)\b/iu;

/** What the body of a refusal says, where it is a registry's JSON. */
function complaintsOf(body: Uint8Array): RegistryComplaint[] {
  const errors = fieldOf(jsonOf(body), 'errors');
  if (!Array.isArray(errors)) return [];
  return errors.slice(0, MAX_COMPLAINTS).map((error: unknown) => {
    const detail = fieldOf(error, 'detail');
    return {
      code: foreignText(textField(error, 'code') ?? ''),
      message: foreignText(textField(error, 'message') ?? ''),
      detail: detail === undefined || detail === null ? '' : foreignText(JSON.stringify(detail)),
    };
  });
}

/**
 * The error for an answer that was not the wished one.
 *
 * @param action - what was being done: `sending the layer`
 * @param registry - its host, as URLs have it; whoever else answers, after a redirect, is named
 */
export function refusal(action: string, answer: Answer, registry: string): RegistryError {
  const { status, headers, body, url } = answer;
  if (url.protocol === 'http:' && /HTTPS (?:server|port)/u.test(body.toString('latin1', 0, 1000))) {
    return new RegistryError('registry-tls', `${url.host} wants TLS`, {
      hint: 'leave `--plain-http` out',
      status,
    });
  }
  if (status === 407 && answer.relay) return proxyRefusal(status, answer.relay);
  const complaints = complaintsOf(body);
  const said = complaints.map(
    ({ code, message, detail }) =>
      `${[code, message].filter((text) => text !== '').join(', ')}${isVague(code, detail) ? ` (${detail})` : ''}`,
  );
  const why = said.length > 0 ? `: ${said.join('; ')}` : '';
  const isFull = NO_SPACE.test(body.toString('latin1'));
  const who = url.host === registry ? 'the registry' : url.host;
  const message = `${action}: ${who} answered ${status} ${reasons[status] ?? ''}`.trim();
  const retryAfter = parseRetryAfter(headers['retry-after'], Date.now());
  return new RegistryError(codeFor(status), `${message}${why}`, {
    hint: isFull ? 'the disk of the registry is full' : (hints[status] ?? hintFor(status)),
    status,
    retryAfter,
  });
}

/**
 * The error for a proxy that does not do what it is asked. No other request fares better: its code is
 * not that of a refused image.
 */
export function proxyRefusal(status: number, proxy: URL): RegistryError {
  const message = `${proxyName(proxy)} answered ${status} ${reasons[status] ?? ''}`.trim();
  if (TEMPORARY.has(status)) return new RegistryError('registry-temporary', message, { status });
  if (status === 407) {
    return new RegistryError('registry-credentials', message, {
      status,
      hint: 'it wants a user, or another one: http://<user>:<password>@<proxy>:<port>',
    });
  }
  return new RegistryError('registry-proxy', message, {
    status,
    hint: 'does it allow this registry? Should the registry be in NO_PROXY?',
  });
}

/** docker-registry's `UNKNOWN` says nothing but in its detail. */
function isVague(code: string, detail: string): boolean {
  return detail !== '' && (code === '' || code === 'UNKNOWN');
}

function codeFor(status: number): RegistryCode {
  if (status === 401) return 'registry-credentials';
  if (TEMPORARY.has(status)) return 'registry-temporary';
  // What is not an answer of this protocol at all is a refusal too: no retry changes it.
  return status < 400 ? 'registry-protocol' : 'registry-refused';
}

function hintFor(status: number): string | undefined {
  if (TEMPORARY.has(status)) return 'this may pass: run it again, it sends only what is missing';
  if (status >= 300 && status < 400) return 'is the address that of the registry itself?';
  return undefined;
}
