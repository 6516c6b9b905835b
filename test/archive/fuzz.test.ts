import { array, assert, nat, property, tuple, type Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { parseFiles } from '../../src/archive/contents.ts';
import { solutionsErrors } from '../../src/errors.ts';
import { parseManifest } from '../../src/oci/manifest.ts';
import { crdText } from '../support/archive-make.ts';

const manifest = `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: Solution
metadata: {name: store, annotations: &a {x: 1.10}, labels: *a}
spec:
  version: 1.10
  operator: {image: {name: store-operator, tag: 1.10}, metrics: {enabled: true, port: 8443}}
  images: [store-operator:1.10, ":1"]
`;
const role =
  'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nrules: []\n';
const descriptor = { mediaType: 'x', digest: `sha256:${'0'.repeat(64)}`, size: 1 };
const image = JSON.stringify({ schemaVersion: 2, config: descriptor, layers: [descriptor] });

/** A text with some of its bytes replaced, and a piece of it moved. */
function damaged(text: string): Arbitrary<Buffer> {
  const flips = array(tuple(nat(text.length - 1), nat(255)), { maxLength: 4 });
  return tuple(flips, nat(text.length), nat(text.length)).map(([edits, from, to]) => {
    const bytes = Buffer.from(text);
    for (const [at, byte] of edits) bytes[at] = byte;
    const piece = bytes.subarray(from, from + 20);
    return edits.length % 2 === 0
      ? Buffer.concat([bytes.subarray(0, to), piece, bytes.subarray(to)])
      : bytes;
  });
}

/** Whether `work` gives a value or errors of ours, which say where. */
function isAnswered(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    return solutionsErrors(error).every(({ place }) => place !== undefined);
  }
}

test('the bytes of an archive’s files give a value or an error of ours, whatever they are', () => {
  assert(
    property(damaged(manifest), damaged(crdText('things')), damaged(role), (...texts) => {
      const names = [
        'manifest.yaml',
        'operator/deploy/crds/a_crd.yaml',
        'operator/deploy/role.yaml',
      ];
      const files = new Map(names.map((name, index) => [name, texts[index] ?? Buffer.alloc(0)]));
      expect(isAnswered(() => parseFiles(files, [], (path) => path))).toBe(true);
    }),
    { numRuns: 2000, interruptAfterTimeLimit: 3000 },
  );
});

test('the bytes of an image’s manifest give a value or an error of ours, whatever they are', () => {
  assert(
    property(damaged(image), (bytes) => {
      expect(isAnswered(() => parseManifest(bytes, { file: 'manifest.json' }))).toBe(true);
    }),
    { numRuns: 3000, interruptAfterTimeLimit: 2000 },
  );
});
