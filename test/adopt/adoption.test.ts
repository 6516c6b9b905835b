import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { adoptionOf, type SavedFile } from '../../src/adopt/adoption.ts';
import { filesOf, type AdoptedFiles } from '../../src/adopt/files.ts';
import { parseEnvironments } from '../../src/config/environments.ts';
import { parsePlatform } from '../../src/config/platform.ts';
import { parseSolutions } from '../../src/config/solutions.ts';
import { complaintsOf, errorsIn } from '../support/complaints.ts';
import {
  saltDeployment,
  saltEnvironment,
  saltNamespace,
  saltSolutions,
  saltVariables,
  savedList,
  type SaltOperatorText,
} from '../support/salt-cluster.ts';

function saved(text: string, file = 'saved.yaml'): SavedFile {
  return { file, bytes: Buffer.from(text) };
}

/** One Environment `shop` with the Operator of `store` 1.0.0, and `others`. */
function shop(operator: SaltOperatorText = {}): unknown[] {
  return [saltSolutions(), saltNamespace(), saltEnvironment(), saltDeployment(operator)];
}

function adopt(...files: readonly SavedFile[]) {
  return adoptionOf({ files, printed: [], registry: undefined });
}

function filesFrom(...files: readonly SavedFile[]): AdoptedFiles {
  return filesOf(adopt(...files), undefined);
}

function textOf(
  files: AdoptedFiles,
  name: 'solutions.yaml' | 'environments.yaml' | 'platform.yaml',
) {
  return files.get(name) ?? '';
}

/** What environments.yaml says of the first Solution. */
function entryFrom(operator: SaltOperatorText): unknown {
  const text = textOf(filesFrom(saved(savedList(...shop(operator)))), 'environments.yaml');
  return parse(text).spec.namespaces[0].solutions[0];
}

/** `<code> <message>` of each notice, but for those that every cluster of Salt has. */
function noticesFrom(...files: readonly SavedFile[]): string[] {
  return adopt(...files)
    .notices.filter(({ code }) => code !== 'security-kept')
    .map(({ code, message }) => `${code} ${message}`);
}

