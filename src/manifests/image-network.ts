import { k8s } from 'cdk8s-plus-28';
import type { Platform } from '../config/platform.ts';
import { SOLUTIONS_NAMESPACE } from '../model/placement.ts';
import { anyOf, DNS, onPort } from './network.ts';
import { manifestOf } from './object.ts';

/**
 * What the image Jobs may reach: DNS, and the registry's port, in its networks where platform.yaml
 * names them. Nothing reaches them. Policies add up, so that one of an administrator's own can allow a
 * token server or a store behind the registry.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function imageNetworkPolicy(
  { port, cidrs }: Platform['registry'],
  labels: Record<string, string>,
): unknown {
  const networks = anyOf(cidrs);
  return manifestOf(k8s.KubeNetworkPolicy, {
    metadata: { name: 'images', namespace: SOLUTIONS_NAMESPACE, labels },
    spec: {
      podSelector: { matchLabels: IMAGE_PODS },
      policyTypes: ['Ingress', 'Egress'],
      egress: [DNS, { ...(networks ? { to: networks } : {}), ports: [onPort(port, 'TCP')] }],
    },
  });
}

/** The labels that select the Pods of all image Jobs. */
export const IMAGE_PODS = {
  'app.kubernetes.io/component': 'images',
  'app.kubernetes.io/managed-by': 'solutions',
} as const;
