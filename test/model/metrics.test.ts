import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceNameMistake } from '../../src/kubernetes/names.ts';
import { serviceName } from '../../src/model/service-name.ts';
import {
  environment,
  noticesOf,
  role,
  shop,
  stateOf,
  store,
  type ArchiveText,
} from '../support/model-make.ts';

const monitored = '  monitoring: {enabled: true, certManager: false}\n';

/** The Operator of an archive whose Operator has such metrics. */
function operator(archive: ArchiveText, platform = monitored) {
  const { namespaces } = stateOf({ archives: [archive], environments: shop(store()), platform });
  return namespaces[0]?.operators[0];
}

function bindings(archive: ArchiveText, platform = monitored): string[] {
  const { bindings: all = [] } = operator(archive, platform) ?? {};
  return all.map(({ kind, name, role: { name: to } }) => `${kind} ${name} -> ${to}`);
}

/** What is warned of, where the archive ships `roles` and its Operator has metrics. */
function warnings(roles: string, platform = monitored): string[] {
  const archives = [{ roles, metrics: '{enabled: true}' }];
  return noticesOf({ archives, environments: shop(store()), platform }).map(
    ({ message }) => message,
  );
}

const reviewing =
  'ClusterRoleBinding shop-store-operator-system:auth-delegator -> system:auth-delegator';

describe('the metrics of an Operator', () => {
  it.each([
    ['{enabled: true}', { scheme: 'https', port: 8443, path: '/metrics' }],
    ['{enabled: true, scheme: http}', { scheme: 'http', port: 8080, path: '/metrics' }],
    [
      '{enabled: true, scheme: null, port: null, path: null}',
      { scheme: 'https', port: 8443, path: '/metrics' },
    ],
    [
      '{enabled: true, scheme: http, port: 65535, path: /a-b_c/%20}',
      { scheme: 'http', port: 65_535, path: '/a-b_c/%20' },
    ],
  ])('are what %s says, with the defaults of MetalK8s', (metrics, expected) => {
    expect(operator({ metrics })?.metrics).toMatchObject(expected);
  });

  it.each(['{enabled: false, port: 8443}', '{enabled: , port: 8443}', '{port: 8443}', ''])(
    'are none where the manifest says "%s"',
    (metrics) => {
      expect(operator({ metrics })).toMatchObject({ name: 'store-operator', metrics: undefined });
    },
  );

  it('are none where platform.yaml does not say that somebody collects them', () => {
    for (const platform of ['', '  monitoring: {certManager: true}\n']) {
      expect(operator({ metrics: '{enabled: true}' }, platform)?.metrics).toBeUndefined();
      expect(bindings({ metrics: '{enabled: true}' }, platform)).toEqual([]);
    }
  });

  it('give each Operator a binding of its own name, where two names would be one as well', () => {
    const metrics = '{enabled: true}';
    const { namespaces } = stateOf({
      archives: [
        { name: 'c', metrics },
        { name: 'b-c', metrics },
      ],
      environments: [
        environment('production', {
          'a-b': ['{name: c, version: 1.0.0}'],
          a: ['{name: b-c, version: 1.0.0}', '{name: c, version: 1.0.0}'],
        }),
      ],
      platform: monitored,
    });
    const names = namespaces.flatMap(({ operators }) =>
      operators.flatMap((one) => one.bindings.map(({ name }) => name)),
    );
    expect(names).toEqual([
      expect.stringMatching(/^a-b-c-operator-system:auth-delegator-[0-9a-f]{8}$/u),
      'a-c-operator-system:auth-delegator',
      expect.stringMatching(/^a-b-c-operator-system:auth-delegator-[0-9a-f]{8}$/u),
    ]);
    expect(new Set(names).size).toBe(3);
  });

  it.each([
    ['scheme: ftp', 'their `scheme` is "ftp", expected https or http'],
    ['scheme: HTTPS', 'their `scheme` is "HTTPS", expected https or http'],
    ['path: metrics', 'their `path` is "metrics", expected one such as /metrics'],
    [`path: "/a\\u001b[0m"`, 'their `path` is "/a\\u001b[0m", expected one such as /metrics'],
    ['path: /a b', 'their `path` is "/a b", expected one such as /metrics'],
    ['path: "/a?b=c"', 'their `path` is "/a?b=c", expected one such as /metrics'],
    ['path: ""', 'their `path` is "", expected one such as /metrics'],
  ])('with %s are not collected, which a warning says once; the Operator runs', (wrong, why) => {
    const archives = [{ roles: role(), metrics: `{enabled: true, ${wrong}}` }];
    const environments = shop(store()).concat(
      shop(store()).map((text) => text.replaceAll('shop', 'shop-2')),
    );
    const scenario = { archives, environments, platform: monitored };
    expect(noticesOf(scenario)).toEqual([
      {
        code: 'metrics-unusable',
        message: `the metrics of the Operator of store-1.0.0 are not collected: ${why}`,
        hint: 'the vendor must correct `spec.operator.metrics`',
        place: 'environments.yaml:7:17',
      },
    ]);
    const { namespaces } = stateOf(scenario);
    expect(namespaces.flatMap(({ operators }) => operators)).toHaveLength(2);
  });
});

