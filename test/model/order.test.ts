import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import type { Archive } from '../../src/metadata/archive.ts';
import { resolve } from '../../src/model/resolve.ts';
import { crd, environment, makeArchive, makeConfig, role } from '../support/model-make.ts';

const secrets = role({ rules: ['{apiGroups: [""], resources: [secrets, nodes], verbs: [get]}'] });
const leader = role({ kind: 'Role', name: 'leader' });

/** Everything at once: versions, clashes, several Namespaces and Solutions, warnings of each kind. */
const archives = [
  { roles: role() + leader, crds: [crd('things'), crd('old')] },
  { version: '1.10.0', roles: secrets + leader, crds: [crd('things')] },
  { version: '1.9.0', roles: role() + leader, crds: [crd('things'), crd('middle')] },
  { name: 'ark', roles: role() + leader },
  { name: 'zoo', operator: 'none', crds: [crd('animals')] } as const,
].map(makeArchive);

const solution = (name: string, version: string) => `{name: ${name}, version: ${version}}`;
const config = makeConfig({
  active: { store: '1.9.0', zoo: 'latest', ark: 'latest' },
  environments: [
    environment('shop', {
      web: [solution('store', '1.0.0'), solution('ark', 'latest')],
      back: [solution('store', 'latest'), solution('zoo', '1.0.0'), solution('ark', '1.0.0')],
    }),
    environment('lab', { web2: [solution('store', '1.9.0')], empty: [] }, '  hardening: baseline'),
    environment('attic', { old: [solution('store', '1.0.0')] }),
  ],
});

function shuffled<Item>(items: readonly Item[]): fc.Arbitrary<Item[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}

/** The same files and archives, every list in another order. */
const shuffledInput: fc.Arbitrary<[Config, Archive[]]> = fc.tuple(
  fc
    .tuple(
      shuffled(config.solutions.active),
      shuffled(config.environments),
      fc.tuple(
        ...config.environments.flatMap(({ namespaces }) =>
          namespaces.map(({ solutions }) => shuffled(solutions)),
        ),
      ),
      fc.boolean(),
    )
    .map(([active, environments, solutions, isReversed]): Config => {
      const byNamespace = new Map(
        config.environments
          .flatMap(({ namespaces }) => namespaces)
          .map(({ name }, index) => [name, solutions[index] ?? []]),
      );
      return {
        ...config,
        solutions: { ...config.solutions, active },
        environments: environments.map((one) => {
          const namespaces = one.namespaces.map((namespace) => ({
            ...namespace,
            solutions: byNamespace.get(namespace.name) ?? [],
          }));
          return { ...one, namespaces: isReversed ? namespaces.toReversed() : namespaces };
        }),
      };
    }),
  shuffled(archives),
);

describe('the desired state', () => {
  it('is the same from the same files and archives, in whatever order they come', () => {
    const expected = resolve(config, archives);
    expect(expected.notices.map(({ code }) => code).toSorted()).toEqual([
      'newer-than-active',
      'no-operator',
      'rights-not-given',
      'role-renamed',
      'role-renamed',
    ]);
    fc.assert(
      fc.property(shuffledInput, ([files, imported]) => {
        expect(resolve(files, imported)).toEqual(expected);
      }),
    );
  });

  it('leaves what it is resolved from as it is', () => {
    const before = structuredClone(config);
    resolve(config, archives);
    expect(config).toEqual(before);
  });
});

/** `store` and `ark` together in as many Environments. */
function manyEnvironments(count: number): Config {
  return makeConfig({
    active: { store: '1.9.0', zoo: 'latest' },
    environments: Array.from({ length: count }, (_, index) =>
      environment(`e${index}`, {
        [`n${index}`]: [solution('store', '1.0.0'), solution('ark', '1.0.0')],
      }),
    ),
  });
}

/** The least of five runs, in seconds. */
function secondsOf(files: Config): number {
  const runs = [1, 2, 3, 4, 5].map(() => {
    const start = performance.now();
    const { namespaces } = resolve(files, archives);
    expect(namespaces).toHaveLength(files.environments.length);
    return (performance.now() - start) / 1000;
  });
  return Math.min(...runs);
}

describe('the time that a state takes', () => {
  it('is far below a second for a thousand Environments, and grows as they do', () => {
    const [few, tenTimes] = [400, 4000].map(manyEnvironments).map(secondsOf);
    if (few === undefined) throw new Error('nothing was measured');
    expect(tenTimes).toBeLessThan(1);
    // Quadratic would be a hundred times; a millisecond is what a clock and a collector cost.
    expect(tenTimes).toBeLessThan(30 * (few + 0.001));
  });

  it('does not depend on how often an archive is deployed: its roles are looked at once', () => {
    const { namespaces } = resolve(manyEnvironments(3), archives);
    const [first, ...others] = namespaces.map(({ operators }) => operators[0]?.bindings);
    expect(others.every((bindings) => bindings === first)).toBe(true);
  });
});
