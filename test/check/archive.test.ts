import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkArchives } from '../../src/check/archive-check.ts';
import { rulesFor, type RuleId } from '../../src/check/rules.ts';
import { trustRules } from '../../src/check/trust-rules.ts';
import { digestHex } from '../../src/oci/digest.ts';
import {
  crdText,
  realTrees,
  scratchFolder,
  treeFrom,
  write,
  type TreeToMake,
} from '../support/archive-make.ts';
import { genisoimage } from '../support/iso-make.ts';
import { imageCases } from '../support/check-images.ts';
import { checked, goodTree, rulesIn } from '../support/check-make.ts';
import { alertsOf, dashboardOf } from '../support/monitoring-make.ts';

const OPERATOR = { name: 'store-operator', tag: '1.0.0' };
const FOLDER = 'images/store-operator/1.0.0';
const WEB = { name: 'web', tag: '2.0' };

interface Case {
  readonly rule: RuleId;
  /** What else the same mistake says, by nature. */
  readonly also?: readonly RuleId[];
  readonly spec?: TreeToMake;
  readonly edit?: (folder: string) => void;
  readonly deep?: boolean;
  /** Where the finding is: `path:line:column`. */
  readonly at?: string;
  /** What the message says. */
  readonly says: string;
}

const large = { summary: 'x'.repeat(250_000) };

const manifest = `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: Solution
metadata:
  name: store
  annotations: {solutions.metalk8s.scality.com/display-name: Store}
spec:
  version: 1.0.0
  operator:
    image: {name: store-operator, tag: 1.0.0}
  images: [store-operator:1.0.0]
`;

/** manifest.yaml with one line replaced. */
function product(from: string, to: string): TreeToMake {
  if (!manifest.includes(from)) throw new Error(`the manifest has no ${from}`);
  return { manifest: manifest.replace(from, to), images: [OPERATOR] };
}

function crd(from: string, to: string): TreeToMake {
  const text = crdText('things');
  if (!text.includes(from)) throw new Error(`the CRD has no ${from}`);
  return { crds: { 'things_crd.yaml': text.replace(from, to) } };
}

function role(rule: string, head = 'kind: Role\nmetadata: {name: store-manager}'): TreeToMake {
  return { roles: `apiVersion: rbac.authorization.k8s.io/v1\n${head}\nrules:\n- ${rule}\n` };
}

/** The path of the largest blob of the Operator: a layer. */
function layerIn(folder: string): string {
  const [largest = ''] = readdirSync(join(folder, FOLDER))
    .filter((name) => /^[0-9a-f]{64}$/u.test(name))
    .filter((name) => readFileSync(join(folder, FOLDER, name))[0] === 0x1f)
    .sort();
  return join(folder, FOLDER, largest);
}

function configIn(folder: string): string {
  const { config }: { config: { digest: string } } = JSON.parse(
    readFileSync(join(folder, FOLDER, 'manifest.json'), 'utf8'),
  );
  return join(folder, FOLDER, digestHex(config.digest));
}

/** The manifest of the Operator's image with a text replaced. */
function editManifest(from: string | RegExp, to: string): (folder: string) => void {
  return (folder) => {
    const text = readFileSync(join(folder, FOLDER, 'manifest.json'), 'utf8');
    const edited = text.replace(from, to);
    if (edited === text) throw new Error(`the manifest has no ${from}`);
    write(folder, `${FOLDER}/manifest.json`, edited);
  };
}

