import { describe, expect, it } from 'vitest';
import { parseEnvironments } from '../../src/config/environments.ts';
import { complaintsOf } from '../support/complaints.ts';

const head =
  'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: Environment\nmetadata: {name: prod}\n';

/** An Environment with one Solution, which has `settings`; they start in line 9. */
function withSettings(settings: string): string {
  return `${head}spec:\n  namespaces:\n  - name: prod\n    solutions:\n    - {name: store, version: 1.10,\n${settings}}\n`;
}

function parse(text: string) {
  return parseEnvironments(Buffer.from(text), 'environments.yaml');
}

function settingsOf(settings: string): object | undefined {
  return parse(withSettings(settings))[0]?.namespaces[0]?.solutions[0];
}

function complaints(text: string): string[] {
  return complaintsOf(() => parse(text)).map((line) =>
    line.replace('environments.yaml:', '').replace('spec.namespaces[0].solutions[0].', ''),
  );
}

describe('environments.yaml', () => {
  it.each(['', '# none\n', '---\n---\n', '~\n'])('has no Environment when it is %j', (text) => {
    expect(parse(text)).toEqual([]);
  });

  it.each([
    ['no spec', ''],
    ['an empty spec', 'spec:\n'],
    ['an empty map', 'spec: {}\n'],
    ['empty namespaces', 'spec: {namespaces: }\n'],
  ])('has one Namespace, named as the Environment, for %s', (_, spec) => {
    expect(parse(head + spec)).toMatchObject([
      { name: 'prod', namespaces: [{ name: 'prod', solutions: [] }] },
    ]);
  });

  it('has one document an Environment, with places', () => {
    const [first, second] = parse(`${head}---\n${withSettings('').replaceAll('prod', 'test')}`);
    expect(first).toMatchObject({ name: 'prod', place: { line: 3, column: 12 } });
    expect(second).toMatchObject({
      name: 'test',
      place: { line: 7, column: 12 },
      namespaces: [
        {
          name: 'test',
          place: { line: 10, column: 5 },
          solutions: [{ name: 'store', version: '1.10', place: { line: 12, column: 7 } }],
        },
      ],
    });
  });

  it('keeps every text as it is written', () => {
    const text = withSettings(
      `env: [{name: A, value: 0755}, {name: B, value: True}, {name: C, value: 1.10}, {name: D, value: ""}],
       nodeSelector: {version: 1.10, kubernetes.io/os: linux, "empty": ""},
       resources: {requests: {cpu: 1.50, example.com/gpu: 1}, limits: {memory: 1e9}},
       tolerations: [{key: a, value: 010}]`,
    ).replace('spec:', 'spec:\n  description: 1.0');
    const [environment] = parse(text);
    expect(environment?.description).toBe('1.0');
    expect(environment?.namespaces[0]?.solutions[0]).toMatchObject({
      env: [
        { name: 'A', value: '0755' },
        { name: 'B', value: 'True' },
        { name: 'C', value: '1.10' },
        { name: 'D', value: '' },
      ],
      nodeSelector: { version: '1.10', 'kubernetes.io/os': 'linux', empty: '' },
      resources: { requests: { cpu: '1.50', 'example.com/gpu': '1' }, limits: { memory: '1e9' } },
      tolerations: [{ key: 'a', value: '010' }],
    });
  });

  it.each([
    ['env: [{name: A, valueFrom: {secretKeyRef: {name: s.t, key: k_1}}, x-why: b}]'],
    ['env: [{name: A, valueFrom: {configMapKeyRef: {name: s, key: .k}}}]'],
    ['tolerations: [{operator: Exists}, {key: a.b/c, effect: NoExecute, tolerationSeconds: 0}]'],
    ['clusterRoleBindings: ["system:node", manager-role]'],
    ['replicas: 0, runAsUser: 65532, webhook: true, hardening: compat, strategy: Recreate'],
    ['resources: {limits: {hugepages-2Mi: 4Mi, ephemeral-storage: 0.5Gi, memory: 128974848000m}}'],
  ])('takes the settings %s', (settings) => {
    expect(settingsOf(settings)).toMatchObject({ name: 'store' });
  });

  it('may describe an Environment with any text', () => {
    const text = `${head}spec: {description: "\\e[31m {{ x }} \\u202E"}\n`;
    expect(parse(text)[0]?.description).toBe('\u001B[31m {{ x }} \u202E');
  });

  const label = 'must be lower-case letters, digits and `-`, with a letter or digit at both ends';

  it.each([
    ['no name', 'metadata: {}', ['3:1 `metadata.name` is missing, expected text']],
    ['a bad name', 'metadata: {name: A_b}', [`3:12 \`metadata.name\` ${label}; found "A_b"`]],
    [
      'an escape in a name',
      'metadata: {name: "a\\e"}',
      [`3:12 \`metadata.name\` ${label}; found "a\\u001b"`],
    ],
    [
      'a long name',
      `metadata: {name: ${'a'.repeat(64)}}`,
      [
        expect.stringMatching(
          /^3:12 `metadata.name` has 64 characters, at most 63 are allowed; found "a{60}\.\.\."$/u,
        ),
      ],
    ],
    [
      'a name that is a number',
      'metadata: {name: 1}',
      ['3:12 `metadata.name` is 1, expected text | put quotes around it where text is meant: "1"'],
    ],
    ['no metadata', '', ['1:1 `metadata` is missing, expected a map']],
  ])('is refused for %s', (_, metadata, expected) => {
    expect(complaints(head.replace('metadata: {name: prod}', metadata))).toEqual(expected);
  });

  it.each([
    ['a spec that is a list', 'spec: []', ['4:1 `spec` is a list, expected a map']],
    [
      'namespaces that are a map',
      'spec: {namespaces: {a: b}}',
      ['4:8 `spec.namespaces` is a map, expected a list | start each item with `- `'],
    ],
    [
      'a slip',
      'spec: {namespace: []}',
      ['4:8 `spec.namespace` is not a known key | did you mean `namespaces`?'],
    ],
    [
      'another profile',
      'spec: {hardening: Restricted}',
      [
        '4:8 `spec.hardening` is "Restricted", expected `restricted`, `baseline` or `compat` | did you mean `restricted`?',
      ],
    ],
    [
      'a description that is a list',
      'spec: {description: [a]}',
      ['4:8 `spec.description` is a list, expected text'],
    ],
    [
      'a Solution without a version',
      'spec: {namespaces: [{name: a, solutions: [{name: s}]}]}',
      ['4:43 `version` is missing, expected text'],
    ],
    [
      'a Namespace without a name',
      'spec: {namespaces: [{}]}',
      ['4:21 `spec.namespaces[0].name` is missing, expected text'],
    ],
  ])('is refused for %s', (_, spec, expected) => {
    expect(complaints(`${head}${spec}\n`)).toEqual(expected);
  });

  const labelText =
    'must be letters, digits, `-`, `_` and `.`, with a letter or digit at both ends';

  it.each([
    ['half a replica', 'replicas: 1.5', ['9:1 `replicas` is 1.5, expected a whole number']],
    ['fewer than no replicas', 'replicas: -1', ['9:1 `replicas` is -1, expected at least 0']],
    [
      'a uid over 31 bits',
      'runAsUser: 2147483648',
      ['9:1 `runAsUser` is 2147483648, expected at most 2147483647'],
    ],
    ['a webhook that is text', 'webhook: yes', ['9:1 `webhook` is "yes", expected true or false']],
    [
      'another strategy',
      'strategy: recreate',
      [
        '9:1 `strategy` is "recreate", expected `RollingUpdate` or `Recreate` | did you mean `Recreate`?',
      ],
    ],
    [
      'a variable without a value',
      'env: [{name: A}]',
      ['9:7 `env[0]` needs either `value` or `valueFrom`'],
    ],
    [
      'a variable with two',
      'env: [{name: A, value: b, valueFrom: {secretKeyRef: {name: c, key: d}}}]',
      ['9:7 `env[0]` needs either `value` or `valueFrom`'],
    ],
    [
      'a variable from nowhere',
      'env: [{name: A, valueFrom: {}}]',
      ['9:17 `env[0].valueFrom` needs either `secretKeyRef` or `configMapKeyRef`'],
    ],
    [
      'an empty value',
      'env: [{name: A, value: }]',
      ['9:17 `env[0].value` is empty, expected text | give it a value, or remove it'],
    ],
    [
      'half a reference',
      'env: [{name: A, valueFrom: {secretKeyRef: {name: b}}}]',
      ['9:29 `env[0].valueFrom.secretKeyRef.key` is missing, expected text'],
    ],
    [
      'a Secret that has no such name',
      'env: [{name: A, valueFrom: {secretKeyRef: {name: b_c, key: d}}}]',
      [expect.stringContaining('9:44 `env[0].valueFrom.secretKeyRef.name` must be lower-case')],
    ],
    [
      'a key that no Secret has',
      'env: [{name: A, valueFrom: {secretKeyRef: {name: b, key: c/d}}}]',
      [
        '9:53 `env[0].valueFrom.secretKeyRef.key` must be letters, digits, `-`, `_` and `.`; found "c/d"',
      ],
    ],
    [
      'a variable that starts with a digit',
      'env: [{name: 1A, value: b}]',
      [
        '9:8 `env[0].name` must be letters, digits, `-`, `_` and `.`, without a digit in front; found "1A"',
      ],
    ],
    [
      'a variable twice',
      'env: [{name: A, value: b}, {name: B, value: b}, {name: A, value: c}]',
      [
        '9:50 `env[2].name` is the same as in item 1 of the list; found "A" | remove one of the two',
      ],
    ],
    [
      'a label that has no such value',
      'nodeSelector: {a: b c}',
      [`9:16 \`nodeSelector.a\` ${labelText}; found "b c"`],
    ],
    [
      'a label that has no such key',
      'nodeSelector: {a b: c}',
      [`9:16 \`nodeSelector["a b"]\` cannot be a key here: it ${labelText}`],
    ],
    [
      'an unknown resource',
      'resources: {limits: {mem: 1Gi}}',
      [
        '9:22 `resources.limits.mem` cannot be a key here: it is no resource: `cpu`, `memory`, `ephemeral-storage`, `hugepages-<size>` or `<domain>/<name>`',
      ],
    ],
    [
      'a quantity of nothing',
      'resources: {limits: {memory: 1GB}}',
      [
        '9:22 `resources.limits.memory` must be a Kubernetes quantity such as 250m, 64Mi or 2; found "1GB"',
      ],
    ],
    [
      'a toleration with a value for any',
      'tolerations: [{key: a, operator: Exists, value: b}]',
      ['9:15 `tolerations[0]` must have no `value` beside `operator: Exists`'],
    ],
    [
      'a toleration of nothing',
      'tolerations: [{}]',
      ['9:15 `tolerations[0]` needs a `key`, or `operator: Exists`'],
    ],
    [
      'seconds without an effect',
      'tolerations: [{key: a, tolerationSeconds: 3}]',
      ['9:15 `tolerations[0]` needs `effect: NoExecute` beside `tolerationSeconds`'],
    ],
    [
      'a ClusterRole twice',
      'clusterRoleBindings: [a, a]',
      [
        '9:26 `clusterRoleBindings[1]` is the same as in item 1 of the list; found "a" | remove one of the two',
      ],
    ],
    [
      'a ClusterRole that has no such name',
      'clusterRoleBindings: [a/b]',
      ['9:23 `clusterRoleBindings[0]` must not contain `/` or `%`; found "a/b"'],
    ],
  ])('is refused for %s', (_, settings, expected) => {
    expect(complaints(withSettings(settings))).toEqual(expected);
  });

  it('is told of the mistakes of every document', () => {
    const second = head.replace('prod', 'B');
    expect(complaints(`${head}a: 1\n---\n${second}---\n${head}b: 1\n`)).toEqual([
      expect.stringMatching(/^4:1 `a` is not a known key/u),
      expect.stringMatching(/^8:12 `metadata.name` must be/u),
      expect.stringMatching(/^13:1 `b` is not a known key/u),
    ]);
  });
});
