import { describe, expect, it } from 'vitest';
import { readManifests } from '../../src/kubernetes/read.ts';
import type { JsonObject } from '../../src/kubernetes/value.ts';
import { differingObjects } from '../../src/plan/object-changes.ts';
import { objectSets } from '../../src/plan/object-set.ts';
import { workloadChanges } from '../../src/plan/workloads.ts';
import { printManifests } from '../../src/kubernetes/print.ts';

/** A Deployment with these lines in place of those of the usual one. */
function deployment(more: Readonly<Record<string, string>> = {}): JsonObject {
  const { spec = '', labels = '{app: a}', annotations = '{}', pod = '', image = 'i:1' } = more;
  return object(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: operator, namespace: shop}
spec:
  ${spec}
  template:
    metadata: {labels: ${labels}, annotations: ${annotations}}
    spec:
      containers: [{name: operator, image: "${image}", ${more['container'] ?? ''}}]
      ${pod}
`);
}

function object(text: string): JsonObject {
  const [manifest] = readManifests(Buffer.from(text), 'test.yaml');
  return manifest?.value ?? {};
}

function changes(before: readonly JsonObject[], after: readonly JsonObject[]) {
  const files = [
    { file: 'a.yaml', objects: after.map((one) => ({ object: one, text: printManifests([one]) })) },
  ];
  const committed = [{ file: 'a.yaml', text: printManifests(before) }];
  return workloadChanges(differingObjects(objectSets(committed, files, '')));
}

const name = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'operator' };

describe('a Deployment', () => {
  it.each([
    ['its image', { image: 'i:2' }, ['image']],
    [
      'the checksum of its configuration',
      { annotations: '{solutions.metalk8s.scality.com/config-checksum: b}' },
      ['configuration'],
    ],
    ['a variable', { container: 'env: [{name: A, value: b}]' }, ['environment variables']],
    ['its memory', { container: 'resources: {limits: {memory: 1Gi}}' }, ['resources']],
    ['its user', { pod: 'securityContext: {runAsUser: 1}' }, ['security settings']],
    ['a mount', { container: 'volumeMounts: [{name: a, mountPath: /a}]' }, ['volumes']],
    ['its nodes', { pod: 'nodeSelector: {a: b}' }, ['placement on nodes']],
    ['its labels', { labels: '{app: a, version: b}' }, ['labels']],
    ['what has no word', { pod: 'hostNetwork: true' }, ['other settings']],
    ['several', { image: 'i:2', labels: '{app: b}' }, ['image', 'labels']],
  ])('restarts for %s', (_, more, why) => {
    expect(changes([deployment()], [deployment(more)]).deployments).toEqual([
      { ...name, what: 'restarted', why },
    ]);
  });

  it.each([
    [
      'is only scaled',
      { spec: 'replicas: 3' },
      [{ ...name, what: 'scaled', why: [], replicas: { before: 1, after: 3 } }],
    ],
    [
      'restarts and is scaled',
      { spec: 'replicas: 2', image: 'i:2' },
      [{ ...name, what: 'restarted', why: ['image'], replicas: { before: 1, after: 2 } }],
    ],
    [
      'that goes to no Pods does not restart',
      { spec: 'replicas: 0', image: 'i:2' },
      [{ ...name, what: 'scaled', why: [], replicas: { before: 1, after: 0 } }],
    ],
    ['whose strategy changes does not restart', { spec: 'strategy: {type: Recreate}' }, []],
    ['that writes its default out does not change', { spec: 'replicas: 1' }, []],
  ])('%s', (_, more, expected) => {
    expect(changes([deployment()], [deployment(more)]).deployments).toEqual(expected);
  });

  it('without Pods before and after does not restart', () => {
    const none = { spec: 'replicas: 0' };
    const after = [deployment({ ...none, image: 'i:2' })];
    expect(changes([deployment(none)], after).deployments).toEqual([]);
  });

  it('starts where it is new, and stops where it is gone', () => {
    expect(changes([], [deployment()]).deployments).toEqual([
      { ...name, what: 'created', why: [] },
    ]);
    expect(changes([deployment()], []).deployments).toEqual([
      { ...name, what: 'deleted', why: [] },
    ]);
  });
});

function job(hash: string, label = 'a'): JsonObject {
  return object(
    `{apiVersion: batch/v1, kind: Job, metadata: {name: images-${hash}, namespace: shop, labels: {a: ${label}}}}`,
  );
}

describe('a Job', () => {
  it('runs where it is new, and not again for a label of its own', () => {
    const [a, b] = [job('a'), job('b')];
    expect(changes([a], [job('a', 'other'), b]).jobs.map((one) => one.name)).toEqual(['images-b']);
    expect(changes([a], [])).toEqual({ jobs: [], deployments: [] });
  });
});
