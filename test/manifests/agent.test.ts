import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kubernetes/value.ts';
import { agentAnnotations } from '../../src/manifests/agent.ts';
import { at, crd, find, renderScenario, role, storeWith } from './scenario.ts';

function objectsFor(agent: string): readonly JsonObject[] {
  return renderScenario({
    archives: [{ crds: [crd('things')], roles: role('ClusterRole', 'manager') }],
    active: { store: '1.0.0' },
    environments: storeWith({}),
    platform: {
      gitops: { agent, repoURL: 'https://git.example/site.git' },
      registry: { endpoint: 'registry.example' },
      imageSync: { image: 'a:1', archives: { claim: 'archives' } },
    },
  }).objects;
}

const annotations = (object: JsonObject) => {
  const { 'solutions.metalk8s.scality.com/rendered-from': _, ...others } = Object(
    at(object, 'metadata', 'annotations'),
  );
  return others;
};

function wavesOf(kind: string): number[] {
  return objectsFor('argocd')
    .filter((object) => object['kind'] === kind)
    .map((object) => Number(annotations(object)['argocd.argoproj.io/sync-wave']));
}

describe('the annotations of GitOps agents', () => {
  it('are not there without an agent', () => {
    for (const object of objectsFor('none')) expect(annotations(object)).toEqual({});
  });

  it.each([
    ['Namespace', 'shop', '0', 'Prune=confirm,Delete=confirm'],
    ['Namespace', 'metalk8s-solutions', '0', 'Prune=confirm,Delete=confirm'],
    ['ConfigMap', 'shop/metalk8s-environment', '0', undefined],
    [
      'CustomResourceDefinition',
      'things.store.example.com',
      '100',
      'ServerSideApply=true,Prune=false,Delete=confirm',
    ],
    ['ClusterRole', 'manager', '200', undefined],
    ['NetworkPolicy', 'metalk8s-solutions/images', '290', undefined],
    ['ServiceAccount', 'shop/store-operator', '400', undefined],
    ['Deployment', 'shop/store-operator', '400', undefined],
  ])('for Argo CD the %s %s is in wave %s, with the options %s', (kind, name, wave, options) => {
    expect(annotations(find(objectsFor('argocd'), kind, name))).toEqual({
      'argocd.argoproj.io/sync-wave': wave,
      ...(options === undefined ? {} : { 'argocd.argoproj.io/sync-options': options }),
    });
  });

  it('for Argo CD waves rise from file to file, so that the order is that of kubectl', () => {
    const waves = objectsFor('argocd').map((object) =>
      Number(annotations(object)['argocd.argoproj.io/sync-wave']),
    );
    expect(waves).toEqual(waves.toSorted((a, b) => a - b));
    expect(new Set(waves)).toEqual(new Set([0, 100, 200, 290, 300, 400]));
  });

  it('for Argo CD put every Job before every Deployment', () => {
    const [jobs, deployments] = [wavesOf('Job'), wavesOf('Deployment')];
    expect([jobs, deployments].map(({ length }) => length > 0)).toEqual([true, true]);
    expect(Math.max(...jobs)).toBeLessThan(Math.min(...deployments));
  });

  it('for Argo CD let it try kinds of monitoring that a cluster may not know yet', () => {
    expect(agentAnnotations('argocd', 'ServiceMonitor', 600)).toEqual({
      'argocd.argoproj.io/sync-wave': '600',
      'argocd.argoproj.io/sync-options': 'SkipDryRunOnMissingResource=true',
    });
    expect(agentAnnotations('flux', 'ServiceMonitor', 600)).toEqual({});
  });

  it('for Flux keep Namespaces and CRDs, and nothing else', () => {
    const kept = objectsFor('flux').filter(
      (object) => annotations(object)['kustomize.toolkit.fluxcd.io/prune'] === 'disabled',
    );
    expect(new Set(kept.map(({ kind }) => kind))).toEqual(
      new Set(['Namespace', 'CustomResourceDefinition']),
    );
    const others = objectsFor('flux').filter((object) => !kept.includes(object));
    expect(others.length).toBeGreaterThan(0);
    expect(kept).toHaveLength(3);
  });

  it('are over what a vendor wrote there', () => {
    const text = crd('things', '', ', annotations: {argocd.argoproj.io/sync-options: Prune=true}');
    const { objects } = renderScenario({
      archives: [{ crds: [text] }],
      active: { store: '1.0.0' },
      platform: { gitops: { agent: 'argocd', repoURL: 'https://git.example/site.git' } },
    });
    expect(
      annotations(find(objects, 'CustomResourceDefinition', 'things.store.example.com')),
    ).toMatchObject({
      'argocd.argoproj.io/sync-options': 'ServerSideApply=true,Prune=false,Delete=confirm',
    });
  });
});
