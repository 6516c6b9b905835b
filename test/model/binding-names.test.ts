import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindingNames } from '../../src/model/binding-names.ts';
import { environment, makeArchive, role, stateOf, store } from '../support/model-make.ts';

interface Named {
  readonly kind?: 'Role' | 'ClusterRole';
  readonly name: string;
}

/** Versions of `store` that ship these roles, oldest first. */
function versions(...shipped: readonly (readonly Named[])[]) {
  return shipped.map((roles, index) =>
    makeArchive({ version: `${index + 1}.0.0`, roles: roles.map(role).join('') }),
  );
}

/** `store-operator-clusterrole-` has 27 characters: 36 are left. */
const long = 'a'.repeat(36);

describe('the name of a RoleBinding', () => {
  it('is that of MetalK8s as long as it has 63 characters at most', () => {
    const nameOf = bindingNames('store', versions([{ name: long }]));
    expect(nameOf('ClusterRole', long)).toBe(`store-operator-clusterrole-${long}`);
    expect(nameOf('ClusterRole', long)).toHaveLength(63);
    expect(nameOf('Role', 'leader')).toBe('store-operator-role-leader');
  });

  it('is cut to 63 characters as MetalK8s does, where no other is cut to the same', () => {
    const nameOf = bindingNames('store', versions([{ name: `${long}-one` }, { name: 'two' }]));
    expect(nameOf('ClusterRole', `${long}-one`)).toBe(`store-operator-clusterrole-${long}`);
  });

  it('is cut like that where versions ship the same role', () => {
    const same = [{ name: `${long}-one` }];
    const nameOf = bindingNames('store', versions(same, same, same));
    expect(nameOf('ClusterRole', `${long}-one`)).toBe(`store-operator-clusterrole-${long}`);
  });

  it('ends in a hash where two roles of a version would meet', () => {
    const nameOf = bindingNames(
      'store',
      versions([{ name: `${long}-one` }, { name: `${long}-two` }]),
    );
    expect(['-one', '-two'].map((end) => nameOf('ClusterRole', long + end))).toEqual([
      'store-operator-clusterrole-aaaaaaaaaaaaaaaaaaaaaaaaaaa-63e861a4',
      'store-operator-clusterrole-aaaaaaaaaaaaaaaaaaaaaaaaaaa-62b52499',
    ]);
  });

  it('ends in a hash where a role of another imported version would meet it', () => {
    const nameOf = bindingNames(
      'store',
      versions([{ name: `${long}-one` }], [{ name: `${long}-two` }]),
    );
    expect(nameOf('ClusterRole', `${long}-one`)).toMatch(
      /^store-operator-clusterrole-a{27}-[0-9a-f]{8}$/u,
    );
  });

  it('of a short role stays as it is where a long one would be cut to it', () => {
    const nameOf = bindingNames('store', versions([{ name: long }, { name: `${long}-one` }]));
    expect(nameOf('ClusterRole', long)).toBe(`store-operator-clusterrole-${long}`);
    expect(nameOf('ClusterRole', `${long}-one`)).toMatch(/-[0-9a-f]{8}$/u);
  });

  it('of a renamed role is never the one that the role had before', () => {
    const nameOf = bindingNames('store', versions([{ name: `${long}-one` }]));
    const renamed = nameOf('ClusterRole', `${long}-one-store-1.0.0`);
    expect(renamed).toMatch(/^store-operator-clusterrole-a{27}-[0-9a-f]{8}$/u);
    expect(renamed).not.toBe(nameOf('ClusterRole', `${long}-one`));
  });

  it('leaves the name that a renamed role may need to that role', () => {
    const short = 'a'.repeat(24);
    const taken = `${short}-store-1.0.0`;
    const nameOf = bindingNames('store', versions([{ name: short }, { name: `${taken}-more` }]));
    expect(nameOf('ClusterRole', taken)).toBe(`store-operator-clusterrole-${taken}`);
    expect(nameOf('ClusterRole', taken)).toHaveLength(63);
    expect(nameOf('ClusterRole', `${taken}-more`)).not.toBe(nameOf('ClusterRole', taken));
  });

  it('of a Solution with the longest name keeps its roles apart, although the kind is cut off', () => {
    const name = 's'.repeat(54);
    const both = [{ kind: 'Role', name: 'a' }, { name: 'a' }] as const;
    const nameOf = bindingNames(name, versions(both));
    expect(nameOf('Role', 'a')).toMatch(/^s{54}-[0-9a-f]{8}$/u);
    expect(nameOf('ClusterRole', 'a')).toMatch(/^s{54}-[0-9a-f]{8}$/u);
    expect(nameOf('Role', 'a')).not.toBe(nameOf('ClusterRole', 'a'));
    const alone = bindingNames(name, versions([{ name: 'a' }]));
    expect(alone('ClusterRole', 'a')).toBe(`${name}-operator`);
  });

  it('means one role, whatever versions and clashes there are', () => {
    const roleName = fc.stringMatching(
      /^(?:a{30,40}|ab?)(?:-(?:store|other))?(?:-[12]\.0\.0)?b?$/u,
    );
    const roles = fc.uniqueArray(
      fc.record({ kind: fc.constantFrom('Role' as const, 'ClusterRole' as const), name: roleName }),
      { maxLength: 6, selector: ({ kind, name }) => `${kind} ${name}` },
    );
    fc.assert(
      fc.property(fc.array(roles, { minLength: 1, maxLength: 3 }), (shipped) => {
        const nameOf = bindingNames('store', versions(...shipped));
        const meaning = new Map<string, string>();
        const wanted = shipped.flatMap((ofVersion, index) =>
          ofVersion.flatMap(({ kind, name }) => {
            const end = kind === 'Role' ? '-store' : `-store-${index + 1}.0.0`;
            return [name, name + end].map((rendered) => ({ kind, rendered }));
          }),
        );
        for (const { kind, rendered } of wanted) {
          const binding = nameOf(kind, rendered);
          expect(binding.length).toBeLessThanOrEqual(63);
          const means = `${kind} ${rendered}`;
          expect(meaning.get(binding) ?? means).toBe(means);
          meaning.set(binding, means);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the role behind the name of a RoleBinding', () => {
  it('does not change when a version is imported, deployed, activated or taken away', () => {
    const archives = [
      { roles: role({ name: `${long}-one` }) },
      { version: '2.0.0', roles: role({ name: `${long}-two` }) },
      {
        version: '3.0.0',
        roles: role({
          name: `${long}-one`,
          rules: ['{verbs: [get], resources: [pods], apiGroups: [b]}'],
        }),
      },
      {
        name: 'other',
        roles: role({
          name: `${long}-one`,
          rules: ['{verbs: [get], resources: [pods], apiGroups: [c]}'],
        }),
      },
    ] as const;
    const deployed = [
      [store()],
      [store('', '2.0.0')],
      [store('', '3.0.0')],
      [store(), '{name: other, version: 1.0.0}'],
    ];
    const meaning = new Map<string, string>();
    const bindings = deployed
      .flatMap((first) => deployed.map((second) => ({ a: first, b: second })))
      .flatMap((namespaces) => {
        const state = stateOf({ archives, environments: [environment('shop', namespaces)] });
        return state.namespaces.flatMap(({ name, operators }) =>
          operators.flatMap((one) =>
            one.bindings.map((binding) => ({ key: `${name}/${binding.name}`, ...binding.role })),
          ),
        );
      });
    for (const { key, name } of bindings) {
      expect(meaning.get(key) ?? name).toBe(name);
      meaning.set(key, name);
    }
    expect(meaning.size).toBeGreaterThan(8);
  });
});
