import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crd, folderOfScenario, role } from './scenario.ts';

const golden = (path: string) => join(import.meta.dirname, '..', 'golden', path);

const files = folderOfScenario({
  archives: [
    {
      crds: [
        crd(
          'things',
          ', maximum: 9223372036854775807, default: null, enum: ["on", 0755, "1e3", "{{ x }}"]',
        ),
      ],
      roles: `${role('Role', 'leader')}---\n${role('ClusterRole', 'manager-role')}`,
    },
    { version: '1.1.0', roles: role('ClusterRole', 'manager-role', 'list'), crds: [crd('carts')] },
  ],
  active: { store: '1.1.0' },
  environments: {
    production: {
      description: 'Where it counts',
      namespaces: [
        { name: 'shop', solutions: [{ name: 'store', version: '1.0.0', webhook: true }] },
        { name: 'shop-next', solutions: [{ name: 'store', version: 'latest' }] },
      ],
    },
  },
});

const images = folderOfScenario({
  archives: [{}, { version: '1.1.0' }],
  platform: {
    registry: { endpoint: 'registry.example:5000', base: 'solutions' },
    imageSync: {
      image: `registry.example:5000/solutions/solutions:0.1.0@sha256:${'0'.repeat(64)}`,
      archives: { node: 'bootstrap', path: '/archives' },
      secret: 'registry-push',
      caConfigMap: 'registry-ca',
    },
  },
});

describe('what people review', () => {
  it.each([
    ['namespaces', '0000-namespaces.yaml'],
    ['crds', '0100-crds.store.yaml'],
    ['roles', '0200-roles.store.1.1.0.yaml'],
    ['operator', '0400-operator.shop.store.yaml'],
    ['readme', 'README.md'],
  ])('%s', async (scenario, file) => {
    await expect(files.get(file)).toMatchFileSnapshot(golden(`${scenario}/${file}`));
  });

  it.each(['0290-images.yaml', '0300-images.store.1.1.0.yaml'])('images: %s', async (file) => {
    await expect(images.get(file)).toMatchFileSnapshot(golden(`images/${file}`));
  });
});
