import type { RemovedItem, UnpushReport } from '../images/unpush.ts';
import { table, toJson } from './terminal.ts';

const labels: Readonly<Record<RemovedItem['status'], string>> = {
  there: 'to be deleted',
  deleted: 'deleted',
  gone: 'already gone',
  moved: 'kept: another image by now',
  needed: 'kept: needed by',
  failed: 'failed',
  pending: 'not deleted',
};

/** How many tags are named that need one manifest. */
const MAX_NAMED = 3;

/** What goes, or went, as a table. */
export function describeRemoval(items: readonly RemovedItem[]): string {
  const rows = items.map((item) => [
    `${item.repository}${item.tag === undefined ? ' (no tag)' : `:${item.tag}`}`,
    resultOf(item),
    item.digest,
  ]);
  return table([['IMAGE', 'RESULT', 'DIGEST'], ...rows]);
}

function resultOf({ status, neededBy = [] }: RemovedItem): string {
  if (status !== 'needed') return labels[status];
  const named = neededBy.slice(0, MAX_NAMED).map((tag) => `:${tag}`);
  const more = neededBy.length > MAX_NAMED ? ` and ${neededBy.length - MAX_NAMED} more` : '';
  return `${labels[status]} ${named.join(', ')}${more}`;
}

interface Context {
  readonly id: string;
  readonly from: string;
  /** Where the list of images comes from. */
  readonly source: string;
  readonly requests: number;
  readonly code: number;
  /** In bytes, at most. */
  readonly space: number;
}

/** The same for programs. */
export function jsonOfRemoval({ items, deleted, errors }: UnpushReport, context: Context) {
  const { id, from, source, requests, code, space } = context;
  return {
    id,
    from,
    source,
    exitCode: code,
    requests,
    deletedManifests: deleted,
    space,
    items: items.map(({ repository, tag, digest, status, found, neededBy }) => ({
      repository,
      ...(tag === undefined ? {} : { tag }),
      digest,
      status,
      ...(found === undefined ? {} : { found }),
      ...(neededBy === undefined ? {} : { neededBy }),
    })),
    ...(errors.length === 0 ? {} : { errors: errors.map(toJson) }),
  };
}
