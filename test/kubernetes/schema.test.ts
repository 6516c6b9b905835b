import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/kubernetes/value.ts';
import { edited } from '../support/kubernetes-edit.ts';
import { sampleOf, samples } from '../support/kubernetes-samples.ts';
import { schemaMistakes } from '../support/kubernetes-schema.ts';

const container = ['spec', 'template', 'spec', 'containers', 0];
const schema = ['spec', 'versions', 0, 'schema', 'openAPIV3Schema'];

describe('the schemas that rendered objects are tested with', () => {
  it.each(samples.map((sample) => [sample['kind'], sample]))('take a good %s', (_, sample) => {
    expect(schemaMistakes(sample)).toEqual([]);
  });

  it.each(samples.map((sample) => [sample['kind'], sample]))(
    'refuse unknown fields, a wrong type and another version of a %s',
    (_, sample) => {
      expect(schemaMistakes(edited(sample, ['extra'], 1))).not.toEqual([]);
      expect(schemaMistakes(edited(sample, ['metadata', 'extra'], 'x'))).not.toEqual([]);
      expect(schemaMistakes(edited(sample, ['metadata', 'labels'], ['a']))).not.toEqual([]);
      expect(schemaMistakes(edited(sample, ['metadata', 'name'], 5))).not.toEqual([]);
      expect(schemaMistakes(edited(sample, ['apiVersion'], 'v1beta1'))).not.toEqual([]);
      expect(schemaMistakes(edited(sample, ['kind']))).not.toEqual([]);
    },
  );

  it.each<[string, string, (string | number)[], Json | undefined]>([
    ['text for a number', 'Deployment', ['spec', 'replicas'], '1'],
    ['no selector', 'Deployment', ['spec', 'selector'], undefined],
    ['no template', 'Deployment', ['spec', 'template'], undefined],
    ['an unknown field of a container', 'Deployment', [...container, 'imagePullPolice'], 'Always'],
    ['a number as a variable', 'Deployment', [...container, 'env', 1, 'value'], 1],
    ['a container without a name', 'Deployment', [...container, 'name'], undefined],
    ['a command in one piece', 'Deployment', [...container, 'command'], 'run'],
    [
      'an unknown field of a volume',
      'Job',
      ['spec', 'template', 'spec', 'volumes', 0, 'configmap'],
      {},
    ],
    [
      'a policy without an action',
      'Job',
      ['spec', 'podFailurePolicy', 'rules', 0, 'action'],
      undefined,
    ],
    ['a Job without a template', 'Job', ['spec', 'template'], undefined],
    ['a number in data', 'ConfigMap', ['data', 'a'], 1],
    ['a map in data', 'ConfigMap', ['data', 'a'], {}],
    ['rules without verbs', 'Role', ['rules', 0, 'verbs'], undefined],
    ['text for verbs', 'ClusterRole', ['rules', 0, 'verbs'], 'get'],
    ['an unknown field of a rule', 'ClusterRole', ['rules', 0, 'groups'], ['a']],
    ['no roleRef', 'RoleBinding', ['roleRef'], undefined],
    ['a roleRef without a name', 'ClusterRoleBinding', ['roleRef', 'name'], undefined],
    ['a subject without a kind', 'RoleBinding', ['subjects', 0, 'kind'], undefined],
    ['text for a boolean', 'ServiceAccount', ['automountServiceAccountToken'], 'true'],
    ['an unknown field of a spec', 'Namespace', ['spec'], { finalisers: [] }],
    [
      'an affinity in the wrong place',
      'PersistentVolume',
      ['spec', 'nodeAffinity', 'nodeSelectorTerms'],
      [],
    ],
    ['text for a list', 'PersistentVolume', ['spec', 'accessModes'], 'ReadOnlyMany'],
    ['an unknown field of a claim', 'PersistentVolumeClaim', ['spec', 'storageClass'], ''],
    ['a selector that is none', 'NetworkPolicy', ['spec', 'podSelector'], 'app'],
    [
      'an unknown field of a rule',
      'NetworkPolicy',
      ['spec', 'egress', 1, 'to', 0, 'ipBlock', 'cidrs'],
      [],
    ],
    ['a port without a number', 'Service', ['spec', 'ports', 0, 'port'], undefined],
    ['a CRD without a group', 'CustomResourceDefinition', ['spec', 'group'], undefined],
    ['a CRD without versions', 'CustomResourceDefinition', ['spec', 'versions'], undefined],
    ['an unknown field of a schema', 'CustomResourceDefinition', [...schema, 'propertys'], {}],
    [
      'an unknown field deep in a schema',
      'CustomResourceDefinition',
      [...schema, 'properties', 'spec', 'properties', 'parts', 'items', 'enums'],
      [],
    ],
    [
      'an unknown field of additionalProperties',
      'CustomResourceDefinition',
      [...schema, 'properties', 'spec', 'properties', 'tags', 'additionalProperties', 'typ'],
      'string',
    ],
    ['a number for a type', 'CustomResourceDefinition', [...schema, 'type'], 5],
    ['text for a boolean in a schema', 'CustomResourceDefinition', [...schema, 'nullable'], 'true'],
    ['text for a limit', 'CustomResourceDefinition', [...schema, 'maximum'], '5'],
    ['text for a list of names', 'CustomResourceDefinition', [...schema, 'required'], 'spec'],
  ])('refuse %s (%s)', (_, kind, path, value) => {
    expect(schemaMistakes(edited(sampleOf(kind), path, value))).not.toEqual([]);
  });

  it('leave defaults, examples and enums of a schema to whoever writes them', () => {
    const free: Json = { any: [null, { thing: 1.5 }] };
    const crd = ['default', 'example', 'enum'].reduce(
      (object, key) => edited(object, [...schema, key], key === 'enum' ? [free] : free),
      sampleOf('CustomResourceDefinition'),
    );
    expect(schemaMistakes(crd)).toEqual([]);
  });
});
