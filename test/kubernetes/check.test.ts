import { describe, expect, it } from 'vitest';
import { objectMistakes } from '../../src/kubernetes/check.ts';
import type { Json } from '../../src/kubernetes/value.ts';
import { edited } from '../support/kubernetes-edit.ts';
import { sampleOf, samples } from '../support/kubernetes-samples.ts';

const pod = ['spec', 'template', 'spec'];
const crd = 'CustomResourceDefinition';
const crdVersion = ['spec', 'versions', 0];
const crdSchema = [...crdVersion, 'schema', 'openAPIV3Schema'];
const container = [...pod, 'containers', 0];

describe('objectMistakes', () => {
  it.each(samples.map((sample) => [sample['kind'], sample]))(
    'finds nothing wrong with a good %s',
    (_, sample) => {
      expect(objectMistakes(sample)).toEqual([]);
    },
  );

  it.each<[string, (string | number)[], Json | undefined, RegExp]>([
    ['ConfigMap', ['kind'], undefined, /`apiVersion` and `kind`/u],
    ['ConfigMap', ['apiVersion'], '', /`apiVersion` and `kind`/u],
    ['ConfigMap', ['metadata', 'name'], undefined, /^metadata\.name "" is empty$/u],
    ['ConfigMap', ['metadata', 'name'], 5, /^metadata\.name must be text$/u],
    ['ConfigMap', ['metadata', 'name'], 'A', /^metadata\.name "A" must be lower-case/u],
    ['ConfigMap', ['metadata', 'namespace'], 'a.b', /^metadata\.namespace "a\.b" must be/u],
    ['Namespace', ['metadata', 'name'], 'a.b', /^metadata\.name "a\.b" must be/u],
    ['Service', ['metadata', 'name'], '1a', /must start with a letter/u],
    ['Job', ['metadata', 'name'], 'a'.repeat(64), /at most 63/u],
    ['Role', ['metadata', 'name'], 'a/b', /must not contain/u],
    ['Role', ['metadata', 'labels'], { 'a b': 'c' }, /^metadata\.labels: the key "a b" must be/u],
    ['Role', ['metadata', 'labels'], { a: 'b c' }, /^metadata\.labels\.a "b c" must be/u],
    ['Role', ['metadata', 'labels'], { a: 1 }, /^metadata\.labels\.a must be text$/u],
    ['Role', ['metadata', 'annotations'], { 'a b': '' }, /^metadata\.annotations: the key "a b"/u],
    ['Role', ['metadata', 'annotations'], { a: true }, /^metadata\.annotations\.a must be text$/u],
    ['Role', ['metadata', 'annotations'], { a: 'ä'.repeat(131_072) }, /has 262145 bytes/u],
    ['ConfigMap', ['data'], { 'a/b': '' }, /^data: the key "a\/b"/u],
    ['ConfigMap', ['data'], { a: 'ä'.repeat(524_288) }, /its data has 1048577 bytes/u],
    ['ConfigMap', ['binaryData'], { 'operator.yaml': 'aGk=' }, /in `data` and in `binaryData`/u],
    ['Deployment', ['spec', 'selector'], {}, /^spec\.selector must be there$/u],
    ['Deployment', ['spec', 'selector', 'matchLabels'], { app: 'b' }, /`app` does not match/u],
    [
      'Deployment',
      ['spec', 'template', 'metadata', 'labels', 'x y'],
      'a',
      /^spec\.template\.metadata/u,
    ],
    ['Deployment', [...pod, 'nodeSelector'], { 'a b': 'c' }, /nodeSelector: the key "a b"/u],
    ['Deployment', [...pod, 'containers'], [], /containers must not be empty/u],
    ['Deployment', [...container, 'name'], 'A', /containers: the name "A" must be/u],
    ['Deployment', [...container, 'env', 0, 'name'], '1', /env: the name "1" must be/u],
    ['Deployment', [...container, 'ports', 0, 'name'], 'a'.repeat(16), /at most 15/u],
    [
      'Deployment',
      [...container, 'ports', 0, 'containerPort'],
      65_536,
      /a number from 1 to 65535/u,
    ],
    ['Deployment', [...container, 'volumeMounts', 0, 'name'], 'x', /no volume is named "x"/u],
    [
      'Deployment',
      [...pod, 'volumes', 0, 'name'],
      'config.',
      /volumes: the name "config\." must be/u,
    ],
    [
      'Job',
      [...pod, 'initContainers'],
      [{ name: 'sample' }],
      /the name "sample" stands there twice/u,
    ],
    [
      'NetworkPolicy',
      ['spec', 'podSelector', 'matchLabels'],
      { a: '-' },
      /matchLabels\.a "-" must be/u,
    ],
    ['CustomResourceDefinition', ['metadata', 'name'], 'a.b', /must be `samples\.example\.com`/u],
    ['CustomResourceDefinition', ['spec', 'versions'], [], /0 of its versions are stored/u],
    [crd, ['extra'], 1, /^extra is no field that Kubernetes knows$/u],
    [crd, ['metadata', 'lables'], {}, /^metadata\.lables is no field/u],
    [crd, ['spec'], undefined, /^spec must be there$/u],
    [crd, ['spec'], 'x', /^spec must be a map$/u],
    [crd, ['spec', 'version'], 'v1', /^spec\.version is no field/u],
    [crd, ['spec', 'group'], undefined, /^spec\.group must be there$/u],
    [crd, ['spec', 'names', 'kind'], undefined, /^spec\.names\.kind must be there$/u],
    [crd, ['spec', 'names', 'shortNames'], 'a', /^spec\.names\.shortNames must be a list$/u],
    [crd, ['spec', 'scope'], 'Everywhere', /^spec\.scope must be `Namespaced` or `Cluster`$/u],
    [crd, ['spec', 'versions'], null, /^spec\.versions must be there$/u],
    [crd, [...crdVersion, 'storage'], 'true', /storage must be `true` or `false`$/u],
    [crd, [...crdVersion, 'served'], undefined, /^spec\.versions\[0\]\.served must be there$/u],
    [crd, [...crdSchema, 'propertys'], {}, /openAPIV3Schema\.propertys is no field/u],
    [crd, [...crdSchema, 'properties', 'a'], 5, /properties\.a must be a map$/u],
    [crd, [...crdSchema, 'properties', 'spec', 'maximum'], '5', /spec\.maximum must be a number$/u],
    [crd, [...crdSchema, 'description'], 5, /openAPIV3Schema\.description must be text$/u],
    [crd, [...crdSchema, 'allOf'], [{ typ: 'a' }], /allOf\[0\]\.typ is no field/u],
    [crd, [...crdSchema, 'additionalProperties'], { typ: 'a' }, /additionalProperties\.typ is no/u],
    [crd, [...crdSchema, 'additionalProperties'], 'a', /must be `true` or `false`$/u],
    ['Role', ['extra'], 1, /^extra is no field that Kubernetes knows$/u],
    ['Role', ['aggregationRule'], {}, /^aggregationRule is no field/u],
    ['Role', ['rules'], {}, /^rules must be a list$/u],
    ['Role', ['rules', 0], 'get', /^rules\[0\] must be a map$/u],
    ['Role', ['rules', 0, 'verbs'], 'get', /^rules\[0\]\.verbs must be a list$/u],
    ['Role', ['rules', 0, 'verbs'], undefined, /^rules\[0\]\.verbs must be there$/u],
    ['Role', ['rules', 0, 'verbs'], [], /^rules\[0\]\.verbs must not be empty$/u],
    ['Role', ['rules', 0, 'verbs', 1], 5, /^rules\[0\]\.verbs\[1\] must be text$/u],
    ['Role', ['rules', 0, 'verb'], ['get'], /^rules\[0\]\.verb is no field/u],
    ['Role', ['rules', 0, 'apiGroups'], undefined, /^rules\[0\]\.apiGroups must not be empty$/u],
    [
      'Role',
      ['rules', 0, 'nonResourceURLs'],
      ['/a'],
      /nonResourceURLs is only for a ClusterRole$/u,
    ],
    ['ClusterRole', ['rules', 0, 'verbs'], 'get', /^rules\[0\]\.verbs must be a list$/u],
    ['ClusterRole', ['rules', 0, 'nonResourceURLs'], ['/a'], /must be two rules$/u],
    ['ClusterRole', ['aggregationRule'], {}, /clusterRoleSelectors must not be empty$/u],
    [
      'ClusterRole',
      ['aggregationRule'],
      { clusterRoleSelectors: [{ matchLabel: {} }] },
      /^aggregationRule\.clusterRoleSelectors\[0\]\.matchLabel is no field/u,
    ],
  ])('finds what is wrong with a %s at %j', (kind, path, value, message) => {
    const mistakes = objectMistakes(edited(sampleOf(kind), path, value));
    expect(mistakes.filter((mistake) => message.test(mistake))).not.toEqual([]);
  });

  it('takes what is just within the limits', () => {
    const annotations = { a: 'x'.repeat(262_143) };
    const data = { a: 'x'.repeat(1_048_575) };
    expect(
      objectMistakes(edited(sampleOf('Role'), ['metadata', 'annotations'], annotations)),
    ).toEqual([]);
    expect(objectMistakes(edited(sampleOf('ConfigMap'), ['data'], data))).toEqual([]);
  });

  it.each<[string, (string | number)[], Json]>([
    ['Role', ['rules'], []],
    ['Role', ['rules'], null],
    ['Role', ['rules', 0, 'resourceNames'], null],
    ['ClusterRole', ['rules'], [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }]],
    ['ClusterRole', ['aggregationRule'], { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }],
    [crd, ['spec', 'names', 'shortNames'], null],
    [crd, [...crdVersion, 'subresources'], { status: {} }],
    [crd, [...crdSchema, 'default'], { typ: [null, 5] }],
    [crd, [...crdSchema, 'enum'], [{ typ: 1 }, null]],
    [crd, [...crdSchema, 'properties', 'constructor'], { type: 'string' }],
    [crd, [...crdSchema, 'properties', 'default'], { additionalProperties: false }],
  ])('takes of a %s what the API server takes, at %j', (kind, path, value) => {
    expect(objectMistakes(edited(sampleOf(kind), path, value))).toEqual([]);
  });

  it('shows ten mistakes of an object with a hundred thousand, and no long path', () => {
    const bad = { typ: 'string' };
    const properties = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, index) => [`${'x'.repeat(1000)}${index}`, bad]),
    );
    const mistakes = objectMistakes(
      edited(sampleOf(crd), [...crdSchema, 'properties'], properties),
    );
    expect(mistakes).toHaveLength(10);
    expect(Math.max(...mistakes.map(({ length }) => length))).toBeLessThan(400);
  });

  it('takes any kind that it does not know, and names of prototypes too', () => {
    for (const kind of ['Widget', 'constructor', '__proto__', 'toString']) {
      expect(objectMistakes({ apiVersion: 'v1', kind, metadata: { name: 'a' } })).toEqual([]);
      expect(objectMistakes({ apiVersion: 'v1', kind, metadata: { name: 'A' } })).toHaveLength(1);
    }
  });
});
