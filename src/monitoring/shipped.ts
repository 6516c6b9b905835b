import { hash } from 'node:crypto';
import { solutionsErrors, throwAll, type SolutionsError } from '../errors.ts';
import { compareText } from '../text-order.ts';
import { parseAlerts, type Alerts } from './alerts.ts';
import { parseDashboard, type Dashboard } from './dashboard.ts';
import type { MonitoringKind } from './kind.ts';
import { mistake } from './mistake.ts';

/** A file of an archive that is a dashboard or holds alerts. */
export interface MonitoringFile {
  readonly kind: MonitoringKind;
  /** In the archive. */
  readonly path: string;
  /** What the vendor calls it. */
  readonly title: string;
  readonly bytes: Uint8Array;
}

/** What an archive has to monitor with, by path. */
export interface ShippedMonitoring {
  readonly dashboards: readonly Named<Dashboard>[];
  readonly alerts: readonly Named<Alerts>[];
}

/** A file, and a name for it that no other of its kind in the archive has. */
export interface Named<Value> {
  /** Lower-case letters, digits and `-`, at most {@link MAX_NAME}. */
  readonly name: string;
  readonly value: Value;
}

const MAX_NAME = 50;

/**
 * Reads the dashboards and alerts of an archive.
 *
 * @param placeOf - how a path is written in places
 * @throws SolutionsError, or all mistakes in one AggregateError: those of the files, and
 *   `dashboard-uid`
 */
export function parseMonitoring(
  files: readonly MonitoringFile[],
  placeOf: (path: string) => string,
): ShippedMonitoring {
  const errors: SolutionsError[] = [];
  const read = <Value>(kind: MonitoringKind, parse: (bytes: Uint8Array, file: string) => Value) =>
    namedFiles(distinct(files, kind)).flatMap(({ name, value }) => {
      try {
        return [{ name, value: parse(value.bytes, placeOf(value.path)) }];
      } catch (error) {
        errors.push(...solutionsErrors(error));
        return [];
      }
    });
  const dashboards = read('dashboard', parseDashboard);
  const alerts = read('alerts', parseAlerts);
  throwAll([...errors, ...uidMistakes(dashboards)]);
  return { dashboards, alerts };
}

/** The files of a kind by path, each content once: a tag may be a copy of another. */
function distinct(files: readonly MonitoringFile[], kind: MonitoringKind): MonitoringFile[] {
  const seen = new Set<string>();
  return files
    .filter((file) => file.kind === kind)
    .toSorted((a, b) => compareText(a.path, b.path))
    .filter(({ bytes }) => {
      const digest = hash('sha256', bytes, 'hex');
      return seen.size < seen.add(digest).size;
    });
}

/** Names made of titles; those that would be one get a hash of the path. */
function namedFiles(files: readonly MonitoringFile[]): Named<MonitoringFile>[] {
  const counts = new Map<string, number>();
  for (const { title } of files) {
    const name = nameFrom(title);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return files.map((file) => {
    const name = nameFrom(file.title);
    if (name !== '' && counts.get(name) === 1) return { name, value: file };
    const short = hash('sha256', file.path, 'hex').slice(0, 10);
    return { name: name === '' ? short : `${name}-${short}`, value: file };
  });
}

/** A file name without its folders and ending, as part of the name of an object. */
function nameFrom(title: string): string {
  const base = title.slice(title.lastIndexOf('/') + 1).replace(/\.[^.]*$/u, '');
  const safe = base.toLowerCase().replaceAll(/[^a-z0-9]+/gu, '-');
  return safe.slice(0, MAX_NAME).replaceAll(/^-|-$/gu, '');
}

/** Not of one file under two tags, which counts once. */
function uidMistakes(dashboards: readonly Named<Dashboard>[]): SolutionsError[] {
  const first = new Map<string, Dashboard>();
  return dashboards.flatMap(({ value }) => {
    const { uid, place } = value;
    const other = uid === undefined ? undefined : first.get(uid);
    if (uid !== undefined && !other) first.set(uid, value);
    if (!other) return [];
    return [
      mistake('dashboard-uid', `the uid ${JSON.stringify(uid)} is that of another dashboard, too`, {
        place,
        hint: `the other is ${other.place.file}: Grafana shows one dashboard of a uid; the vendor must change one of the two`,
      }),
    ];
  });
}
