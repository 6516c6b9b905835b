import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { ImageFolder, layer, OCI, SCHEMA_2 } from '../../examples/image.mjs';

/** An image of a made archive: `images/<name>/<tag>/`. */
export interface ImageToMake {
  readonly name: string;
  readonly tag: string;
  /** `oci` by default; `untyped` is OCI without `mediaType`, `index` has two architectures. */
  readonly form?: 'docker' | 'oci' | 'untyped' | 'index' | undefined;
  /** `config.User`, 65532 by default. */
  readonly user?: string | undefined;
  /** A layer is a tar.gz with one file of this text; two images with one text share it. */
  readonly layers?: readonly string[] | undefined;
  /** Instead of an image: an artifact with these files. */
  readonly artifact?: readonly ArtifactFile[] | undefined;
}

/** A file of an artifact. */
interface ArtifactFile {
  readonly title: string;
  readonly mediaType: string;
  readonly text: string;
}

/** An archive to make. */
export interface TreeToMake {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly displayName?: string | undefined;
  /** Text of the whole manifest.yaml, in place of the usual one. */
  readonly manifest?: string | undefined;
  readonly images?: readonly ImageToMake[] | undefined;
  /** Text by file name in operator/deploy/crds. */
  readonly crds?: Readonly<Record<string, string>> | undefined;
  readonly roles?: string | undefined;
  /** Text of any other file, by path. */
  readonly files?: Readonly<Record<string, string>> | undefined;
}

/** A folder of its own for one test, removed when it is done. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'solutions-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes the tree of an archive in `folder`: by default `store` 1.0.0 with an Operator and a CRD. */
export function makeTree(folder: string, spec: TreeToMake = {}): string {
  const { name = 'store', version = '1.0.0' } = spec;
  const operator = { name: `${name}-operator`, tag: version };
  const images = spec.images ?? [operator];
  write(folder, 'manifest.yaml', spec.manifest ?? manifestText(spec, images));
  const crds = spec.crds ?? { 'things_crd.yaml': crdText('things') };
  for (const [file, text] of Object.entries(crds))
    write(folder, `operator/deploy/crds/${file}`, text);
  write(folder, 'operator/deploy/role.yaml', spec.roles ?? rolesText);
  for (const [path, text] of Object.entries(spec.files ?? {})) write(folder, path, text);
  makeImages(folder, images);
  return folder;
}

/** Writes `images/`, equal blobs as hard links. */
function makeImages(folder: string, images: readonly ImageToMake[]): void {
  const pool = new Map<string, string>();
  for (const image of images) makeImage(join(folder, 'images', image.name, image.tag), image, pool);
}

function makeImage(folder: string, image: ImageToMake, pool: Map<string, string>): void {
  const { form = 'oci', user = '65532', layers = ['base', image.name], artifact } = image;
  const target = new ImageFolder(folder, pool);
  if (artifact) {
    target.writeArtifact(
      artifact.map(({ text, ...file }) => ({ ...file, bytes: Buffer.from(text) })),
    );
    return;
  }
  const specOf = (architecture: string) => ({
    architecture,
    user,
    description: `${image.name}, an image for tests`,
    layers: layers.map((text) => layer({ [`etc/${architecture}`]: text })),
  });
  if (form === 'index') target.writeIndex([specOf('amd64'), specOf('arm64')]);
  else
    target.writeImage(specOf('amd64'), form === 'docker' ? SCHEMA_2 : OCI, {
      named: form !== 'untyped',
    });
}

/** Writes one file of a tree; a hard link is replaced, not written through. */
export function write(folder: string, path: string, content: string | Uint8Array): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, content);
}

function manifestText(
  { name = 'store', version = '1.0.0', displayName = 'Store' }: TreeToMake,
  images: readonly ImageToMake[],
): string {
  return stringify({
    apiVersion: 'solutions.metalk8s.scality.com/v1alpha1',
    kind: 'Solution',
    metadata: {
      name,
      annotations: { 'solutions.metalk8s.scality.com/display-name': displayName },
      labels: {},
    },
    spec: {
      version,
      operator: { image: { name: `${name}-operator`, tag: version } },
      images: images.map((image) => `${image.name}:${image.tag}`),
    },
  });
}

/** A CRD as kubebuilder writes it. */
export function crdText(plural: string, group = 'store.example.com'): string {
  const kind = `${plural.charAt(0).toUpperCase()}${plural.slice(1, -1)}`;
  return `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${plural}.${group}
spec:
  group: ${group}
  names: {kind: ${kind}, listKind: ${kind}List, plural: ${plural}, singular: ${plural.slice(0, -1)}}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer, format: int64, maximum: 9223372036854775807, default: null}
              mode: {type: string, default: "0755"}
`;
}

/** A Role and a ClusterRole, with an empty document between them. */
const rolesText = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: leader-election-role}
rules:
- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update]}
---
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: manager-role}
rules:
- {apiGroups: [store.example.com], resources: [things], verbs: ["*"]}
`;

/** The trees of real archives, without their images, where this machine has them. */
export const realTrees: readonly string[] = listRealTrees();

function listRealTrees(): string[] {
  const folder = fileURLToPath(new URL('../../../shared/solutions', import.meta.url));
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}

/** Copies the tree of a real archive and gives it `images`. */
export function treeFrom(source: string, folder: string, images: readonly ImageToMake[]): string {
  cpSync(source, folder, { recursive: true });
  makeImages(folder, images);
  return folder;
}
