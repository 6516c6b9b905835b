import { describe, expect, it } from 'vitest';
import { parsePlatform } from '../../src/config/platform.ts';
import { complaintsOf } from '../support/complaints.ts';

const head = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: Platform\n';

function parse(text: string) {
  return parsePlatform(Buffer.from(text), 'platform.yaml');
}

function complaints(text: string): string[] {
  return complaintsOf(() => parse(text)).map((line) => line.replace('platform.yaml:', ''));
}

const metalk8s = {
  registry: {
    prefix: 'metalk8s-registry-from-config.invalid',
    port: 443,
    pullSecret: undefined,
    isPlainHttp: false,
    isReadOnly: true,
    cidrs: [],
  },
  imageSync: { mode: 'unset', place: expect.objectContaining({ file: 'platform.yaml' }) },
  network: {
    isEnabled: false,
    apiServerCidrs: [],
    prometheus: { namespace: 'metalk8s-monitoring', podLabels: {} },
    ingressController: { namespace: 'metalk8s-ingress', podLabels: {} },
  },
  monitoring: {
    isEnabled: false,
    labels: { 'metalk8s.scality.com/monitor': '' },
    certificates: 'unset',
    isSaid: false,
    place: expect.objectContaining({ file: 'platform.yaml' }),
    grafana: {
      datasource: 'metalk8s-prometheus',
      labels: { grafana_dashboard: '1' },
      folderAnnotation: 'metalk8s.scality.com/grafana-folder-name',
    },
  },
  ingress: {
    className: 'nginx-control-plane',
    host: undefined,
    domain: undefined,
    tlsSecret: undefined,
  },
  hardening: 'restricted',
  enforcePodSecurity: false,
  gitops: { agent: 'none' },
  crdWaivers: [],
  waivers: [],
  imageAdmission: { isEnabled: false, action: 'deny', also: [] },
  trust: { policy: 'when-present', keys: [], trustedRoot: undefined },
};

