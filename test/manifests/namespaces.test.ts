import { describe, expect, it } from 'vitest';
import { at, find, renderScenario, storeWith } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const { objects } = renderScenario(scenarios['every setting'] ?? {});
const SECURITY = 'pod-security.kubernetes.io';

describe('the Namespace of an Environment', () => {
  it('says which Environment it belongs to, and what that is for', () => {
    const names = ['production', 'production-2', 'staging', 'empty'];
    const environments = names.map((name) =>
      at(
        find(objects, 'Namespace', name),
        'metadata',
        'labels',
        'solutions.metalk8s.scality.com/environment',
      ),
    );
    expect(environments).toEqual(['production', 'production', 'staging', 'empty']);
    const described = find(objects, 'Namespace', 'production-2');
    expect(at(described, 'metadata', 'annotations')).toMatchObject({
      'solutions.metalk8s.scality.com/environment-description': 'Where it counts: {{ "yes" }} #1',
    });
    expect(
      Object.keys(Object(at(find(objects, 'Namespace', 'staging'), 'metadata', 'annotations'))),
    ).toEqual(['solutions.metalk8s.scality.com/rendered-from']);
  });

  it.each([
    ['production', 'baseline'],
    ['production-2', 'restricted'],
    ['staging', 'privileged'],
  ])('enforces in %s what its weakest Operator keeps, %s', (name, level) => {
    expect(at(find(objects, 'Namespace', name), 'metadata', 'labels')).toMatchObject({
      [`${SECURITY}/enforce`]: level,
      [`${SECURITY}/warn`]: level,
      [`${SECURITY}/audit`]: level,
    });
  });

  it('only warns unless platform.yaml says that it enforces: Operators create Pods, too', () => {
    const shop = renderScenario({ environments: storeWith({}) }).objects;
    const labels = at(find(shop, 'Namespace', 'shop'), 'metadata', 'labels');
    expect(labels).toMatchObject({
      [`${SECURITY}/warn`]: 'restricted',
      [`${SECURITY}/audit`]: 'restricted',
    });
    expect(labels).not.toHaveProperty([`${SECURITY}/enforce`]);
  });

  it('has a ConfigMap with the version of each Solution, one without an Operator among them', () => {
    expect(find(objects, 'ConfigMap', 'production/metalk8s-environment')['data']).toEqual({
      base: '1.0 Beta+7|é',
      constructor: '1',
      store: '1.0.0',
      till: `2.${'0'.repeat(100)}_1`,
    });
    expect(find(objects, 'ConfigMap', 'staging/metalk8s-environment')['data']).toEqual({
      '0755': '1e3',
      store: '1.10.0-rc.1',
    });
  });

  it('has that ConfigMap without `data` where there is no Solution', () => {
    expect(find(objects, 'ConfigMap', 'empty/metalk8s-environment')).not.toHaveProperty('data');
  });
});

describe('the Namespace metalk8s-solutions', () => {
  it('is there whatever else is, and enforced: every Pod in it is ours', () => {
    const alone = renderScenario({ archives: [] }).objects;
    expect(at(find(alone, 'Namespace', 'metalk8s-solutions'), 'metadata', 'labels')).toMatchObject({
      [`${SECURITY}/enforce`]: 'restricted',
    });
    expect(find(alone, 'ConfigMap', 'metalk8s-solutions/metalk8s-solutions')).not.toHaveProperty(
      'data',
    );
  });

  it('lists every imported version as MetalK8s does, oldest first, as JSON', () => {
    const { data } = find(objects, 'ConfigMap', 'metalk8s-solutions/metalk8s-solutions');
    expect(Object.keys(Object(data))).toEqual(['0755', 'base', 'constructor', 'store', 'till']);
    const versions: unknown = JSON.parse(String(at(data, 'store')));
    expect(versions).toEqual([
      {
        name: 'The Store',
        id: 'store-1.0.0',
        version: '1.0.0',
        archive: 'archives/store-1.0.0.iso',
        active: true,
        manifest: expect.objectContaining({
          kind: 'Solution',
          spec: expect.objectContaining({ version: '1.0.0', images: ['store-operator:1.0.0'] }),
        }),
      },
      expect.objectContaining({ id: 'store-1.10.0-rc.1', active: false }),
    ]);
  });
});

function versionOf(kind: string, name: string): unknown {
  return at(find(objects, kind, name), 'metadata', 'labels', 'app.kubernetes.io/version');
}

describe('labels', () => {
  it('hold a version as far as a label can', () => {
    expect(versionOf('Deployment', 'staging/store-operator')).toBe('1.10.0-rc.1');
    expect(versionOf('ServiceAccount', 'production/till-operator')).toBe(`2.${'0'.repeat(61)}`);
  });

  it("override a vendor's in managed-by and part-of alone", () => {
    const labels = {
      'app.kubernetes.io/managed-by': 'kustomize',
      'app.kubernetes.io/part-of': 'x',
      'app.kubernetes.io/name': 'kept',
      y: 'kept',
    };
    const roles = `{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, rules: [], metadata: {name: r, labels: ${JSON.stringify(labels)}, annotations: {a: b}}}`;
    const rendered = renderScenario({ archives: [{ roles }], environments: storeWith({}) }).objects;
    expect(find(rendered, 'Role', 'shop/r')['metadata']).toEqual({
      name: 'r',
      namespace: 'shop',
      labels: {
        ...labels,
        'app.kubernetes.io/managed-by': 'solutions',
        'app.kubernetes.io/part-of': 'store',
      },
      annotations: { a: 'b', 'solutions.metalk8s.scality.com/rendered-from': 'solutions.yaml' },
    });
  });
});