describe('a cluster that Salt prepared', () => {
  it('becomes three files that every run can read', () => {
    const files = filesFrom(
      saved(
        savedList(
          saltSolutions([
            { version: '1.10', active: false },
            { version: '1.9' },
            { name: 'base', version: '2.0.0-rc.1', archive: '/solutions/base.iso' },
          ]),
          saltNamespace('shop', 'production', 'What customers see'),
          saltEnvironment('shop', { store: '1.10' }),
          saltDeployment({ version: '1.10', webhook: true }),
          saltNamespace('shop-2', 'production'),
          saltEnvironment('shop-2', null),
        ),
      ),
    );
    expect(textOf(files, 'solutions.yaml').replaceAll(/^#.*\n/gmu, '')).toBe(
      `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: SolutionsConfiguration
archives:
  - /solutions/base.iso # base 2.0.0-rc.1
  - /solutions/store-1.9.iso # store 1.9
  - /solutions/store-1.10.iso # store 1.10
active:
  base: 2.0.0-rc.1
  store: "1.9"
`,
    );
    expect(textOf(files, 'environments.yaml').replaceAll(/^#.*\n/gmu, '')).toBe(
      `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: Environment
metadata:
  name: production
spec:
  description: What customers see
  namespaces:
    - name: shop
      solutions:
        - name: store
          version: "1.10"
          webhook: true
          hardening: compat # as Salt made it
    - name: shop-2
      solutions: []
`,
    );
    expect(parse(textOf(files, 'platform.yaml')).spec).toEqual({ hardening: 'restricted' });
    const { active } = parseSolutions(Buffer.from(textOf(files, 'solutions.yaml')), 's');
    expect(active.find(({ name }) => name === 'store')?.version).toBe('1.9');
  });

  it('is the same whatever the order of the objects and the form of the files', () => {
    const objects = [
      ...shop(),
      saltNamespace('mall'),
      saltEnvironment('mall', { store: '1.0.0' }),
      saltDeployment({ namespace: 'mall' }),
    ];
    const expected = [...filesFrom(saved(savedList(...objects)))];
    const forms: SavedFile[][] = [
      [saved(savedList(...objects.toReversed()))],
      [saved(objects.map((object) => JSON.stringify(object)).join('\n---\n'))],
      objects.map((object, index) => saved(JSON.stringify(object), `${index}.json`)),
      [saved(savedList(...objects)), saved(savedList(...objects), 'again.yaml')],
      [
        saved(savedList(...objects.slice(0, 3), ...objects.slice(4))),
        // As the API has it: its items do not say what they are.
        saved(
          JSON.stringify({
            kind: 'DeploymentList',
            apiVersion: 'apps/v1',
            items: [{ ...saltDeployment(), kind: undefined, apiVersion: undefined }],
          }),
        ),
      ],
    ];
    for (const files of forms) expect([...filesFrom(...files)]).toEqual(expected);
  });

  it('says that the Operators keep the security that Salt gave, and how to raise it', () => {
    expect(adopt(saved(savedList(...shop()))).notices).toEqual([
      {
        code: 'security-kept',
        message: 'shop/store keeps the Pod security that Salt gave: none',
        hint: expect.stringMatching(/remove `hardening: compat`/u),
      },
    ]);
  });
});

describe('what somebody edited in a Deployment', () => {
  const secret = { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'a' } } };
  it.each<[string, SaltOperatorText, object]>([
    ['nothing', {}, {}],
    ['replicas', { spec: { replicas: 0 } }, { replicas: 0 }],
    ['Recreate', { spec: { strategy: { type: 'Recreate' } } }, { strategy: 'Recreate' }],
    ['the webhook', { webhook: true }, { webhook: true }],
    [
      'resources',
      { container: { resources: { requests: { cpu: 1 }, limits: { memory: '1Gi' } } } },
      { resources: { requests: { cpu: '1' }, limits: { memory: '1Gi' } } },
    ],
    [
      'variables',
      { env: [...saltVariables(), { name: 'LEVEL', value: 'debug' }, { name: 'EMPTY' }, secret] },
      { env: [{ name: 'LEVEL', value: 'debug' }, { name: 'EMPTY', value: '' }, secret] },
    ],
    [
      'a variable of Salt',
      { env: [...saltVariables().slice(1), { name: 'WATCH_NAMESPACE', value: '' }] },
      { env: [{ name: 'WATCH_NAMESPACE', value: '' }] },
    ],
    [
      'a node selector',
      { pod: { nodeSelector: { disk: 'ssd' } } },
      { nodeSelector: { disk: 'ssd' } },
    ],
    [
      'tolerations',
      { pod: { tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }] } },
      { tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }] },
    ],
    ['the user', { pod: { securityContext: { runAsUser: 1000 } } }, { runAsUser: 1000 }],
    [
      'the security of the profile restricted',
      {
        pod: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        },
        container: {
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
        },
      },
      { hardening: 'restricted' },
    ],
  ])('is kept where a file has a field for it: %s', (_, operator, settings) => {
    const version = { name: 'store', version: '1.0.0', hardening: 'compat' };
    expect(entryFrom(operator)).toEqual({ ...version, ...settings });
    expect(noticesFrom(saved(savedList(...shop(operator))))).toEqual([]);
  });

  it.each<[string, SaltOperatorText, string]>([
    [
      'arguments',
      { container: { args: ['--debug'] } },
      'spec.template.spec.containers[store-operator].args of the Deployment shop/store-operator is ["--debug"], where Salt sets nothing: no file has a field for it',
    ],
    [
      'another command',
      { container: { command: ['sh'] } },
      'spec.template.spec.containers[store-operator].command of the Deployment shop/store-operator is ["sh"], where Salt sets ["store-operator","--config=/etc/config/operator.yaml"]: no file has a field for it',
    ],
    [
      'a variable of another source',
      { env: [...saltVariables(), { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'a' } } }] },
      'spec.template.spec.containers[store-operator].env[IP] of the Deployment shop/store-operator is {"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"a"}}}, where Salt sets nothing: no file has a field for it',
    ],
    [
      'a variable that is gone',
      { env: saltVariables().slice(1) },
      'spec.template.spec.containers[store-operator].env[WATCH_NAMESPACE] of the Deployment shop/store-operator is not there, where Salt sets {"name":"WATCH_NAMESPACE","valueFrom":{"fieldRef":{"fieldPath":"metadata.namespace"}}}: no file has a field for it',
    ],
    [
      'an affinity',
      { pod: { affinity: { nodeAffinity: {} } } },
      'spec.template.spec.affinity of the Deployment shop/store-operator is {"nodeAffinity":{}}, where Salt sets nothing: no file has a field for it',
    ],
    [
      'half of a profile',
      { container: { securityContext: { allowPrivilegeEscalation: false } } },
      'spec.template.spec.containers[store-operator].securityContext of the Deployment shop/store-operator is {"allowPrivilegeEscalation":false}, where Salt sets nothing: no file has a field for it',
    ],
  ])('is named where no file has a field for it: %s', (_, operator, message) => {
    expect(noticesFrom(saved(savedList(...shop(operator))))).toEqual([`setting-lost ${message}`]);
  });
});

