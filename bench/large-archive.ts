import { createHash } from 'node:crypto';
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isInstalled, run } from './tool.ts';

/** An archive as a vendor ships it: 40 images that share layers, 200 references to blobs, 4 GiB. */
export interface LargeArchive {
  /** The image, as a file. */
  readonly iso: string;
  /** A file with the paths of {@link texts}, one a line. */
  readonly list: string;
  /** Every file that is text: manifest.yaml, CRDs, roles, image manifests and configs. */
  readonly texts: readonly TextFile[];
}

/** A file of the archive. */
interface TextFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

const IMAGES = 40;
const MEBIBYTE = 1 << 20;
/** Of every image: one layer of 4 that ten images share, one of 10 that four share, two own. */
const LAYERS = 4;
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const OPTIONS = [
  '-quiet -rock -joliet -joliet-long -full-iso9660-filenames -iso-level 3 -uid 0 -gid 0',
  '-volid Large-1.0.0 -input-charset utf-8 -output-charset utf-8',
].flatMap((line) => line.split(' '));

/**
 * Makes the archive in `folder`, in some seconds. The layers are zeros: sha256 takes as long for
 * them as for anything else, and in the image they are written out, so that reading is reading.
 *
 * @throws Error when there is neither genisoimage nor xorriso, or no space of 4.2 GiB.
 */
export function makeLargeArchive(folder: string): LargeArchive {
  const tree = new Tree(join(folder, 'tree'));
  const names = Array.from({ length: IMAGES }, (_, index) => `component-${index + 1}`);
  tree.writeText('manifest.yaml', productText(names));
  for (const kind of ['Cluster', 'Bucket', 'Account']) {
    const file = `operator/deploy/crds/large.example.com_${kind.toLowerCase()}s_crd.yaml`;
    tree.writeText(file, crdText(kind));
  }
  tree.writeText('operator/deploy/role.yaml', roleText());
  const digests = digestsOfZeros(sizesOfLayers());
  names.forEach((name, index) => tree.writeImage(name, index, digests));
  const iso = join(folder, 'large-1.0.0.iso');
  makeImage(tree.root, iso);
  rmSync(tree.root, { recursive: true });
  const list = join(folder, 'texts');
  writeFileSync(list, tree.texts.map(({ path }) => `${path}\n`).join(''));
  return { iso, list, texts: tree.texts };
}

/** Makes an ISO image of a folder as vendors do, hard links as shared extents. */
export function makeImage(root: string, iso: string): void {
  const args = [...OPTIONS, '-o', iso, root];
  if (isInstalled('genisoimage')) run({ file: 'genisoimage', args });
  else run({ file: 'xorriso', args: ['-as', 'mkisofs', ...args] });
}

/** The sizes of the layers of one image, in bytes. All sizes in the archive differ by their layer. */
function layersOf(index: number): number[] {
  const ofTen = index % 4;
  const ofFour = index % 10;
  return [
    (78 + ofTen) * MEBIBYTE + 1001,
    (50 + ofFour) * MEBIBYTE + 2003,
    (2 * index + 1) * MEBIBYTE + 3007,
    (2 * index + 2) * MEBIBYTE + 4001,
  ];
}

