import * as z from 'zod';
import { DNS_SUBDOMAIN, dnsSubdomainMistake } from '../kubernetes/names.ts';
import { checked, objectName, optionalObjectName } from './fields.ts';

/** MetalK8s' own, for who administers a cluster; it rewrites paths as ingress-nginx does. */
const METALK8S_CLASS = 'nginx-control-plane';

const WILDCARD = '*.';
/** A name has 253 characters; the label for the `*` has 63 of them. */
const MAX_WILDCARD = 253 - 63 + 1;

/** ValidateIngressSpec: a subdomain, or a wildcard in front of one; never an address. */
function hostMistake(text: string): string | undefined {
  if (text === '') return undefined;
  if (/^[0-9.]+$/u.test(text)) return 'must be a name, an Ingress takes no address';
  if (!text.startsWith(WILDCARD)) return dnsSubdomainMistake(text);
  return text.length > MAX_WILDCARD
    ? `has ${text.length} characters, at most ${MAX_WILDCARD} are allowed: a label comes in front`
    : dnsSubdomainMistake(text.slice(WILDCARD.length));
}

/** `spec.ingress` of platform.yaml, as people write it. */
export const ingressSchema = z
  .strictObject({
    class: objectName
      .optional()
      .describe("The IngressClass of the UIs of Solutions; MetalK8s' own by default"),
    host: checked(hostMistake, {
      pattern: String.raw`^$|^(?:\*\.)?${DNS_SUBDOMAIN.source.slice('^'.length)}`,
      maxLength: 253,
    })
      .optional()
      .describe(
        'The host of all UIs, each at a path, or *.<domain>: a host of that domain for each UI',
      ),
    tlsSecret: optionalObjectName
      .optional()
      .describe('A Secret of type kubernetes.io/tls for that host, in each Namespace with a UI'),
  })
  .superRefine(({ host, tlsSecret }, context) => {
    if (!tlsSecret || host) return;
    context.addIssue({
      code: 'custom',
      path: ['tlsSecret'],
      message: 'needs `host`, the name that its certificate is for',
    });
  });

/** Where the UIs of Solutions are reached, with the defaults filled in. */
export interface Ingress {
  readonly className: string;
  /** All UIs at paths of one host, of any host, or each at a host below a domain. */
  readonly host: string | undefined;
  readonly domain: string | undefined;
  readonly tlsSecret: string | undefined;
}

/** What `spec.ingress` of platform.yaml says. */
export function toIngress(fields: z.output<typeof ingressSchema> | null | undefined): Ingress {
  const host = fields?.host || undefined;
  const isWildcard = host?.startsWith(WILDCARD) ?? false;
  return {
    className: fields?.class ?? METALK8S_CLASS,
    host: isWildcard ? undefined : host,
    domain: isWildcard ? host?.slice(WILDCARD.length) : undefined,
    tlsSecret: fields?.tlsSecret || undefined,
  };
}