const layout: readonly Case[] = [
  {
    rule: 'archive-missing',
    edit: (folder) => rmSync(folder, { recursive: true }),
    says: 'there is no archive',
  },
  {
    rule: 'archive-no-manifest',
    edit: (folder) => renameSync(join(folder, 'manifest.yaml'), join(folder, 'Manifest.yaml')),
    says: 'it has no manifest.yaml',
  },
  {
    rule: 'archive-legacy',
    edit: (folder) => {
      rmSync(join(folder, 'manifest.yaml'));
      write(folder, 'product.txt', 'NAME=store\n');
    },
    says: 'it has "product.txt"',
  },
  {
    rule: 'archive-leftover',
    spec: { files: { 'operator/crds/old.txt': 'old\n' } },
    at: 'operator/crds/old.txt',
    says: 'nothing reads it',
  },
  {
    rule: 'archive-too-large',
    spec: { files: { 'operator/deploy/crds/x_crd.yaml': `# ${'x'.repeat(5 << 20)}\n` } },
    at: 'operator/deploy/crds/x_crd.yaml',
    says: 'at most 4194304 are read',
  },
  {
    rule: 'archive-link',
    edit: (folder) => symlinkSync('../../../../etc/passwd', join(folder, 'operator/deploy/x.yaml')),
    at: 'operator/deploy/x.yaml',
    says: 'a link leaves the archive',
  },
  {
    rule: 'archive-link',
    edit: (folder) => symlinkSync('nowhere', join(folder, FOLDER, 'signature-1')),
    at: `${FOLDER}/signature-1`,
    says: 'there is no such file',
  },
  {
    rule: 'archive-link',
    edit: (folder) => symlinkSync('nowhere', join(folder, 'bin')),
    at: 'bin',
    says: 'there is no such file',
  },
  {
    rule: 'archive-special-file',
    edit: (folder) => execFileSync('mkfifo', [join(folder, 'pipe')]),
    at: 'pipe',
    says: 'neither a file',
  },
  {
    rule: 'file-name',
    spec: { files: { 'operator/deploy/a\\b.txt.yaml': 'a: 1\n' } },
    also: ['deploy-unused'],
    at: 'operator/deploy',
    says: 'not kept',
  },
  {
    rule: 'deploy-unused',
    spec: { files: { 'operator/deploy/role_binding.yaml': 'kind: RoleBinding\n' } },
    at: 'operator/deploy/role_binding.yaml',
    says: 'nothing reads it',
  },
  {
    rule: 'sample-resource',
    spec: { files: { 'operator/deploy/crds/a_cr.yaml': 'kind: Thing\n' } },
    at: 'operator/deploy/crds/a_cr.yaml',
    says: 'nothing applies it',
  },
  {
    rule: 'webhook-manifest',
    spec: { files: { 'operator/deploy/webhooks.yaml': 'kind: Service\n' } },
    at: 'operator/deploy/webhooks.yaml',
    says: 'nothing applies it',
  },
  {
    rule: 'registry-config-missing',
    edit: (folder) => rmSync(join(folder, 'registry-config.inc.j2')),
    says: 'at the root',
  },
  {
    rule: 'monitoring-file',
    spec: { files: { 'monitoring/dashboards/a.json': '{' } },
    at: 'monitoring/dashboards/a.json:1:2',
    says: '',
  },
  {
    rule: 'monitoring-file',
    spec: { files: { 'monitoring/alerts/a.yaml': 'groups: 5\n' } },
    at: 'monitoring/alerts/a.yaml:1:1',
    says: 'groups',
  },
  {
    rule: 'monitoring-place',
    spec: { files: { 'monitoring/alerts/a.txt': 'groups: []\n' } },
    at: 'monitoring',
    says: 'a.txt',
  },
  {
    rule: 'monitoring-size',
    spec: { files: { 'monitoring/dashboards/a.json': `{"a": "${'<'.repeat(50_000)}"}` } },
    at: 'monitoring/dashboards/a.json',
    says: 'at most 250000',
  },
  {
    rule: 'monitoring-size',
    spec: { files: { 'monitoring/alerts/a.yaml': alertsOf({ rule: { annotations: large } }) } },
    at: 'monitoring/alerts/a.yaml',
    says: 'at most 250000',
  },
  {
    rule: 'alerts-refused',
    spec: { files: { 'monitoring/alerts/a.yaml': alertsOf({ expr: 'up > ${limit}s)' }) } },
    at: 'monitoring/alerts/a.yaml:15:9',
    says: '`groups[0].rules[0].expr` is no PromQL: its line 1 cannot go on like this',
  },
  {
    rule: 'input-without-value',
    spec: {
      files: {
        'monitoring/alerts/a.yaml': alertsOf({
          inputs: [{ name: 'namespace' }, { name: 'limit' }],
          expr: 'up >',
        }),
      },
    },
    at: 'monitoring/alerts/a.yaml',
    says: '"limit"',
  },
  {
    rule: 'dashboard-title',
    spec: {
      files: {
        'monitoring/dashboards/a.json': dashboardOf({ title: 'In ${namespace}' }),
        'monitoring/dashboards/b.json': dashboardOf({ title: 'in namespace', uid: 'b' }),
      },
    },
    at: 'monitoring/dashboards/b.json',
    says: '"in namespace" is that of monitoring/dashboards/a.json, too',
  },
];