function sizesOfLayers(): number[] {
  const sizes = Array.from({ length: IMAGES }, (_, index) => layersOf(index)).flat();
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** sha256 (hex) of so many zero bytes, by size; one pass up to the largest. */
function digestsOfZeros(ascending: readonly number[]): Map<number, string> {
  const zeros = Buffer.alloc(MEBIBYTE);
  const hash = createHash('sha256');
  let hashed = 0;
  return new Map(
    ascending.map((size) => {
      for (; hashed < size; hashed += Math.min(zeros.length, size - hashed)) {
        hash.update(zeros.subarray(0, size - hashed));
      }
      return [size, hash.copy().digest('hex')];
    }),
  );
}

/** The folder that becomes the image; equal layers are hard links, as `hardlink -c` leaves them. */
class Tree {
  readonly root: string;
  readonly texts: TextFile[] = [];
  readonly #layers = new Map<string, string>();

  constructor(root: string) {
    this.root = root;
  }

  writeText(path: string, text: string): void {
    const file = this.#fileAt(path);
    writeFileSync(file, text);
    this.texts.push({ path, size: Buffer.byteLength(text) });
  }

  writeImage(name: string, index: number, digests: ReadonlyMap<number, string>): void {
    const folder = `images/${name}/1.0.0`;
    const layers = layersOf(index).map((size) => ({ size, digest: digests.get(size) ?? '' }));
    for (const { size, digest } of layers) this.#writeLayer(`${folder}/${digest}`, size);
    const config = configText(
      name,
      layers.map(({ digest }) => digest),
    );
    this.writeText(`${folder}/${sha256(config)}`, config);
    this.writeText(`${folder}/manifest.json`, manifestText(config, layers));
    writeFileSync(this.#fileAt(`${folder}/version`), 'Directory Transport Version: 1.1\n');
  }

  #writeLayer(path: string, size: number): void {
    const file = this.#fileAt(path);
    const digest = path.slice(path.lastIndexOf('/') + 1);
    const twin = this.#layers.get(digest);
    if (twin !== undefined) {
      linkSync(twin, file);
      return;
    }
    const descriptor = openSync(file, 'wx');
    ftruncateSync(descriptor, size);
    closeSync(descriptor);
    this.#layers.set(digest, file);
  }

  #fileAt(path: string): string {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    return file;
  }
}

interface Blob {
  readonly digest: string;
  readonly size: number;
}

function manifestText(config: string, layers: readonly Blob[]): string {
  return JSON.stringify(
    {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: `sha256:${sha256(config)}`,
        size: Buffer.byteLength(config),
      },
      layers: layers.map(({ digest, size }) => ({
        mediaType: LAYER,
        digest: `sha256:${digest}`,
        size,
      })),
    },
    undefined,
    2,
  );
}

/** With a history as long as a usual Dockerfile makes it: 4 KiB. */
function configText(name: string, layers: readonly string[]): string {
  const created = '2026-01-01T00:00:00Z';
  const step =
    'RUN /bin/sh -c set -eux; install -m 0755 -d /usr/share/component; rm -rf /var/cache';
  return JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created,
    config: {
      User: '65532',
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'],
      Entrypoint: [`/usr/bin/${name}`],
      Labels: {
        'org.opencontainers.image.title': name,
        'org.opencontainers.image.version': '1.0.0',
      },
    },
    rootfs: { type: 'layers', diff_ids: layers.map((digest) => `sha256:${digest}`) },
    history: Array.from({ length: 24 }, (_, index) => ({
      created,
      created_by: `${step} # ${name}, step ${index}`,
      empty_layer: index >= LAYERS,
    })),
  });
}

function productText(names: readonly string[]): string {
  const images = names.map((name) => `    - ${name}:1.0.0`).join('\n');
  return `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: Solution
metadata:
  name: large
  annotations:
    solutions.metalk8s.scality.com/display-name: Large
  labels: {}
spec:
  version: 1.0.0
  operator:
    image: {name: ${names[0] ?? ''}, tag: 1.0.0}
  images:
${images}
`;
}

/** A CRD of 60 documented fields, 12 KiB: what kubebuilder makes of a small type. */
function crdText(kind: string): string {
  const plural = `${kind.toLowerCase()}s`;
  const fields = Array.from({ length: 60 }, (_, index) => {
    const type = index % 3 === 0 ? 'integer' : 'string';
    return `              field${index}:
                description: Field ${index} of the ${kind} says how many of its parts there are, and
                  where each of them is to be placed when the cluster has room for it.
                type: ${type}
`;
  });
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${plural}.large.example.com
spec:
  group: large.example.com
  names: {kind: ${kind}, listKind: ${kind}List, plural: ${plural}, singular: ${kind.toLowerCase()}}
  scope: Namespaced
  versions:
  - name: v1alpha1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
${fields.join('')}`;
}

/** The rights of a usual Operator: 20 rules. */
function roleText(): string {
  const rules = Array.from(
    { length: 20 },
    (_, index) => `- apiGroups: [group${index}.example.com]
  resources: [things, things/status]
  verbs: [create, delete, get, list, patch, update, watch]
`,
  );
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: large-operator
rules:
${rules.join('')}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
