import type { Notice } from '../errors.ts';
import type { ArchiveRecord, RecordedNotice } from './record.ts';

/** Notices about the archive at `path`, without that path: it may lie elsewhere one day. None gives undefined. */
export function recordedNotices(
  notices: readonly Notice[],
  path: string,
): RecordedNotice[] | undefined {
  if (notices.length === 0) return undefined;
  return notices.map(({ code, message, hint, place }) => {
    const at = place?.file.startsWith(`${path}:`) ? place.file.slice(path.length + 1) : undefined;
    return { code, message, hint, at };
  });
}

/** The notices in a record, with the places that they had. */
export function noticesOf({ notices, path }: ArchiveRecord): Notice[] {
  return (notices ?? []).map(({ at, ...notice }) => ({
    ...notice,
    place: { file: at === undefined ? path : `${path}:${at}` },
  }));
}
