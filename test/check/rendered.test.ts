import { describe, expect, it } from 'vitest';
import { folderOfScenario, role, storeWith } from '../manifests/scenario.ts';
import { scenarios } from '../manifests/scenarios.ts';
import { reportOf } from '../support/manifest-make.ts';

function manifestsOf(files: ReadonlyMap<string, string>): [string, string][] {
  return [...files].filter(([name]) => name.endsWith('.yaml'));
}

describe('what this program renders', () => {
  it.each(Object.entries(scenarios))('has no error: %s', (_, scenario) => {
    const { findings } = reportOf(manifestsOf(folderOfScenario(scenario)));
    const errors = findings.filter(({ rule }) => /^(?:pod|manifest|secret)-/u.test(rule));
    expect(errors).toEqual([]);
  });

  it.each(['restricted', 'baseline', 'compat'])(
    'meets the profile that its Namespace says: %s',
    (hardening) => {
      const files = folderOfScenario({
        archives: [{ roles: role('ClusterRole', 'manager-role'), ui: '101' }],
        environments: storeWith({ hardening, ui: { hardening } }),
        platform: { podSecurity: { enforce: true }, network: { enabled: true } },
      });
      const { findings } = reportOf(manifestsOf(files));
      expect(findings.filter(({ rule }) => rule.startsWith('pod-'))).toEqual([]);
      expect(findings.some(({ rule }) => rule === 'namespace-unguarded')).toBe(
        hardening === 'compat',
      );
    },
  );

  it('keeps a Namespace at what its weakest Pod can meet, a UI among them', () => {
    const files = folderOfScenario({
      archives: [{ ui: '' }],
      environments: storeWith({ ui: { hardening: 'baseline' } }),
      platform: { podSecurity: { enforce: true } },
    });
    expect(files.get('0000-namespaces.yaml')).toContain('enforce: baseline');
    const { findings } = reportOf(manifestsOf(files));
    expect(findings.filter(({ rule }) => rule.startsWith('pod-'))).toEqual([]);
  });
});
