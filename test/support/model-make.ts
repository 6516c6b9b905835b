import { createHash } from 'node:crypto';
import type { ImageRecord } from '../../src/archive/images.ts';
import { parseEnvironments } from '../../src/config/environments.ts';
import type { Config } from '../../src/config/load.ts';
import { parsePlatform } from '../../src/config/platform.ts';
import { parseSolutions } from '../../src/config/solutions.ts';
import { placeText, solutionsErrors, type Notice } from '../../src/errors.ts';
import { archiveOf, type Archive } from '../../src/metadata/archive.ts';
import type { ArchiveRecord } from '../../src/metadata/record.ts';
import { resolve } from '../../src/model/resolve.ts';
import type { State } from '../../src/model/state.ts';

/** An archive: by default `store` 1.0.0, whose Operator runs as uid 65532, without CRDs and roles. */
export interface ArchiveText {
  readonly name?: string;
  readonly version?: string;
  /** The Operator's image; `none`: the Solution has no Operator; `absent`: it is not in `images/`. */
  readonly operator?: 'none' | 'absent' | 'artifact';
  /** `User` in the config of the Operator's image; of several: one an architecture. */
  readonly user?: string | readonly string[];
  /** Whether the image's index holds an attestation, too. */
  readonly attested?: boolean;
  /** `spec.operator.metrics`, in flow style. */
  readonly metrics?: string;
  /** `User` in the config of the UI's image; `artifact` and `absent` as for the Operator's. */
  readonly ui?: string;
  /** Text of each `*_crd.yaml`. */
  readonly crds?: readonly string[];
  /** Text of role.yaml. */
  readonly roles?: string;
  /** Text of other files, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What people write: `environments` has a `metadata` and `spec` each, from line 3 on. */
export interface ConfigText {
  /** The lines under `active:`. */
  readonly active?: Readonly<Record<string, string>>;
  readonly environments?: readonly string[];
  /** The lines under `spec:`, indented. */
  readonly platform?: string;
}

/** Everything that a state is resolved from. */
export interface Scenario extends ConfigText {
  readonly archives?: readonly ArchiveText[];
}

const apiVersion = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1';

/** The three files, through the program's own parsers. */
export function makeConfig({ active = {}, environments = [], platform }: ConfigText): Config {
  const lines = Object.entries(active).map(([name, version]) => `  ${name}: ${version}\n`);
  return {
    solutions: parseSolutions(
      Buffer.from(`${apiVersion}\nkind: SolutionsConfiguration\nactive:\n${lines.join('')}`),
      'solutions.yaml',
    ),
    environments: parseEnvironments(
      Buffer.from(
        environments.map((text) => `${apiVersion}\nkind: Environment\n${text}`).join('---\n'),
      ),
      'environments.yaml',
    ),
    platform: parsePlatform(
      Buffer.from(platform ? `${apiVersion}\nkind: Platform\nspec:\n${platform}` : ''),
      'platform.yaml',
    ),
  };
}

/** An archive as its record tells of it. */
export function makeArchive(text: ArchiveText = {}): Archive {
  const { name = 'store', version = '1.0.0', crds = [], roles } = text;
  const image = { name: `${name}-operator`, tag: version };
  const manifest = [
    apiVersion,
    'kind: Solution',
    `metadata: {name: ${name}}`,
    'spec:',
    `  version: ${JSON.stringify(version)}`,
    ...(text.operator === 'none'
      ? ['  images: []']
      : [
          `  operator: {image: {name: ${image.name}, tag: ${JSON.stringify(image.tag)}}, metrics: ${text.metrics ?? ''}}`,
        ]),
    ...(text.ui === undefined ? [] : [`  ui: {image: {name: ${name}-ui, tag: v2}}`]),
  ];
  const files = [
    ['manifest.yaml', manifest.join('\n')],
    ...crds.map((body, index) => [`operator/deploy/crds/${index}_crd.yaml`, body]),
    ...(roles === undefined ? [] : [['operator/deploy/role.yaml', roles]]),
    ...Object.entries(text.files ?? {}),
  ];
  const hasImage = text.operator === undefined || text.operator === 'artifact';
  const record: ArchiveRecord = {
    id: `${name}-${version}`,
    path: `archives/${name}-${version}.iso`,
    kind: 'iso',
    size: 4096,
    sha256: hexOf(`${name} ${version}`),
    verified: { blobs: 'sha256' },
    files: {},
    images: [
      ...(hasImage ? [{ ...image, ...imageFacts(text) }] : []),
      ...uiImage(`${name}-ui`, text.ui),
    ],
  };
  return archiveOf(
    { record, files: new Map(files.map(([path = '', body]) => [path, Buffer.from(body ?? '')])) },
    { file: 'solutions.yaml' },
  );
}

function uiImage(name: string, ui: string | undefined): ImageRecord[] {
  if (ui === undefined || ui === 'absent') return [];
  const kind = ui === 'artifact' ? ui : 'image';
  return [{ name, tag: 'v2', ...facts(`ui ${ui}`, kind), user: ui, blobs: [] }];
}

function imageFacts({ user = '65532', attested = false, operator }: ArchiveText) {
  const users = typeof user === 'string' ? [user] : user;
  const kind = operator === 'artifact' ? 'artifact' : 'image';
  const children = users.map((one, index) => ({ ...facts(`${index} ${one}`, kind), user: one }));
  const [first] = children;
  const isOne = children.length === 1 && first !== undefined && !attested;
  return {
    ...(isOne ? first : facts('index', kind)),
    ...(isOne ? {} : { children: attested ? [...children, facts('seen', 'artifact')] : children }),
    blobs: [],
  };
}

function facts(text: string, kind: ImageRecord['kind']) {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  return { mediaType, kind, digest: `sha256:${hexOf(text)}`, size: 500 };
}

function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The state that a scenario resolves to. */
export function stateOf({ archives = [{}], ...config }: Scenario): State {
  return resolve(makeConfig(config), archives.map(makeArchive));
}

/** What is said of a scenario: its errors, or the notices of its state. */
export interface Complaint {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  /** As it is printed. */
  readonly place: string | undefined;
}

/** All errors of a scenario; none where it resolves. */
export function errorsOf(scenario: Scenario): Complaint[] {
  try {
    stateOf(scenario);
    return [];
  } catch (error) {
    return solutionsErrors(error).map(complaint);
  }
}

/** The notices of a scenario that resolves, but for those that `ignored` names. */
export function noticesOf(scenario: Scenario, ...ignored: readonly string[]): Complaint[] {
  return stateOf(scenario)
    .notices.filter(({ code }) => !ignored.includes(code))
    .map(complaint);
}

function complaint({ code, message, hint, place }: Notice): Complaint {
  return { code, message, hint, place: place && placeText(place) };
}

/** The document of an Environment whose Namespaces hold `solutions`, each in flow style. */
export function environment(
  name: string,
  namespaces: Readonly<Record<string, readonly string[]>>,
  settings = '',
): string {
  const lines = Object.entries(namespaces).flatMap(([namespace, solutions]) => [
    `  - name: ${namespace}`,
    `    solutions: [${solutions.join(', ')}]`,
  ]);
  return [`metadata: {name: ${name}}`, 'spec:', settings, '  namespaces:', ...lines, '']
    .filter((line, index) => line !== '' || index > 2)
    .join('\n');
}

/** The Environment `shop` with one Namespace `shop`: `solutions` in flow style. */
export function shop(...solutions: readonly string[]): string[] {
  return [environment('shop', { shop: solutions })];
}

/** The Solution `store` 1.0.0, and `more` settings of it in flow style. */
export function store(more = '', version = '1.0.0'): string {
  return `{name: store, version: ${version}${more === '' ? '' : `, ${more}`}}`;
}

interface RoleText {
  readonly kind?: 'Role' | 'ClusterRole';
  readonly name?: string;
  /** In flow style. */
  readonly labels?: string;
  /** In flow style, each. */
  readonly rules?: readonly string[];
}

/** A document of role.yaml: by default a ClusterRole `manager-role` that may get Pods. */
export function role({
  kind = 'ClusterRole',
  name = 'manager-role',
  labels,
  rules,
}: RoleText = {}) {
  const all = rules ?? ['{apiGroups: [""], resources: [pods], verbs: [get]}'];
  return [
    '---',
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${kind}`,
    `metadata: {name: ${JSON.stringify(name)}${labels === undefined ? '' : `, labels: ${labels}`}}`,
    'rules:',
    ...all.map((rule) => `- ${rule}`),
    '',
  ].join('\n');
}

/** A CRD of `<plural>.example.com`. */
export function crd(plural: string, scope: 'Namespaced' | 'Cluster' = 'Namespaced'): string {
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.example.com}
spec:
  group: example.com
  scope: ${scope}
  names: {plural: ${plural}, kind: Kind}
  versions: [{name: v1, served: true, storage: true}]
`;
}
