import { describe, expect, it } from 'vitest';
import {
  addEnvironment,
  addNamespace,
  describeEnvironment,
  placeSolution,
  removeEnvironment,
  removeNamespace,
  unplaceSolution,
} from '../../src/config/edit-environments.ts';
import {
  listArchives,
  setActive,
  unlistArchives,
  unsetActive,
  type Edit,
} from '../../src/config/edit-solutions.ts';
import { parseEnvironments } from '../../src/config/environments.ts';
import { parseSolutions } from '../../src/config/solutions.ts';

function edited(text: string, edit: Edit): string | undefined {
  const bytes = edit(Buffer.from(text));
  return bytes && Buffer.from(bytes).toString();
}

const head = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: SolutionsConfiguration\n';

describe('an edit of solutions.yaml', () => {
  it.each<[string, string, Edit, string]>([
    ['no file', '', listArchives(['/a.iso']), `${head}archives:\n  - /a.iso\n`],
    [
      'comments alone',
      '# mine\n',
      setActive('a', 'latest'),
      `# mine\n\n${head}active:\n  a: latest\n`,
    ],
    [
      'no list',
      head,
      listArchives(['/a.iso', 'b c.iso']),
      `${head}archives:\n  - /a.iso\n  - b c.iso\n`,
    ],
    [
      'null',
      `${head}archives: # none\nactive: ~\n`,
      listArchives(['a']),
      `${head}archives: # none\n  - a\nactive: ~\n`,
    ],
    [
      'another null',
      `${head}archives:\nactive: ~ # none\n`,
      setActive('a', '1.0'),
      `${head}archives:\nactive: # none\n  a: "1.0"\n`,
    ],
    ['a flow list', `${head}archives: [a, b]\n`, unlistArchives(['a']), `${head}archives: [b]\n`],
    [
      'the last one',
      `${head}archives:\n- a # x\n# y\n`,
      unlistArchives(['a']),
      `${head}archives: []\n# y\n`,
    ],
    [
      'a number as its source says',
      `${head}active: {a: 1.10}\n`,
      setActive('b', '2.0.0'),
      `${head}active: {a: 1.10, b: 2.0.0}\n`,
    ],
    [
      'an old version',
      `${head}active:\n  a: 1.10 # x\n  b: 2\n`,
      setActive('a', '1.20'),
      `${head}active:\n  a: "1.20" # x\n  b: 2\n`,
    ],
    [
      'an active one',
      `${head}active:\n  # x\n  a: '1.10'\n  b: 2\n`,
      unsetActive('a'),
      `${head}active:\n  # x\n  b: 2\n`,
    ],
    [
      'keys of your own',
      `${head}x-mine: {a: 1.10}\narchives: []\n`,
      listArchives(['a']),
      `${head}x-mine: {a: 1.10}\narchives:\n  - a\n`,
    ],
  ])('keeps the rest, and is read as what was asked for: %s', (_, before, edit, after) => {
    expect(edited(before, edit)).toBe(after);
    expect(() => parseSolutions(Buffer.from(after), 'f')).not.toThrow();
  });

  it.each<[string, Edit]>([
    [`${head}archives: [a]\n`, listArchives(['a'])],
    [`${head}archives: [a]\n`, unlistArchives(['b'])],
    [`${head}active: {a: 1.10}\n`, setActive('a', '1.10')],
    [head, unsetActive('a')],
    ['', unlistArchives(['a'])],
  ])('that changes nothing gives no bytes: %j', (text, edit) => {
    expect(edited(text, edit)).toBeUndefined();
  });
});

const one =
  'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: Environment\nmetadata: {name: a}\n';
const two = one.replace('name: a', 'name: b');
const at = { environment: 'b', namespace: 'b' };
const version = { name: 's', version: '1.0.0', webhook: false };

describe('an edit of environments.yaml', () => {
  it.each<[string, string, Edit, string]>([
    [
      'the first Environment',
      '',
      addEnvironment({ name: 'a', description: undefined, namespace: 'c' }),
      `${one.replace('{name: a}', '\n  name: a')}spec:\n  namespaces:\n    - name: c\n`.replace(
        ': \n',
        ':\n',
      ),
    ],
    [
      'a Namespace beside the implied one',
      `${one}---\n${two}`,
      addNamespace({ environment: 'b', namespace: 'c' }),
      `${one}---\n${two}spec:\n  namespaces:\n    - name: b\n    - name: c\n`,
    ],
    [
      'a Solution in the implied Namespace',
      `${one}---\n${two}spec: # x\n`,
      placeSolution(at, version),
      `${one}---\n${two}spec: # x\n  namespaces:\n    - name: b\n      solutions:\n        - name: s\n          version: 1.0.0\n`,
    ],
    [
      'a Solution in a flow list',
      `${two}spec: {namespaces: [{name: b}]}\n`,
      placeSolution(at, { ...version, webhook: true }),
      `${two}spec: {namespaces: [{name: b, solutions: [{name: s, version: 1.0.0, webhook: true}]}]}\n`,
    ],
    [
      'another version',
      `${two}spec:\n  namespaces:\n  - name: b\n    solutions:\n    - version: '1' # x\n      webhook: true\n      name: s\n`,
      placeSolution(at, version),
      `${two}spec:\n  namespaces:\n  - name: b\n    solutions:\n    - version: '1.0.0' # x\n      webhook: true\n      name: s\n`,
    ],
    [
      'the webhooks',
      `${two}spec:\n  namespaces:\n  - name: b\n    solutions:\n    - {name: s, version: 1.0.0} # x\n`,
      placeSolution(at, { ...version, webhook: true }),
      `${two}spec:\n  namespaces:\n  - name: b\n    solutions:\n    - {name: s, version: 1.0.0, webhook: true} # x\n`,
    ],
    [
      'a Solution that goes',
      `${two}spec:\n  namespaces:\n    - name: b\n      solutions:\n        - {name: s, version: 1}\n        - {name: t, version: 1}\n`,
      unplaceSolution(at, 's'),
      `${two}spec:\n  namespaces:\n    - name: b\n      solutions:\n        - {name: t, version: 1}\n`,
    ],
    [
      'the implied Namespace that goes',
      two,
      removeNamespace(at),
      `${two}spec:\n  namespaces: []\n`,
    ],
    [
      'a description',
      `${one}spec:\n  namespaces: []\n`,
      describeEnvironment('a', 'b: c'),
      `${one}spec:\n  namespaces: []\n  description: "b: c"\n`,
    ],
    [
      'an Environment that goes',
      `# x\n${one}---\n# y\n${two}`,
      removeEnvironment('a'),
      `# x\n# y\n${two}`,
    ],
  ])('keeps the rest, and is read as what was asked for: %s', (_, before, edit, after) => {
    expect(edited(before, edit)).toBe(after);
    expect(() => parseEnvironments(Buffer.from(after), 'f')).not.toThrow();
  });
});
