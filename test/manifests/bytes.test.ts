import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { folderOfScenario, type ScenarioToMake } from './scenario.ts';
import { scenarios } from './scenarios.ts';

afterEach(() => vi.unstubAllEnvs());

describe.each(['every setting, for Argo CD', 'metrics, UIs and NetworkPolicies'])(
  'the same input gives the same bytes: %s',
  (name) => {
    const everything = scenarios[name] ?? {};
    const expected = [...folderOfScenario(everything)];

    it('when it is rendered again', () => {
      expect([...folderOfScenario(everything)]).toEqual(expected);
    });

    it('in whatever order the archives, the Environments and their Solutions are written', () => {
      fc.assert(
        fc.property(shuffled(everything), (scenario) => {
          expect([...folderOfScenario(scenario)]).toEqual(expected);
        }),
        { numRuns: 20 },
      );
    });

    it('whatever cdk8s would take from its environment', () => {
      for (const variable of [
        'DISABLE_SORT',
        'RECORD_CONSTRUCT_METADATA',
        'LEGACY_HASH',
        'OUTDIR',
      ]) {
        vi.stubEnv(`CDK8S_${variable}`, 'true');
      }
      expect([...folderOfScenario(everything)]).toEqual(expected);
    });

    it('and another input others', () => {
      const other = { ...everything, platform: { hardening: 'baseline' } };
      expect([...folderOfScenario(other)]).not.toEqual(expected);
    });
  },
);

/** The scenario, each of its lists and maps in another order. */
function shuffled(scenario: ScenarioToMake): fc.Arbitrary<ScenarioToMake> {
  const { archives = [], environments = {} } = scenario;
  return fc
    .tuple(
      inAnyOrder(archives),
      inAnyOrder(Object.entries(environments)),
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    )
    .map(([mixed, entries, turns]) => ({
      ...scenario,
      archives: mixed,
      environments: Object.fromEntries(
        entries.map(([name, spec], index) => [
          name,
          turns[index] === true ? turned(Object(spec)) : Object(spec),
        ]),
      ),
    }));
}

function inAnyOrder<Item>(items: readonly Item[]): fc.Arbitrary<Item[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}

interface Spec {
  readonly namespaces?: readonly { readonly solutions: readonly object[] }[];
}

function turned(spec: Spec): object {
  if (!spec.namespaces) return spec;
  return {
    ...spec,
    namespaces: spec.namespaces
      .map((namespace) => ({ ...namespace, solutions: namespace.solutions.toReversed() }))
      .toReversed(),
  };
}
