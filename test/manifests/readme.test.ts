import { describe, expect, it } from 'vitest';
import { folderOfScenario, storeWith, type ScenarioToMake } from './scenario.ts';

function readmeOf(scenario: ScenarioToMake): string {
  return folderOfScenario(scenario).get('README.md') ?? '';
}

/** With an Operator that serves metrics. */
function monitoredBy(monitoring: object, scheme = 'https'): string {
  const archives = [{ metrics: { enabled: true, scheme } }];
  return readmeOf({ archives, environments: storeWith({}), platform: { monitoring } });
}

/** With a UI. */
function reachedBy(ingress: object): string {
  return readmeOf({
    archives: [{ ui: '101' }],
    environments: storeWith({}),
    platform: { ingress },
  });
}

describe('out/README.md', () => {
  it('says what is imported, active and placed', () => {
    const text = readmeOf({
      archives: [{}, { version: '1.10.0' }, { name: 'base', user: false }],
      active: { store: 'latest' },
      environments: storeWith({}),
    });
    expect(text).toContain('| store | 1.0.0, 1.10.0 | 1.10.0 |\n');
    expect(text).toContain('| base | 1.0.0 | - |\n');
    expect(text).toContain('| shop | shop | store | 1.0.0 |\n');
  });

  it('names only the stages that are there', () => {
    expect(readmeOf({ archives: [] })).toContain("The files' names are the order: Namespaces. A");
    expect(readmeOf({ environments: storeWith({}) })).toContain(': Namespaces, Operators. A');
  });

  it('tells of the take-over where there is something to take over', () => {
    expect(readmeOf({ environments: storeWith({}) })).toContain('kubectl replace --save-config');
    expect(readmeOf({})).not.toContain('Take over');
  });

  it.each([
    ['argocd', 'argocd app confirm-deletion solutions', ['flux', 'kapp deploy', 'allowlist']],
    ['flux', 'flux get kustomizations -n flux-system', ['argocd', 'kapp deploy', 'allowlist']],
    ['none', 'kapp deploy -a solutions -n default -f out/', ['argocd app', 'flux get', 'waves']],
  ])('says how the agent %s applies and removes', (agent, there, absent) => {
    const registry = { endpoint: 'registry.example' };
    const imageSync = { image: 'a:1', archives: { node: 'a', path: '/a' } };
    const gitops = { agent, repoURL: 'https://git.example/site.git' };
    const text = readmeOf({ platform: { registry, imageSync, gitops } });
    expect(text).toContain(there);
    for (const other of absent) expect(text).not.toContain(other);
    expect(text).not.toContain('undefined');
    expect(text).not.toContain('\n\n\n');
  });

  it('names the Secret of Flux where there is one', () => {
    const gitops = { agent: 'flux', repoURL: 'https://git.example/site.git', namespace: 'cd' };
    const text = readmeOf({ platform: { gitops: { ...gitops, secret: 'git', name: 'paris' } } });
    expect(text).toContain('after the Secret\n`git` with');
    expect(text).toContain('flux reconcile kustomization -n cd paris-base --with-source\n');
  });

  it.each([
    ['1.0+b|c', String.raw`1.0+b\|c`],
    ['<b>*x*</b>', String.raw`\<b\>\*x\*\<\/b\>`.replace(String.raw`\/`, '/')],
    ['[a](x)', String.raw`\[a\]\(x\)`],
    ['`rm`', String.raw`\`rm\``],
    ['{{#if a}}', String.raw`\{\{\#if a\}\}`],
    ['a\u2028b', 'a\u{fffd}b'],
    ['1.0_é', String.raw`1.0\_é`],
  ])('a version such as %j cannot be markup', (version, text) => {
    // A version with a slash is refused with its archive.
    const archives = [{ version: version.replaceAll('/', ''), user: false as const }];
    expect(readmeOf({ archives })).toContain(`| store | ${text.replaceAll('/', '')} | - |\n`);
  });

  it('says what image Jobs need, how to wait for them, and how to start one again', () => {
    const registry = { endpoint: 'registry.example:5000' };
    const least = { image: 'a:1', archives: { node: 'bootstrap', path: '/archives' } };
    const more = { secret: 'push', caConfigMap: 'ca', deadlineSeconds: 60 };
    const text = readmeOf({ platform: { registry, imageSync: { ...least, ...more } } });
    for (const line of [
      'the order: Namespaces, what image Jobs need, image Jobs. A',
      '- the archives in the folder `/archives` of the node `bootstrap`, readable to the uid 65532\n',
      '- the Secret `push` in that Namespace',
      '- the ConfigMap `ca` in that Namespace',
      '--for=condition=complete --timeout=60s\n',
      '    kubectl delete job -n metalk8s-solutions <name>\n',
      `-p '{"spec":{"claimRef":{"uid":null,"resourceVersion":null}}}'\n`,
    ]) {
      expect(text).toContain(line);
    }
    const bare = readmeOf({ platform: { registry, imageSync: least } });
    expect(bare).not.toContain('- the Secret');
    expect(bare).not.toContain('- the ConfigMap');
    const claimed = { ...least, archives: { claim: 'mine' } };
    const other = readmeOf({ platform: { registry, imageSync: claimed } });
    expect(other).toContain('- the claim `mine` in that Namespace');
    expect(other).not.toContain('Released');
    expect(readmeOf({ platform: { registry } })).not.toContain('## Images');
  });

  it('heals the volume that is rendered', () => {
    const files = folderOfScenario({
      platform: {
        registry: { endpoint: 'registry.example' },
        imageSync: { image: 'a:1', archives: { node: 'a', path: '/a `b` | *c*' } },
      },
    });
    const readme = files.get('README.md') ?? '';
    const [, volume = ''] = /kubectl patch persistentvolume (\S+) /u.exec(readme) ?? [];
    expect(volume).not.toBe('');
    expect(files.get('0290-images.yaml')).toContain(`\n  name: ${volume}\n`);
    expect(readme).toContain(String.raw`\/a \`b\` \| \*c\* of the node`);
  });

  it('names the Secrets that Operators with metrics wait for, unless cert-manager makes them', () => {
    const row = '| shop | store-operator-metrics-cert | store-operator-metrics.shop.svc |\n';
    expect(monitoredBy({ enabled: true })).toContain(row);
    for (const text of [
      monitoredBy({ enabled: true, certManager: true }),
      monitoredBy({ enabled: true }, 'http'),
      monitoredBy({}),
    ]) {
      expect(text).not.toContain('## Metrics');
    }
  });

  it('tells what Salt left in the cluster for metrics, where they are taken over', () => {
    const line = '--ignore-not-found store-operator-metrics-auth\n';
    expect(monitoredBy({ enabled: true })).toContain(line);
    expect(monitoredBy({ enabled: true }, 'http')).not.toContain('metrics-auth');
    expect(monitoredBy({})).not.toContain('metrics-auth');
  });

  it('says where UIs are, and which Secret their Ingress needs', () => {
    expect(reachedBy({})).toContain('| store | shop | `/env/shop/store` |\n');
    expect(reachedBy({})).not.toContain('Their certificate');
    const certified = reachedBy({ host: '*.ui.example', tlsSecret: 'ui-tls' });
    expect(certified).toContain('| store | shop | `store-shop.ui.example/` |\n');
    expect(certified).toContain('in the Secret `ui-tls`,');
    expect(readmeOf({ environments: storeWith({}) })).not.toContain('## UIs');
  });

  it('prunes the kinds of other operators only where those are', () => {
    const pruned = (monitoring: object) =>
      readmeOf({ platform: { monitoring } }).match(
        /(?<=--prune-allowlist=)\S*(?:coreos|cert)\S+/gu,
      );
    expect(pruned({})).toBeNull();
    expect(pruned({ enabled: true })).toEqual([
      'monitoring.coreos.com/v1/PrometheusRule',
      'monitoring.coreos.com/v1/ServiceMonitor',
    ]);
    expect(pruned({ enabled: true, certManager: true })).toHaveLength(4);
    expect(readmeOf({ platform: { monitoring: { enabled: true } } })).toContain(
      ',role,PrometheusRule.monitoring.coreos.com,ServiceMonitor.monitoring.coreos.com -n <namespace>',
    );
  });

  it('ends lines, and has no blank line twice', () => {
    const registry = { endpoint: 'registry.example' };
    const imageSync = { image: 'a:1', archives: { node: 'a', path: '/a' } };
    const images = { platform: { registry, imageSync } };
    const reached = {
      archives: [{ metrics: { enabled: true }, ui: '101' }],
      environments: storeWith({}),
      platform: { monitoring: { enabled: true } },
    };
    for (const scenario of [
      { archives: [] },
      {},
      { environments: storeWith({}) },
      images,
      reached,
    ]) {
      expect(readmeOf(scenario)).toMatch(/[^\n]\n$/u);
      expect(readmeOf(scenario)).not.toContain('\n\n\n');
    }
  });
});
