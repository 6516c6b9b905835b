import { k8s } from 'cdk8s-plus-28';
import type { Platform } from '../config/platform.ts';
import { SOLUTIONS_NAMESPACE } from '../model/placement.ts';

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
  const networks = cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  return k8s.KubeNetworkPolicy.manifest({
    metadata: { name: 'images', namespace: SOLUTIONS_NAMESPACE, labels },
    spec: {
      podSelector: { matchLabels: IMAGE_PODS },
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        { ports: [onPort(53, 'UDP'), onPort(53, 'TCP')] },
        { ...(networks.length > 0 ? { to: networks } : {}), ports: [onPort(port, 'TCP')] },
      ],
    },
  });
}

/** The labels that select the Pods of all image Jobs. */
export const IMAGE_PODS = {
  'app.kubernetes.io/component': 'images',
  'app.kubernetes.io/managed-by': 'solutions',
} as const;

function onPort(port: number, protocol: string): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(port), protocol };
}
