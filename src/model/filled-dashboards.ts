import { hash } from 'node:crypto';
import { shippedTitle, shippedUid, type Dashboard } from '../monitoring/dashboard.ts';
import type { Filling } from '../monitoring/inputs.ts';
import type { Named } from '../monitoring/shipped.ts';
import { fillingOf, type InputContext } from './monitoring-inputs.ts';

/** A dashboard in a Namespace, its inputs known. */
export interface FilledDashboard extends Named<Dashboard> {
  readonly solution: string;
  readonly filling: Filling;
  /** As it was shipped; undefined where Grafana would make one. */
  readonly shipped: string | undefined;
  /** One that no other dashboard of the cluster has. */
  readonly uid: string;
  /** As it was shipped; where it has none, which Grafana refuses, what its file is called. */
  readonly title: string;
}

/** The dashboards of a Solution in a Namespace; two that have one uid only there are refused. */
export function filledDashboards(context: InputContext): FilledDashboard[] {
  const first = new Map<string, Dashboard>();
  return context.placed.archive.monitoring.dashboards.map(({ name, value }) => {
    const filling = fillingOf(value, context);
    const shipped = shippedUid(value, filling);
    const other = shipped === undefined ? undefined : first.get(shipped);
    if (shipped !== undefined && other) refuseUid(shipped, [value, other], context);
    else if (shipped !== undefined) first.set(shipped, value);
    return {
      name,
      value,
      solution: context.placed.solution.name,
      filling,
      shipped,
      uid: ownUid({ name, shipped }, context),
      title: shippedTitle(value, filling) ?? name,
    };
  });
}

function refuseUid(
  uid: string,
  [one, other]: readonly [Dashboard, Dashboard],
  { notices }: InputContext,
): void {
  notices.sharedError(
    'dashboard-uid',
    `${one.place.file} and ${other.place.file} have the uid ${JSON.stringify(uid)} once their inputs are filled in`,
    {
      place: one.place,
      hint: 'Grafana shows one dashboard of a uid: give their inputs other values, or ask the vendor to change one of the two',
    },
  );
}

/** Grafana's limit; letters, digits, `-` and `_`. */
const MAX_UID = 40;
const HASH = 8;

/**
 * A uid that no dashboard of another Namespace or Solution has, and that is the same each time. One
 * that is made of a file's name is none that another dashboard was shipped with.
 */
function ownUid(
  { name, shipped }: Pick<FilledDashboard, 'name' | 'shipped'>,
  { namespace, placed }: InputContext,
): string {
  const own = shipped === undefined ? ['file', name] : [shipped];
  const text = JSON.stringify([namespace, placed.solution.name, ...own]);
  const base = (shipped ?? name).replaceAll(/[^A-Za-z0-9_-]/gu, '-').slice(0, MAX_UID - HASH - 1);
  return `${base}-${hash('sha256', text, 'hex').slice(0, HASH)}`;
}

/**
 * The titles of the dashboards of a Namespace: as shipped, with the Namespace behind it. Of two with one
 * title in one folder, Grafana stops to take in any file of its provider, those of others included. Such
 * titles tell their file, too; of Solutions in two folders as well, because a Grafana may not read the
 * annotation that names the folder.
 *
 * @see https://github.com/grafana/grafana/blob/HEAD/pkg/services/provisioning/dashboards/validator.go
 */
export function dashboardTitles(
  namespace: string,
  dashboards: readonly FilledDashboard[],
): (dashboard: FilledDashboard) => string {
  const repeated = repeatedIn(dashboards.map(({ title }) => title));
  const told = (one: FilledDashboard) =>
    repeated.has(one.title.toLowerCase()) ? marked(one) : one.title;
  // A vendor may write what is made of another title; marked, each ends with a name of its own.
  const titleOf = repeatedIn(dashboards.map(told)).size > 0 ? marked : told;
  return (dashboard) => `${titleOf(dashboard)} (${namespace})`;
}

function marked({ title, solution, name }: FilledDashboard): string {
  return `${title} [${solution}.${name}]`;
}

/** In lower case, as some databases compare. */
function repeatedIn(titles: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(
    titles
      .map((title) => title.toLowerCase())
      .filter((title) => seen.size === seen.add(title).size),
  );
}
