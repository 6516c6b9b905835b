import type { Contents } from '../archive/contents.ts';
import type { Tree } from '../archive/tree.ts';
import type { Verdict } from '../trust/verdict.ts';
import { recordedNotices } from './notices.ts';
import { printRecord, type ArchiveRecord } from './record.ts';
import { recordedVerdicts } from './recorded-verdicts.ts';
import { digestsOfFiles } from './store.ts';

/** What a record says beside the contents of its archive. */
interface AboutArchive extends Pick<ArchiveRecord, 'path' | 'size' | 'sha256'> {
  readonly verdicts: readonly Verdict[];
}

/** The record of an archive that was read and hashed just now. */
export function freshRecord(
  { kind, volume }: Tree,
  contents: Contents,
  { verdicts, path, size, sha256 }: AboutArchive,
): ArchiveRecord {
  return {
    id: contents.product.id,
    path,
    kind,
    size,
    sha256,
    volumeId: volume?.id,
    names: volume?.names,
    verified: { blobs: 'sha256', archive: recordedVerdicts(verdicts) },
    files: digestsOfFiles(contents.files),
    images: contents.images.records,
    notices: recordedNotices(contents.archiveNotices, path),
  };
}

/**
 * What a record says of its archive and the archive does not; the digests of a record tell only that
 * nobody edited it by hand.
 */
export function forgedParts(record: ArchiveRecord, fresh: ArchiveRecord): string[] {
  const paths = new Set([...Object.keys(record.files), ...Object.keys(fresh.files)]);
  const files = [...paths].filter((path) => record.files[path] !== fresh.files[path]).sort();
  const facts = ['id', 'kind', 'size', 'volumeId', 'names'] as const;
  const hasItsImages = printRecord({ ...fresh, images: record.images }) === printRecord(fresh);
  return [
    ...facts.filter((fact) => record[fact] !== fresh[fact]),
    ...files,
    ...(hasItsImages ? [] : ['images']),
  ];
}
