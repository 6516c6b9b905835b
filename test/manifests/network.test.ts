import { describe, expect, it } from 'vitest';
import { at, find, renderScenario, storeWith } from './scenario.ts';

/** The specs of the policies of `store` in the Namespace `shop`. */
function policies({ network = {}, metrics = {}, settings = {} }) {
  const { objects } = renderScenario({
    archives: [{ metrics, ui: '101' }],
    environments: storeWith(settings),
    platform: { network: { enabled: true, ...network }, monitoring: { enabled: true } },
  });
  return {
    operator: find(objects, 'NetworkPolicy', 'shop/store-operator')['spec'],
    ui: find(objects, 'NetworkPolicy', 'shop/store-ui')['spec'],
  };
}

const namespace = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});
const tcp = (port: number) => ({ port, protocol: 'TCP' });
const dns = { ports: [{ port: 53, protocol: 'UDP' }, tcp(53)] };
const shop = [namespace('shop')];

describe('with NetworkPolicies, an Operator', () => {
  it('reaches names, API servers anywhere and its own Namespace, which reaches it', () => {
    expect(policies({}).operator).toEqual({
      podSelector: { matchLabels: { app: 'store-operator' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: shop }],
      egress: [dns, { ports: [tcp(443), tcp(6443)] }, { to: shop }],
    });
  });

  it('reaches API servers in their networks where platform.yaml names them', () => {
    const { operator } = policies({
      network: { apiServerCIDRs: ['10.0.0.2/32', '10.0.0.1/32'] },
    });
    expect(at(operator, 'egress', 1)).toEqual({
      to: [{ ipBlock: { cidr: '10.0.0.1/32' } }, { ipBlock: { cidr: '10.0.0.2/32' } }],
      ports: [tcp(443), tcp(6443)],
    });
  });

  it('is asked for its metrics by the Namespace of Prometheus, on their port alone', () => {
    const { operator } = policies({ metrics: { enabled: true, port: 9443 } });
    expect(at(operator, 'ingress')).toEqual([
      { from: shop },
      { from: [namespace('metalk8s-monitoring')], ports: [tcp(9443)] },
    ]);
  });

  it('is asked by the Pods that platform.yaml names', () => {
    const { operator } = policies({
      metrics: { enabled: true },
      network: { prometheus: { namespace: 'watch', podLabels: { app: 'prometheus' } } },
    });
    expect(at(operator, 'ingress', 1, 'from')).toEqual([
      { ...namespace('watch'), podSelector: { matchLabels: { app: 'prometheus' } } },
    ]);
  });

  it('has its webhook asked by API servers, from everywhere where nobody said where they are', () => {
    const settings = { webhook: true };
    expect(at(policies({ settings }).operator, 'ingress', 1)).toEqual({ ports: [tcp(9443)] });
    const network = { apiServerCIDRs: ['10.0.0.1/32'] };
    expect(at(policies({ settings, network }).operator, 'ingress', 1)).toEqual({
      from: [{ ipBlock: { cidr: '10.0.0.1/32' } }],
      ports: [tcp(9443)],
    });
  });
});

describe('with NetworkPolicies, a UI', () => {
  it('is asked by the Ingress controller of MetalK8s, and reaches nothing', () => {
    expect(policies({}).ui).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'store-ui' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [namespace('metalk8s-ingress')], ports: [tcp(80)] }],
    });
  });

  it('is asked by the controller that platform.yaml names', () => {
    const ingressController = { namespace: 'web', podLabels: { app: 'traefik' } };
    expect(at(policies({ network: { ingressController } }).ui, 'ingress', 0, 'from')).toEqual([
      { ...namespace('web'), podSelector: { matchLabels: { app: 'traefik' } } },
    ]);
  });
});

describe('without `network.enabled`', () => {
  it('no policy is rendered, whatever else `network` says', () => {
    const { objects } = renderScenario({
      archives: [{ metrics: { enabled: true }, ui: '101' }],
      environments: storeWith({}),
      platform: { network: { apiServerCIDRs: ['10.0.0.1/32'] }, monitoring: { enabled: true } },
    });
    expect(objects.map(({ kind }) => kind)).toContain('Deployment');
    expect(objects.map(({ kind }) => kind)).not.toContain('NetworkPolicy');
  });
});