const products: readonly Case[] = [
  {
    rule: 'product-yaml',
    spec: product('kind: Solution', 'kind: [Solution'),
    at: 'manifest.yaml:4:7',
    says: '',
  },
  {
    rule: 'product-yaml',
    spec: { manifest: `${manifest}---\n${manifest}`, images: [OPERATOR] },
    at: 'manifest.yaml',
    says: 'found 2',
  },
  {
    rule: 'product-field',
    spec: product('  version: 1.0.0\n', ''),
    at: 'manifest.yaml:6:1',
    says: 'version',
  },
  {
    rule: 'product-name',
    spec: product('name: store\n', 'name: Store_1\n'),
    at: 'manifest.yaml:4:3',
    says: '"Store_1"',
  },
  {
    rule: 'product-version',
    spec: product('version: 1.0.0', 'version: ../1'),
    at: 'manifest.yaml:7:3',
    says: 'no part of a path',
  },
  {
    rule: 'product-version',
    spec: product('version: 1.0.0', 'version: latest'),
    at: 'manifest.yaml:7:3',
    says: 'the newest',
  },
  {
    rule: 'product-version-type',
    spec: product('tag: 1.0.0', 'tag: 1.10'),
    also: ['operator-image'],
    at: 'manifest.yaml:9:35',
    says: '"1.1"',
  },
  {
    rule: 'product-version-order',
    spec: product('version: 1.0.0', 'version: v1'),
    at: 'manifest.yaml:7:3',
    says: 'no SemVer',
  },
  {
    rule: 'product-id',
    spec: product('version: 1.0.0', 'version: 1.0.0+build'),
    at: 'manifest.yaml:7:3',
    says: 'store-1.0.0+build',
  },
  {
    rule: 'product-api',
    spec: product('solutions.metalk8s', 'metalk8s'),
    at: 'manifest.yaml:1:1',
    says: '"metalk8s.scality.com/v1alpha1',
  },
  {
    rule: 'product-api',
    spec: product('kind: Solution\n', ''),
    at: 'manifest.yaml:1:1',
    says: '`kind` absent',
  },
  {
    rule: 'product-annotations',
    spec: product('spec:', 'annotations: {a: b}\nspec:'),
    at: 'manifest.yaml:6:1',
    says: 'no field',
  },
  {
    rule: 'product-display-name',
    spec: product('  annotations: {solutions.metalk8s.scality.com/display-name: Store}\n', ''),
    at: 'manifest.yaml:3:1',
    says: 'no annotation',
  },
  {
    rule: 'product-images',
    spec: product('[store-operator:1.0.0]', "[store-operator:1.0.0, ':1.1.1']"),
    at: 'manifest.yaml:10:34',
    says: '":1.1.1"',
  },
  {
    rule: 'product-images-twice',
    spec: product('[store-operator:1.0.0]', '[store-operator:1.0.0, store-operator:1.0.0]'),
    at: 'manifest.yaml:10:34',
    says: 'twice',
  },
  {
    rule: 'image-absent',
    spec: product('[store-operator:1.0.0]', '[store-operator:1.0.0, web:2.0]'),
    at: 'manifest.yaml:10:3',
    says: '"web:2.0"',
  },
  {
    rule: 'image-undeclared',
    spec: { ...product('kind', 'kind'), images: [OPERATOR, WEB] },
    at: 'images/web/2.0',
    says: '"web:2.0"',
  },
  {
    rule: 'product-ui',
    spec: product('spec:', 'spec:\n  ui: {image: {name: ui, tag: "1"}}'),
    at: 'manifest.yaml:7:3',
    says: '"ui:1"',
  },
  {
    rule: 'operator-image',
    spec: product('name: store-operator,', 'name: other,'),
    at: 'manifest.yaml:9:5',
    says: '"other:1.0.0"',
  },
  {
    rule: 'operator-image',
    spec: { images: [{ ...OPERATOR, artifact: [{ title: 'a', mediaType: 'a/b', text: 'a' }] }] },
    says: 'no container image',
  },
  {
    rule: 'operator-missing',
    spec: { manifest: manifest.replace(/ {2}operator[^]*/u, ''), images: [] },
    at: 'manifest.yaml:6:1',
    says: 'it has 1 CRD and 1 role, and',
  },
  {
    rule: 'operator-user',
    spec: { images: [{ ...OPERATOR, user: 'operator' }] },
    says: 'the user `operator`',
  },
  { rule: 'operator-user', spec: { images: [{ ...OPERATOR, user: '' }] }, says: 'root' },
  {
    rule: 'ui-user',
    spec: {
      manifest: manifest
        .replace('spec:', 'spec:\n  ui: {image: {name: web, tag: "2.0"}}')
        .replace('[store-operator:1.0.0]', '[store-operator:1.0.0, web:2.0]'),
      images: [OPERATOR, { ...WEB, user: '0' }],
    },
    at: 'manifest.yaml:7:8',
    says: 'root',
  },
];