const config = `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: SolutionsConfiguration
`;

describe('solutions.yaml of the bootstrap node', () => {
  /** As Salt writes it (yaml.safe_dump sorts the keys), and as people do. */
  const ownFile = (body: string) => saved(`${config}${body}`, 'solutions.yaml');
  const objects = [
    saltNamespace(),
    saltEnvironment(),
    saltDeployment(),
    saltSolutions([{ version: '1.0.0' }, { version: '1.10.0', active: false }]),
  ];
  const both = 'archives: [/solutions/store-1.10.0.iso, /solutions/store-1.0.0.iso]\n';

  it('gives the archives in its order, and versions as they are written', () => {
    const files = filesFrom(
      saved(savedList(...objects)),
      ownFile(`${both}active: {store: 1.0.0, other: 1.10}`),
    );
    expect(parse(textOf(files, 'solutions.yaml'))).toMatchObject({
      archives: ['/solutions/store-1.10.0.iso', '/solutions/store-1.0.0.iso'],
      active: { other: '1.10', store: '1.0.0' },
    });
  });

  it('may be all there is', () => {
    const files = filesFrom(ownFile('archives: [/a.iso]\nactive:\n  store: latest\n'));
    expect(parse(textOf(files, 'solutions.yaml'))).toMatchObject({
      archives: ['/a.iso'],
      active: { store: 'latest' },
    });
    expect(parseEnvironments(Buffer.from(textOf(files, 'environments.yaml')), 'e')).toEqual([]);
  });

  it.each([
    [
      'an archive that is listed twice',
      `${both.replace(']', ', /solutions/store-1.0.0.iso]')}active: {store: 1.0.0}`,
      ['archive-twice /solutions/store-1.0.0.iso is listed a second time: it is imported once'],
    ],
    [
      'a key that nobody knows',
      `${both}active: {store: 1.0.0}\nowner: me`,
      ['not-understood `owner` is no key of a SolutionsConfiguration: it is not taken over'],
    ],
    [
      'an archive that is mounted and not listed',
      'archives: [/solutions/store-1.0.0.iso]\nactive: {store: 1.0.0}',
      [
        'archive-unlisted store 1.10.0 is mounted from /solutions/store-1.10.0.iso, which solutions.yaml does not list: it is left out',
      ],
    ],
    [
      'an archive that the cluster does not know, at a relative path',
      `${both.replace(']', ', new.iso]')}active: {store: 1.0.0}`,
      [
        'archive-path the path new.iso is relative',
        'archive-unknown the cluster does not know the archive new.iso: Salt has not imported it',
      ],
    ],
    [
      'another active version than the one in the cluster',
      `${both}active: {store: 1.10.0}`,
      [
        'active-differs of `store` the version 1.0.0 is active in the cluster, and solutions.yaml says 1.10.0: 1.0.0 is kept',
      ],
    ],
    [
      'a latest that Salt took for another version',
      `${both}active: {store: latest}`,
      [
        'active-differs of `store` the version 1.0.0 is active in the cluster, and solutions.yaml says latest, which is 1.10.0 here: 1.0.0 is kept',
      ],
    ],
    [
      'a Solution with an impossible name',
      `${both}active: {store: 1.0.0, Store_X: 1.0.0}`,
      [
        'not-understood "Store_X" is no name of a Solution, it must be lower-case letters, digits and `-`, with a letter or digit at both ends: it is left out',
      ],
    ],
  ])('has %s: it is named', (_, body, notices) => {
    expect(noticesFrom(saved(savedList(...objects)), ownFile(body))).toEqual(notices);
  });

  it.each([
    ['the older format', 'archives: [/a.iso]', /older format/u],
    ['text for a list', `${config}archives: /a.iso`, /`archives` is .*expected a list/u],
    ['an unknown apiVersion', `${config.replace('v1alpha1', 'v9')}archives: []`, /apiVersion/u],
  ])('is refused with its place: %s', (_, text, message) => {
    expect(complaintsOf(() => adopt(saved(text, 'solutions.yaml')))[0]).toMatch(
      new RegExp(`^solutions\\.yaml:\\d+:\\d+ .*${message.source}`, 'u'),
    );
  });
});

