import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { parseEnvironments } from '../../src/config/environments.ts';
import { parsePlatform } from '../../src/config/platform.ts';
import { parseSolutions } from '../../src/config/solutions.ts';
import { fieldOf, textOf, type JsonObject } from '../../src/kubernetes/value.ts';
import { folderOf } from '../../src/manifests/folder.ts';
import { render, type ManifestFile } from '../../src/manifests/render.ts';
import { archiveOf, type Archive } from '../../src/metadata/archive.ts';
import type { ArchiveRecord } from '../../src/metadata/record.ts';
import { resolve } from '../../src/model/resolve.ts';
import type { State } from '../../src/model/state.ts';
import { packageFile } from '../../src/package.ts';

/** An archive of a scenario: by default `store` 1.0.0, whose Operator runs as uid 65532. */
interface ArchiveToMake {
  readonly name?: string;
  readonly version?: string;
  /** `User` in the config of the Operator's image; `false`: there is no Operator. */
  readonly user?: string | false;
  /** Text of each `*_crd.yaml`. */
  readonly crds?: readonly string[];
  /** Text of role.yaml. */
  readonly roles?: string;
  readonly tag?: string;
  /** Text of other files, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** `spec.operator.metrics`. */
  readonly metrics?: object;
  /** `User` in the config of the UI's image; without it there is no UI. */
  readonly ui?: string;
  /** As solutions.yaml lists it. */
  readonly path?: string;
}

/** What people write, and what vendors ship. */
export interface ScenarioToMake {
  readonly archives?: readonly ArchiveToMake[];
  readonly active?: Readonly<Record<string, string>>;
  /** Each is the `metadata.name` and the `spec` of an Environment. */
  readonly environments?: Readonly<Record<string, object>>;
  /** `spec` of platform.yaml. */
  readonly platform?: object;
}

/** What is rendered. */
export interface Rendered {
  readonly state: State;
  readonly manifests: readonly ManifestFile[];
  readonly objects: readonly JsonObject[];
}

const apiVersion = 'solutions.metalk8s.scality.com/v1alpha1';

/** The Solution `store` 1.0.0 in the Namespace `shop`, with `settings`. */
export function storeWith(settings: object): ScenarioToMake['environments'] {
  return {
    shop: {
      namespaces: [{ name: 'shop', solutions: [{ name: 'store', version: '1.0.0', ...settings }] }],
    },
  };
}

/** Resolves and renders, all in memory, through the program's own readers. */
export function renderScenario(scenario: ScenarioToMake): Rendered {
  const state = resolveScenario(scenario);
  const manifests = render(state);
  return { state, manifests, objects: manifests.flatMap(({ objects }) => objects) };
}

/** The whole of `out/`. */
export function folderOfScenario(scenario: ScenarioToMake): Map<string, string> {
  const { manifests, state } = renderScenario(scenario);
  return folderOf(manifests, state, readmeTemplate);
}

/** The template of `out/README.md`. */
export const readmeTemplate = readFileSync(packageFile('templates/out-readme.md.hbs'), 'utf8');

function resolveScenario(scenario: ScenarioToMake): State {
  const { archives = [{}], active = {}, environments = {}, platform = {} } = scenario;
  const solutions = stringify({ apiVersion, kind: 'SolutionsConfiguration', active });
  const documents = Object.entries(environments).map(([name, spec]) =>
    stringify({ apiVersion, kind: 'Environment', metadata: { name }, spec }),
  );
  const config = {
    solutions: parseSolutions(Buffer.from(solutions), 'solutions.yaml'),
    environments: parseEnvironments(Buffer.from(documents.join('---\n')), 'environments.yaml'),
    platform: parsePlatform(
      Buffer.from(stringify({ apiVersion, kind: 'Platform', spec: platform })),
      'platform.yaml',
    ),
  };
  return resolve(config, archives.map(makeArchive));
}

function makeArchive(spec: ArchiveToMake): Archive {
  const { name = 'store', version = '1.0.0', user = '65532', crds = [], roles, tag } = spec;
  const operator = { name: `${name}-operator`, tag: tag ?? version };
  const ui = { name: `${name}-ui`, tag: 'v2' };
  // As JSON, in which any text can be escaped.
  const manifest = JSON.stringify({
    apiVersion,
    kind: 'Solution',
    metadata: { name, annotations: { 'solutions.metalk8s.scality.com/display-name': 'The Store' } },
    spec: {
      version,
      ...(user === false
        ? {}
        : {
            operator: { image: operator, metrics: spec.metrics },
            images: [`${operator.name}:${operator.tag}`],
          }),
      ...(spec.ui === undefined ? {} : { ui: { image: ui } }),
    },
  }).replaceAll('\u2028', String.raw`\u2028`);
  const files = new Map([['manifest.yaml', manifest], ...Object.entries(spec.files ?? {})]);
  for (const [index, text] of crds.entries())
    files.set(`operator/deploy/crds/${index}_crd.yaml`, text);
  if (roles !== undefined) files.set('operator/deploy/role.yaml', roles);
  const record: ArchiveRecord = {
    id: `${name}-${version}`,
    path: spec.path ?? `archives/${name}-${version}.iso`,
    kind: 'iso',
    size: 2048,
    sha256: hexOf(manifest),
    verified: { blobs: 'sha256' },
    files: {},
    images: [
      ...(user === false ? [] : [imageRecord(operator, user)]),
      ...(spec.ui === undefined ? [] : [imageRecord(ui, spec.ui)]),
    ],
  };
  const bytes = new Map([...files].map(([path, text]) => [path, Buffer.from(text)]));
  return archiveOf({ record, files: bytes }, { file: 'solutions.yaml' });
}

function imageRecord(image: { readonly name: string; readonly tag: string }, user: string) {
  return {
    ...image,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    kind: 'image' as const,
    digest: digestOf(`${image.name}:${image.tag}`),
    size: 500,
    config: digestOf(user),
    user,
    architecture: 'amd64',
    blobs: [],
  };
}

/** The digest of a made image. */
export function digestOf(text: string): string {
  return `sha256:${hexOf(text)}`;
}

function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A CRD of the group `store.example.com`; `schema` is more of the schema's YAML, in one line. */
export function crd(plural: string, schema = '', metadata = ''): string {
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.store.example.com${metadata}}
spec:
  group: store.example.com
  names: {kind: K${plural}, listKind: K${plural}List, plural: ${plural}, singular: ${plural}}
  scope: Namespaced
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object${schema}}}}
`;
}

/** A Role or ClusterRole that may do `verbs` with Pods. */
export function role(kind: 'Role' | 'ClusterRole', name: string, verbs = 'get'): string {
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: {name: ${name}}
rules: [{apiGroups: [""], resources: [pods], verbs: [${verbs}]}]
`;
}

/** The one object of a kind with a name, as `<namespace>/<name>` where it has a Namespace. */
export function find(objects: readonly JsonObject[], kind: string, name: string): JsonObject {
  const found = objects.filter((object) => object['kind'] === kind && nameIn(object) === name);
  const [only, ...others] = found;
  if (!only || others.length > 0) {
    const there = objects.map((object) => `${textOf(object['kind'])} ${nameIn(object)}`);
    throw new Error(`${found.length} of ${kind} ${name} in: ${there.join(', ')}`);
  }
  return only;
}

function nameIn({ metadata }: JsonObject): string {
  return [fieldOf(metadata, 'namespace'), fieldOf(metadata, 'name')]
    .filter((part) => typeof part === 'string')
    .join('/');
}

/** The value at a path of keys and indexes of an object. */
export function at(object: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (holder, key) =>
      typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined,
    object,
  );
}
