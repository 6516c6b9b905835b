import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentSchema, parseEnvironments } from '../../src/config/environments.ts';
import { jsonSchemas } from '../../src/config/json-schema.ts';
import { parsePlatform, platformSchema } from '../../src/config/platform.ts';
import { parseSolutions, solutionsSchema } from '../../src/config/solutions.ts';
import { readYaml } from '../../src/config/yaml.ts';
import { errorsIn } from '../support/complaints.ts';

const root = join(import.meta.dirname, '..', '..');
const apiVersion = 'solutions.metalk8s.scality.com/v1alpha1';

/** As strict as ajv is: an unknown keyword or a typing slip in a schema is an error. */
const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false });

const kinds = {
  solutions: { schema: solutionsSchema, parse: parseSolutions, kind: 'SolutionsConfiguration' },
  environments: { schema: environmentSchema, parse: parseEnvironments, kind: 'Environment' },
  platform: { schema: platformSchema, parse: parsePlatform, kind: 'Platform' },
};
type Name = keyof typeof kinds;

const validators = new Map(
  [...jsonSchemas()].map(([file, text]) => [file, ajv.compile(JSON.parse(text))]),
);

/** Whether an editor with the schema of `name` takes `value`. */
function isTakenByEditors(name: Name, value: unknown): boolean {
  const validate = validators.get(`${name}.schema.json`);
  if (!validate) throw new Error(`there is no schema of ${name}`);
  return validate(value);
}

function isTakenByProgram(name: Name, value: unknown): boolean {
  const bytes = Buffer.from(JSON.stringify(value));
  return errorsIn(() => kinds[name].parse(bytes, name)).length === 0;
}

function document(name: Name, rest: object): object {
  return { apiVersion, kind: kinds[name].kind, ...rest };
}

function environment(settings: object): object {
  const solutions = [{ name: 's', version: '1', ...settings }];
  return { metadata: { name: 'a' }, spec: { namespaces: [{ name: 'b', solutions }] } };
}

/** A `spec` whose imageSync is right but for `settings`. */
function imageSync(settings: object): object {
  const right = { image: 'a.b/c:1', archives: { node: 'a', path: '/archives' } };
  return { spec: { imageSync: { ...right, ...settings } } };
}

function gitops(settings: object): object {
  const right = { agent: 'argocd', repoURL: 'https://git.example/site.git' };
  return { spec: { gitops: { ...right, ...settings } } };
}

describe('the JSON Schemas', () => {
  it.each([...jsonSchemas()])('%s is the committed one', async (file, text) => {
    await expect(text).toMatchFileSnapshot(join(root, 'schemas', file));
  });

  it('are all that is in schemas/', () => {
    expect(readdirSync(join(root, 'schemas')).toSorted()).toEqual(
      [...jsonSchemas().keys()].toSorted(),
    );
  });

  it('describe each setting of the three files', () => {
    const undescribed = [...jsonSchemas()].flatMap(([, text]) => undescribedKeys(JSON.parse(text)));
    // What these mean is known from Kubernetes.
    expect(undescribed.filter((key) => !known.has(key))).toEqual([]);
  });

  it.each<Name>(['solutions', 'environments', 'platform'])(
    'take every document of the example’s %s.yaml, which names its schema',
    (name) => {
      const text = readFileSync(join(root, `${name}.yaml`), 'utf8');
      expect(text).toContain(`# yaml-language-server: $schema=./schemas/${name}.schema.json\n`);
      const documents = readYaml(Buffer.from(text), { file: name });
      expect(documents.length).toBeGreaterThan(0);
      for (const { value } of documents) expect(isTakenByEditors(name, value)).toBe(true);
    },
  );
});

const known = new Set(
  ['apiVersion', 'kind', 'metadata', 'spec', 'requests', 'limits', 'name', 'key', 'value']
    .concat(['valueFrom', 'secretKeyRef', 'configMapKeyRef', 'operator', 'effect'])
    .concat(['tolerationSeconds', 'registry', 'podSecurity']),
);

/** The keys in `properties` anywhere below that say nothing about themselves. */
function undescribedKeys(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const below = Object.values(schema).flatMap(undescribedKeys);
  if (!('properties' in schema)) return below;
  const keys = Object.entries(Object(schema.properties)).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && 'description' in value ? [] : [key],
  );
  return [...keys, ...below];
}

