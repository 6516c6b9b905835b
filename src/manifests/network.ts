import { k8s } from 'cdk8s-plus-28';
import type { Network, PodPeer } from '../config/network.ts';
import type { Operator, Ui } from '../model/state.ts';
import { operatorLabels, selector, uiLabels, uiSelector } from './labels.ts';
import { manifestOf } from './object.ts';

/** Of the API server behind the Service `kubernetes`, and of that Service. */
const API_SERVER_PORTS = [443, 6443];

/** Where the webhooks of controller-runtime listen. */
const WEBHOOK_PORT = 9443;

interface NetworkContext {
  readonly namespace: string;
  readonly network: Network;
}

/**
 * What an Operator may reach, and who may reach it: DNS, the API server, its own Namespace; Prometheus
 * reads its metrics, the API server asks its webhook. Policies add up, so that one of an
 * administrator's own can allow more.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function operatorNetworkPolicy(
  operator: Operator,
  { namespace, network }: NetworkContext,
): unknown[] {
  if (!network.isEnabled) return [];
  const { metrics, settings } = operator;
  const apiServer = anyOf(network.apiServerCidrs);
  const neighbours = [podsOf({ namespace, podLabels: {} })];
  return [
    manifestOf(k8s.KubeNetworkPolicy, {
      metadata: { name: operator.name, namespace, labels: operatorLabels(operator) },
      spec: {
        podSelector: { matchLabels: selector(operator) },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          { from: neighbours },
          ...(metrics
            ? [{ from: [podsOf(network.prometheus)], ports: [onPort(metrics.port, 'TCP')] }]
            : []),
          ...(settings.webhook
            ? [
                {
                  ...(apiServer ? { from: apiServer } : {}),
                  ports: [onPort(WEBHOOK_PORT, 'TCP')],
                },
              ]
            : []),
        ],
        egress: [
          DNS,
          {
            ...(apiServer ? { to: apiServer } : {}),
            ports: API_SERVER_PORTS.map((port) => onPort(port, 'TCP')),
          },
          { to: neighbours },
        ],
      },
    }),
  ];
}

/** The Ingress controller reaches a UI; the UI itself, files behind a web server, reaches nothing. */
export function uiNetworkPolicy(
  ui: Ui,
  port: number,
  { namespace, network }: NetworkContext,
): unknown[] {
  if (!network.isEnabled) return [];
  return [
    manifestOf(k8s.KubeNetworkPolicy, {
      metadata: { name: ui.name, namespace, labels: uiLabels(ui) },
      spec: {
        podSelector: { matchLabels: uiSelector(ui) },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [podsOf(network.ingressController)], ports: [onPort(port, 'TCP')] }],
      },
    }),
  ];
}

/** The rule that lets Pods ask names: a policy cannot tell where the servers are. */
export const DNS: k8s.NetworkPolicyEgressRule = { ports: [onPort(53, 'UDP'), onPort(53, 'TCP')] };

/** A port of a rule. */
export function onPort(port: number, protocol: 'TCP' | 'UDP'): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(port), protocol };
}

/** Networks as peers; nothing, which is everybody, where nobody named any. */
export function anyOf(cidrs: readonly string[]): k8s.NetworkPolicyPeer[] | undefined {
  return cidrs.length === 0 ? undefined : cidrs.map((cidr) => ({ ipBlock: { cidr } }));
}

/** A Namespace by the label that every one has, because an empty selector says nothing to a reader. */
function podsOf({ namespace, podLabels }: PodPeer): k8s.NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    ...(Object.keys(podLabels).length === 0 ? {} : { podSelector: { matchLabels: podLabels } }),
  };
}
