import { resolve } from 'node:path';
import { readContents, type Contents } from '../archive/contents.ts';
import { fewOf } from '../archive/mistake.ts';
import { openTree, type Tree } from '../archive/tree.ts';
import { solutionsErrors, type SolutionsError } from '../errors.ts';
import type { Trusted } from '../trust/keys.ts';
import { refusals } from '../trust/policy.ts';
import type { CheckKind, Verdict } from '../trust/verdict.ts';
import { appraise } from './appraise.ts';
import { forgedParts, freshRecord } from './fresh-record.ts';
import { isAtHand } from './known.ts';
import type { ArchiveRecord } from './record.ts';

/** How records and their archives are compared. */
export interface ConfirmOptions {
  /** The folder of solutions.yaml and of metadata/. */
  readonly root: string;
  readonly trusted: Trusted;
  /** Whether no archive is read. */
  readonly isLocked: boolean;
  /** Bytes read of all bytes of one archive. */
  readonly progress: (event: { path: string; done: number; total: number }) => void;
}

/** What is said of an archive. */
type ArchiveVerdict = Verdict<CheckKind | 'archive'>;

/**
 * Compares the archive of a record with it, where it is at hand: all its bytes, its blobs, what
 * vouches for it, and what the record says of its contents.
 *
 * @throws SolutionsError `trust-root`
 */
export async function archiveVerdicts(
  record: ArchiveRecord,
  { root, trusted, isLocked, progress }: ConfirmOptions,
): Promise<ArchiveVerdict[]> {
  const { path } = record;
  const of = { check: 'archive', file: path } as const;
  if (isLocked) return [{ ...of, state: 'unchecked', message: 'the archive was not read' }];
  if (!isAtHand(record, root)) {
    return [{ ...of, state: 'absent', message: 'the archive is not at hand' }];
  }
  try {
    const tree = openTree(resolve(root, path), path);
    try {
      return await treeVerdicts(tree, record, { trusted, progress });
    } finally {
      tree.close();
    }
  } catch (error) {
    return solutionsErrors(error).map((one) => {
      if (one.code === 'trust-root') throw error;
      return wrong(path, one);
    });
  }
}

async function treeVerdicts(
  tree: Tree,
  record: ArchiveRecord,
  { trusted, progress }: Pick<ConfirmOptions, 'trusted' | 'progress'>,
): Promise<ArchiveVerdict[]> {
  const { path } = record;
  const { contents, errors } = readWhole(tree);
  const { sha256, verdicts, mistakes } = await appraise(tree, {
    trusted,
    blobs: contents?.images.blobs,
    progress: (done, total) => progress({ path, done, total }),
  });
  const size = tree.volume?.size ?? record.size;
  const fresh = contents && freshRecord(tree, contents, { path, size, sha256, verdicts });
  return [
    sameArchive(record, { sha256, fresh }),
    ...[...errors, ...mistakes].map((one) => wrong(path, one)),
    ...verdicts.map((verdict) => requiredVerdict(tree, verdict, trusted)),
  ];
}

/** What is damaged is no reason to be silent on what vouches for it. */
function readWhole(tree: Tree): {
  readonly contents?: Contents;
  readonly errors: readonly SolutionsError[];
} {
  try {
    return { contents: readContents(tree), errors: [] };
  } catch (error) {
    return { errors: solutionsErrors(error) };
  }
}

function wrong(path: string, { message, hint, place }: SolutionsError): ArchiveVerdict {
  return { check: 'archive', state: 'wrong', file: place?.file ?? path, message, hint };
}

interface Found {
  /** Hex. */
  readonly sha256: string;
  /** Absent where the archive cannot be read; why is told beside it. */
  readonly fresh: ArchiveRecord | undefined;
}

function sameArchive(record: ArchiveRecord, { sha256, fresh }: Found): ArchiveVerdict {
  const { id, path } = record;
  const of = { check: 'archive', file: path } as const;
  if (sha256 !== record.sha256) {
    return {
      ...of,
      state: 'wrong',
      message: `the archive has the sha256 ${sha256}, metadata/${id} was extracted from ${record.sha256}`,
      hint: 'put the archive there that was imported, or run `solutions synth` to import this one',
    };
  }
  const forged = fresh === undefined ? [] : forgedParts(record, fresh);
  if (forged.length === 0) {
    return { ...of, state: 'checked', message: `the archive is the one of metadata/${id}` };
  }
  return {
    ...of,
    state: 'wrong',
    message: `metadata/${id} does not say what the archive says: ${fewOf(forged)}`,
    hint: `somebody edited it with its checksum (\`git log metadata/${id}\`), or another version of this program wrote it: remove the folder and run \`solutions synth\``,
  };
}

/** A record may name a signature that nobody can show: where one is required, that is not enough. */
function requiredVerdict({ name, kind }: Tree, verdict: Verdict, trusted: Trusted): Verdict {
  if (verdict.check !== 'signature' || verdict.state !== 'absent') return verdict;
  const [refusal] = refusals({ name, kind, verdicts: [verdict] }, trusted);
  if (refusal === undefined) return verdict;
  const { message, hint } = refusal;
  return { ...verdict, state: 'wrong', message, hint };
}
