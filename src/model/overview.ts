import type { Config } from '../config/load.ts';
import type { Archive } from '../metadata/archive.ts';
import { compareText } from '../text-order.ts';
import { resolvedVersion, versionsOf } from './request.ts';

/** An imported version of a Solution. */
interface VersionRow {
  readonly version: string;
  readonly id: string;
  /** As solutions.yaml lists it. */
  readonly archive: string;
  readonly active: boolean;
  readonly images: number;
  readonly dashboards: number;
  /** Files of alerts. */
  readonly alerts: number;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** A Solution in a Namespace. */
export interface PlacedRow {
  readonly name: string;
  /** As environments.yaml has it. */
  readonly version: string;
  /** What that stands for; null where no such version is known. */
  readonly runs: string | null;
}

/** What is imported, what is active, what runs where. */
export interface Overview {
  /** By name. */
  readonly solutions: readonly {
    readonly name: string;
    readonly displayName: string;
    /** The active version as solutions.yaml has it; null for none. */
    readonly active: string | null;
    /** Oldest first. */
    readonly versions: readonly VersionRow[];
  }[];
  /** By name. */
  readonly environments: readonly {
    readonly name: string;
    readonly description: string | null;
    readonly namespaces: readonly {
      readonly name: string;
      readonly solutions: readonly PlacedRow[];
    }[];
  }[];
}

/** Looks over the files and the records of the archives, without a word on what contradicts what. */
export function overview(config: Config, archives: readonly Archive[]): Overview {
  const names = [...new Set(archives.map(({ name }) => name))].toSorted(compareText);
  const versions = new Map(names.map((name) => [name, versionsOf(name, { archives })]));
  return {
    solutions: names.map((name) => solutionOf(name, versions.get(name) ?? [], config)),
    environments: config.environments
      .toSorted((a, b) => compareText(a.name, b.name))
      .map(({ name, description = null, namespaces }) => ({
        name,
        description,
        namespaces: namespaces
          .toSorted((a, b) => compareText(a.name, b.name))
          .map((namespace) => ({
            name: namespace.name,
            solutions: namespace.solutions
              .toSorted((a, b) => compareText(a.name, b.name))
              .map((one) => placedOf(one, versions.get(one.name) ?? [])),
          })),
      })),
  };
}

function solutionOf(
  name: string,
  versions: readonly Archive[],
  { solutions }: Config,
): Overview['solutions'][number] {
  const wanted = solutions.active.find((entry) => entry.name === name)?.version;
  const active = wanted === undefined ? undefined : resolvedVersion(wanted, versions);
  return {
    name,
    displayName: versions.at(-1)?.displayName ?? name,
    active: wanted ?? null,
    versions: versions.map(({ version, id, path, record, monitoring }) => ({
      version,
      id,
      archive: path,
      active: version === active,
      images: record.images.length,
      dashboards: monitoring.dashboards.length,
      alerts: monitoring.alerts.length,
      size: record.size,
      sha256: record.sha256,
    })),
  };
}

function placedOf(
  { name, version }: { readonly name: string; readonly version: string },
  versions: readonly Archive[],
): PlacedRow {
  const runs = resolvedVersion(version, versions);
  const isKnown = versions.some((archive) => archive.version === runs);
  return { name, version, runs: isKnown ? (runs ?? null) : null };
}
