import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printFile, textOfFile } from '../../src/manifests/printed.ts';
import { anyText } from '../support/kubernetes-arbitrary.ts';
import { at, crd, find, folderOfScenario, renderScenario, storeWith } from './scenario.ts';

/** The metadata that is rendered, so that source and rendered file are equal as they stand. */
const METADATA =
  'labels: {app.kubernetes.io/managed-by: solutions, app.kubernetes.io/part-of: store}, ' +
  'annotations: {solutions.metalk8s.scality.com/rendered-from: solutions.yaml}';

/** Every form of a plain scalar that Go's YAML 1.1 reads in some way. */
const plain = [
  ['0755', '0o17', '0x1F', '0b11', '-0b11', '1_000', '08', '0', '-0', '+1', '007'],
  ['1e3', '1E3', '1.', '.5', '-.5', '1.0', '-0.0', '1e-7', '1e21', '1.5e300', '1_0.5', '1e400'],
  ['9007199254740993', '9223372036854775807', '-9223372036854775808', '9223372036854775808'],
  ['18446744073709551615', '18446744073709551616', '123456789012345678901234567890'],
  ['y', 'Y', 'n', 'on', 'On', 'off', 'yes', 'No', 'true', 'True', 'FALSE', '~', 'null', 'Null'],
  ['', '12:30:45', '1:30', '2001-01-01', '2001-12-14t21:59:43.10-05:00', '=', '1.10', 'v1'],
  ['100m', '10Gi', 'a b', 'a:b', 'a#b', '-1', '--x', '/path', '.', '_', 'ä', '😀'],
  ['!!str 1', '!!str', '!!int "3"', '!!float 1', '!!null ""', '!!bool "yes"', '!foo x'],
  ['{}', '[]', '{a: null}', '[~, 1, "1"]', '&a x', '"0755"', "'on'", "'it''s'", '"\\u2028"'],
].flat();

/** Blocks, of which each line is at the indent of their parent's children. */
const blocks = ['|\n', '|-\n', '|+\n', '>\n', '>-\n', '|2\n'].flatMap((header) =>
  ['a\n', 'a\nb\n\n', 'a: 1\n\n- b\n', '  x\ny\n'].map((lines) => [header, lines] as const),
);

/** Text of a value that stands after a key with `indent` blanks before it. */
function scalarAt(indent: string): fc.Arbitrary<string> {
  const below = `${indent}  `;
  return fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...plain) },
    { weight: 2, arbitrary: anyText.map(quoted) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...blocks).map(([header, lines]) => {
        const isFree = header === '|2\n' || !lines.startsWith(' ');
        return `${isFree ? header : '|2\n'}${lines.replaceAll(/^(?=.)/gmu, below)}`.trimEnd();
      }),
    },
  );
}

/** In double quotes, as YAML reads it; half a surrogate pair is nothing that a file can hold. */
function quoted(text: string): string {
  return JSON.stringify(text.replaceAll(/\p{Surrogate}/gu, '')).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Keys that become different text; a key that is null is refused. */
const keys = [
  ['plain', 'on', 'off', '"on"', '"y"', 'yes_', '"0755"', '0644', '"~"', '1.5', '2', '"3"'],
  ['"a b"', '"a: b"', '"#"', 'constructor', '"__proto__"', '0x10', '1e3', '"1e3"', '2001-01-01'],
].flat();

const values = fc
  .uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 8 })
  .chain((names) =>
    fc.tuple(...names.map((name) => scalarAt(INDENT).map((scalar) => `${name}: ${scalar}`))),
  );

const INDENT = ' '.repeat(10);

function crdText(index: number, lines: readonly string[]): string {
  const plural = `t${String(index).padStart(3, '0')}`;
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.store.example.com, ${METADATA}}
spec:
  group: store.example.com
  names: {kind: K${plural}, listKind: K${plural}List, plural: ${plural}, singular: ${plural}}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        default:
${lines.map((line) => `${INDENT}${line}`).join('\n')}
`;
}

function roleText(index: number, lines: readonly string[]): string {
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: r${String(index).padStart(3, '0')}, ${METADATA}}
rules:
- apiGroups: [""]
  resources: [pods]
  verbs: [get]
  resourceNames:
${lines.map((line) => `${' '.repeat(8)}- ${line.slice(line.indexOf(': ') + 2)}`).join('\n')}
`;
}