/** platform.yaml of a cluster with this bootstrap.yaml. */
function platformFrom(version: string, body: string): string {
  const text = `apiVersion: metalk8s.scality.com/${version}\nkind: BootstrapConfiguration\n${body}`;
  return textOf(
    filesFrom(saved(savedList(...shop())), saved(text, 'bootstrap.yaml')),
    'platform.yaml',
  );
}

/** salt/_pillar/metalk8s.py and docs/installation/bootstrap.rst have these forms. */
describe('bootstrap.yaml', () => {
  it.each([
    [
      'v1alpha2, a text',
      'v1alpha2',
      'networks: {controlPlane: 10.0.0.0/24, workloadPlane: 10.0.1.0/24}\narchives: /m.iso\n',
      ['10.0.0.0/24'],
    ],
    [
      'v1alpha3, a text in a map',
      'v1alpha3',
      'networks:\n  controlPlane: {cidr: 10.0.0.0/24}\n  workloadPlane: {cidr: 10.0.1.0/24, mtu: 1500}\narchives: [/m.iso]\n',
      ['10.0.0.0/24'],
    ],
    [
      'v1alpha3, a list in a map',
      'v1alpha3',
      'networks:\n  controlPlane: {cidr: [10.0.0.0/24, 10.2.0.0/24]}\n  workloadPlane: {cidr: [10.0.1.0/24]}\narchives: [/m.iso, /m]\n',
      ['10.0.0.0/24', '10.2.0.0/24'],
    ],
  ])('tells where the API servers and the registry are: %s', (_, version, body, cidrs) => {
    const text = platformFrom(version, `${body}ca: {minion: bootstrap}\n`);
    expect(parse(text).spec.network).toEqual({ apiServerCIDRs: cidrs, registryCIDRs: cidrs });
    expect(parsePlatform(Buffer.from(text), 'platform.yaml').network.apiServerCidrs).toEqual(cidrs);
    expect(text).toContain("# MetalK8s' own archives are no Solutions: /m.iso");
    expect(text).toContain('# The workload plane is 10.0.1.0/24: nothing here needs it.');
    expect(text).toContain('#     archives: {node: bootstrap, path: /solutions}');
  });

  it('leaves the registry of one that is named to its owner', () => {
    const adoption = adopt(
      saved(
        'apiVersion: metalk8s.scality.com/v1alpha2\nkind: BootstrapConfiguration\nnetworks: {controlPlane: 10.0.0.0/24}\n',
      ),
      saved(savedList(...shop())),
    );
    const files = filesOf(adoption, { host: 'registry.example:5000', base: 'solutions' });
    expect(parse(textOf(files, 'platform.yaml')).spec).toEqual({
      registry: { endpoint: 'registry.example:5000', base: 'solutions' },
      hardening: 'restricted',
      network: { apiServerCIDRs: ['10.0.0.0/24'] },
    });
  });

  it.each([
    ['archives: [/a.iso, /b, /a.iso]', 'archive-twice /a.iso is listed twice under `archives`'],
    ['archives: {a: 1}', 'not-understood `archives` holds something that is no path'],
    [
      'networks: {controlPlane: 10.0.0.1/24}',
      'not-understood `networks.controlPlane` holds "10.0.0.1/24", which must have no bits set behind its prefix of 24: it is not taken over',
    ],
    ['networks: 10.0.0.0/24', 'not-understood `networks` is no map'],
    [
      'networks: {storage: 10.0.0.0/24}',
      'not-understood `networks.storage` is no key of a BootstrapConfiguration: it is not taken over',
    ],
    [
      'color: red',
      'not-understood `color` is no key of a BootstrapConfiguration: it is not taken over',
    ],
  ])('says %s: it is named', (body, notice) => {
    const text = `apiVersion: metalk8s.scality.com/v1alpha3\nkind: BootstrapConfiguration\n${body}\n`;
    expect(noticesFrom(saved(savedList(...shop())), saved(text, 'bootstrap.yaml'))).toEqual([
      notice,
    ]);
  });
});