describe('an editor and the program', () => {
  it.each<[Name, object]>([
    ['solutions', {}],
    ['solutions', { apiVersion: 'metalk8s.scality.com/v1alpha1' }],
    ['solutions', { archives: null, active: null }],
    ['solutions', { archives: ['/a.iso', 'b c/é'], active: { a: 'latest', b: 1.1, c: '1.0.0+x' } }],
    ['solutions', { 'x-mine': { anything: [] } }],
    ['environments', { metadata: { name: 'a' } }],
    ['environments', { metadata: { name: 'a', 'x-b': 1 }, spec: null }],
    ['environments', { metadata: { name: 'a' }, spec: { description: 1, namespaces: null } }],
    ['environments', environment({})],
    ['environments', environment({ version: 1.1, webhook: true, replicas: 0, runAsUser: 65_532 })],
    ['environments', environment({ env: [{ name: 'A', value: true, 'x-b': 1 }] })],
    [
      'environments',
      environment({
        env: [{ name: '_a.b', valueFrom: { secretKeyRef: { name: 'a.b', key: 'c' } } }],
      }),
    ],
    ['environments', environment({ resources: { requests: { cpu: 1, 'a.b/c': '10Gi' } } })],
    ['environments', environment({ nodeSelector: { 'a.b/c': '', d: true, e: 1 } })],
    ['environments', environment({ tolerations: [{ operator: 'Exists' }, { key: 'a' }] })],
    ['environments', environment({ clusterRoleBindings: ['system:a', 'b'] })],
    ['platform', {}],
    ['platform', { spec: null }],
    ['platform', { spec: { registry: { endpoint: 'a.b:5000', base: '', pullSecret: '' } } }],
    [
      'platform',
      { spec: { registry: { endpoint: '[::1]:1', base: 'a/b__c', pullSecret: 'a.b' } } },
    ],
    ['platform', { spec: { registry: { endpoint: 'a.b', plainHTTP: true } } }],
    ['platform', { spec: { network: { registryCIDRs: ['10.0.0.0/8', 'fd00::/64'] } } }],
    ['platform', { spec: { ingress: { class: 'nginx', host: '*.a.b', tlsSecret: 'c' } } }],
    ['platform', { spec: { ingress: { host: '', tlsSecret: '' } } }],
    ['platform', { spec: { monitoring: { enabled: true, labels: { 'a.b/c': '' } } } }],
    ['platform', { spec: { network: { prometheus: { podLabels: { a: 1 } } } } }],
    ['platform', imageSync({})],
    ['platform', imageSync({ image: `a.b/c@sha256:${'0'.repeat(64)}`, 'x-a': 1 })],
    ['platform', imageSync({ archives: { claim: 'a.b' }, secret: '', caConfigMap: 'ca' })],
    ['platform', imageSync({ enabled: true, deadlineSeconds: 60, backoffLimit: 0 })],
    ['platform', imageSync({ nodeSelector: { a: 1 }, tolerations: [{ operator: 'Exists' }] })],
    ['platform', imageSync({ resources: { limits: { memory: '1Gi', cpu: 2 } } })],
    ['platform', { spec: { imageSync: { enabled: false } } }],
    ['platform', { spec: { imageSync: null } }],
    ['platform', { spec: { crdWaivers: [{ name: 'a.b', reason: 'tested' }] } }],
    ['platform', { spec: { crdWaivers: [{ name: 'a.b', reason: 1, rules: ['field-removed'] }] } }],
    ['platform', { spec: { waivers: [{ rule: 'image-latest', reason: 'tested' }] } }],
    ['platform', { spec: { waivers: [{ rule: 'a', object: { name: 'b' }, reason: 1 }] } }],
    ['platform', { spec: { imageAdmission: { enabled: true, action: 'warn' } } }],
    [
      'platform',
      { spec: { imageAdmission: { also: ['a.b:1/c/', 'a/b:1', `a/b@sha256:${'0'.repeat(64)}`] } } },
    ],
    ['platform', { spec: { podSecurity: { enforce: true }, gitops: { agent: 'none', 'x-a': 1 } } }],
    ['platform', gitops({})],
    ['platform', gitops({ repoURL: 'ssh://git@git.example:22/a/b.git', 'x-a': 1 })],
    ['platform', gitops({ repoURL: 'git@git.example:a/b', path: 'a/b.c', name: 'paris' })],
    ['platform', gitops({ path: './a/', revision: 'refs/tags/v1.0' })],
    ['platform', gitops({ project: 'a.b', destination: 'paris', namespace: 'a' })],
    ['platform', gitops({ agent: 'flux', secret: 'a.b', interval: '1h30m' })],
    ['platform', gitops({ agent: 'none', secret: 'a', project: 'b' })],
  ])('take %s %j', (name, rest) => {
    const value = document(name, rest);
    expect(isTakenByProgram(name, value)).toBe(true);
    expect(isTakenByEditors(name, value)).toBe(true);
  });

  it.each<[Name, object]>([
    ['solutions', { apiVersion: 'v1' }],
    ['solutions', { kind: 'Platform' }],
    ['solutions', { archive: [] }],
    ['solutions', { archives: 'a' }],
    ['solutions', { archives: [''] }],
    ['solutions', { archives: ['a\u001b'] }],
    ['solutions', { archives: ['a', 'a'] }],
    ['solutions', { archives: [1] }],
    ['solutions', { active: { A: '1' } }],
    ['solutions', { active: { a: '' } }],
    ['solutions', { active: { a: '1/2' } }],
    ['solutions', { active: { a: ' 1' } }],
    ['solutions', { active: { a: null } }],
    ['solutions', { active: [] }],
    ['environments', {}],
    ['environments', { metadata: {} }],
    ['environments', { metadata: { name: 'a'.repeat(64) } }],
    ['environments', { metadata: { name: 'a', labels: {} } }],
    ['environments', { metadata: { name: 'a' }, spec: { namespaces: [{}] } }],
    ['environments', { metadata: { name: 'a' }, spec: { description: [] } }],
    ['environments', environment({ version: null })],
    ['environments', environment({ replicas: 1.5 })],
    ['environments', environment({ runAsUser: -1 })],
    ['environments', environment({ webhook: 'yes' })],
    ['environments', environment({ hardening: 'strict' })],
    ['environments', environment({ env: [{ name: 'A' }] })],
    ['environments', environment({ env: [{ name: '1A', value: 'b' }] })],
    ['environments', environment({ env: [{ name: '..', value: 'b' }] })],
    ['environments', environment({ env: [{ name: 'A', valueFrom: {} }] })],
    ['environments', environment({ nodeSelector: { 'a b': 'c' } })],
    ['environments', environment({ nodeSelector: { a: 'b c' } })],
    ['environments', environment({ resources: { limits: { cpu: '1 core' } } })],
    ['environments', environment({ tolerations: [{ key: 'a', effect: 'Never' }] })],
    ['environments', environment({ clusterRoleBindings: ['a/b'] })],
    ['environments', environment({ clusterRoleBindings: ['a', 'a'] })],
    ['platform', { spec: [] }],
    ['platform', { spec: { registry: { endpoint: 'https://a.b' } } }],
    ['platform', { spec: { registry: { base: 'A' } } }],
    ['platform', { spec: { registry: { base: 'a/' } } }],
    ['platform', { spec: { registry: { pullSecret: 'a_b' } } }],
    ['platform', { spec: { registry: { plainHTTP: 'yes' } } }],
    ['platform', { spec: { network: { registryCIDRs: ['a.b'] } } }],
    ['platform', { spec: { ingress: { host: 'a_b' } } }],
    ['platform', { spec: { ingress: { host: 'a.*.b' } } }],
    ['platform', { spec: { monitoring: { enabled: 'yes' } } }],
    ['platform', { spec: { network: { prometheus: { namespace: 'a.b' } } } }],
    ['platform', { spec: { network: { registryCIDRs: '10.0.0.0/8' } } }],
    ['platform', { spec: { imageSync: {} } }],
    ['platform', { spec: { imageSync: { enabled: true } } }],
    ['platform', { spec: { imageSync: { image: 'a:1' } } }],
    ['platform', imageSync({ image: 'a' })],
    ['platform', imageSync({ image: 'a b:1' })],
    ['platform', imageSync({ archives: {} })],
    ['platform', imageSync({ archives: { node: 'a' } })],
    ['platform', imageSync({ archives: { node: 'a', path: 'archives' } })],
    ['platform', imageSync({ archives: { node: 'a', path: '/' } })],
    ['platform', imageSync({ archives: { node: 'a_b', path: '/archives' } })],
    ['platform', imageSync({ archives: { node: 'a', path: '/archives', claim: 'b' } })],
    ['platform', imageSync({ secret: 'a_b' })],
    ['platform', imageSync({ deadlineSeconds: 0 })],
    ['platform', imageSync({ deadlineSeconds: 2 ** 31 })],
    ['platform', imageSync({ backoffLimit: -1 })],
    ['platform', imageSync({ resources: { limits: { memory: 'much' } } })],
    ['platform', imageSync({ archive: {} })],
    ['platform', { spec: { podSecurity: { enforce: 'yes' } } }],
    ['platform', { spec: { gitops: { agent: 'argo' } } }],
    ['platform', { spec: { gitops: { agent: 'argocd' } } }],
    ['platform', gitops({ repoURL: 'site.git' })],
    ['platform', gitops({ repoURL: 'https://git.example' })],
    ['platform', gitops({ path: '/a' })],
    ['platform', gitops({ path: 'a\\b' })],
    ['platform', gitops({ revision: 'a b' })],
    ['platform', gitops({ revision: 'a..b' })],
    ['platform', gitops({ revision: '-a' })],
    ['platform', gitops({ name: 'a'.repeat(51) })],
    ['platform', gitops({ destination: '' })],
    ['platform', gitops({ agent: 'flux', interval: '5' })],
    ['platform', { spec: { gitOps: {} } }],
    ['platform', { spec: { crdWaivers: [{ name: 'a.b' }] } }],
    ['platform', { spec: { crdWaivers: [{ name: 'a.b', reason: ' ' }] } }],
    ['platform', { spec: { crdWaivers: [{ name: 'a.b', reason: 'a', rules: [] }] } }],
    ['platform', { spec: { crdWaivers: [{ name: 'a.b', reason: 'a', rules: ['gone'] }] } }],
    ['platform', { spec: { waivers: [{ rule: 'image-latest' }] } }],
    ['platform', { spec: { waivers: [{ rule: 'Image', reason: 'a' }] } }],
    ['platform', { spec: { waivers: [{ rule: 'a', object: { label: 'a' }, reason: 'a' }] } }],
    ['platform', { spec: { waivers: [{ rule: 'a', object: { name: 'a b' }, reason: 'a' }] } }],
    ['platform', { spec: { imageAdmission: { action: 'audit' } } }],
    ['platform', { spec: { imageAdmission: { also: ['nginx'] } } }],
    ['platform', { spec: { imageAdmission: { also: ['a/b\nc'] } } }],
  ])('refuse %s %j', (name, rest) => {
    const value = document(name, rest);
    expect(isTakenByProgram(name, value)).toBe(false);
    expect(isTakenByEditors(name, value)).toBe(false);
  });

  const word = fc.oneof(
    fc.constantFrom('a', 'a.b', 'a/b', 'A', '1', '1.0', '', 'latest', 'x-y', '64Mi', 'a_b', '-'),
    fc.string({ maxLength: 6 }),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const leaf = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null));
  const variable = fc.record({ name: word, value: leaf }, { requiredKeys: ['name'] });
  const settings = fc.record(
    {
      version: leaf,
      replicas: leaf,
      env: fc.array(variable, { maxLength: 2 }),
      nodeSelector: fc.dictionary(word, leaf, { maxKeys: 2 }),
      resources: fc.record({ limits: fc.dictionary(word, leaf, { maxKeys: 2 }) }),
      tolerations: fc.array(fc.record({ key: word, value: leaf }), { maxLength: 2 }),
      clusterRoleBindings: fc.array(word, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  const registry = fc.record(
    { endpoint: word, base: word, pullSecret: word },
    { requiredKeys: [] },
  );
  const anyDocument = fc.oneof(
    fc.record({
      name: fc.constant<Name>('environments'),
      rest: settings.map((some) => environment(some)),
    }),
    fc.record({
      name: fc.constant<Name>('platform'),
      rest: registry.map((some) => ({ spec: { registry: some } })),
    }),
    fc.record({
      name: fc.constant<Name>('solutions'),
      rest: fc.record({
        archives: fc.array(word, { maxLength: 2 }),
        active: fc.dictionary(word, leaf, { maxKeys: 2 }),
      }),
    }),
  );

  it('agree in this: what the program takes, an editor takes', () => {
    let taken = 0;
    fc.assert(
      fc.property(anyDocument, ({ name, rest }) => {
        const value = document(name, rest);
        const result = kinds[name].schema.safeParse(value);
        if (!result.success) return;
        taken += 1;
        expect(isTakenByEditors(name, value)).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
