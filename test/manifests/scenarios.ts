import { alertsOf, dashboardOf } from '../support/monitoring-make.ts';
import { crd, role, type ScenarioToMake } from './scenario.ts';

const roles = `${role('Role', 'leader')}---\n---\n${role('ClusterRole', 'manager-role')}---\n${role('ClusterRole', 'metrics-reader')}`;

/** Every setting, several Solutions in a Namespace, one Solution in several, odd versions. */
const full: ScenarioToMake = {
  archives: [
    { version: '1.0.0', roles, crds: [crd('carts', '', ', annotations: {a: b}'), crd('bills')] },
    { version: '1.10.0-rc.1', roles: roles.replaceAll('[get]', '[list]'), crds: [crd('carts')] },
    { name: 'till', version: `2.${'0'.repeat(100)}_1`, user: 'nonroot', roles },
    { name: 'base', version: '1.0 Beta+7|é', user: false, roles: role('ClusterRole', 'base') },
    { name: 'constructor', version: '1', roles },
    { name: '0755', version: '1e3', user: '' },
  ],
  active: { store: '1.0.0' },
  environments: {
    production: {
      description: 'Where it counts: {{ "yes" }} #1',
      namespaces: [
        {
          name: 'production',
          solutions: [
            {
              name: 'store',
              version: '1.0.0',
              webhook: true,
              replicas: 2,
              strategy: 'Recreate',
              runAsUser: 1000,
              resources: { limits: { cpu: '1', memory: '1Gi' } },
              env: [
                { name: 'LEVEL', value: '1e3' },
                { name: 'EMPTY', value: '' },
                {
                  name: 'TOKEN',
                  valueFrom: { secretKeyRef: { name: 'store-token', key: 'token' } },
                },
              ],
              nodeSelector: { 'node-role.kubernetes.io/infra': '', constructor: 'on' },
              tolerations: [{ key: 'infra', operator: 'Exists', effect: 'NoSchedule' }],
              clusterRoleBindings: ['metrics-reader'],
            },
            { name: 'till', version: 'latest', hardening: 'baseline' },
            { name: 'base', version: '1.0 Beta+7|é' },
            { name: 'constructor', version: '1' },
          ],
        },
        { name: 'production-2', solutions: [{ name: 'store', version: '1.0.0' }] },
      ],
    },
    staging: {
      hardening: 'compat',
      namespaces: [
        {
          name: 'staging',
          solutions: [
            { name: 'store', version: 'latest' },
            { name: '0755', version: '1e3' },
          ],
        },
      ],
    },
    empty: {},
  },
  platform: {
    registry: { endpoint: 'registry.example:5000', base: 'solutions', pullSecret: 'login' },
    podSecurity: { enforce: true },
    imageSync: {
      image: `registry.example:5000/solutions:0.1.0@sha256:${'0'.repeat(64)}`,
      archives: { node: 'bootstrap', path: '/archives' },
      secret: 'push',
      caConfigMap: 'registry-ca',
      resources: { limits: { memory: '1Gi' } },
      nodeSelector: { 'node-role.kubernetes.io/infra': '', constructor: 'on' },
      tolerations: [{ key: 'infra', operator: 'Exists', effect: 'NoSchedule' }],
    },
    network: { registryCIDRs: ['10.1.2.0/24', 'fd00::/64'] },
  },
};

const solutions = [
  { name: 'store', version: '1.0.0', webhook: true, ui: { hardening: 'baseline' as const } },
  { name: 'till', version: '1' },
  { name: '0755', version: '1' },
];

/** Metrics of both schemes, UIs in every profile, names that no Service may have. */
const reached: ScenarioToMake = {
  archives: [
    { roles, metrics: { enabled: true }, ui: '' },
    { name: 'till', version: '1', metrics: { enabled: true, scheme: 'http', port: 80 }, ui: '101' },
    { name: '0755', version: '1', metrics: { enabled: true }, ui: 'nonroot' },
    { name: 'x'.repeat(54), version: '1', metrics: { enabled: true, path: '/m' }, ui: '' },
    { name: 'page', version: '1', user: false, ui: '101' },
  ],
  environments: {
    production: {
      namespaces: [
        { name: 'production', solutions },
        { name: '0-next', solutions },
      ],
    },
    staging: {
      hardening: 'compat',
      namespaces: [
        {
          name: 'staging',
          solutions: [
            { name: 'x'.repeat(54), version: '1', ui: { runAsUser: 101 } },
            {
              name: 'page',
              version: '1',
              nodeSelector: { 'node-role.kubernetes.io/infra': '' },
              tolerations: [{ key: 'infra', operator: 'Exists', effect: 'NoSchedule' }],
            },
          ],
        },
      ],
    },
  },
  platform: {
    registry: { endpoint: 'registry.example', pullSecret: 'login' },
    imageSync: { enabled: false },
    monitoring: { enabled: true, certManager: true },
    ingress: { class: 'nginx', host: 'ui.example', tlsSecret: 'ui-tls' },
    network: {
      enabled: true,
      apiServerCIDRs: ['10.0.0.2/32', '10.0.0.1/32'],
      prometheus: { namespace: 'watch', podLabels: { 'app.kubernetes.io/name': 'prometheus' } },
    },
  },
};

/** Files whose names make one, texts that look like something else, a Solution without an Operator. */
const monitored: ScenarioToMake = {
  archives: ['store', 'constructor', 'base'].map((name) => ({
    name,
    ...(name === 'base' ? { user: false } : {}),
    files: {
      'monitoring/dashboards/A b.json': dashboardOf({ uid: 'constructor', title: '0755' }),
      'monitoring/dashboards/a_b.json': dashboardOf({ uid: null, links: ['/d/constructor'] }),
      'monitoring/alerts/__proto__.yaml': alertsOf({ rule: { annotations: null, for: '0m' } }),
      'monitoring/alerts/record.yml':
        'groups: [{name: on, rules: [{record: a, expr: 1}]}, {name: b}]',
    },
  })),
  environments: {
    production: {
      namespaces: ['production', 'production-2'].map((name) => ({
        name,
        solutions: ['store', 'constructor', 'base'].map((solution) => ({
          name: solution,
          version: '1.0.0',
          monitoring: { inputs: { job: name, limit: '1e3' } },
        })),
      })),
    },
  },
  platform: { monitoring: { enabled: true, labels: {}, datasource: 'on' } },
};

/** What the tests of all objects render. */
export const scenarios: Readonly<Record<string, ScenarioToMake>> = {
  'nothing at all': { archives: [] },
  'an archive that runs nowhere': {},
  'every setting': full,
  'every setting, for Argo CD': {
    ...full,
    platform: {
      ...full.platform,
      gitops: { agent: 'argocd', repoURL: 'https://git.example/site.git' },
    },
  },
  'image Jobs of the least settings': {
    platform: {
      registry: { endpoint: 'registry.example', plainHTTP: true },
      imageSync: { image: 'solutions:0.1.0', archives: { claim: 'archives' } },
    },
  },
  'every setting, for Flux': {
    ...full,
    platform: {
      ...full.platform,
      gitops: { agent: 'flux', repoURL: 'https://git.example/site.git' },
    },
  },
  'metrics, UIs and NetworkPolicies': reached,
  'dashboards and alerts': monitored,
  'metrics and UIs of the least settings, for Argo CD': {
    ...reached,
    platform: {
      monitoring: { enabled: true },
      network: { enabled: true },
      gitops: { agent: 'argocd', repoURL: 'https://git.example/site.git' },
    },
  },
};
