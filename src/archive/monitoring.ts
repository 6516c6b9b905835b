import type { Notice } from '../errors.ts';
import { kindOfPath, kindOfType } from '../monitoring/kind.ts';
import type { MonitoringFile } from '../monitoring/shipped.ts';
import { digestHex } from '../oci/digest.ts';
import type { ImageRecord } from './images.ts';
import { fewOf, notice } from './mistake.ts';

/** The folder of dashboards and alerts that are no OCI artifacts. */
export const MONITORING = 'monitoring';

/** What is known of an image wherever its files are read. */
export type HeldImage = Pick<ImageRecord, 'name' | 'tag'> &
  Partial<Pick<ImageRecord, 'contents' | 'children' | 'artifactType'>>;

/**
 * The dashboards and alerts among the files of an archive.
 *
 * @param files - by path in the archive
 */
export function monitoringFiles(
  files: ReadonlyMap<string, Uint8Array>,
  images: readonly HeldImage[],
): MonitoringFile[] {
  const found = new Map<string, Omit<MonitoringFile, 'bytes'>>();
  for (const path of files.keys()) {
    const kind = kindOfPath(path);
    if (kind) found.set(path, { kind, path, title: path });
  }
  for (const image of images) for (const file of artifactFiles(image)) found.set(file.path, file);
  return [...found.values()].flatMap((file) => {
    const bytes = files.get(file.path);
    return bytes ? [{ ...file, bytes }] : [];
  });
}

function artifactFiles({ name, tag, contents = [], children = [], artifactType }: HeldImage) {
  const types = [artifactType, ...children.map((child) => child.artifactType)];
  const [whole] = types.flatMap((type) => kindOfType(type ?? '') ?? []);
  return contents.flatMap(({ digest, mediaType, title = name }) => {
    const kind = kindOfType(mediaType) ?? whole;
    return kind ? [{ kind, path: `images/${name}/${tag}/${digestHex(digest)}`, title }] : [];
  });
}

/** That files in the folders of dashboards and alerts are none, or nothing where all are. */
export function strayNotice(
  files: readonly { readonly path: string }[],
  archive: string,
): Notice[] {
  const stray = files
    .map(({ path }) => path)
    .filter(
      (path) =>
        /^monitoring\/(?:dashboards|alerts)\//u.test(path) && kindOfPath(path) === undefined,
    );
  if (stray.length === 0) return [];
  return [
    notice('monitoring-place', `neither dashboards nor alerts and left out: ${fewOf(stray)}`, {
      file: `${archive}:${MONITORING}`,
      hint: 'the vendor must name them `monitoring/dashboards/<name>.json` and `monitoring/alerts/<name>.yaml`',
    }),
  ];
}
