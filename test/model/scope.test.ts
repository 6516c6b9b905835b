import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readManifests, type Manifest } from '../../src/kubernetes/read.ts';
import { clusterScope, clusterScoped, rightsNotGiven } from '../../src/model/scope.ts';
import { crd, environment, noticesOf, role, shop, store } from '../support/model-make.ts';

/** What everybody may ask for, about nobody but themselves. */
const ownReviews = new Set([
  'selfsubjectaccessreviews',
  'selfsubjectrulesreviews',
  'selfsubjectreviews',
]);
/** Groups that the API server does not serve by itself. */
const fromElsewhere = new Set([
  'cert-manager.io',
  'gateway.networking.k8s.io',
  'metalk8s.scality.com',
  'metrics.k8s.io',
  'snapshot.storage.k8s.io',
  'storage.metalk8s.scality.com',
]);

/**
 * The resources of the Kubernetes API by their group, from the paths that its published client
 * asks for: what stands behind `namespaces/{namespace}/`, and what can be asked for without it.
 */
function resourcesOfClient() {
  const folder = new URL('.', import.meta.resolve('@kubernetes/client-node'));
  const apis = fileURLToPath(new URL('gen/apis/', folder));
  const namespaced = new Set<string>();
  const all = new Set<string>();
  const path = /localVarPath = '\/apis?(?:\/([a-z0-9.]+))?\/v[0-9][a-z0-9]*\/([^'?]+)'/gu;
  for (const file of readdirSync(apis).filter((name) => name.endsWith('Api.js'))) {
    for (const [, group = '', rest = ''] of readFileSync(`${apis}/${file}`, 'utf8').matchAll(
      path,
    )) {
      const [first = '', second, third] = rest.split('/');
      const isInNamespace =
        first === 'namespaces' && second === '{namespace}' && third !== undefined;
      if (first === 'watch') continue;
      if (isInNamespace) namespaced.add(`${third}.${group}`);
      else all.add(`${first}.${group}`);
    }
  }
  return { namespaced, all };
}

describe('the resources without a Namespace', () => {
  it('are those that the published client of Kubernetes asks for without one', () => {
    const { namespaced, all } = resourcesOfClient();
    expect(namespaced.size).toBeGreaterThan(30);
    const asked = [...all].filter(
      (one) => !namespaced.has(one) && !ownReviews.has(one.split('.')[0] ?? ''),
    );
    const known = Object.entries(clusterScoped)
      .filter(([group]) => !fromElsewhere.has(group))
      .flatMap(([group, plurals]) => plurals.map((plural) => `${plural}.${group}`));
    expect(asked.filter((one) => !known.includes(one))).toEqual([]);
    expect(known.filter((one) => namespaced.has(one))).toEqual([]);
  });
});

function parsed(text: string): Manifest[] {
  return readManifests(Buffer.from(text), 'role.yaml');
}

/** The rights that a RoleBinding of a role with these rules does not give. */
function missing(rules: readonly string[], crds: readonly string[] = []): string[] {
  return parsed(role({ rules })).flatMap((one) =>
    rightsNotGiven(one, clusterScope(crds.flatMap(parsed))),
  );
}

function ruleFor(group: string, ...resources: readonly string[]): string {
  return JSON.stringify({ apiGroups: [group], resources, verbs: ['get'] });
}

