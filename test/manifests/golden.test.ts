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
});
