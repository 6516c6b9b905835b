import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printManifests } from '../../src/kubernetes/print.ts';
import { readManifests } from '../../src/kubernetes/read.ts';
import { fieldOf, nameOf, textOf, type JsonObject } from '../../src/kubernetes/value.ts';
import { render } from '../../src/manifests/render.ts';
import { deleteLine, removedObjects, type ObjectName } from '../../src/plan/removed.ts';
import { crd, environment, role, stateOf, store, type Scenario } from '../support/model-make.ts';

const nothing = new Map<string, string>();

/** What is removed where a file with this text goes. */
function removedFrom(text: string, file = '0000-file.yaml'): ObjectName[] {
  return removedObjects(new Map([[file, text]]), nothing);
}

/** The manifests of a scenario, printed, by file name. */
function printed(scenario: Scenario): Map<string, string> {
  return new Map(
    render(stateOf(scenario)).map(({ file, objects }) => [file, printManifests(objects)]),
  );
}

/** One object as the printer writes it. */
function objectText(fields: Partial<ObjectName>): string {
  const { apiVersion = 'v1', kind = 'Secret', name = 'a', namespace = 'shop' } = fields;
  return printManifests([{ apiVersion, kind, metadata: { name, namespace } }]);
}

/** What is removed where an object has another version of an API from now on. */
function removedOnMove(from: string, to: string): ObjectName[] {
  const [before, after] = [from, to].map((apiVersion) => objectText({ apiVersion }));
  return removedObjects(new Map([['a.yaml', before ?? '']]), new Map([['b.yaml', after ?? '']]));
}

/** What a parser finds in a text, in the order to delete it in. */
function parsedNames(text: string): ObjectName[] {
  return readManifests(Buffer.from(text), 'out', 64 << 20)
    .map(({ value }) => objectName(value))
    .toReversed();
}

function objectName(object: JsonObject): ObjectName {
  const namespace = fieldOf(object['metadata'], 'namespace');
  return {
    apiVersion: textOf(object['apiVersion']),
    kind: textOf(object['kind']),
    namespace: namespace === undefined ? undefined : textOf(namespace),
    name: nameOf(object),
  };
}

const everything: Scenario = {
  archives: [
    {
      crds: [crd('things'), crd('worlds', 'Cluster')],
      roles:
        role() +
        role({ kind: 'Role', name: 'odd name: "it\'s" #1' }) +
        role({ kind: 'Role', name: '- y' }) +
        role({ kind: 'Role', name: '0755' }) +
        role({ kind: 'Role', name: 'true' }) +
        role({ kind: 'Role', name: '--all' }) +
        role({ kind: 'Role', name: 'naïve*$(id)' }),
    },
    { version: '2.0.0', roles: role({ rules: ['{nonResourceURLs: [/x], verbs: [get]}'] }) },
    { name: 'ark', roles: role({ kind: 'Role', name: 'leader' }) },
  ],
  active: { store: '1.0.0' },
  environments: [
    environment(
      'shop',
      {
        a: [
          store('webhook: true, clusterRoleBindings: [manager-role]'),
          '{name: ark, version: latest}',
        ],
        b: [store('', 'latest')],
      },
      '  description: "kind: Trap\\n---\\nkind: Trap\\nmetadata:\\n  name: trap\\n"',
    ),
  ],
};

