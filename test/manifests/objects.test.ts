import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { objectMistakes } from '../../src/kubernetes/check.ts';
import { readManifests } from '../../src/kubernetes/read.ts';
import {
  isJsonList,
  isJsonObject,
  textOf,
  type Json,
  type JsonObject,
} from '../../src/kubernetes/value.ts';
import { packageFile } from '../../src/package.ts';
import { edited } from '../support/kubernetes-edit.ts';
import { schemaMistakes } from '../support/kubernetes-schema.ts';
import { at, find, renderScenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const PREFIX = 'solutions.metalk8s.scality.com';

/** What is wrong with an object, in anybody's eyes. */
function mistakesOf(object: JsonObject): string[] {
  return [...schemaMistakes(object), ...objectMistakes(object), ...ownMistakes(object)];
}

/** What output.md asks of every object. */
function ownMistakes(object: JsonObject): string[] {
  const { metadata } = object;
  const isVendors = ['CustomResourceDefinition', 'Role', 'ClusterRole'].includes(
    textOf(object['kind']),
  );
  return [
    ...(at(metadata, 'labels', 'app.kubernetes.io/managed-by') === 'solutions'
      ? []
      : ['no managed-by']),
    ...(typeof at(metadata, 'labels', 'app.kubernetes.io/part-of') === 'string'
      ? []
      : ['no part-of']),
    ...(at(metadata, 'annotations', `${PREFIX}/rendered-from`) === 'solutions.yaml'
      ? []
      : ['not our annotation']),
    ...emptyValues(isVendors ? { metadata: metadata ?? {} } : object, ''),
    ...(object['kind'] === 'Secret' ? ['a Secret'] : []),
  ];
}

/** An empty map, list or null is a difference that no apply ends; these two are some by design. */
function emptyValues(value: Json, path: string): string[] {
  if (value === null) return [`null at ${path}`];
  if (!isJsonList(value) && !isJsonObject(value)) return [];
  const entries = Object.entries(value);
  if (entries.length === 0)
    return /\/(?:emptyDir|selfSigned)$/u.test(path) ? [] : [`nothing at ${path}`];
  return entries.flatMap(([key, entry]: [string, Json]) => emptyValues(entry, `${path}/${key}`));
}

describe.each(Object.entries(scenarios))('with %s', (_, scenario) => {
  const { objects } = renderScenario(scenario);

  it('every object is one that an API server takes and that is ours', () => {
    expect(objects.length).toBeGreaterThanOrEqual(2);
    expect(objects.map(mistakesOf)).toEqual(objects.map(() => []));
  });
});

describe('the example', () => {
  it('is of objects that an API server takes and that are ours', () => {
    const files = readdirSync(packageFile('out')).filter((name) => name.endsWith('.yaml'));
    const objects = files.flatMap((name) =>
      readManifests(readFileSync(packageFile(`out/${name}`)), name).map(({ value }) => value),
    );
    expect(objects.length).toBeGreaterThan(15);
    expect(objects.map(mistakesOf)).toEqual(objects.map(() => []));
  });
});

describe('a planted mistake is found', () => {
  const { objects } = renderScenario(scenarios['every setting'] ?? {});
  const deployment = find(objects, 'Deployment', 'production/store-operator');
  const container = ['spec', 'template', 'spec', 'containers', 0] as const;
  const binding = find(objects, 'RoleBinding', 'production/till-operator-role-leader-till');
  const crd = find(objects, 'CustomResourceDefinition', 'carts.store.example.com');
  const namespace = find(objects, 'Namespace', 'production');

  it.each<[string, JsonObject]>([
    ['an unknown field', edited(deployment, [...container, 'imagePullPolice'], 'Always')],
    ['a wrong type', edited(deployment, ['spec', 'replicas'], '1')],
    ['a field that is missing', edited(deployment, [...container, 'name'])],
    ['an empty map', edited(deployment, ['spec', 'template', 'spec', 'nodeSelector'], {})],
    ['an empty list', edited(deployment, [...container, 'args'], [])],
    [
      'a selector that selects nothing',
      edited(deployment, ['spec', 'selector', 'matchLabels', 'app'], 'another'),
    ],
    ['a mount without its volume', edited(deployment, ['spec', 'template', 'spec', 'volumes'])],
    ['a role reference without its kind', edited(binding, ['roleRef', 'kind'])],
    ['an unknown field of a CRD', edited(crd, ['spec', 'versions', 0, 'schemas'], {})],
    ['a label that is none', edited(namespace, ['metadata', 'labels', 'a'], 'a b')],
    ['no label of ours', edited(namespace, ['metadata', 'labels', 'app.kubernetes.io/managed-by'])],
    ['no annotation of ours', edited(namespace, ['metadata', 'annotations'])],
    ['an unknown kind', edited(namespace, ['kind'], 'Namespaces')],
  ])('%s', (__, object) => {
    expect(mistakesOf(object)).not.toEqual([]);
  });
});
