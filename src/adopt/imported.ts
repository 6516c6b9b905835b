import * as z from 'zod';
import { path, version } from '../config/fields.ts';
import type { Place } from '../errors.ts';
import { jsonIn } from '../kubernetes/json-text.ts';
import { dnsLabelMistake } from '../kubernetes/names.ts';
import { list } from '../model/notices.ts';
import { compareVersions } from '../model/version.ts';
import { compareText } from '../text-order.ts';
import type { Found } from './found.ts';
import { dataOf } from './inventory.ts';
import type { AdoptNotices } from './mistake.ts';
import type { SolutionsFile } from './solutions-file.ts';

/** An archive that is imported. */
interface ImportedArchive {
  /** As on the node. */
  readonly path: string;
  /** Where the cluster knows the archive: the Solution in it. */
  readonly solution?: string | undefined;
  readonly version?: string | undefined;
}

/** What `solutions.yaml` is to say. */
export interface Imported {
  readonly archives: readonly ImportedArchive[];
  /** The version, or `latest`, by the name of the Solution; sorted. */
  readonly active: ReadonlyMap<string, string>;
}

/** One entry of the ConfigMap: an archive that Salt has mounted. */
interface Mounted {
  readonly solution: string;
  readonly version: string;
  readonly archive: string;
  readonly isActive: boolean;
}

/** list_available() in salt/_modules/metalk8s_solutions.py; `active` comes from deploy-components.sls. */
const entries = z.array(z.looseObject({ version, archive: path, active: z.boolean().nullish() }));

/**
 * What is imported and active: the paths and their order from the file, where there is one, and what
 * is in them from the ConfigMap `metalk8s-solutions`, which is what runs: its active versions win.
 */
export function importedOf(
  configMap: Found | undefined,
  file: SolutionsFile | undefined,
  notices: AdoptNotices,
): Imported {
  const mounted = configMap ? mountedIn(configMap, notices) : [];
  const byPath = new Map(mounted.map((entry) => [entry.archive, toArchive(entry)]));
  const archives = file ? listed(file, mounted, notices) : [...byPath.values()];
  const active = activeVersions(mounted, file, notices);
  return {
    archives,
    active: new Map([...active].toSorted(([a], [b]) => compareText(a, b))),
  };
}

function mountedIn(configMap: Found, notices: AdoptNotices): Mounted[] {
  const { place } = configMap;
  return dataOf(configMap).flatMap(([solution, text]) => {
    const wrong = dnsLabelMistake(solution);
    const parsed = wrong === undefined ? entries.safeParse(jsonIn(text)) : undefined;
    if (!parsed?.success) {
      const why = wrong === undefined ? 'is not the list that Salt writes' : wrong;
      notices.warn(
        'not-understood',
        `the entry ${JSON.stringify(solution)} of the ConfigMap metalk8s-solutions ${why}: it is left out`,
        { place, hint: 'add its archives to solutions.yaml' },
      );
      return [];
    }
    return parsed.data
      .map((entry) => ({
        solution,
        version: entry.version,
        archive: entry.archive,
        isActive: entry.active ?? false,
      }))
      .filter((entry) => isArchive(entry, place, notices))
      .toSorted((a, b) => compareVersions(a.version, b.version));
  });
}

/** Some nodes tell the loop device in place of the file behind it. */
function isArchive(
  { solution, version: mounted, archive }: Mounted,
  place: Place | undefined,
  notices: AdoptNotices,
): boolean {
  if (!archive.startsWith('/dev/')) return true;
  notices.warn(
    'archive-path',
    `the archive of ${solution} ${mounted} is mounted from ${archive}, which is no path of an archive: it is left out`,
    { place, hint: `\`losetup ${archive}\` on the node tells its path: add it to solutions.yaml` },
  );
  return false;
}

function toArchive({ archive, solution, version: found }: Mounted): ImportedArchive {
  return { path: archive, solution, version: found };
}

function listed(
  { archives }: SolutionsFile,
  mounted: readonly Mounted[],
  notices: AdoptNotices,
): ImportedArchive[] {
  const byPath = new Map(mounted.map((entry) => [entry.archive, entry]));
  const paths = new Set(archives.map(({ path: archive }) => archive));
  for (const entry of mounted) {
    if (paths.has(entry.archive)) continue;
    notices.warn(
      'archive-unlisted',
      `${entry.solution} ${entry.version} is mounted from ${entry.archive}, which solutions.yaml does not list: it is left out`,
      { hint: 'add the path to `archives` where it is still wanted; Salt would unmount it' },
    );
  }
  return archives.map(({ path: archive, place }) => {
    if (!archive.startsWith('/')) {
      notices.warn('archive-path', `the path ${archive} is relative`, {
        place,
        hint: 'from here on it is relative to solutions.yaml: write where the archive lies',
      });
    }
    const entry = byPath.get(archive);
    if (entry) return toArchive(entry);
    if (mounted.length > 0) {
      notices.warn(
        'archive-unknown',
        `the cluster does not know the archive ${archive}: Salt has not imported it`,
        { place, hint: 'it is listed all the same; remove the line where it is not wanted' },
      );
    }
    return { path: archive };
  });
}

function activeVersions(
  mounted: readonly Mounted[],
  file: SolutionsFile | undefined,
  notices: AdoptNotices,
): Map<string, string> {
  const running = new Map(
    mounted.filter(({ isActive }) => isActive).map((entry) => [entry.solution, entry.version]),
  );
  const active = new Map(running);
  for (const { name, version: written, place } of file?.active ?? []) {
    const wrong = dnsLabelMistake(name);
    if (wrong !== undefined) {
      notices.warn(
        'not-understood',
        `${JSON.stringify(name)} is no name of a Solution, it ${wrong}: it is left out`,
        { place },
      );
      continue;
    }
    const found = running.get(name);
    const meant = written === 'latest' ? latestOf(name, mounted) : written;
    if (found === undefined || found === meant) active.set(name, written);
    else reportActive({ name, written, meant, found, place }, notices);
  }
  return active;
}

/** By SemVer; Salt compares as RPM does, so that the two may differ. */
function latestOf(name: string, mounted: readonly Mounted[]): string | undefined {
  return mounted
    .filter(({ solution }) => solution === name)
    .map((entry) => entry.version)
    .toSorted(compareVersions)
    .at(-1);
}

interface ActiveDiffers {
  readonly name: string;
  readonly written: string;
  readonly meant: string | undefined;
  readonly found: string;
  readonly place: Place;
}

function reportActive(
  { name, written, meant, found, place }: ActiveDiffers,
  notices: AdoptNotices,
): void {
  const says = written === meant ? written : `${written}, which is ${meant ?? 'nothing'} here`;
  notices.warn(
    'active-differs',
    `of \`${name}\` the version ${found} is active in the cluster, and solutions.yaml says ${says}: ${found} is kept`,
    { place, hint: 'change it in solutions.yaml once the take-over is done, as an upgrade' },
  );
}

/** `1.0.0 and 1.1.0`: the versions of a Solution that are imported, for a hint; empty for none. */
export function versionsOf({ archives }: Imported, name: string): string {
  return list(
    archives.flatMap(({ solution, version: found }) =>
      solution === name && found !== undefined ? [found] : [],
    ),
  );
}
