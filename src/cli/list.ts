import { loadConfig } from '../config/load.ts';
import type { Notice } from '../errors.ts';
import { isAtHand, knownArchives } from '../metadata/known.ts';
import { overview, type Overview, type PlacedRow } from '../model/overview.ts';
import { bytesText } from './bytes.ts';
import { table, toJson, type Terminal } from './terminal.ts';

interface ListOptions {
  /** The folder that holds solutions.yaml. */
  readonly root: string;
}

/** `solutions list`: what is imported, and what runs where. */
export function list({ root }: ListOptions, terminal: Terminal): void {
  const config = loadConfig(root);
  const { archives, missing, errors } = knownArchives(config.solutions.archives, root);
  const shown = overview(config, archives);
  const atHand = new Set(
    config.solutions.archives.filter((one) => isAtHand(one, root)).map(({ path }) => path),
  );
  const notices = [...errors, ...missing.map(unread)];
  if (terminal.format === 'json') {
    const solutions = shown.solutions.map((solution) => ({
      ...solution,
      versions: solution.versions.map((one) => ({ ...one, atHand: atHand.has(one.archive) })),
    }));
    const unrecorded = missing.map(({ path }) => ({ archive: path, atHand: atHand.has(path) }));
    terminal.printJson({ ...shown, solutions, unrecorded, warnings: notices.map(toJson) });
    return;
  }
  terminal.print(solutionsTable(shown, atHand));
  terminal.print(`\n${environmentsTable(shown)}`);
  for (const notice of notices) terminal.warn(notice);
}

function unread({ path, place }: ReturnType<typeof knownArchives>['missing'][number]): Notice {
  return {
    code: 'record-missing',
    message: `there is no record of ${path}: what it brings is not shown`,
    place,
    hint: 'run `solutions synth` where the archive is at hand',
  };
}

/** Dashboards and alerts have columns where some version has any: most have none. */
function solutionsTable({ solutions }: Overview, atHand: ReadonlySet<string>): string {
  const isMonitored = solutions.some(({ versions }) =>
    versions.some(({ dashboards, alerts }) => dashboards + alerts > 0),
  );
  const monitoring = isMonitored ? ['DASHBOARDS', 'ALERTS'] : [];
  const rows = solutions.flatMap(({ name, active, versions }) =>
    versions.map((one) => [
      name,
      `${one.version}${one.active ? ' *' : ''}${one.active && active === 'latest' ? ' latest' : ''}`,
      String(one.images),
      ...(isMonitored ? [String(one.dashboards), String(one.alerts)] : []),
      bytesText(one.size),
      one.archive,
      atHand.has(one.archive) ? 'yes' : 'no',
    ]),
  );
  if (rows.length === 0) return 'No Solution is imported.';
  const heads = ['SOLUTION', 'VERSION', 'IMAGES', ...monitoring, 'SIZE', 'ARCHIVE', 'AT HAND'];
  return table([heads, ...rows]);
}

function environmentsTable({ environments }: Overview): string {
  const rows = environments.flatMap(({ name, namespaces }) => {
    if (namespaces.length === 0) return [[name, '-', '-', '-']];
    return namespaces.flatMap((namespace) => {
      if (namespace.solutions.length === 0) return [[name, namespace.name, '-', '-']];
      return namespace.solutions.map((one) => [name, namespace.name, one.name, versionText(one)]);
    });
  });
  if (rows.length === 0) return 'There is no Environment.';
  return table([['ENVIRONMENT', 'NAMESPACE', 'SOLUTION', 'VERSION'], ...rows]);
}

function versionText({ version, runs }: PlacedRow): string {
  if (runs === null) return `${version} (not imported)`;
  return runs === version ? version : `${runs} ${version}`;
}