describe('platform.yaml', () => {
  it.each([
    ['empty', ''],
    ['without a spec', head],
    ['with an empty spec', `${head}spec:\n`],
    [
      'with everything left empty',
      `${head}spec: {registry: , podSecurity: , gitops: , imageSync: , network: }\n`,
    ],
    [
      'with more left empty',
      `${head}spec: {monitoring: , ingress: {host: "", tlsSecret: ""}, network: {prometheus: }}\n`,
    ],
    [
      'with empty texts',
      `${head}spec: {registry: {base: "", pullSecret: ""}, network: {registryCIDRs: }}\n`,
    ],
  ])('describes a MetalK8s cluster when it is %s', (_, text) => {
    expect(parse(text)).toEqual(metalk8s);
  });

  it('waives rules by object, and admits images from elsewhere, each once and in one order', () => {
    const spec =
      'spec:\n  waivers:\n  - {rule: image-latest, object: {kind: Pod, name: a}, reason: "yes, it is"}\n' +
      '  - {rule: pod-root, object: , reason: 1}\n' +
      '  imageAdmission: {enabled: true, action: warn, also: [b/c/, a/b:1, b/c/]}\n';
    const { waivers, imageAdmission } = parse(head + spec);
    expect(waivers).toEqual([
      {
        rule: 'image-latest',
        object: { kind: 'Pod', name: 'a' },
        reason: 'yes, it is',
        place: { file: 'platform.yaml', line: 5, column: 5 },
      },
      {
        rule: 'pod-root',
        object: {},
        reason: '1',
        place: { file: 'platform.yaml', line: 6, column: 5 },
      },
    ]);
    expect(imageAdmission).toEqual({ isEnabled: true, action: 'warn', also: ['a/b:1', 'b/c/'] });
  });

  it('describes another cluster', () => {
    const spec =
      'spec:\n  registry: {endpoint: "registry.example:5000", base: a/b-c, pullSecret: pull.secret}\n' +
      '  network: {registryCIDRs: [10.2.0.0/16, 10.1.0.0/16, 10.2.0.0/16]}\n' +
      '  hardening: baseline\n  podSecurity: {enforce: true}\n';
    expect(parse(head + spec)).toEqual({
      registry: {
        prefix: 'registry.example:5000/a/b-c',
        port: 5000,
        pullSecret: 'pull.secret',
        isPlainHttp: false,
        isReadOnly: false,
        cidrs: ['10.1.0.0/16', '10.2.0.0/16'],
      },
      imageSync: { mode: 'unset', place: { file: 'platform.yaml', line: 4, column: 14 } },
      network: metalk8s.network,
      monitoring: { ...metalk8s.monitoring, place: { file: 'platform.yaml', line: 3, column: 1 } },
      ingress: metalk8s.ingress,
      hardening: 'baseline',
      enforcePodSecurity: true,
      gitops: { agent: 'none' },
      crdWaivers: [],
      waivers: [],
      imageAdmission: metalk8s.imageAdmission,
      trust: metalk8s.trust,
    });
  });

  it.each([
    'registry.example',
    'localhost',
    '10.0.0.1:5000',
    '[fd00::1]:5000',
    'Registry.Example:443',
  ])('may name the registry %s', (endpoint) => {
    const { registry } = parse(`${head}spec: {registry: {endpoint: "${endpoint}"}}\n`);
    expect(registry.prefix).toBe(endpoint);
  });

  it.each([
    ['registry.example', '', 443],
    ['registry.example', 'plainHTTP: true, ', 80],
    ['registry.example:5000', 'plainHTTP: true, ', 5000],
    ['[fd00::1]', '', 443],
    ['[fd00::1]:5000', '', 5000],
  ])('knows the port of %s %s', (endpoint, more, port) => {
    const { registry } = parse(`${head}spec: {registry: {${more}endpoint: "${endpoint}"}}\n`);
    expect(registry.port).toBe(port);
  });

  it("knows MetalK8s' own registry by its name, too", () => {
    const own = 'endpoint: metalk8s-registry-from-config.invalid';
    expect(parse(`${head}spec: {registry: {${own}}}\n`).registry.isReadOnly).toBe(true);
  });

  it('names the networks of the registry, none with bits behind its prefix', () => {
    const networks = '[10.0.0.1/8, registry.example]';
    expect(complaints(`${head}spec: {network: {registryCIDRs: ${networks}}}\n`)).toEqual([
      '3:34 `spec.network.registryCIDRs[0]` must have no bits set behind its prefix of 8; found "10.0.0.1/8"',
      '3:46 `spec.network.registryCIDRs[1]` must be a CIDR such as 10.1.2.0/24, 10.1.2.3/32 or fd00::/64; found "registry.example"',
    ]);
  });

  it('says what monitors the cluster, where no labels are as good as others', () => {
    const spec = 'monitoring: {enabled: true, certManager: true, labels: {release: prometheus}}';
    expect(parse(`${head}spec: {${spec}}\n`).monitoring).toEqual({
      isEnabled: true,
      labels: { release: 'prometheus' },
      certificates: 'cert-manager',
      isSaid: true,
      place: { file: 'platform.yaml', line: 3, column: 8 },
      grafana: metalk8s.monitoring.grafana,
    });
    expect(parse(`${head}spec: {monitoring: {labels: {}}}\n`).monitoring.labels).toEqual({});
  });

  it('says how Grafana finds dashboards and which data source they read', () => {
    const spec =
      'monitoring: {datasource: P1809, dashboards: {labels: {dashboards: "yes"}, folderAnnotation: grafana_folder}}';
    expect(parse(`${head}spec: {${spec}}\n`).monitoring.grafana).toEqual({
      datasource: 'P1809',
      labels: { dashboards: 'yes' },
      folderAnnotation: 'grafana_folder',
    });
    expect(
      complaints(`${head}spec: {monitoring: {dashboards: {folderAnnotation: a b}}}\n`),
    ).toEqual([
      expect.stringContaining('`spec.monitoring.dashboards.folderAnnotation` must be letters'),
    ]);
  });

  it('says who may reach what, each network once', () => {
    const spec =
      'network: {enabled: true, apiServerCIDRs: [10.0.0.2/32, 10.0.0.1/32, 10.0.0.2/32], ' +
      'prometheus: {namespace: watch, podLabels: {app: prometheus}}, ingressController: {namespace: web}}';
    expect(parse(`${head}spec: {${spec}}\n`).network).toEqual({
      isEnabled: true,
      apiServerCidrs: ['10.0.0.1/32', '10.0.0.2/32'],
      prometheus: { namespace: 'watch', podLabels: { app: 'prometheus' } },
      ingressController: { namespace: 'web', podLabels: {} },
    });
  });

  it.each([
    ['one host for all UIs', 'ui.example', { host: 'ui.example', domain: undefined }],
    ['a host for each UI', '"*.ui.example"', { host: undefined, domain: 'ui.example' }],
  ])('names %s', (_, host, expected) => {
    const spec = `ingress: {class: nginx, host: ${host}, tlsSecret: ui-tls}`;
    expect(parse(`${head}spec: {${spec}}\n`).ingress).toEqual({
      className: 'nginx',
      tlsSecret: 'ui-tls',
      ...expected,
    });
  });

  it.each([
    [
      'an address for a host',
      'ingress: {host: 10.1.2.3}',
      ['3:18 `spec.ingress.host` must be a name, an Ingress takes no address; found "10.1.2.3"'],
    ],
    [
      'a wildcard in the middle',
      'ingress: {host: a.*.example}',
      [
        '3:18 `spec.ingress.host` must be lower-case letters, digits, `-` and `.`, with a letter or digit at both ends of each part; found "a.*.example"',
      ],
    ],
    [
      'a domain that leaves no room for a label',
      `ingress: {host: "*.${'a'.repeat(190)}"}`,
      [
        `3:18 \`spec.ingress.host\` has 192 characters, at most 191 are allowed: a label comes in front; found "*.${'a'.repeat(58)}..."`,
      ],
    ],
    [
      'a certificate for no host',
      'ingress: {tlsSecret: ui-tls}',
      [
        '3:18 `spec.ingress.tlsSecret` needs `host`, the name that its certificate is for; found "ui-tls"',
      ],
    ],
    [
      'a label that is none',
      'monitoring: {labels: {a: b c}}',
      [
        '3:30 `spec.monitoring.labels.a` must be letters, digits, `-`, `_` and `.`, with a letter or digit at both ends; found "b c"',
      ],
    ],
  ])('refuses %s', (_, spec, expected) => {
    expect(complaints(`${head}spec: {${spec}}\n`)).toEqual(expected);
  });

  it.each([
    [
      'a scheme',
      'endpoint: "https://a.b"',
      ['3:19 `spec.registry.endpoint` must be a host, without a scheme; found "https://a.b"'],
    ],
    [
      'a path',
      'endpoint: a.b/c',
      [
        '3:19 `spec.registry.endpoint` must be a host alone: what follows the `/` belongs to `base`; found "a.b/c"',
      ],
    ],
    [
      'a bare word',
      'endpoint: registry',
      [
        '3:19 `spec.registry.endpoint` must have a point or a port: without them it means a repository on Docker Hub; found "registry"',
      ],
    ],
    [
      'a port that is none',
      'endpoint: "a.b:65536"',
      ['3:19 `spec.registry.endpoint` must have a port of at most 65535; found "a.b:65536"'],
    ],
    [
      'an address that is none',
      'endpoint: "[::1::]"',
      [
        '3:19 `spec.registry.endpoint` must be a host with an optional port, such as registry.example:5000; found "[::1::]"',
      ],
    ],
    [
      'capitals in the base',
      'base: A',
      [
        '3:19 `spec.registry.base` must be lower-case letters and digits, with `.`, `_`, `-` or `/` between them; found "A"',
      ],
    ],
    [
      'a slash before the base',
      'base: /a',
      ['3:19 `spec.registry.base` must not start or end with `/`; found "/a"'],
    ],
    [
      'a Secret that has no such name',
      'pullSecret: a_b',
      [expect.stringContaining('3:19 `spec.registry.pullSecret` must be lower-case letters')],
    ],
    [
      'a slip',
      'endpiont: a.b',
      ['3:19 `spec.registry.endpiont` is not a known key | did you mean `endpoint`?'],
    ],
  ])('is refused for %s', (_, registry, expected) => {
    expect(complaints(`${head}spec: {registry: {${registry}}}\n`)).toEqual(expected);
  });

  it('is refused for other mistakes, all of them', () => {
    const text = `${head}spec:\n  podSecurity: true\n  gitops: {agent: argo}\n  hardening:\n---\n{}\n`;
    expect(complaints(text)).toEqual([
      '4:3 `spec.podSecurity` is true, expected a map',
      '5:12 `spec.gitops.agent` is "argo", expected `none`, `argocd` or `flux` | did you mean `argocd`?',
      '6:3 `spec.hardening` is empty, expected `restricted`, `baseline` or `compat` | give it a value, or remove it',
      '8:1 a second document starts here, expected one | one repository describes one cluster',
    ]);
  });
});