const images: readonly Case[] = [
  {
    rule: 'image-name',
    edit: (folder) =>
      renameSync(join(folder, 'images/store-operator'), join(folder, 'images/Store')),
    also: ['operator-image', 'image-absent'],
    at: 'images/Store/1.0.0',
    says: '"Store:1.0.0"',
  },
  {
    rule: 'image-place',
    spec: { files: { 'images/web/manifest.json': '{}' } },
    at: 'images',
    says: 'images/web/manifest.json',
  },
  {
    rule: 'image-manifest-missing',
    edit: (folder) => rmSync(join(folder, FOLDER, 'manifest.json')),
    at: FOLDER,
    says: 'no manifest.json',
  },
  { rule: 'image-manifest', edit: editManifest('{', '['), says: 'expected JSON' },
  {
    rule: 'image-manifest',
    edit: editManifest('"sha256:', '"md5:'),
    at: `${FOLDER}/manifest.json`,
    says: 'expected a sha256 digest',
  },
  {
    rule: 'image-media-type',
    edit: editManifest('oci.image.manifest', 'oci.image.index'),
    at: `${FOLDER}/manifest.json`,
    says: 'the media type',
  },
  {
    rule: 'image-media-type',
    edit: editManifest('"layers"', '"manifests":[],"layers"'),
    at: `${FOLDER}/manifest.json`,
    says: 'neither',
  },
  ...(
    [
      ['image', '"schemaVersion"', '"schemaVersioo"', '`schemaVersion` is not 2'],
      ['image', 'layer.v1', 'laye2.v1', 'is no layer, but "application/vnd.oci.image.laye2.v1'],
      [
        'index',
        '"os": "linux"',
        '"ns": "linux"',
        'is listed for "none/amd64", and is for "linux/amd64"',
      ],
      ['index', '"arm64"', '"arm65"', 'is listed for "linux/arm65", and is for "linux/arm64"'],
      [
        'index',
        'image.manifest',
        'image.manifesu',
        'is listed as "application/vnd.oci.image.manifesu',
      ],
    ] as const
  ).map(([form, from, to, says]): Case => {
    return {
      rule: 'image-descriptor',
      also: form === 'index' ? ['image-platforms'] : [],
      spec: { images: [form === 'index' ? { ...OPERATOR, form } : OPERATOR] },
      edit: (folder) => {
        const file = join(folder, FOLDER, 'manifest.json');
        const text = readFileSync(file, 'utf8');
        if (!text.includes(from)) throw new Error(`${from} is not in ${text}`);
        writeFileSync(file, text.replace(from, to));
      },
      at: `${FOLDER}/manifest.json`,
      says,
    };
  }),
  {
    rule: 'image-schema-1',
    edit: (folder) => write(folder, `${FOLDER}/manifest.json`, '{"schemaVersion":1}'),
    at: `${FOLDER}/manifest.json`,
    says: 'schema 1',
  },
  {
    rule: 'blob-missing',
    edit: (folder) => rmSync(layerIn(folder)),
    says: 'is not in the archive',
  },
  {
    rule: 'blob-missing',
    spec: { images: [{ ...OPERATOR, form: 'index' }] },
    edit: (folder) => {
      const files = readdirSync(join(folder, FOLDER));
      rmSync(join(folder, FOLDER, files.find((name) => name.endsWith('.manifest.json')) ?? ''));
    },
    says: 'the manifest of a platform',
  },
  {
    rule: 'blob-size',
    edit: (folder) => appendFileSync(layerIn(folder), 'x'),
    says: 'bytes, the manifest says',
  },
  {
    rule: 'blob-digest',
    edit: (folder) => {
      const file = configIn(folder);
      writeFileSync(file, readFileSync(file, 'utf8').replace('amd64', 'amd65'));
    },
    says: 'its manifest says',
  },
  {
    rule: 'blob-digest',
    deep: true,
    edit: (folder) => {
      const file = layerIn(folder);
      const bytes = readFileSync(file);
      bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
      writeFileSync(file, bytes);
    },
    says: 'its name says',
  },
  {
    rule: 'blob-copies',
    spec: { images: [OPERATOR, { ...WEB, layers: ['base', 'store-operator'] }] },
    edit: (folder) => {
      const file = layerIn(folder);
      const copy = `${file}.copy`;
      copyFileSync(file, copy);
      renameSync(copy, file);
    },
    says: 'one blob is there several times',
  },
  {
    rule: 'blob-unused',
    spec: { files: { [`${FOLDER}/${'0'.repeat(64)}`]: 'x' } },
    at: `${FOLDER}/${'0'.repeat(64)}`,
    says: 'a blob of 1 byte that belongs to no image',
  },
  {
    rule: 'image-platforms',
    spec: { images: [{ ...OPERATOR, form: 'index' }] },
    at: `${FOLDER}/manifest.json`,
    says: '"linux/amd64", "linux/arm64"',
  },
  {
    rule: 'image-user',
    spec: { images: [OPERATOR, { ...WEB, user: '' }] },
    at: 'images/web/2.0/manifest.json',
    says: 'root',
  },
];

