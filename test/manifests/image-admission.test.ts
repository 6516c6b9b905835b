import { Environment } from '@marcbachmann/cel-js';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { textOf, type JsonObject } from '../../src/kubernetes/value.ts';
import { schemaMistakes } from '../support/kubernetes-schema.ts';
import { renderScenario, storeWith, type ScenarioToMake } from './scenario.ts';

/** What the API server does with a policy and its bindings, in so far as ours need it. */
const policySchema = z.object({
  spec: z.object({
    variables: z.array(z.object({ name: z.string(), expression: z.string() })),
    validations: z.array(z.object({ expression: z.string(), messageExpression: z.string() })),
  }),
});
const bindingSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    policyName: z.string(),
    paramRef: z.object({ name: z.string(), namespace: z.string() }),
    matchResources: z.object({
      namespaceSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    }),
    validationActions: z.array(z.string()),
  }),
});
const listSchema = z.object({ data: z.record(z.string(), z.string()) });
const named = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) });

const digest = (digit: string) => `@sha256:${digit.repeat(64)}`;

const scenario = (more: object = {}): ScenarioToMake => ({
  archives: [{}, { version: '1.1.0' }, { name: 'till', version: '2.0' }],
  environments: {
    ...storeWith({}),
    other: { namespaces: [{ name: 'other', solutions: [{ name: 'till', version: '2.0' }] }] },
    empty: {},
  },
  platform: {
    registry: { endpoint: 'registry.example:5000', base: 'solutions' },
    imageAdmission: {
      enabled: true,
      also: ['mesh.example/proxy:1', 'tools.example/debug/'],
      ...more,
    },
  },
});

const rendered = renderScenario(scenario());

function objectNamed(
  kind: string,
  name: string,
  objects: readonly JsonObject[] = rendered.objects,
) {
  const found = objects.find((object) => {
    const parsed = named.safeParse(object);
    return parsed.success && parsed.data.kind === kind && parsed.data.metadata.name === name;
  });
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

function bindingOf(namespace: string, objects = rendered.objects) {
  const name = `metalk8s-solutions-images-${namespace}`;
  return bindingSchema.parse(objectNamed('ValidatingAdmissionPolicyBinding', name, objects));
}

/** What the policy answers: nothing where it admits a Pod. */
function answer(
  namespace: string,
  object: object,
  oldObject: object | null = null,
): string | undefined {
  const { spec } = policySchema.parse(
    objectNamed('ValidatingAdmissionPolicy', 'metalk8s-solutions-images'),
  );
  const params = listSchema.parse(
    objectNamed('ConfigMap', bindingOf(namespace).spec.paramRef.name),
  );
  const cel = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
  });
  const variables: Record<string, unknown> = {};
  const known = { object, oldObject, params, variables };
  for (const { name, expression } of spec.variables)
    variables[name] = cel.evaluate(expression, known);
  const failed = spec.validations.find(
    ({ expression }) => cel.evaluate(expression, known) !== true,
  );
  return failed && String(cel.evaluate(failed.messageExpression, known));
}

function podOf(...images: readonly string[]) {
  return { spec: { containers: images.map((image, index) => ({ name: `c${index}`, image })) } };
}

const prefix = 'registry.example:5000/solutions';

/** The Operator's image, as it is rendered. */
function operatorImage(namespace: string, name: string): string {
  const deployment = z.object({
    metadata: z.object({ namespace: z.literal(namespace), name: z.literal(name) }),
    spec: z.object({
      template: z.object({
        spec: z.object({ containers: z.array(z.object({ image: z.string() })) }),
      }),
    }),
  });
  const found = rendered.objects.flatMap((object) => {
    const parsed = deployment.safeParse(object);
    return parsed.success
      ? parsed.data.spec.template.spec.containers.map(({ image }) => image)
      : [];
  });
  return found[0] ?? '';
}

const operator = operatorImage('shop', 'store-operator');
const [repository = '', ownDigest = ''] = operator.split(/:1\.0\.0(?=@)/u);