describe('what does not fit together is named:', () => {
  it.each<[string, unknown[], string[]]>([
    [
      'a version that no archive holds',
      [
        saltSolutions(),
        saltNamespace(),
        saltEnvironment('shop', { store: '2.0.0' }),
        saltDeployment({ version: '2.0.0' }),
      ],
      ['version-unknown `shop` runs store 2.0.0, which no archive holds'],
    ],
    [
      'a Solution without an active version',
      [saltSolutions([{ version: '1.0.0', active: false }]), ...shop().slice(1)],
      ['not-active no version of `store` is active, and `shop` runs it'],
    ],
    [
      'an Operator that does not run',
      shop().slice(0, 3),
      [
        'not-running no Operator of store 1.0.0 runs in `shop`: there is no Deployment store-operator',
      ],
    ],
    [
      'an Operator of another version than the ConfigMap wants',
      [
        saltSolutions([{ version: '1.0.0' }, { version: '1.1.0', active: false }]),
        saltNamespace(),
        saltEnvironment(),
        saltDeployment({ version: '1.1.0' }),
      ],
      ['version-differs store is to be 1.0.0 in `shop`, and its Operator is 1.1.0: 1.1.0 is kept'],
    ],
    [
      'an Operator that a removal left running',
      [...shop(), saltDeployment({ solution: 'old' })],
      [
        'operator-of-nobody the Deployment shop/old-operator looks like an Operator, and the Environment of `shop` does not list its Solution',
      ],
    ],
    [
      'an Operator in a Namespace of no Environment',
      [...shop(), saltDeployment({ namespace: 'elsewhere' })],
      [
        'operator-of-nobody the Deployment elsewhere/store-operator looks like an Operator, and `elsewhere` is of no Environment',
      ],
    ],
    [
      'a ConfigMap in a Namespace without a label',
      [...shop(), saltEnvironment('elsewhere')],
      [
        'left-out the Namespace `elsewhere` has a ConfigMap metalk8s-environment, and no label that says of which Environment it is: it is left out',
      ],
    ],
    [
      'a Namespace that is not for an Environment',
      [...shop(), saltNamespace('kube-system', 'shop')],
      [
        'namespace-reserved the Namespace `kube-system` is of the Environment `shop`, but not for an Environment: it is left out',
      ],
    ],
    [
      'two descriptions of one Environment',
      [saltSolutions(), saltNamespace('a', 'shop', 'One'), saltNamespace('b', 'shop', 'Two')],
      [
        'description-differs the Namespace `b` describes the Environment `shop` as "Two": that of `a` is kept',
      ],
    ],
    [
      'an image of another registry',
      shop({ container: { image: 'registry.example/store-1.0.0/store-operator:1.0.0' } }),
      [
        'image-differs the Operator shop/store-operator runs the image "registry.example/store-1.0.0/store-operator:1.0.0", and the first apply takes the one below metalk8s-registry-from-config.invalid/store-1.0.0/',
      ],
    ],
    [
      'a variable that looks like a secret, its value left out of the message',
      shop({ env: [...saltVariables(), { name: 'DB_PASSWORD', value: 'hunter2' }] }),
      [
        'secret-shown the variable DB_PASSWORD of shop/store-operator looks like a secret, and its value is now in environments.yaml',
      ],
    ],
    [
      'a loop device in place of an archive',
      [
        saltSolutions([
          { version: '1.0.0' },
          { version: '0.9.0', archive: '/dev/loop3', active: false },
        ]),
        ...shop().slice(1),
      ],
      [
        'archive-path the archive of store 0.9.0 is mounted from /dev/loop3, which is no path of an archive: it is left out',
      ],
    ],
    [
      'entries of ConfigMaps that nobody understands',
      [
        { ...saltSolutions(), data: { ...saltSolutions().data, bad: '{', Bad_Name: '[]' } },
        saltNamespace(),
        saltEnvironment('shop', { store: '1.0.0', Bad_Name: '1', other: '' }),
        saltDeployment(),
      ],
      [
        'not-understood the entry "Bad_Name" of the ConfigMap metalk8s-solutions must be lower-case letters, digits and `-`, with a letter or digit at both ends: it is left out',
        'not-understood the entry "bad" of the ConfigMap metalk8s-solutions is not the list that Salt writes: it is left out',
        'not-understood the entry "Bad_Name" of the ConfigMap metalk8s-environment in `shop` is left out: the name of a Solution must be lower-case letters, digits and `-`, with a letter or digit at both ends',
        'not-understood the entry "other" of the ConfigMap metalk8s-environment in `shop` is left out: "" is no version',
      ],
    ],
    [
      'objects that are of no use',
      [...shop(), { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }, { some: 'map' }],
      [
        'not-understood a is of the kind Pod: it is not read',
        'not-understood an object has no `kind`: it is not read',
      ],
    ],
  ])('%s', (_, objects, notices) => {
    expect(noticesFrom(saved(savedList(...objects)))).toEqual(notices);
  });

  it('a Deployment that was taken over before', () => {
    const deployment = saltDeployment();
    const labels = { ...deployment.metadata.labels, 'app.kubernetes.io/managed-by': 'solutions' };
    const taken = { ...deployment, metadata: { ...deployment.metadata, labels } };
    expect(noticesFrom(saved(savedList(...shop().slice(0, 3), taken)))).toEqual([
      'already-taken-over the Deployment shop/store-operator was taken over before',
    ]);
  });
});