const crds: readonly Case[] = [
  {
    rule: 'kubernetes-yaml',
    spec: crd('scope: Namespaced', 'scope: Namespaced\n  scope: Cluster'),
    at: 'operator/deploy/crds/things_crd.yaml:10:3',
    says: 'scope',
  },
  {
    rule: 'crd-kind',
    spec: { crds: { 'a_crd.yaml': 'apiVersion: v1\nkind: Secret\n' } },
    at: 'operator/deploy/crds/a_crd.yaml:1:1',
    says: '"Secret"',
  },
  {
    rule: 'crd-v1beta1',
    spec: crd('apiextensions.k8s.io/v1', 'apiextensions.k8s.io/v1beta1'),
    at: 'operator/deploy/crds/things_crd.yaml:2:1',
    says: 'v1beta1',
  },
  {
    rule: 'crd-name',
    spec: crd('  name: things.store.example.com\n', '  labels: {}\n'),
    at: 'operator/deploy/crds/things_crd.yaml:2:1',
    says: 'missing',
  },
  {
    rule: 'crd-unseen',
    spec: { files: { 'operator/deploy/crds/others.yaml': crdText('others') } },
    at: 'operator/deploy/crds/others.yaml',
    says: 'not applied',
  },
  {
    rule: 'crd-unseen',
    spec: { files: { 'deploy/crds/others_crd.yaml': crdText('others') } },
    at: 'deploy/crds/others_crd.yaml',
    says: 'not applied',
  },
  {
    rule: 'crd-refused',
    spec: crd('storage: true', 'storage: false'),
    says: '0 of its versions are stored',
  },
  { rule: 'crd-refused', spec: crd('name: things.', 'name: thing.'), says: 'its plural and group' },
  { rule: 'crd-refused', spec: crd('scope: Namespaced', 'scope: All'), says: 'spec.scope' },
  {
    rule: 'crd-schema',
    spec: crd('type: integer, ', ''),
    at: 'operator/deploy/crds/things_crd.yaml:21:15',
    says: 'type must be there',
  },
  {
    rule: 'crd-twice',
    spec: { crds: { 'a_crd.yaml': crdText('things'), 'b_crd.yaml': crdText('things') } },
    at: 'operator/deploy/crds/b_crd.yaml:2:1',
    says: '"operator/deploy/crds/a_crd.yaml"',
  },
  {
    rule: 'crd-webhook',
    spec: crd(
      '  versions:\n',
      `  conversion:
    strategy: Webhook
    webhook:
      conversionReviewVersions: [v1]
      clientConfig: {service: {name: store, namespace: system}}
  versions:\n`,
    ),
    at: 'operator/deploy/crds/things_crd.yaml:10:3',
    says: 'in the Namespace "system"',
  },
];

