import { parseFiles } from '../archive/contents.ts';
import type { Product } from '../archive/product.ts';
import type { Notice, Place } from '../errors.ts';
import type { Manifest } from '../kubernetes/read.ts';
import type { ShippedMonitoring } from '../monitoring/shipped.ts';
import type { ArchiveRecord } from './record.ts';

/** An imported archive, as the desired state uses it: from its record alone. */
export interface Archive {
  /** As solutions.yaml has it. */
  readonly path: string;
  /** Where solutions.yaml has it. */
  readonly place: Place;
  /** `<name>-<version>`. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  readonly product: Product;
  /** CustomResourceDefinitions, values untouched. */
  readonly crds: readonly Manifest[];
  /** Roles and ClusterRoles, values untouched. */
  readonly roles: readonly Manifest[];
  /** Dashboards and alerts, as the vendor wrote them. */
  readonly monitoring: ShippedMonitoring;
  readonly record: ArchiveRecord;
  /** The content of the record's files, by their path in the archive. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly notices: readonly Notice[];
}

/** What `metadata/<id>/` holds. */
export interface Stored {
  readonly record: ArchiveRecord;
  /** By their path in the archive; archive.yaml is not among them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * The archive that a record tells of. Places are those of the record, so that nothing differs
 * between a machine that has the archive and one that has not.
 *
 * @throws SolutionsError, or all mistakes in one AggregateError
 */
export function archiveOf({ record, files }: Stored, place: Place): Archive {
  const parsed = parseFiles(files, record.images, (path) => `metadata/${record.id}/${path}`);
  const { id, name, version, displayName } = parsed.product;
  return { path: record.path, place, id, name, version, displayName, ...parsed, record, files };
}