describe('the policy of images', () => {
  it('is rendered only where somebody asks for it', () => {
    const { objects } = renderScenario(scenario({ enabled: false }));
    expect(objects.filter(({ kind }) => textOf(kind).startsWith('Validating'))).toEqual([]);
  });

  it('is what the schemas of Kubernetes allow', () => {
    const own = rendered.manifests.find(({ file }) => file === '0280-admission.yaml');
    expect(own?.objects.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 3 }, () => 'ConfigMap'),
      'ValidatingAdmissionPolicy',
      ...Array.from({ length: 3 }, () => 'ValidatingAdmissionPolicyBinding'),
    ]);
    expect(own?.objects.flatMap(schemaMistakes)).toEqual([]);
  });

  it.each([
    ['the Operator as it is rendered', [operator]],
    ['an image of the archive by its tag', [`${repository}:1.0.0`]],
    ['an image by its digest without a tag', [`${repository}${ownDigest}`]],
    ['another version that is imported', [`${prefix}/store-1.1.0/store-operator:1.1.0`]],
    ['what platform.yaml names in full', ['mesh.example/proxy:1']],
    ['what platform.yaml names the start of', ['tools.example/debug/shell:9', operator]],
  ])('admits %s', (_, images) => {
    expect(answer('shop', podOf(...images))).toBeUndefined();
  });

  it.each([
    ['an image from elsewhere', 'docker.io/library/nginx:1'],
    ['an image without a registry', 'nginx'],
    ['another digest under the tag', `${repository}:1.0.0${digest('1')}`],
    ['another tag of the image', `${repository}:1.0.1`],
    ['an image without a tag', repository],
    ['the digest under another name', `${prefix}/store-1.0.0/other:1.0.0${ownDigest}`],
    ['a name that starts as one of the archive', `${repository}:1.0.0-evil`],
    ['a name with a part in front', `evil.example/${operator}`],
    ['a name behind which another begins', `${operator}@${operator}`],
    ['a Solution of another Namespace', `${prefix}/till-2.0/till-operator:2.0`],
    ['a start of an id', `${prefix}/store-1.0/store-operator:1.0.0`],
    ['what platform.yaml names with another tag', 'mesh.example/proxy:11'],
    ['the start that platform.yaml names', 'tools.example/debug'],
    ['the name of a key of the list', `${prefix}/also/mesh.example/proxy:1`],
    ['no image at all', ''],
  ])('refuses %s', (_, image) => {
    expect(answer('shop', podOf(operator, image))).toBe(
      `images that are in no archive of this Namespace: ${image}`,
    );
  });

  it.each([
    ['an init container', { initContainers: [{ name: 'a', image: 'evil' }] }],
    ['an ephemeral container', { ephemeralContainers: [{ name: 'a', image: 'evil' }] }],
    ['a volume', { volumes: [{ name: 'a', image: { reference: 'evil' } }] }],
  ])('looks at the image of %s', (_, more) => {
    const { spec } = podOf(operator);
    expect(answer('shop', { spec: { ...spec, ...more } })).toMatch(/: evil$/u);
    expect(answer('shop', { spec: { ...spec, volumes: [{ name: 'a', emptyDir: {} }] } })).toBe(
      undefined,
    );
  });

  it('lets what ran before be changed, but not to another image', () => {
    expect(answer('shop', podOf('old:1'), podOf('old:1'))).toBeUndefined();
    expect(answer('shop', podOf('old:2'), podOf('old:1'))).toMatch(/: old:2$/u);
  });

  it('knows each Namespace by a label that cannot be taken off, and its own list', () => {
    expect(bindingOf('other').spec.matchResources.namespaceSelector.matchLabels).toEqual({
      'kubernetes.io/metadata.name': 'other',
    });
    expect(answer('other', podOf(operatorImage('other', 'till-operator')))).toBeUndefined();
    expect(answer('other', podOf(operator))).toMatch(/^images that are in no archive/u);
    expect(answer('empty', podOf(operator))).toMatch(/^images that are in no archive/u);
    expect(answer('empty', podOf('mesh.example/proxy:1'))).toBeUndefined();
  });

  it('denies, or warns where that is asked for', () => {
    expect(bindingOf('shop').spec.validationActions).toEqual(['Deny']);
    const { objects } = renderScenario(scenario({ action: 'warn' }));
    expect(bindingOf('shop', objects).spec.validationActions).toEqual(['Warn', 'Audit']);
  });
});
