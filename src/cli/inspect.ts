import { resolve } from 'node:path';
import { readContents, type Contents } from '../archive/contents.ts';
import type { ImageRecord } from '../archive/images.ts';
import { openTree, type Tree } from '../archive/tree.ts';
import { fieldOf, isJsonList, nameOf, textOf, type Json } from '../kubernetes/value.ts';
import { digestHex } from '../oci/digest.ts';
import { bytesText } from './bytes.ts';
import { table, toJson, type Terminal } from './terminal.ts';

interface InspectOptions {
  readonly archive: string;
  /** What a relative path is relative to. */
  readonly root: string;
}

/** `solutions inspect`: what is in an archive, as a table or as JSON. */
export function inspect({ archive, root }: InspectOptions, terminal: Terminal): void {
  const tree = openTree(resolve(root, archive), archive);
  try {
    const report = reportOf(tree, readContents(tree));
    if (terminal.format === 'json') terminal.printJson(report);
    else {
      terminal.print(describe(report));
      for (const notice of report.warnings) terminal.warn(notice);
    }
  } finally {
    tree.close();
  }
}

/** The result of `inspect --output json`. */
type Report = ReturnType<typeof reportOf>;

function reportOf(tree: Tree, contents: Contents) {
  const { product, images, crds, roles, notices } = contents;
  const all = tree.files('');
  const shown = pathsShown(tree, contents);
  return {
    archive: tree.name,
    kind: tree.kind,
    ...(tree.volume ? { volumeId: tree.volume.id, names: tree.volume.names } : {}),
    size: tree.volume?.size ?? all.reduce((sum, { size }) => sum + size, 0),
    id: product.id,
    name: product.name,
    version: product.version,
    displayName: product.displayName,
    annotations: product.annotations,
    operator: product.operator
      ? { image: `${product.operator.image.name}:${product.operator.image.tag}` }
      : null,
    images: images.records.map((image) => ({ ...image, blobSize: sizeOf(image) })),
    crds: crds.map(({ value, place }) => ({
      name: nameOf(value),
      scope: textOf(fieldOf(value['spec'], 'scope')),
      versions: names(fieldOf(value['spec'], 'versions')),
      file: place.file.slice(tree.name.length + 1),
    })),
    roles: roles.map(({ value }) => ({
      kind: textOf(value['kind']),
      name: nameOf(value),
      rules: isJsonList(value['rules']) ? value['rules'].length : 0,
    })),
    monitoring: monitoringOf(tree, contents),
    extras: all.filter(({ path }) => !shown.has(path)).map(({ path, size }) => ({ path, size })),
    warnings: notices.map(toJson),
  };
}

/** Dashboards and alerts, and what each may be told in environments.yaml. */
function monitoringOf(tree: Tree, { monitoring: { dashboards, alerts } }: Contents) {
  const files = [
    ...dashboards.map(({ name, value }) => ({ kind: 'dashboard', name, value })),
    ...alerts.map(({ name, value }) => ({ kind: 'alerts', name, value })),
  ];
  return files.map(({ kind, name, value }) => ({
    kind,
    name,
    inputs: value.inputs.map((input) => ({ name: input.name, value: input.value ?? null })),
    file: value.place.file.slice(tree.name.length + 1),
  }));
}

/** The files that the rest of the report is about. */
function pathsShown(tree: Tree, contents: Contents): Set<string> {
  const { images, crds, roles } = contents;
  return new Set([
    'manifest.yaml',
    ...[...crds, ...roles].map(({ place }) => place.file.slice(tree.name.length + 1)),
    ...monitoringOf(tree, contents).map(({ file }) => file),
    ...images.records.flatMap(layoutFiles),
  ]);
}

/** What skopeo's `dir:` layout has of an image. */
function layoutFiles({ name, tag, config, children = [], blobs }: ImageRecord): string[] {
  const digests = [...blobs.map(({ digest }) => digest), ...(config === undefined ? [] : [config])];
  return [
    'manifest.json',
    'version',
    ...digests.map(digestHex),
    ...children.map(({ digest }) => `${digestHex(digest)}.manifest.json`),
  ].map((file) => `images/${name}/${tag}/${file}`);
}

/** Of the blobs of an image, each counted once, in bytes. */
function sizeOf({ blobs }: ImageRecord): number {
  return blobs.reduce((sum, { size }) => sum + size, 0);
}

function names(list: Json | undefined): string[] {
  return isJsonList(list) ? list.map((item) => textOf(fieldOf(item, 'name'))) : [];
}

function describe(report: Report): string {
  return [
    table(facts(report)),
    section('Images', ['IMAGE', 'KIND', 'PLATFORM', 'USER', 'SIZE', 'DIGEST'], imageRows(report)),
    section(
      'CRDs',
      ['NAME', 'SCOPE', 'VERSIONS', 'FILE'],
      report.crds.map(({ name, scope, versions, file }) => [
        name,
        scope,
        versions.join(', '),
        file,
      ]),
    ),
    section(
      'Roles',
      ['KIND', 'NAME', 'RULES'],
      report.roles.map(({ kind, name, rules }) => [kind, name, String(rules)]),
    ),
    section(
      'Dashboards and alerts',
      ['KIND', 'NAME', 'INPUTS', 'FILE'],
      report.monitoring.map(({ kind, name, inputs, file }) => [
        kind,
        name,
        inputs.map((input) => input.name).join(', ') || '-',
        file,
      ]),
    ),
    section(
      'Other files',
      ['PATH', 'SIZE'],
      report.extras.map(({ path, size }) => [path, bytesText(size)]),
    ),
  ].join('\n\n');
}

function facts(report: Report): string[][] {
  const { annotations, volumeId } = report;
  const volume =
    volumeId === undefined
      ? 'directory'
      : `ISO 9660, volume "${volumeId}", ${report.names === 'joliet' ? 'Joliet' : 'Rock Ridge'} names`;
  return [
    ['Solution', `${report.displayName} (${report.name})`],
    ['Version', report.version],
    ['Id', report.id],
    ['Archive', `${report.archive}, ${bytesText(report.size)}, ${volume}`],
    ['Operator', report.operator?.image ?? 'none'],
    ...Object.entries(annotations).map(([key, value]) => [key.split('/').at(-1) ?? key, value]),
  ];
}

function imageRows(report: Report): string[][] {
  return report.images.map((image) => {
    const parts = image.children ?? [image];
    const isImage = image.kind === 'image';
    return [
      `${image.name}:${image.tag}`,
      image.children ? `index of ${image.children.length}` : image.kind,
      isImage
        ? parts.map(({ os, architecture }) => `${os ?? '?'}/${architecture ?? '?'}`).join(', ')
        : '-',
      isImage ? [...new Set(parts.map(({ user }) => user || 'root'))].join(', ') : '-',
      bytesText(image.blobSize),
      image.digest,
    ];
  });
}

function section(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return rows.length === 0
    ? `${title}: none`
    : `${title}: ${rows.length}\n${table([head, ...rows])}`;
}
