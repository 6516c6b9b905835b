import * as z from 'zod';
import { CIDR_FORM, cidrMistake } from '../kubernetes/cidr.ts';
import { checked, dnsLabel } from './fields.ts';
import { labels } from './pod-fields.ts';

/** The Namespaces that MetalK8s has Prometheus and its Ingress controllers in. */
const METALK8S = { prometheus: 'metalk8s-monitoring', ingress: 'metalk8s-ingress' } as const;

const cidrs = z.array(checked(cidrMistake, { pattern: CIDR_FORM.source })).nullish();

function pods(what: string, namespace: string) {
  return z
    .strictObject({
      namespace: dnsLabel.optional().describe(`The Namespace of ${what}, by default ${namespace}`),
      podLabels: labels
        .optional()
        .describe(`Labels of the Pods of ${what}; by default all Pods of the Namespace`),
    })
    .nullish();
}

/** `spec.network` of platform.yaml, as people write it. */
export const networkSchema = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe('Renders NetworkPolicies: a Namespace that denies everything by default works'),
  registryCIDRs: cidrs.describe(
    'Where the registry is: the image Jobs reach nothing else on its port',
  ),
  apiServerCIDRs: cidrs.describe(
    'Where the API servers are: Operators reach nothing else on their ports',
  ),
  prometheus: pods('Prometheus', METALK8S.prometheus).describe('Who may read metrics'),
  ingressController: pods('the Ingress controller', METALK8S.ingress).describe('Who may ask UIs'),
});

/** Pods by Namespace and labels; without labels all Pods of the Namespace. */
export interface PodPeer {
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
}

/** What NetworkPolicies allow, with the defaults filled in. */
export interface Network {
  readonly isEnabled: boolean;
  /** The networks of the API servers; none where nobody said. */
  readonly apiServerCidrs: readonly string[];
  readonly prometheus: PodPeer;
  readonly ingressController: PodPeer;
}

type Fields = z.output<typeof networkSchema>;

/** What `spec.network` of platform.yaml says, but for the registry. */
export function toNetwork(fields: Fields | null | undefined): Network {
  return {
    isEnabled: fields?.enabled ?? false,
    apiServerCidrs: sortedCidrs(fields?.apiServerCIDRs),
    prometheus: toPeer(fields?.prometheus, METALK8S.prometheus),
    ingressController: toPeer(fields?.ingressController, METALK8S.ingress),
  };
}

function toPeer(fields: Fields['prometheus'], namespace: string): PodPeer {
  return { namespace: fields?.namespace ?? namespace, podLabels: fields?.podLabels ?? {} };
}

/** Each once, in one order, whatever the order in the file. */
export function sortedCidrs(list: Fields['registryCIDRs']): string[] {
  return [...new Set(list)].toSorted();
}