const manager = 'kind: ClusterRole\nmetadata: {name: manager-role}';
const own = '{apiGroups: [store.example.com], resources: [things], verbs: ["*"]}';
const roles: readonly Case[] = [
  {
    rule: 'role-missing',
    spec: { roles: '# none\n' },
    at: 'operator/deploy/role.yaml',
    says: 'store-1.0.0 has an Operator and no role in operator/deploy/role.yaml',
  },
  {
    rule: 'role-missing',
    edit: (folder) => rmSync(join(folder, 'operator/deploy/role.yaml')),
    says: 'store-1.0.0 has an Operator',
  },
  {
    rule: 'role-kind',
    spec: role(own, 'kind: RoleBinding\nmetadata: {name: store-manager}'),
    at: 'operator/deploy/role.yaml:1:1',
    says: '"RoleBinding"',
  },
  { rule: 'role-name', spec: role(own, 'kind: Role\nmetadata: {}'), says: 'missing' },
  {
    rule: 'role-refused',
    spec: role('{apiGroups: [store.example.com], resources: [things]}'),
    says: 'verbs',
  },
  {
    rule: 'role-twice',
    spec: { roles: `${role(own).roles}---\n${role(own).roles}` },
    at: 'operator/deploy/role.yaml:7:1',
    says: 'defined twice',
  },
  {
    rule: 'role-wildcard',
    spec: role('{apiGroups: [""], resources: ["*"], verbs: [get]}'),
    also: ['role-cluster-scoped'],
    at: 'operator/deploy/role.yaml:5:3',
    says: 'the core group',
  },
  {
    rule: 'role-verbs',
    spec: role('{apiGroups: [""], resources: [pods], verbs: ["*"]}'),
    at: 'operator/deploy/role.yaml:5:3',
    says: '`pods`',
  },
  {
    rule: 'role-escalation',
    spec: role('{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate]}'),
    says: '`escalate` on `roles`',
  },
  {
    rule: 'role-escalation',
    spec: role('{apiGroups: [""], resources: [serviceaccounts], verbs: [get, impersonate]}'),
    says: '`impersonate`',
  },
  {
    rule: 'role-escalation',
    spec: role('{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: ["*"]}'),
    says: '`*` on `roles`',
  },
  {
    rule: 'role-cluster-scoped',
    spec: role('{apiGroups: [""], resources: [nodes], verbs: [get]}'),
    says: '`nodes (get)`',
  },
  { rule: 'role-generic-name', spec: role(own, manager), says: '"manager-role"' },
];

const cases = [...layout, ...products, ...images, ...crds, ...roles];

test('a good archive gives no finding, whatever is hashed', async () => {
  const folder = goodTree({ images: [OPERATOR, { ...WEB, form: 'docker' }] });
  expect(await checked(folder)).toEqual({
    subject: 'a.iso',
    kind: 'directory',
    id: 'store-1.0.0',
    findings: [],
    omitted: [],
  });
  expect((await checked(folder, { deep: true })).findings).toEqual([]);
});

