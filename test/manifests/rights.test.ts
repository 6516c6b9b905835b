import { describe, expect, it } from 'vitest';
import { find, renderScenario, role, storeWith } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const { manifests, objects } = renderScenario(scenarios['every setting'] ?? {});
const namesOf = (kind: string) =>
  objects.filter((object) => object['kind'] === kind).map((object) => Object(object['metadata']));

describe('ClusterRoles', () => {
  it('of one name with different rules are renamed, each into the file of its version', () => {
    const file = '0200-roles.store.1.10.0-rc.1.yaml';
    const { objects: inFile = [] } = manifests.find((one) => one.file === file) ?? {};
    expect(inFile.map(({ metadata }) => Object(metadata).name)).toEqual([
      'manager-role-store-1.10.0-rc.1',
      'metrics-reader-store-1.10.0-rc.1',
    ]);
    expect(inFile[0]?.['rules']).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ]);
  });

  it('go to a file with a name that is safe everywhere, whatever the version is', () => {
    const files = manifests.map(({ file }) => file).filter((file) => file.startsWith('0200-'));
    expect(files).toEqual([
      expect.stringMatching(/^0200-roles\.base\.1\.0_beta_7__-[0-9a-f]{8}\.yaml$/u),
      '0200-roles.constructor.1.yaml',
      '0200-roles.store.1.0.0.yaml',
      '0200-roles.store.1.10.0-rc.1.yaml',
      expect.stringMatching(/^0200-roles\.till\.2\.0{88}-[0-9a-f]{8}\.yaml$/u),
    ]);
  });

  it('keep their names where all that are deployed are the same', () => {
    const archives = ['1.0.0', '2.0.0'].map((version) => ({
      version,
      roles: role('ClusterRole', 'manager-role'),
    }));
    const namespaces = archives.map(({ version }) => ({
      name: `v${version.charAt(0)}`,
      solutions: [{ name: 'store', version }],
    }));
    const same = renderScenario({ archives, environments: { a: { namespaces } } });
    expect(same.manifests.map(({ file }) => file)).toContain('0200-roles.store.1.0.0.yaml');
    expect(same.manifests.map(({ file }) => file)).not.toContain('0200-roles.store.2.0.0.yaml');
    expect(find(same.objects, 'ClusterRole', 'manager-role')).toMatchObject({
      kind: 'ClusterRole',
    });
  });
});

describe('Roles and bindings', () => {
  it('of several Solutions in a Namespace have a name each, with what binds them', () => {
    const roles = namesOf('Role').filter(({ namespace }) => namespace === 'production');
    expect(roles.map(({ name }) => name)).toEqual([
      'leader-constructor',
      'leader-store',
      'leader-till',
    ]);
    expect(
      find(objects, 'RoleBinding', 'production/store-operator-role-leader-store')['roleRef'],
    ).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'leader-store' });
  });

  it('of one Solution are in each of its Namespaces, bound to the account in there', () => {
    for (const namespace of ['production-2', 'staging']) {
      const binding = find(objects, 'RoleBinding', `${namespace}/store-operator-role-leader`);
      expect(binding['subjects']).toEqual([
        { kind: 'ServiceAccount', name: 'store-operator', namespace },
      ]);
    }
  });

  it('bind in the whole cluster only what environments.yaml names, a binding a Namespace', () => {
    expect(namesOf('ClusterRoleBinding').map(({ name }) => name)).toEqual([
      'production-store-operator-metrics-reader-store-1.0.0',
    ]);
    const binding = objects.find((object) => object['kind'] === 'ClusterRoleBinding');
    expect(binding).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'metrics-reader-store-1.0.0' },
      subjects: [{ kind: 'ServiceAccount', name: 'store-operator', namespace: 'production' }],
    });
  });

  it('with names that no construct may have are rendered all the same', () => {
    const roles = ['constructor', '__proto__', 'a b', 'A:b'].map((name) =>
      role('Role', `"${name}"`),
    );
    const odd = renderScenario({
      archives: [{ roles: roles.join('---\n') }],
      environments: storeWith({}),
    });
    const names = odd.objects
      .filter((object) => object['kind'] === 'Role')
      .map(({ metadata }) => Object(metadata).name);
    expect(names).toEqual(['constructor', '__proto__', 'a b', 'A:b']);
  });

  it('the account may talk to the API server', () => {
    expect(find(objects, 'ServiceAccount', 'production/till-operator')).toMatchObject({
      automountServiceAccountToken: true,
    });
  });
});