/** The objects of a file as kubectl sends them. */
function judged(file: string): string {
  const args = ['label', '--local', '-o', 'json', '-f', '-', 'judged=true'];
  return execFileSync('kubectl', args, { input: file, encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** kubectl is slow to start: it judges many at once. */
const documents = fc.array(values, { minLength: 25, maxLength: 25 });

describe('what a vendor ships', () => {
  it('is the same to kubectl as it is in the archive, whatever form its values have', () => {
    fc.assert(
      fc.property(documents, (all) => {
        const crds = all.map((lines, index) => crdText(index, lines));
        const rendered = folderOfScenario({ archives: [{ crds }], active: { store: '1.0.0' } });
        const file = rendered.get('0100-crds.store.yaml') ?? '';
        expect(judged(file)).toBe(judged(crds.join('---\n')));
      }),
      { numRuns: 8 },
    );
  });

  it('so are its roles', () => {
    fc.assert(
      fc.property(documents, (all) => {
        const roles = all.map((lines, index) => roleText(index, lines)).join('---\n');
        // Printed only: a name that is no text is refused before it is written.
        const { manifests } = renderScenario({
          archives: [{ roles }],
          environments: storeWith({}),
        });
        const files = manifests.filter(({ file }) => file === '0200-roles.store.1.0.0.yaml');
        expect(judged(files.flatMap(printFile).map(textOfFile).join(''))).toBe(judged(roles));
      }),
      { numRuns: 4 },
    );
  });

  it('is judged by one who sees a difference', () => {
    expect(judged(crdText(0, ['a: 0755']))).not.toBe(judged(crdText(0, ['a: "0755"'])));
    expect(judged(crdText(0, ['a: null']))).not.toBe(judged(crdText(0, ['b: null'])));
  });

  it('keeps the order of its keys, its 64-bit bounds and its nulls', () => {
    const text = crd(
      'things',
      ', maximum: 9223372036854775807, default: null, example: {"y": {on: 0755}}',
    );
    const folder = folderOfScenario({ archives: [{ crds: [text] }], active: { store: '1.0.0' } });
    expect(folder.get('0100-crds.store.yaml')).toContain(
      [
        '  - name: v1',
        '    served: true',
        '    storage: true',
        '    schema:',
        '      openAPIV3Schema:',
        '        type: object',
        '        maximum: 9223372036854775807',
        '        default: null',
        '        example:',
        '          "y":',
        '            "true": 493',
        '',
      ].join('\n'),
    );
  });

  it('is no template', () => {
    const text = crd('things', ', description: "{{ .Values.x }} {{#if a}} ${name} $(NAME)"');
    const { objects } = renderScenario({
      archives: [{ crds: [text] }],
      active: { store: '1.0.0' },
    });
    expect(JSON.stringify(objects)).toContain('{{ .Values.x }} {{#if a}} ${name} $(NAME)');
  });
});

describe('what only a cluster says', () => {
  const dumped = `${crd(
    'things',
    '',
    `, namespace: system, uid: 1-2, resourceVersion: "7", generation: 3, creationTimestamp: null,
  selfLink: /x, managedFields: [{manager: m}], ownerReferences: [{uid: gone}], finalizers: [],
  labels: {a: null, b: c}, annotations: {d: null,
  kubectl.kubernetes.io/last-applied-configuration: '{}'}`,
  )}status: {conditions: [], storedVersions: [v1]}\n`;

  it('is not in the metadata of what is rendered, nor is a status', () => {
    const scenario = { archives: [{ crds: [dumped] }], active: { store: '1.0.0' } };
    const rendered = find(
      renderScenario(scenario).objects,
      'CustomResourceDefinition',
      'things.store.example.com',
    );
    expect(rendered['metadata']).toEqual({
      name: 'things.store.example.com',
      labels: {
        b: 'c',
        'app.kubernetes.io/managed-by': 'solutions',
        'app.kubernetes.io/part-of': 'store',
      },
      annotations: { 'solutions.metalk8s.scality.com/rendered-from': 'solutions.yaml' },
    });
    expect(rendered).not.toHaveProperty('status');
  });

  it('but a finalizer is a vendor to say', () => {
    const text = crd('things', '', ', finalizers: [a.example/b]');
    const scenario = { archives: [{ crds: [text] }], active: { store: '1.0.0' } };
    expect(at(renderScenario(scenario).objects[2], 'metadata', 'finalizers')).toEqual([
      'a.example/b',
    ]);
  });
});