describe('objects that are removed', () => {
  it('are found in what is really rendered, every kind of it, as a parser finds them', () => {
    const before = printed(everything);
    const all = [...before.values()].join('---\n');
    const removed = removedObjects(before, nothing);
    expect(removed).toEqual(parsedNames(all));
    expect([...new Set(removed.map(({ kind }) => kind))].toSorted()).toEqual([
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'CustomResourceDefinition',
      'Deployment',
      'Namespace',
      'Role',
      'RoleBinding',
      'ServiceAccount',
    ]);
  });

  it('are none where the same is rendered, in other files or in another order', () => {
    const before = printed(everything);
    const inOne = new Map([['z.yaml', [...before.values()].toReversed().join('---\n')]]);
    expect(removedObjects(before, before)).toEqual([]);
    expect(removedObjects(before, inOne)).toEqual([]);
  });

  it('are those of a Solution that left a Namespace, and no others', () => {
    const solutions = { a: ['{name: ark, version: latest}'], b: [store('', 'latest')] };
    const after = { ...everything, environments: [environment('shop', solutions)] };
    const removed = removedObjects(printed(everything), printed(after));
    const rbac = 'rbac.authorization.k8s.io/v1';
    const ofRoles = removed.filter(({ kind }) => ['Role', 'RoleBinding'].includes(kind));
    expect(removed.filter((object) => !ofRoles.includes(object))).toEqual([
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'a', name: 'store-operator' },
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'a', name: 'store-operator-config' },
      {
        apiVersion: rbac,
        kind: 'ClusterRoleBinding',
        name: 'a-store-operator-manager-role-store-1.0.0',
      },
      { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'a', name: 'store-operator' },
      // Alone now, that of 2.0.0 has its own name again.
      { apiVersion: rbac, kind: 'ClusterRole', name: 'manager-role-store-2.0.0' },
      { apiVersion: rbac, kind: 'ClusterRole', name: 'manager-role-store-1.0.0' },
    ]);
    expect(ofRoles.filter(({ kind }) => kind === 'Role')).toHaveLength(6);
    expect(ofRoles.map(({ namespace, name }) => `${namespace} ${name}`)).toContain(
      'b store-operator-clusterrole-manager-role-store-2.0.0',
    );
  });

  it('do not include those whose API only has another version now', () => {
    expect(removedOnMove('apps/v1beta1', 'apps/v1')).toEqual([]);
    expect(removedOnMove('extensions/v1beta1', 'apps/v1')).toHaveLength(1);
    expect(removedOnMove('v1', 'v2')).toEqual([]);
  });

  it('are told apart by their Namespace', () => {
    const removed = removedObjects(
      new Map([['a.yaml', objectText({ namespace: 'one' })]]),
      new Map([['a.yaml', objectText({ namespace: 'two' })]]),
    );
    expect(removed.map(({ namespace }) => namespace)).toEqual(['one']);
  });

  it('go in the reverse of the order in which they were applied, large CRDs with the others', () => {
    const before = new Map([
      ['server-side/0100-crds.a.yaml', objectText({ kind: 'Crd', name: 'large' })],
      ['0400-operator.yaml', objectText({ kind: 'Deployment', name: 'last' })],
      ['0000-namespaces.yaml', objectText({ kind: 'Namespace', name: 'first' })],
      ['0100-crds.b.yaml', objectText({ kind: 'Crd', name: 'small' })],
      ['README.md', objectText({ kind: 'Secret', name: 'no-manifest' })],
      ['Kustomization', objectText({ kind: 'Secret', name: 'no-manifest' })],
    ]);
    expect(removedObjects(before, nothing).map(({ name }) => name)).toEqual([
      'last',
      'small',
      'large',
      'first',
    ]);
  });
});

describe('the names in a printed text', () => {
  const name = fc.oneof(
    fc.stringMatching(/^[a-z][-a-z0-9.:]{0,20}$/u),
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom(
      '|-',
      '"',
      "'",
      '# a',
      'a: b',
      'kind: x',
      '---',
      '{}',
      '0o17',
      '1e3',
      '~',
      '--all',
      ' ',
    ),
  );
  const trap = fc.oneof(
    fc.constantFrom(
      '---\n',
      'kind: Trap\n',
      'a\n---\nkind: Trap\nmetadata:\n  name: trap\n---\n',
      '\n---\n\nmetadata:\n  name: trap',
      'x\r\n---\r\n',
    ),
    fc.string(),
  );
  const { value } = fc.letrec<{ value: unknown; map: unknown }>((tie) => ({
    map: fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          'name',
          'namespace',
          'kind',
          'metadata',
          'apiVersion',
          '---',
          'x'.repeat(600),
        ),
        trap,
      ),
      tie('value'),
      { maxKeys: 4 },
    ),
    value: fc.oneof(
      { maxDepth: 3 },
      trap,
      fc.integer(),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('map'),
    ),
  }));

  it('are those that a parser finds, whatever else an object holds', () => {
    const object = fc
      .record({
        name,
        namespace: fc.option(fc.constant('shop'), { nil: undefined }),
        data: value,
        more: value,
        first: fc.boolean(),
      })
      .map(({ name: own, namespace, data, more, first }) => {
        const body = JSON.parse(
          JSON.stringify({
            ...(first ? { data } : {}),
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { annotations: more, name: own, namespace, labels: data },
            ...(first ? {} : { data }),
            more,
          }),
        );
        return readManifests(Buffer.from(JSON.stringify(body)), 'made')[0]?.value;
      });
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 3 }), (objects) => {
        const text = printManifests(objects.filter((one) => one !== undefined));
        // A name that no object can have is passed over; see below.
        const expected = parsedNames(text).filter((one) => !/[/%\p{Cc}]|^\.\.?$/u.test(one.name));
        const unique = new Map(expected.toReversed().map((one) => [JSON.stringify(one), one]));
        expect(removedFrom(text)).toEqual([...unique.values()].toReversed());
      }),
      { numRuns: 500 },
    );
  });

  it('are found where Git gave the file other line ends', () => {
    const [, text = ''] = [...printed(everything)].at(-1) ?? [];
    expect(text).not.toBe('');
    expect(removedFrom(text.replaceAll('\n', '\r\n'))).toEqual(removedFrom(text));
  });

  it('are found in megabytes of metadata in linear time', () => {
    const [lines, blanks] = ['  a: b\n'.repeat(2_000_000), ' '.repeat(2_000_000)];
    const start = performance.now();
    expect(
      removedFrom(`apiVersion: v1\nkind: Secret\nmetadata:\n${lines}  name: x\n${blanks}`),
    ).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(4000);
  });
});

