import type { Edit } from '../config/edit-solutions.ts';
import type { Config } from '../config/load.ts';
import { didYouMean } from '../config/spelling.ts';
import { mistakeOf, type Notice } from '../errors.ts';
import type { Archive } from '../metadata/archive.ts';
import { list } from './notices.ts';
import type { Solution } from './state.ts';
import { compareVersions } from './version.ts';

/** Why a command that edits the files is refused. */
export type RequestCode =
  | 'unknown-archive'
  | 'unknown-solution'
  | 'unknown-version'
  | 'unknown-environment'
  | 'unknown-namespace'
  | 'id-imported'
  | 'in-use'
  | 'namespace-taken'
  | 'not-placed';

/** Makes an error of a command that is refused. */
export const refusal = mistakeOf<RequestCode>();

/** What a command is asked against: what the files say, and what their archives are known to be. */
export interface Situation {
  readonly config: Config;
  /** The archives that are listed and have a record. */
  readonly archives: readonly Archive[];
  /** The paths of those that have none: what is not known may be imported all the same. */
  readonly missing: readonly string[];
}

/** What a command comes to. */
export interface Request {
  readonly file: 'solutions.yaml' | 'environments.yaml';
  /** Nothing where the files say already what was asked for. */
  readonly edits: readonly Edit[];
  /** What is done, or is so already: one sentence each. */
  readonly done: readonly string[];
  readonly notices?: readonly Notice[];
  /** Whether what is so already was left half done: there is something to synthesise. */
  readonly resumes?: boolean;
}

/** The versions that are imported of a Solution, oldest first; none where it is not known. */
export function versionsOf(name: string, { archives }: Pick<Situation, 'archives'>): Archive[] {
  return archives
    .filter((archive) => archive.name === name)
    .toSorted((a, b) => compareVersions(a.version, b.version));
}

function namesOf({ archives }: Situation): string[] {
  return [...new Set(archives.map(({ name }) => name))].toSorted();
}

/**
 * Refuses a Solution, or a version of it, that no archive brings. `latest` is any.
 *
 * @throws SolutionsError `unknown-solution` or `unknown-version`
 */
export function requireImported(
  { name, version }: { readonly name: string; readonly version: string },
  situation: Situation,
): void {
  if (situation.missing.length > 0) return;
  const versions = versionsOf(name, situation).map((archive) => archive.version);
  if (versions.length === 0) throw unknownSolution(name, situation);
  if (version === 'latest' || versions.includes(version)) return;
  throw refusal(
    'unknown-version',
    `version ${version} of the Solution \`${name}\` is not imported`,
    {
      hint: `imported: ${list(versions)}; \`solutions import -a <archive>\` imports another`,
    },
  );
}

/** The error of a Solution of which no archive is imported. */
export function unknownSolution(name: string, situation: Situation) {
  const names = namesOf(situation);
  return refusal('unknown-solution', `no archive of the Solution \`${name}\` is imported`, {
    hint:
      didYouMean(name, names) ??
      (names.length === 0
        ? '`solutions import -a <archive>` imports one'
        : `imported: ${list(names)}; \`solutions import -a <archive>\` imports another`),
  });
}

/** The version that `wanted` stands for, as far as it is known. */
export function resolvedVersion(
  wanted: string,
  versions: Solution['versions'],
): string | undefined {
  return wanted === 'latest' ? versions.at(-1)?.version : wanted;
}

/** A Solution in a Namespace, as the files have it. */
interface Place {
  readonly name: string;
  readonly version: string;
  readonly environment: string;
  readonly namespace: string;
  /** For a sentence. */
  readonly where: string;
}

/** Where a Solution is placed. */
export function placesOf(name: string, { config }: Situation): Place[] {
  return config.environments.flatMap(({ name: environment, namespaces }) =>
    namespaces.flatMap(({ name: namespace, solutions }) =>
      solutions
        .filter((one) => one.name === name)
        .map(({ version }) => ({
          name,
          version,
          environment,
          namespace,
          where: `in the Namespace \`${namespace}\` of the Environment \`${environment}\``,
        })),
    ),
  );
}