describe('an archive that breaks one rule', () => {
  test.each(cases.map((one) => [one.rule, one.says, one] as const))(
    'gives %s: %s',
    async (rule, says, { also = [], spec, edit, deep = false, at }) => {
      const folder = goodTree(spec);
      edit?.(folder);
      const report = await checked(folder, { deep });
      expect(new Set(rulesIn(report))).toEqual(new Set([rule, ...also]));
      const found = report.findings.find((finding) => finding.rule === rule);
      expect(found?.message).toContain(says);
      if (at === undefined) return;
      const { path, line, column } = found?.at ?? {};
      expect([path, line, column].filter((part) => part !== undefined).join(':')).toBe(at);
    },
  );

  test('is made for each rule of archives', () => {
    const between: readonly RuleId[] = ['id-twice', 'crd-owners'];
    // A file of another user is read all the same by root, who runs these tests.
    const elsewhere: readonly RuleId[] = ['archive-unreadable', 'image-no-amd64'];
    const made = new Set<string>([
      ...cases.map(({ rule }) => rule),
      ...imageCases.map(({ rule }) => rule),
      ...between,
      ...elsewhere,
      // They need an image, and files beside it: trust.test.ts.
      ...Object.keys(trustRules),
    ]);
    expect(rulesFor('archive').filter((rule) => !made.has(rule))).toEqual([]);
  });
});

test('a dashboard is as large as it is rendered: without inputs and blanks', async () => {
  const inputs = Array.from({ length: 5000 }, (_, n) => ({ name: `i${n}`, value: n }));
  const text = dashboardOf({ inputs }).replace('"panels"', `${' '.repeat(250_000)}"panels"`);
  const report = await checked(goodTree({ files: { 'monitoring/dashboards/a.json': text } }));
  expect(rulesIn(report)).toEqual([]);
});

test('a dashboard that its inputs blow up is too large', async () => {
  const inputs = [{ name: 'a', value: 'x'.repeat(4000) }];
  const text = dashboardOf({ inputs, expr: '${a}'.repeat(10_000) });
  const report = await checked(goodTree({ files: { 'monitoring/dashboards/a.json': text } }));
  expect(rulesIn(report)).toEqual(['monitoring-size']);
});

test('an image for arm64 alone is noted', async () => {
  const folder = goodTree({ images: [{ ...OPERATOR, form: 'index' }] });
  const file = join(folder, FOLDER, 'manifest.json');
  const index: { manifests: unknown[] } = JSON.parse(readFileSync(file, 'utf8'));
  write(
    folder,
    `${FOLDER}/manifest.json`,
    JSON.stringify({ ...index, manifests: index.manifests.slice(1) }),
  );
  const report = await checked(folder);
  expect(rulesIn(report)).toContain('image-no-amd64');
  expect(report.findings.find(({ rule }) => rule === 'image-no-amd64')?.message).toContain(
    'linux/arm64',
  );
});

describe('one mistake hides no other', () => {
  test('in different layers', async () => {
    const folder = goodTree({
      manifest: 'kind: [',
      crds: { 'a_crd.yaml': crdText('as').replace('type: integer, ', ''), 'b_crd.yaml': 'a: [' },
      roles: 'kind: Secret\n',
      images: [OPERATOR, WEB],
      files: { 'images/web/2.0/manifest.json': '{}', 'monitoring/alerts/a.yaml': '- 1\n' },
    });
    symlinkSync('nowhere', join(folder, 'operator/deploy/crds/link_crd.yaml'));
    rmSync(layerIn(folder));
    const found = rulesIn(await checked(folder));
    expect(found).toEqual(
      expect.arrayContaining(['product-yaml', 'archive-link', 'image-media-type', 'blob-missing']),
    );
  });

  test('in one folder of images: those that can be read are hashed with the others', async () => {
    const folder = goodTree({ images: [OPERATOR, { ...WEB, layers: ['of web'] }] });
    rmSync(configIn(folder));
    const file = layerIn(folder);
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    writeFileSync(file, bytes);
    expect(rulesIn(await checked(folder, { deep: true }))).toEqual(['blob-missing', 'blob-digest']);
  });

  test('in names that are refused, whether a directory has them or an image', async () => {
    const folder = goodTree({ roles: '# none\n' });
    write(folder, 'docs/x\u001B[31m', 'text\n');
    write(folder, '\u001B/y', 'text\n');
    const iso = join(scratchFolder(), 'a.iso');
    await genisoimage(folder, iso, ['-volid', 'Store 1.0.0']);
    for (const file of [folder, iso]) {
      const { findings } = await checked(file);
      expect(findings.map(({ rule, at }) => [rule, at?.path])).toEqual([
        ['file-name', undefined],
        ['file-name', 'docs'],
        ['role-missing', 'operator/deploy/role.yaml'],
      ]);
      expect(JSON.stringify(findings)).not.toContain('\\u001b/y');
    }
  });

  test('in several archives', async () => {
    const bad = goodTree();
    rmSync(join(bad, 'manifest.yaml'));
    const reports = await checkArchives([
      { file: '/nowhere/a.iso', name: 'a.iso' },
      { file: bad, name: 'b' },
      { file: goodTree(), name: 'c' },
    ]);
    expect(reports.map(rulesIn)).toEqual([['archive-missing'], ['archive-no-manifest'], []]);
  });
});

