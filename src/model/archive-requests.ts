import { resolve } from 'node:path';
import { listArchives, unlistArchives } from '../config/edit-solutions.ts';
import type { Config } from '../config/load.ts';
import { didYouMean } from '../config/spelling.ts';
import { throwAll, type SolutionsError } from '../errors.ts';
import type { Archive } from '../metadata/archive.ts';
import { list } from './notices.ts';
import {
  placesOf,
  refusal,
  resolvedVersion,
  versionsOf,
  type Request,
  type Situation,
} from './request.ts';

/** An archive that is to be imported. */
export interface Arrival {
  /** As it is to be listed. */
  readonly path: string;
  readonly id: string;
}

/** The listed archive that a path of the command line means, however it is written. */
export function listedAt(path: string, root: string, { solutions }: Config): string | undefined {
  const listed = solutions.archives.map((archive) => archive.path);
  return (
    listed.find((one) => one === path) ??
    listed.find((one) => resolve(root, one) === resolve(root, path))
  );
}

/**
 * `solutions import`: lists archives.
 *
 * @param arrivals those that are not listed yet
 * @param known those that are
 * @throws SolutionsError `id-imported`, all of them together
 */
export function importRequest(
  arrivals: readonly Arrival[],
  known: readonly string[],
  { archives, missing }: Situation,
): Request {
  const errors: SolutionsError[] = [];
  const ids = new Map(archives.map(({ id, path }) => [id, path]));
  for (const { path, id } of arrivals) {
    const other = ids.get(id);
    if (other === undefined) ids.set(id, path);
    else errors.push(idImported({ path, id }, other));
  }
  throwAll(errors);
  const paths = arrivals.map(({ path }) => path);
  return {
    file: 'solutions.yaml',
    edits: paths.length === 0 ? [] : [listArchives(paths)],
    done: [
      ...known.map((path) => `${path} is imported already`),
      ...arrivals.map(({ path, id }) => `imported ${id} from ${path}`),
    ],
    resumes: known.some((path) => missing.includes(path)),
  };
}

function idImported({ path, id }: Arrival, other: string) {
  return refusal('id-imported', `${path} is ${id}, which is imported already, from ${other}`, {
    hint: `leave it as it is; if the archive moved, \`solutions unimport -a ${other}\` comes first, or change its path in solutions.yaml`,
  });
}

/**
 * `solutions unimport`: takes archives off the list.
 *
 * @param paths as the command line has them
 * @throws SolutionsError `unknown-archive` or `in-use`, all of them together
 */
export function unimportRequest(
  paths: readonly string[],
  root: string,
  situation: Situation,
): Request {
  const errors: SolutionsError[] = [];
  const listed = paths.flatMap((path) => {
    const found = listedAt(path, root, situation.config);
    if (found === undefined) errors.push(unknownArchive(path, situation.config));
    return found ?? [];
  });
  for (const archive of situation.archives) {
    const uses = listed.includes(archive.path) ? usesOf(archive, situation) : [];
    if (uses.length > 0) errors.push(inUse(archive, uses));
  }
  throwAll(errors);
  return {
    file: 'solutions.yaml',
    edits: [unlistArchives(listed)],
    done: listed.map((path) => `unimported ${path}`),
  };
}

function unknownArchive(path: string, { solutions }: Config) {
  const listed = solutions.archives.map((archive) => archive.path);
  return refusal('unknown-archive', `${path} is not imported`, {
    hint:
      didYouMean(path, listed) ??
      (listed.length === 0 ? 'nothing is' : `imported: ${list(listed)}`),
  });
}

/** A use of an archive, and the command that ends it; nothing where that is refused before others. */
interface Use {
  readonly where: string;
  readonly command: string | undefined;
}

/** Who would lose an archive: `latest` must not fall back to an older version unseen. */
function usesOf({ name, version }: Archive, situation: Situation): Use[] {
  const versions = versionsOf(name, situation);
  const isMeant = (wanted: { readonly name: string; readonly version: string }) =>
    wanted.name === name && resolvedVersion(wanted.version, versions) === version;
  const places = placesOf(name, situation);
  const active = situation.config.solutions.active.filter(isMeant).map((entry) => ({
    where: `active${asLatest(entry.version)}`,
    command: places.length === 0 ? `solutions deactivate -n ${name}` : undefined,
  }));
  const placed = places.filter(isMeant).map(({ environment, namespace, where, ...settings }) => ({
    where: `${where}${asLatest(settings.version)}`,
    command: `solutions delete-solution -n ${environment} -N ${namespace} -s ${name}`,
  }));
  return [...active, ...placed];
}

function asLatest(version: string): string {
  return version === 'latest' ? ' (as `latest`)' : '';
}

function inUse({ id, name }: Archive, uses: readonly Use[]) {
  const commands = uses.flatMap(({ command }) => (command === undefined ? [] : `\`${command}\``));
  const away = commands.length === 0 ? '' : `, or take it away: ${list(commands)}`;
  return refusal('in-use', `${id} is in use: ${list(uses.map(({ where }) => where))}`, {
    hint: `give each another version with \`solutions add-solution\` or \`solutions activate -n ${name} -V <version>\`${away}`,
  });
}
