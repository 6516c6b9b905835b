import { counted } from '../count.ts';
import type { Notice } from '../errors.ts';
import type { Trusted } from '../trust/keys.ts';
import type { CheckKind, Verdict } from '../trust/verdict.ts';
import type { Stored } from './archive.ts';
import { archiveVerdicts, type ConfirmOptions } from './confirm-archive.ts';
import type { ListedArchive } from './examine.ts';
import { isSignedEnough } from './recorded-verdicts.ts';
import { openStore, type Store } from './store.ts';

/** What is said of a record, and of the archive that it was extracted from. */
export type RecordVerdict = Verdict<CheckKind | 'record' | 'archive'>;

/**
 * Compares everything in metadata/ with its own digests and with solutions.yaml, and each archive
 * that is at hand with its record and with all that vouches for it. What is wrong is a verdict; it
 * writes nothing.
 *
 * @throws SolutionsError `trust-root`, or with a DiskCode
 */
export async function confirmRecords(
  listed: readonly ListedArchive[],
  options: ConfirmOptions,
): Promise<RecordVerdict[]> {
  const store = openStore(options.root, false);
  const verdicts: RecordVerdict[] = [
    ...[...store.errors, ...store.notices].map(wrongRecord),
    ...unlisted(listed, store),
  ];
  const broken = new Set(store.broken.values());
  for (const archive of listed) {
    const same = [...store.stored.values()].filter(({ record }) => record.path === archive.path);
    const [stored] = same;
    if (!stored || same.length > 1) {
      // Of a broken one everything is said.
      if (same.length > 1 || !broken.has(archive.path)) verdicts.push(countVerdict(archive, same));
      continue;
    }
    verdicts.push(recordVerdict(stored, options.trusted));
    verdicts.push(...(await archiveVerdicts(stored.record, options)));
  }
  return verdicts;
}

function wrongRecord({ message, hint, place }: Notice): RecordVerdict {
  return { check: 'record', state: 'wrong', file: place?.file ?? 'metadata', message, hint };
}

function unlisted(listed: readonly ListedArchive[], { stored }: Store): RecordVerdict[] {
  const paths = new Set(listed.map(({ path }) => path));
  return [...stored.values()]
    .filter(({ record }) => !paths.has(record.path))
    .map(({ record: { id } }) => ({
      check: 'record',
      state: 'wrong',
      file: `metadata/${id}`,
      message: 'solutions.yaml does not list the archive of this record',
      hint: '`solutions synth` removes it',
    }));
}

function countVerdict({ path }: ListedArchive, { length }: readonly Stored[]): RecordVerdict {
  return {
    check: 'record',
    state: 'wrong',
    file: path,
    message:
      length === 0 ? 'there is no record of this archive' : `${length} records are of this archive`,
    hint: 'run `solutions synth` where the archive is at hand, and commit metadata/',
  };
}

function recordVerdict({ record, files }: Stored, trusted: Trusted): RecordVerdict {
  const [check, file] = ['record', `metadata/${record.id}`] as const;
  if (!isSignedEnough(record, trusted)) {
    return {
      check,
      state: 'wrong',
      file,
      message: 'the record names no signature by a key of platform.yaml, which requires one',
      hint: 'run `solutions synth` where the archive and its signature are at hand, and commit metadata/',
    };
  }
  const message = `the record and its ${counted(files.size, 'file')} are as they were written`;
  return { check, state: 'checked', file, message };
}