describe('what contradicts itself is refused:', () => {
  it.each<[string, unknown[], string]>([
    [
      'two Environments that claim one Namespace',
      [saltNamespace('shop', 'a'), saltNamespace('shop', 'b')],
      'two Environments claim the Namespace `shop`: `a` and `b`',
    ],
    [
      'a Deployment that is there twice',
      [saltDeployment(), saltDeployment({ spec: { replicas: 2 } })],
      'Deployment shop/store-operator is there twice, with different content',
    ],
    [
      'an Environment whose name is none',
      [saltNamespace('shop', 'My_Shop')],
      'the Namespace `shop` is of the Environment "My_Shop", a name that must be lower-case letters, digits and `-`, with a letter or digit at both ends',
    ],
    [
      'nothing of Solutions at all',
      [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } }],
      'there is nothing of Solutions here: no SolutionsConfiguration, no ConfigMap metalk8s-solutions, and no Namespace with the label of an Environment',
    ],
  ])('%s', (_, objects, message) => {
    const errors = errorsIn(() => adopt(saved(savedList(...objects))));
    expect(errors.map((error) => error.message)).toEqual([message]);
    expect(errors.every(({ hint }) => hint !== undefined)).toBe(true);
  });

  it('files that are no YAML, all of them together', () => {
    const errors = complaintsOf(() => adopt(saved('a: [', 'a.yaml'), saved('- b\n', 'b.yaml')));
    expect(errors).toHaveLength(2);
    expect(errors.map((error) => error.split(':', 1)[0])).toEqual(['a.yaml', 'b.yaml']);
  });

  it('a file that is not what it was said to be', () => {
    const file = { ...saved(savedList(saltNamespace())), kind: 'BootstrapConfiguration' as const };
    expect(complaintsOf(() => adopt(file))[0]).toMatch(/^saved\.yaml the file holds no Bootstrap/u);
  });
});