describe('a RoleBinding', () => {
  it.each([
    [
      'apiGroups: [authentication.k8s.io], resources: [tokenreviews], verbs: [create]',
      ['tokenreviews.authentication.k8s.io (create)'],
    ],
    [
      'nonResourceURLs: [/metrics, /healthz/*], verbs: [get, head]',
      ['/metrics (get, head)', '/healthz/* (get, head)'],
    ],
    [
      'apiGroups: [""], resources: [pods, nodes, nodes/status], verbs: [list]',
      ['nodes (list)', 'nodes/status (list)'],
    ],
    ['apiGroups: ["*"], resources: ["*"], verbs: ["*"]', ['*.* (*)']],
    ['apiGroups: [storage.k8s.io], resources: ["*"], verbs: [get]', ['*.storage.k8s.io (get)']],
    ['apiGroups: [""], resources: ["*/status"], verbs: [get]', ['*/status (get)']],
    [
      'apiGroups: ["*"], resources: [storageclasses, pods], verbs: [get]',
      ['storageclasses.* (get)'],
    ],
    [
      'apiGroups: ["", apps], resources: [namespaces, deployments], verbs: [get]',
      ['namespaces (get)'],
    ],
    [
      'apiGroups: [storage.metalk8s.scality.com], resources: [volumes], verbs: [get]',
      ['volumes.storage.metalk8s.scality.com (get)'],
    ],
  ])('does not give %s', (rule, expected) => {
    expect(missing([`{${rule}}`])).toEqual(expected);
  });

  it.each([
    'apiGroups: [""], resources: [pods, pods/log, configmaps], verbs: ["*"]',
    'apiGroups: ["*"], resources: [pods], verbs: [get]',
    'apiGroups: [apps], resources: ["*"], verbs: ["*"]',
    'apiGroups: [example.com], resources: [nodes], verbs: [get]',
    'apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create]',
    'apiGroups: [storage.k8s.io], resources: [csistoragecapacities], verbs: [get]',
    'apiGroups: [authorization.k8s.io], resources: [selfsubjectaccessreviews, localsubjectaccessreviews], verbs: [create]',
    'apiGroups: [], resources: [nodes], verbs: [get]',
    'apiGroups: {a: b}, resources: 5, verbs: null',
  ])('gives %s', (rule) => {
    expect(missing([`{${rule}}`])).toEqual([]);
  });

  it('does not give resources that a CRD puts outside Namespaces, by their name or a wildcard', () => {
    const crds = [crd('worlds', 'Cluster'), crd('things')];
    const named = ruleFor('example.com', 'worlds', 'worlds/status', 'things');
    expect(missing([named], crds)).toEqual([
      'worlds.example.com (get)',
      'worlds/status.example.com (get)',
    ]);
    expect(missing([ruleFor('example.com', '*')], crds)).toEqual(['*.example.com (get)']);
    expect(missing([ruleFor('*', 'worlds')], crds)).toEqual(['worlds.* (get)']);
    expect(missing([ruleFor('example.com', '*')], [crd('things')])).toEqual([]);
  });

  it('is judged by any rules, and no rules, without a failure', () => {
    const value = fc.oneof(
      fc.constantFrom('', '*', 'nodes', 'a'),
      fc.array(fc.constantFrom('', '*', 'nodes', '/x')),
      fc.jsonValue(),
    );
    const rule = fc.record(
      { apiGroups: value, resources: value, verbs: value, nonResourceURLs: value },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.array(rule), fc.jsonValue()), (rules) => {
        const [manifest] = parsed(JSON.stringify({ rules }));
        expect(manifest && Array.isArray(rightsNotGiven(manifest, clusterScope([])))).toBe(true);
      }),
    );
  });

  it('is judged within a second where a rule has fifty thousand groups and resources, and there are nine thousand CRDs', () => {
    const words = Array.from({ length: 50_000 }, (_, index) => `w${index}`).join(', ');
    const rule = `{apiGroups: [example.com, ${words}], resources: [nodes, things0, ${words}], verbs: [get]}`;
    const crds = Array.from({ length: 9000 }, (_, index) =>
      JSON.stringify({ spec: { scope: 'Cluster', group: `w${index}`, names: { plural: 'x' } } }),
    ).join('\n---\n');
    const [manifest] = parsed(role({ rules: [rule] }));
    const scope = clusterScope(parsed(crds));
    const start = performance.now();
    expect(manifest && rightsNotGiven(manifest, scope)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('rights that are not given', () => {
  const reviews =
    '{apiGroups: [authentication.k8s.io], resources: [tokenreviews], verbs: [create]}';
  const worlds = '{apiGroups: [example.com], resources: [worlds], verbs: [get]}';

  it('are named in one warning a role, with what to add', () => {
    const archives = [
      { roles: role({ rules: [reviews, worlds] }), crds: [crd('worlds', 'Cluster')] },
    ];
    const environments = [environment('shop', { a: [store()], b: [store()], c: [store()] })];
    expect(noticesOf({ archives, environments, active: { store: 'latest' } })).toEqual([
      {
        code: 'rights-not-given',
        message:
          'the ClusterRole `manager-role` of store-1.0.0 grants what a RoleBinding cannot give: tokenreviews.authentication.k8s.io (create) and worlds.example.com (get)',
        hint: 'if the Operator needs it, add `clusterRoleBindings: [manager-role]` to the Solution in environments.yaml',
        place: 'environments.yaml:7:17',
      },
    ]);
  });

  it('are no matter where environments.yaml gives them, and still are in another Namespace', () => {
    const archives = [{ roles: role({ rules: [reviews] }) }];
    const given = store('clusterRoleBindings: [manager-role]');
    expect(noticesOf({ archives, environments: shop(given) })).toEqual([]);
    const environments = [environment('shop', { a: [given], b: [store()] })];
    expect(noticesOf({ archives, environments }).map(({ place }) => place)).toEqual([
      'environments.yaml:9:17',
    ]);
  });

  it('by a Role are the vendor’s to mend', () => {
    const archives = [{ roles: role({ kind: 'Role', name: 'leader', rules: [reviews] }) }];
    expect(noticesOf({ archives, environments: shop(store()) })).toEqual([
      {
        code: 'rights-not-given',
        message:
          'the Role `leader` of store-1.0.0 grants what a RoleBinding cannot give: tokenreviews.authentication.k8s.io (create)',
        hint: 'a Role has no effect outside its Namespace: if the Operator needs it, the vendor must ship it in a ClusterRole',
        place: 'environments.yaml:7:17',
      },
    ]);
  });

  it('through the CRD of another Solution count as well', () => {
    const archives = [
      { roles: role({ rules: [worlds] }) },
      { name: 'other', crds: [crd('worlds', 'Cluster')] },
    ];
    const environments = shop(store());
    expect(noticesOf({ archives, environments, active: { other: 'latest' } })).toHaveLength(1);
    expect(noticesOf({ archives, environments })).toEqual([]);
  });

  it('are listed up to ten', () => {
    const urls = Array.from({ length: 12 }, (_, index) => `/u${index}`);
    const archives = [
      { roles: role({ rules: [`{nonResourceURLs: [${urls.join(', ')}], verbs: [get]}`] }) },
    ];
    const [notice] = noticesOf({ archives, environments: shop(store()) });
    expect(notice?.message).toMatch(/: \/u0 \(get\), .*, \/u9 \(get\) and 2 more$/u);
  });
});