describe('several archives', () => {
  test('with one id name each other', async () => {
    const reports = await checkArchives([
      { file: goodTree({ name: 'a', version: 'b-1' }), name: 'one' },
      { file: goodTree({ name: 'a-b', version: '1', crds: {} }), name: 'two' },
    ]);
    const messages = reports.map(
      ({ findings }) => findings.find(({ rule }) => rule === 'id-twice')?.message,
    );
    expect(messages[0]).toBe('"two" has the id "a-b-1", too: the Solution "a-b", version "1"');
    expect(messages[1]).toBe('"one" has the id "a-b-1", too: the Solution "a", version "b-1"');
  });

  test('of two Solutions with one CRD name it, two versions of one do not', async () => {
    const versions = await checkArchives([
      { file: goodTree({ version: '1.0.0' }), name: 'one' },
      { file: goodTree({ version: '1.1.0' }), name: 'two' },
    ]);
    expect(versions.flatMap(rulesIn)).toEqual([]);
    const others = await checkArchives([
      { file: goodTree(), name: 'one' },
      { file: goodTree({ name: 'shop' }), name: 'two' },
    ]);
    expect(others.map(rulesIn)).toEqual([['crd-owners'], ['crd-owners']]);
    expect(others[0]?.findings[0]).toMatchObject({
      message: '"things.store.example.com" is defined by "shop", too',
      at: { path: 'operator/deploy/crds/things_crd.yaml', line: 2 },
    });
  });
});

test('of one rule twenty findings are kept, and the rest is counted', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `bad${index}_crd.yaml`);
  const report = await checked(
    goodTree({ crds: Object.fromEntries(names.map((name) => [name, 'kind: Secret\n'])) }),
  );
  expect(report.findings.filter(({ rule }) => rule === 'crd-kind')).toHaveLength(20);
  expect(report.omitted).toEqual([{ rule: 'crd-kind', count: 100 }]);
});

test('equal files as hard links are no copies', async () => {
  const folder = goodTree({ images: [OPERATOR, WEB] });
  linkSync(layerIn(folder), join(folder, 'elsewhere'));
  mkdirSync(join(folder, 'empty'));
  expect(rulesIn(await checked(folder))).toEqual([]);
});

describe.runIf(realTrees.length > 0)('the trees of real archives', () => {
  const operatorOf: Readonly<Record<string, string>> = {
    'example-solution-1.0.3': 'example-solution-operator:1.0.3',
    'example-solution-1.1.1': 'example-solution-operator:1.1.1',
    'zenko-2.10.4': 'zenko-operator:v1.6.3',
  };
  const expected: Readonly<Record<string, readonly RuleId[]>> = {
    'example-solution-1.0.3': [
      'deploy-unused',
      'sample-resource',
      'registry-config-missing',
      'role-verbs',
    ],
    'example-solution-1.1.1': [
      'product-images',
      'role-generic-name',
      'registry-config-missing',
      'role-cluster-scoped',
    ],
    'zenko-2.10.4': ['role-missing', 'registry-config-missing'],
  };

  test.each(realTrees.map((path) => [path.split('/').at(-1) ?? '', path] as const))(
    '%s gives what is known of it, and nothing else',
    async (id, path) => {
      const [name = '', tag = ''] = (operatorOf[id] ?? '').split(':');
      const base = { name: 'base-server', tag };
      const all = id.startsWith('example') ? [{ name, tag }, base] : [{ name, tag }];
      const folder = treeFrom(path, scratchFolder(), all);
      expect(rulesIn(await checked(folder))).toEqual(expected[id]);
    },
  );
});