describe('a selector', () => {
  it('that an apply cannot change is an error that says what to do, and hides nothing', () => {
    const matchLabels = { 'app.kubernetes.io/name': 'store-operator' };
    const adoption = adopt(
      saved(savedList(...shop({ spec: { replicas: 3, selector: { matchLabels } } }))),
    );
    expect(adoption.conflicts.map(({ error }) => [error.code, error.message, error.hint])).toEqual([
      [
        'selector-differs',
        'the Deployment shop/store-operator selects by {"matchLabels":{"app.kubernetes.io/name":"store-operator"}}, expected {"matchLabels":{"app":"store-operator"}}: an apply is refused, because a selector cannot change',
        expect.stringContaining('kubectl delete deployment store-operator --namespace=shop'),
      ],
    ]);
    expect(textOf(filesOf(adoption, undefined), 'environments.yaml')).toContain('replicas: 3');
  });
});

/** Keys and texts that the code looks at, and any others. */
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      2 ** 31,
      1.5,
      '',
      'store',
      '__proto__',
      '\u001B[2J',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        'name',
        'value',
        'env',
        'spec',
        'template',
        'containers',
        'securityContext',
        'a',
      ),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;

describe('whatever a cluster holds', () => {
  it('adoption ends with files that every run can read', () => {
    fc.assert(
      fc.property(json, json, json, json, (spec, pod, container, data) => {
        const text = { spec: mapOf(spec), pod: mapOf(pod), container: mapOf(container) };
        const objects = [
          { ...saltSolutions(), data },
          saltNamespace('shop', 'shop', JSON.stringify(data)),
          saltEnvironment(),
          saltDeployment(text),
        ];
        const errors = errorsIn(() => {
          const files = filesFrom(saved(JSON.stringify({ kind: 'List', items: objects })));
          parseSolutions(Buffer.from(textOf(files, 'solutions.yaml')), 's');
          parsePlatform(Buffer.from(textOf(files, 'platform.yaml')), 'p');
          return parseEnvironments(Buffer.from(textOf(files, 'environments.yaml')), 'e');
        });
        expect(errors.map(({ code }) => code)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('a thousand Environments are one document each', () => {
    const objects = Array.from({ length: 1000 }, (_, index) => [
      saltNamespace(`shop-${index}`),
      saltEnvironment(`shop-${index}`),
    ]).flat();
    const text = textOf(
      filesFrom(saved(savedList(saltSolutions(), ...objects))),
      'environments.yaml',
    );
    expect(parseAllDocuments(text)).toHaveLength(1000);
  });
});

function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
