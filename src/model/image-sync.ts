import { posix } from 'node:path';
import type { ImageSyncJobs } from '../config/image-sync.ts';
import type { Platform } from '../config/platform.ts';
import type { Archive } from '../metadata/archive.ts';
import { list, type Notices } from './notices.ts';
import type { ImageJob, ImageSync, Solution } from './state.ts';

/**
 * What brings the images of all imported archives into the registry, or nothing: there is no
 * archive with images, nobody asked for Jobs, or the registry is MetalK8s' own.
 */
export function imageSync(
  solutions: readonly Solution[],
  platform: Platform,
  notices: Notices,
): ImageSync | undefined {
  const { imageSync: settings, registry } = platform;
  if (settings.mode === 'off') return undefined;
  if (registry.isReadOnly) {
    if (settings.mode === 'jobs') reportReadOnly(settings, notices);
    return undefined;
  }
  const held = solutions.map(({ versions }) => versions.filter(hasImages));
  const archives = held.flat();
  if (archives.length === 0) return undefined;
  if (settings.mode !== 'jobs') {
    reportUnset(archives, platform, notices);
    return undefined;
  }
  refuseSamePlace(archives, settings, notices);
  return { settings, jobs: held.flatMap((versions) => jobsOf(versions, settings, notices)) };
}

/** What has no repository cannot be pushed; its record says so already. */
function hasImages({ product, record }: Archive): boolean {
  return product.idMistake === undefined && record.images.length > 0;
}

function jobsOf(
  versions: readonly Archive[],
  settings: ImageSyncJobs,
  notices: Notices,
): ImageJob[] {
  return versions.map((archive, index) => {
    const file = placeIn(settings, archive);
    if (file === '' || file === '..') reportNameless(archive, notices);
    // The version before has most in common.
    const neighbour = versions[index - 1] ?? versions[index + 1];
    return { archive, file, mountFrom: neighbour?.id };
  });
}

/**
 * Where an archive is, relative to the folder of the archives: the listed path where that is below
 * the folder, and the last part of every other path.
 */
function placeIn({ archives }: ImageSyncJobs, { path }: Archive): string {
  const listed = posix.normalize(path).replace(/\/$/u, '');
  const prefix = 'path' in archives ? `${archives.path}/` : undefined;
  if (prefix !== undefined && listed.startsWith(prefix)) return listed.slice(prefix.length);
  const last = posix.basename(listed);
  return last === '.' ? '' : last;
}

function refuseSamePlace(
  archives: readonly Archive[],
  settings: ImageSyncJobs,
  notices: Notices,
): void {
  const first = new Map<string, Archive>();
  for (const archive of archives) {
    const file = placeIn(settings, archive);
    const other = first.get(file);
    if (!other) first.set(file, archive);
    else {
      notices.error(
        'archive-place',
        `the image Jobs would read two archives from ${JSON.stringify(file)}: ${other.path} and ${archive.path}`,
        {
          place: archive.place,
          hint: 'give the archives different names; below `imageSync.archives.path` different folders are enough',
        },
      );
    }
  }
}

function reportNameless({ path, place }: Archive, notices: Notices): void {
  notices.error(
    'archive-place',
    `the image Jobs cannot tell what ${JSON.stringify(path)} is called in the folder of the archives`,
    { place, hint: 'list the archive by its name, such as ../storage-1.0.0' },
  );
}

function reportUnset(
  archives: readonly Archive[],
  { registry, imageSync: { place } }: Platform,
  notices: Notices,
): void {
  notices.warn(
    'images-not-pushed',
    `nothing rendered brings the images of ${list(archives.map(({ id }) => id))} into ${registry.prefix}`,
    {
      place,
      hint: `run \`solutions push <archive> --to ${registry.prefix}\`, or add \`imageSync\`: Jobs that do it; \`imageSync: {enabled: false}\` silences this`,
    },
  );
}

function reportReadOnly({ place }: ImageSyncJobs, notices: Notices): void {
  notices.warn(
    'ignored-setting',
    "`imageSync` has no effect: the registry is MetalK8s' own, which nothing can be pushed to",
    { place, hint: 'name another one in `registry.endpoint`, or remove `imageSync`' },
  );
}