describe('a file that somebody edited', () => {
  const base = { apiVersion: 'v1', kind: 'Secret', name: 'x', namespace: 'y' };
  const text = (fields: Partial<typeof base>) => {
    const { apiVersion, kind, name, namespace } = { ...base, ...fields };
    return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n`;
  };

  it.each([
    ['a kind that would be two', { kind: 'Secret,Role' }],
    ['a kind that is an option', { kind: '--all' }],
    ['a kind that is a path', { kind: 'secrets/x' }],
    ['a kind with a command', { kind: '"$(id)"' }],
    ['an apiVersion that is a command', { apiVersion: '"$(id)/v1"' }],
    ['an apiVersion without a version', { apiVersion: 'a,b/v1' }],
    ['a Namespace that is an option', { namespace: '--all-namespaces' }],
    ['a Namespace that is quoted badly', { namespace: '"a' }],
    ['a name with a line end', { name: '"a\\nb"' }],
    ['a name with an escape', { name: '"\\u001b[2J"' }],
    ['a name of several lines', { name: '|-' }],
    ['a name that is a path', { name: 'a/b' }],
    ['a name that is quoted badly', { name: '"a' }],
    ['a name that is no text', { name: '"a" "b"' }],
  ])('gives no line for %s', (_, fields) => {
    expect(removedFrom(text({}))).toHaveLength(1);
    expect(removedFrom(text(fields))).toEqual([]);
  });

  it('never makes it fail, and every line is words of a shell as they are meant', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '---',
        'apiVersion: v1',
        'kind: Role',
        'metadata:',
        '  name: a',
        '  namespace: b',
        '',
      ),
      fc
        .tuple(
          fc.constantFrom('apiVersion: ', 'kind: ', '  name: ', '  namespace: ', ''),
          fc.string({ unit: 'binary' }),
          fc.boolean(),
        )
        .map(([key, value, isQuoted]) => key + (isQuoted ? JSON.stringify(value) : value)),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        for (const object of removedFrom(lines.join('\n'))) {
          expect(deleteLine(object)).toMatch(
            /^kubectl delete [a-z0-9.-]+ (?:-n [a-z0-9-]+ )?(?:-- )?[^\n]+$/u,
          );
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function roleNamed(name: string): ObjectName {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace: 'shop', name };
}

describe('the line that deletes an object', () => {
  it.each([
    [{ apiVersion: 'v1', kind: 'Namespace', name: 'shop' }, 'kubectl delete namespace shop'],
    [
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'store-operator' },
      'kubectl delete deployment.apps -n shop store-operator',
    ],
    [roleNamed('system:x'), 'kubectl delete role.rbac.authorization.k8s.io -n shop system:x'],
    [roleNamed('--all'), 'kubectl delete role.rbac.authorization.k8s.io -n shop -- --all'],
    [
      roleNamed("it's"),
      String.raw`kubectl delete role.rbac.authorization.k8s.io -n shop 'it'\''s'`,
    ],
    [roleNamed('*'), "kubectl delete role.rbac.authorization.k8s.io -n shop '*'"],
  ])('of %j is %s', (object, expected) => {
    expect(deleteLine(object)).toBe(expected);
  });

  it('is read by a shell as it is meant, whatever the name of a role is', () => {
    const names = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), {
      minLength: 50,
      maxLength: 50,
    });
    const odd = [
      '$(id)',
      '`id`',
      "'; id; '",
      '"',
      '\\',
      '!',
      '~',
      '#',
      'a b',
      '*',
      '-n',
      "''",
      "\\'",
      '&',
      '\u2028',
    ];
    fc.assert(
      fc.property(names, (some) => {
        const all = [...odd, ...some].filter((name) => !/\p{Cc}/u.test(name));
        const script = all
          .map((name) =>
            deleteLine(roleNamed(name)).replace('kubectl delete', String.raw`printf '%s\0'`),
          )
          .join('\n');
        const words = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
          .split('\0')
          .slice(0, -1);
        const expected = all.flatMap((name) => [
          'role.rbac.authorization.k8s.io',
          '-n',
          'shop',
          ...(name.startsWith('-') ? ['--'] : []),
          name,
        ]);
        expect(words).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});