/** What is warned of, with such metrics and `monitoring`. */
function warned(metrics: string, monitoring: string) {
  return noticesOf({
    archives: [{ roles: role(), metrics }],
    environments: shop(store()),
    platform: `  monitoring: ${monitoring}\n`,
  });
}

describe('the certificate of the metrics', () => {
  it('is what an Operator waits for, which is said until somebody says who makes it', () => {
    expect(warned('{enabled: true}', '{enabled: true}')).toEqual([
      {
        code: 'metrics-certificate',
        message:
          'the Operator of store-1.0.0 does not start without the Secret `store-operator-metrics-cert`, the certificate of its metrics',
        hint: 'say `monitoring.certManager: true` in platform.yaml where cert-manager is there; or make the Secret before you apply, as out/README.md shows, and say `false`',
        place: 'environments.yaml:7:17',
      },
    ]);
  });

  it.each([
    ['cert-manager makes it', '{enabled: true}', '{enabled: true, certManager: true}'],
    ['people make it', '{enabled: true}', '{enabled: true, certManager: false}'],
    ['http needs none', '{enabled: true, scheme: http}', '{enabled: true}'],
    ['nobody collects metrics', '{enabled: true}', '{}'],
  ])('is not spoken of where %s', (_, metrics, monitoring) => {
    expect(warned(metrics, monitoring)).toEqual([]);
  });
});

describe('the right to review tokens', () => {
  const reviews = role({
    name: 'metrics-auth-role',
    rules: [
      '{apiGroups: [authentication.k8s.io], resources: [tokenreviews], verbs: [create]}',
      '{apiGroups: [authorization.k8s.io], resources: [subjectaccessreviews], verbs: [create]}',
    ],
  });

  it('is given over https, beside the RoleBindings, whether the archive ships a role or not', () => {
    const metrics = '{enabled: true}';
    expect(bindings({ metrics })).toEqual([reviewing]);
    expect(bindings({ metrics, roles: reviews })).toEqual([
      'RoleBinding store-operator-clusterrole-metrics-auth-role -> metrics-auth-role',
      reviewing,
    ]);
    expect(bindings({ metrics: '{enabled: true, scheme: http}' })).toEqual([]);
  });

  it('is no longer missed where it is given', () => {
    expect(warnings(reviews, '')).toEqual([
      'the ClusterRole `metrics-auth-role` of store-1.0.0 grants what a RoleBinding cannot give: tokenreviews.authentication.k8s.io (create) and subjectaccessreviews.authorization.k8s.io (create)',
    ]);
    expect(warnings(reviews)).toEqual([]);
  });

  it('does not hide other rights of the same role', () => {
    const roles = `${reviews}- {apiGroups: [""], resources: [nodes], verbs: [get]}\n`;
    expect(warnings(roles)).toEqual([
      'the ClusterRole `metrics-auth-role` of store-1.0.0 grants what a RoleBinding cannot give: nodes (get)',
    ]);
  });
});

describe('the Service of the metrics', () => {
  it.each([
    ['store', 'store-operator-metrics'],
    ['0755', /^s-0755-operator-[0-9a-f]{8}-metrics$/u],
    ['x'.repeat(46), `${'x'.repeat(46)}-operator-metrics`],
    ['x'.repeat(47), /^x{46}-[0-9a-f]{8}-metrics$/u],
    ['x'.repeat(54), /^x{46}-[0-9a-f]{8}-metrics$/u],
    ['0'.repeat(54), /^s-0{44}-[0-9a-f]{8}-metrics$/u],
  ])('of %s has a name that a Service may have', (name, expected) => {
    const { namespaces } = stateOf({
      archives: [{ name, metrics: '{enabled: true}', ui: '101' }],
      environments: shop(`{name: "${name}", version: 1.0.0}`),
      platform: monitored,
    });
    const service = namespaces[0]?.operators[0]?.metrics?.service ?? '';
    expect(service).toMatch(expected);
    for (const one of [service, namespaces[0]?.uis[0]?.service ?? '']) {
      expect(serviceNameMistake(one)).toBeUndefined();
    }
  });

  it('has one for whatever a Solution may be called, and for no two the same', () => {
    const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,52}[a-z0-9])?$/u);
    fc.assert(
      fc.property(label, label, (a, b) => {
        expect(serviceNameMistake(serviceName(a, 'operator-metrics'))).toBeUndefined();
        expect(serviceName(a, 'ui') === serviceName(b, 'ui')).toBe(a === b);
      }),
    );
  });

  it('of two that are cut alike has two names', () => {
    const names = ['a', 'b'].map((end) => `${'x'.repeat(53)}${end}`);
    const { namespaces } = stateOf({
      archives: names.map((name) => ({ name, metrics: '{enabled: true}' })),
      environments: shop(...names.map((name) => `{name: ${name}, version: 1.0.0}`)),
      platform: monitored,
    });
    const services = namespaces[0]?.operators.map(({ metrics }) => metrics?.service);
    expect(new Set(services).size).toBe(2);
  });
});
