import { describe, expect, it } from 'vitest';
import { readManifests } from '../../src/kubernetes/read.ts';
import { at, find, renderScenario, storeWith } from './scenario.ts';

function configOf(versions: readonly string[], platform = {}): string {
  const { objects } = renderScenario({
    archives: versions.map((version) => ({ version })),
    environments: storeWith({ version: versions[0] }),
    platform,
  });
  const config = find(objects, 'ConfigMap', 'shop/store-operator-config');
  return String(at(config, 'data', 'operator.yaml'));
}

describe('operator.yaml', () => {
  it('lists every imported version, oldest first, not only the one that runs', () => {
    expect(configOf(['1.10.0', '1.9.0', '1.10.0-rc.1']))
      .toBe(`apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: OperatorConfig
repositories:
  "1.9.0":
    - endpoint: metalk8s-registry-from-config.invalid/store-1.9.0
      images:
        - store-operator:1.9.0
  "1.10.0-rc.1":
    - endpoint: metalk8s-registry-from-config.invalid/store-1.10.0-rc.1
      images:
        - store-operator:1.10.0-rc.1
  "1.10.0":
    - endpoint: metalk8s-registry-from-config.invalid/store-1.10.0
      images:
        - store-operator:1.10.0
`);
  });

  it.each(['1.10', '1', '0755', '1e3', 'y', 'on', 'null', '0x1f', '2001-01-01'])(
    'the version %s is text to Go',
    (version) => {
      const [config] = readManifests(Buffer.from(configOf([version])), 'operator.yaml');
      expect(Object.keys(Object(config?.value['repositories']))).toEqual([version]);
    },
  );

  it('names the registry and the path of platform.yaml', () => {
    const text = configOf(['1'], { registry: { endpoint: 'harbor.example', base: 'a/b' } });
    expect(text).toContain('- endpoint: harbor.example/a/b/store-1\n');
  });
});
